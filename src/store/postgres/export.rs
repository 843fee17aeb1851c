//! Exports all records, table by table and batch by batch, in the snapshot of one transaction.

use tokio_postgres::Row;

use super::{
    rows::{
        BULLETIN, DELIVERY, ENTRY, archived, delivery, entry, get, json, json_or_none, source_id,
        unsigned,
    },
    session::Session,
};
use crate::{
    bulletin::Reason,
    policy::{audit::AuditPlace, facts::time},
    store::{
        error::Result,
        record::{BulletinRecord, DeliveryRecord, Record, hex},
    },
};

type Take<'a> = &'a mut dyn FnMut(Record) -> Result<()>;

/// The number of rows that are read at once.
const BATCH: &str = "500";

/// Passes to `take` all records of bulletins below `end`; returns the number of bulletins.
pub(super) fn export(session: &Session<'_>, end: i64, take: Take<'_>) -> Result<u64> {
    let mut count = 0;
    let asked = format!(
        "SELECT b.id, {BULLETIN}, text, as_published, history, versions FROM bulletins b \
         LEFT JOIN texts t ON t.bulletin = b.id LEFT JOIN revisions r ON r.bulletin = b.id"
    );
    by_number(session, (&asked, "b.id"), end, &mut |row| {
        count += 1;
        take(bulletin(row)?)
    })?;
    let asked = "SELECT bulletin, recent FROM recent";
    by_number(session, (asked, "bulletin"), end, &mut |row| {
        take(Record::Recent {
            bulletin: unsigned(get(row, 0)?),
            row: json(row, 1)?,
        })
    })?;
    keys(session, end, take)?;
    deliveries(session, end, take)?;
    journal(session, take)?;
    Ok(count)
}

/// Reads rows by their number, which is their first column, while it is below `end`.
fn by_number(
    session: &Session<'_>,
    (asked, number): (&str, &str),
    end: i64,
    take: &mut dyn FnMut(&Row) -> Result<()>,
) -> Result<()> {
    let asked =
        format!("{asked} WHERE {number} > $1 AND {number} < $2 ORDER BY {number} LIMIT {BATCH}");
    let mut after = i64::MIN;
    loop {
        let rows = session.rows(&asked, &[&after, &end])?;
        for row in &rows {
            after = get(row, 0)?;
            take(row)?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn bulletin(row: &Row) -> Result<Record> {
    let archived = archived(row, 1)?;
    Ok(Record::Bulletin(Box::new(BulletinRecord {
        titles: archived.titles.clone(),
        bulletin: archived.bulletin(unsigned(get(row, 0)?)),
        text: get(row, 3)?,
        text_as_published: get(row, 4)?,
        history: json_or_none(row, 5)?,
        said: json_or_none(row, 6)?.unwrap_or_default(),
    })))
}

/// Exports the keys by which notices are recognized, source by source in the order of the keys.
fn keys(session: &Session<'_>, end: i64, take: Take<'_>) -> Result<()> {
    let asked = format!(
        "SELECT source, key, bulletin, had_guid, is_shared FROM seen \
         WHERE (source, key) > ($1, $2) AND bulletin < $3 ORDER BY source, key LIMIT {BATCH}"
    );
    let (mut source, mut key) = (String::new(), Vec::<u8>::new());
    loop {
        let rows = session.rows(&asked, &[&source, &key, &end])?;
        for row in &rows {
            (source, key) = (get(row, 0)?, get(row, 1)?);
            take(Record::Seen {
                source: source_id(row, 0)?,
                key: hex(&key),
                bulletin: unsigned(get(row, 2)?),
                had_guid: get(row, 3)?,
                is_shared: get(row, 4)?,
            })?;
        }
        if rows.is_empty() {
            return titles(session, end, take);
        }
    }
}

fn titles(session: &Session<'_>, end: i64, take: Take<'_>) -> Result<()> {
    let asked = format!(
        "SELECT source, key, bulletin, addresses FROM titled \
         WHERE (source, key, bulletin) > ($1, $2, $3) AND bulletin < $4 \
         ORDER BY source, key, bulletin LIMIT {BATCH}"
    );
    let (mut source, mut key, mut bulletin) = (String::new(), Vec::<u8>::new(), 0_i64);
    loop {
        let rows = session.rows(&asked, &[&source, &key, &bulletin, &end])?;
        for row in &rows {
            (source, key, bulletin) = (get(row, 0)?, get(row, 1)?, get(row, 2)?);
            take(Record::Titled {
                source: source_id(row, 0)?,
                key: hex(&key),
                bulletin: unsigned(bulletin),
                addresses: u8::try_from(get::<i16>(row, 3)?).unwrap_or(u8::MAX),
            })?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}

fn deliveries(session: &Session<'_>, end: i64, take: Take<'_>) -> Result<()> {
    let asked = "SELECT first, text FROM notes";
    by_number(session, (asked, "first"), i64::MAX, &mut |row| {
        take(Record::Note {
            first: unsigned(get(row, 0)?),
            text: get(row, 1)?,
        })
    })?;
    let asked = format!("SELECT {ENTRY}, e.why, NULL::text FROM {DELIVERY}");
    by_number(session, (&asked, "d.id"), i64::MAX, &mut |row| {
        let (_, entry) = entry(row)?;
        if entry
            .bulletin
            .is_some_and(|bulletin| bulletin >= unsigned(end))
        {
            return Ok(());
        }
        let delivery = delivery(row)?;
        take(Record::Delivery(Box::new(DeliveryRecord {
            error_kind: delivery.error.as_ref().and_then(Reason::kind),
            delivery,
            note_of: entry.note,
            doubts: entry.doubts,
            begun_at: entry.begun_ms.map(time),
            ended_at: entry.ended_ms.map(time),
        })))
    })
}

fn journal(session: &Session<'_>, take: Take<'_>) -> Result<()> {
    let asked = "SELECT key, first, count, at_ms FROM requests ORDER BY key";
    for row in session.rows(asked, &[])? {
        take(Record::Request {
            key: hex(&get::<Vec<u8>>(&row, 0)?),
            first: unsigned(get(&row, 1)?),
            count: unsigned(get(&row, 2)?),
            at: time(get(&row, 3)?),
        })?;
    }
    let asked = format!(
        "SELECT at_ms, counter, entry FROM audit WHERE (at_ms, counter) > ($1, $2) \
         ORDER BY at_ms, counter LIMIT {BATCH}"
    );
    let (mut at_ms, mut counter) = (i64::MIN, i64::MIN);
    loop {
        let rows = session.rows(&asked, &[&at_ms, &counter])?;
        for row in &rows {
            (at_ms, counter) = (get(row, 0)?, get(row, 1)?);
            let place = AuditPlace {
                at_ms,
                counter: u32::try_from(counter).unwrap_or(u32::MAX),
            };
            take(Record::of_audit(place, json(row, 2)?))?;
        }
        if rows.is_empty() {
            return Ok(());
        }
    }
}
