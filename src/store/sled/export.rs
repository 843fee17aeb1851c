//! Exports everything that only grows, as records, while the program runs.

use std::sync::Arc;

use super::{
    super::record::{BulletinRecord, DeliveryRecord, Record, hex},
    audit,
    block::Block,
    deliveries,
    engine::Engine,
    keys,
    names::Names,
    rows::{BulletinRow, decode_seen},
    texts,
};
use crate::{
    bulletin::Reason,
    policy::facts::{Request, time},
    store::error::Result,
};

/// A function that takes one record after the other.
pub(super) type Take<'a> = &'a mut dyn FnMut(Record) -> Result<()>;

/// Writes all records of bulletins below `end`, and those that belong to no bulletin; returns the number of
/// bulletins.
pub(super) fn export(engine: &Engine, names: &Arc<Names>, end: u64, take: Take<'_>) -> Result<u64> {
    let bulletins = bulletins(engine, names, end, take)?;
    recent(engine, end, take)?;
    seen(engine, names, end, take)?;
    deliveries(engine, names, end, take)?;
    log(engine, take)?;
    Ok(bulletins)
}

fn bulletins(engine: &Engine, names: &Names, end: u64, take: Take<'_>) -> Result<u64> {
    let mut count = 0;
    for row in engine.scan_below(b"b", &keys::bulletin(end)) {
        let row = row?;
        let id = keys::last_number(&row.key);
        // Record, text and history are of one version.
        if let Some(record) = engine.at_one_moment(|| bulletin(engine, names, id))? {
            take(Record::Bulletin(Box::new(record)))?;
            count += 1;
        }
    }
    Ok(count)
}

fn bulletin(engine: &Engine, names: &Names, id: u64) -> Result<Option<BulletinRecord>> {
    let Some(row) = engine.get::<BulletinRow>(&keys::bulletin(id))? else {
        return Ok(None);
    };
    let titles = row.titles.clone();
    let Some(archived) = row.archived(|source| names.source(source)) else {
        return Ok(None);
    };
    Ok(Some(BulletinRecord {
        bulletin: archived.bulletin(id),
        titles,
        text: texts::text(engine, &keys::text(id))?,
        text_as_published: texts::text(engine, &keys::text_as_published(id))?,
        history: engine.get(&keys::history(id))?,
        said: engine.get(&keys::versions(id))?.unwrap_or_default(),
    }))
}

fn recent(engine: &Engine, end: u64, take: Take<'_>) -> Result<()> {
    for row in engine.scan_below(b"R", &keys::recent(end)) {
        let row = row?;
        let bulletin = keys::last_number(&row.key);
        if let Some(row) = engine.found(&row.key, &row.value)? {
            take(Record::Recent { bulletin, row })?;
        }
    }
    Ok(())
}

fn seen(engine: &Engine, names: &Names, end: u64, take: Take<'_>) -> Result<()> {
    for row in engine.scan(b"k") {
        let row = row?;
        let source = names.source(keys::interned_number(&row.key));
        let seen = decode_seen(&row.value).filter(|seen| seen.bulletin < end);
        if let (Some(source), Some(seen)) = (source, seen) {
            let key = hex(&row.key[5..]);
            take(Record::Seen {
                source,
                key,
                bulletin: seen.bulletin,
                had_guid: seen.had_guid,
                is_shared: seen.is_shared,
            })?;
        }
    }
    for row in engine.scan(b"t") {
        let row = row?;
        let bulletin = keys::last_number(&row.key);
        let source = names.source(keys::interned_number(&row.key));
        if let Some(source) = source.filter(|_| bulletin < end) {
            let key = hex(&row.key[5..21]);
            let addresses = row.value.first().copied().unwrap_or(1);
            take(Record::Titled {
                source,
                key,
                bulletin,
                addresses,
            })?;
        }
    }
    Ok(())
}

fn deliveries(engine: &Engine, names: &Names, end: u64, take: Take<'_>) -> Result<()> {
    for row in engine.scan(&[keys::NOTES]) {
        let row = row?;
        if let Some(text) = engine.found(&row.key, &row.value)? {
            take(Record::Note {
                first: keys::last_number(&row.key),
                text,
            })?;
        }
    }
    for row in engine.scan(b"d") {
        let row = row?;
        let number = keys::last_number(&row.key);
        let block = Block::load(engine, number)?;
        let slots = block.slots(number);
        for (id, slot) in slots.filter(|(_, slot)| slot.bulletin.is_none_or(|id| id < end)) {
            let Some(mut delivery) = deliveries::delivery(engine, names, id, slot)? else {
                continue;
            };
            delivery.note = None;
            take(Record::Delivery(Box::new(DeliveryRecord {
                error_kind: delivery.error.as_ref().and_then(Reason::kind),
                delivery,
                note_of: slot.note,
                doubts: slot.doubts,
                begun_at: slot.begun_ms().map(time),
                ended_at: slot.ended_ms().map(time),
            })))?;
        }
    }
    Ok(())
}

fn log(engine: &Engine, take: Take<'_>) -> Result<()> {
    for row in engine.scan(b"r") {
        let row = row?;
        let request: Request = engine.decode(&row.key, &row.value)?;
        take(Record::Request {
            key: hex(&row.key[1..]),
            first: request.first,
            count: request.count,
            at: time(request.at_ms),
        })?;
    }
    for row in audit::all(engine) {
        let row = row?;
        take(Record::of_audit(row.place, row.entry))?;
    }
    Ok(())
}
