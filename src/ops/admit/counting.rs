//! Finds rows of a page whose titles differ from the archived ones only by counters.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::memory::stands_at;
use crate::{
    bulletin::{Notice, Retitled, SourceId, compare},
    ops::op::Op,
    policy::{
        facts::Archived,
        judge::{self, Borne, DayRelation, Identity, Remembered, Titled},
    },
    store::Result,
};

/// The rows of a page, and what it showed before.
pub(super) struct Rows<'a> {
    pub(super) source: &'a SourceId,
    pub(super) notices: &'a [Notice],
    pub(super) identities: &'a [Identity],
    pub(super) last_page: &'a [u64],
}

/// The key that distinguishes a row at a shared address from the others there, regardless of the counters in its
/// title.
type Wording = (String, Option<NaiveDate>);

/// Returns the bulletins whose rows have another title than before that differs only by counters. Their rows are
/// remembered as having the same title.
pub(super) fn counting(
    op: &mut Op<'_>,
    rows: &Rows<'_>,
    remembered: &mut [Remembered],
) -> Result<HashSet<u64>> {
    let is_retitled =
        |memory: &Remembered| memory.own().is_some_and(|hit| hit.title != Retitled::Same);
    let lost = rows.lost(remembered);
    if lost.is_empty() && !remembered.iter().any(is_retitled) {
        return Ok(HashSet::new());
    }
    let found = rows.found_again(op, remembered, &lost)?;
    let mut titles = Vec::with_capacity(rows.notices.len());
    for (place, memory) in remembered.iter().enumerate() {
        titles.push(rows.borne(op, place, memory, &found)?);
    }
    let counting = judge::counting(&titles);
    let mut bulletins = HashSet::new();
    for (place, memory) in remembered.iter_mut().enumerate() {
        let again = found.get(&place).copied();
        let is_same = |row: &Borne| compare(&row.before, &row.now) == Retitled::Same;
        let counts =
            counting[place] || again.is_some() && titles[place].as_ref().is_some_and(is_same);
        let Some(bulletin) = again.or(memory.own().map(|hit| hit.seen.bulletin)) else {
            continue;
        };
        if !counts {
            continue;
        }
        bulletins.insert(bulletin);
        match again {
            Some(bulletin) => memory.titled.insert(0, here(bulletin)),
            None => memory.is_titled_as(bulletin),
        }
    }
    Ok(bulletins)
}

fn here(bulletin: u64) -> Titled {
    Titled {
        bulletin,
        is_here: true,
        was_here: true,
        is_current: true,
    }
}

impl Rows<'_> {
    /// Returns the places of the rows at shared addresses whose titles are unknown there.
    fn lost(&self, remembered: &[Remembered]) -> Vec<usize> {
        let is_lost = |place: &usize| {
            let (identity, memory) = (&self.identities[*place], &remembered[*place]);
            let is_shared = |shares: bool, hit: Option<judge::KeyHit>| {
                shares || hit.is_some_and(|hit| hit.seen.is_shared)
            };
            let has_guid = identity.guid.is_some() && !is_shared(identity.shares.guid, memory.guid);
            is_shared(identity.shares.address, memory.address)
                && !has_guid
                && !memory.titled.iter().any(|titled| titled.is_here)
        };
        let places = 0..self.notices.len();
        let lost: Vec<usize> = places.filter(is_lost).collect();
        match self.last_page.is_empty() {
            true => Vec::new(),
            false => lost,
        }
    }

    /// Returns the bulletins that lost rows may be: each the only one there with the row's words and day, as the row
    /// is on the page. A series has several.
    fn found_again(
        &self,
        op: &mut Op<'_>,
        remembered: &[Remembered],
        lost: &[usize],
    ) -> Result<HashMap<usize, u64>> {
        if lost.is_empty() {
            return Ok(HashMap::new());
        }
        let mut shown: HashMap<Wording, usize> = HashMap::new();
        for notice in self.notices {
            let day = notice.published.map(|at| at.day());
            *shown
                .entry((judge::wording(&notice.title), day))
                .or_default() += 1;
        }
        let mut missing: HashMap<Wording, Vec<(u64, Archived)>> = HashMap::new();
        let borne: HashSet<u64> = remembered.iter().flat_map(bulletins).collect();
        for &id in self.last_page.iter().filter(|id| !borne.contains(id)) {
            let row = op.tx.bulletin(id)?;
            if let Some(row) = row.filter(|row| row.source == *self.source) {
                let day = row.published.map(|at| at.day());
                let wording = (judge::wording(&row.title), day);
                missing.entry(wording).or_default().push((id, row));
            }
        }
        let again = |&place: &usize| {
            let (notice, identity) = (&self.notices[place], &self.identities[place]);
            let day = notice.published.map(|at| at.day());
            let wording = (judge::wording(&notice.title), day);
            let [(id, row)] = missing.get(&wording)?.as_slice() else {
                return None;
            };
            let is_only = shown.get(&wording) == Some(&1);
            (is_only && stands_at(&row.url, notice, identity)).then_some((place, *id))
        };
        Ok(lost.iter().filter_map(again).collect())
    }

    fn borne(
        &self,
        op: &mut Op<'_>,
        place: usize,
        memory: &Remembered,
        found: &HashMap<usize, u64>,
    ) -> Result<Option<Borne>> {
        let notice = &self.notices[place];
        let own = memory.own().filter(|hit| hit.when != DayRelation::OtherDay);
        let mut titled = memory.titled.iter().filter(|titled| titled.is_here);
        let shared = found.get(&place).copied();
        let shared = shared.or_else(|| Some(titled.next()?.bulletin));
        let bulletin = own.map(|hit| hit.seen.bulletin).or(shared);
        let row = match bulletin {
            Some(bulletin) => op.tx.bulletin(bulletin)?,
            None => None,
        };
        let row = row.filter(|row| row.source == *self.source);
        Ok(row.map(|row| Borne {
            before: row.title,
            now: notice.title.clone(),
            is_of_day: match own {
                Some(hit) => hit.when != DayRelation::Unknown,
                None => notice.published.is_some(),
            },
        }))
    }
}

/// Returns the bulletins that a row is known to be.
fn bulletins(memory: &Remembered) -> impl Iterator<Item = u64> {
    let titled = memory.titled.iter().filter(|titled| titled.is_here);
    let own = memory.own().into_iter().map(|hit| hit.seen.bulletin);
    own.chain(titled.map(|titled| titled.bulletin))
}
