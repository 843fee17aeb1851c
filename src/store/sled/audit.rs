//! Reads the audit log, in the rows of this program and in those of older ones.

use chrono::{DateTime, Utc};

use super::{
    engine::{Engine, Row},
    keys,
};
use crate::{
    policy::audit::{AuditEntry, AuditPlace, AuditRow, OldAuditEntry},
    store::{
        error::Result,
        query::{AuditQuery, Collected, Page},
    },
};

/// The place before all entries.
pub(super) const START: AuditPlace = AuditPlace {
    at_ms: i64::MIN,
    counter: 0,
};
const END: AuditPlace = AuditPlace {
    at_ms: i64::MAX,
    counter: u32::MAX,
};

/// Returns a part of the log, newest first.
pub(super) fn page(engine: &Engine, query: &AuditQuery) -> Result<Page<AuditRow>> {
    let since = |at: DateTime<Utc>| AuditPlace {
        at_ms: at.timestamp_millis(),
        ..START
    };
    let places = (
        query.since.map_or(START, since),
        query.before.unwrap_or(END),
    );
    let most = query
        .limit
        .map_or(usize::MAX, |limit| limit.saturating_add(1));
    let mut found = Vec::new();
    for kind in [keys::AUDIT, keys::OLD_AUDIT] {
        let rows = between(engine, kind, places).rev().take(most);
        for row in rows {
            found.push(entry(engine, &row?)?);
        }
    }
    found.sort_unstable_by_key(|row| std::cmp::Reverse(row.place));
    let mut page = Collected::new(query.limit);
    for row in found {
        if page.is_full(Some(row)) {
            break;
        }
    }
    Ok(page.page())
}

/// Returns the whole log, the entries of older programs first.
pub(super) fn all(engine: &Engine) -> impl Iterator<Item = Result<AuditRow>> {
    let kinds = [keys::OLD_AUDIT, keys::AUDIT].into_iter();
    let rows = kinds.flat_map(|kind| engine.scan(&[kind]));
    rows.map(|row| entry(engine, &row?))
}

pub(super) fn between(
    engine: &Engine,
    kind: u8,
    (from, until): (AuditPlace, AuditPlace),
) -> impl DoubleEndedIterator<Item = Result<Row>> {
    let (from, until) = (keys::audit_as(kind, from), keys::audit_as(kind, until));
    engine.scan_between(&from, &until.max(from.clone()))
}

fn entry(engine: &Engine, row: &Row) -> Result<AuditRow> {
    let is_old = row.key.first() == Some(&keys::OLD_AUDIT);
    let entry: AuditEntry = match is_old {
        true => engine.decode::<OldAuditEntry>(&row.key, &row.value)?.into(),
        false => engine.decode(&row.key, &row.value)?,
    };
    let place = keys::audit_place(&row.key);
    Ok(AuditRow { place, entry })
}

#[cfg(test)]
mod tests {
    use super::{super::engine::Writes, *};
    use crate::policy::audit::Actor;

    fn place(at_ms: i64, counter: u32) -> AuditPlace {
        AuditPlace { at_ms, counter }
    }

    #[test]
    fn entries_of_older_programs_stand_among_those_of_this_one_newest_first() {
        let state = tempfile::tempdir().unwrap();
        let engine = crate::store::sled::open::open(state.path()).unwrap();
        let mut writes = Writes::default();
        for (at_ms, counter) in [(10, 0), (30, 1), (30, 2)] {
            let old = OldAuditEntry {
                who: "root".to_owned(),
                from: "cli".to_owned(),
                what: format!("held: {counter}"),
            };
            writes.put(keys::audit_as(keys::OLD_AUDIT, place(at_ms, counter)), &old);
        }
        let entry = AuditEntry::new(&Actor::Config, "pause", "news", "");
        writes.put(keys::audit(place(20, 3)), &entry);
        writes.put(keys::audit(place(40, 4)), &entry);
        engine.commit(writes).unwrap();
        let places = |query: &AuditQuery| {
            let page = page(&engine, query).unwrap();
            let places: Vec<u32> = page.items.iter().map(|it| it.place.counter).collect();
            (places, page.more)
        };
        let query = AuditQuery::default();
        assert_eq!(places(&query), (vec![4, 2, 1, 3, 0], false));
        let limit = Some(2);
        let before = Some(place(30, 2));
        let since = DateTime::from_timestamp_millis(20);
        let query = AuditQuery { since, ..query };
        assert_eq!(places(&query), (vec![4, 2, 1, 3], false));
        let query = AuditQuery {
            before,
            limit,
            ..query
        };
        assert_eq!(places(&query), (vec![1, 3], false));
        let limit = Some(1);
        assert_eq!(places(&AuditQuery { limit, ..query }), (vec![1], true));
        assert_eq!(all(&engine).count(), 5);
    }
}
