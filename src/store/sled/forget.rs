//! Drops old records: entries of the audit log, finished deliveries, requests, reports, notes.

use super::{audit, block::Block, keys, tx::base::SledTx};
use crate::{
    policy::{
        audit::AuditPlace,
        facts::{Report, Request},
    },
    store::error::Result,
};

/// The number of blocks that one call reads, so that no other call waits long for the writer.
const BLOCKS: usize = 500;

/// The number of entries that one call drops.
const ENTRIES: usize = 500;

/// Drops deliveries of some blocks from `from` on that ended before `until_ms`; returns the block to continue from.
pub(super) fn deliveries(tx: &mut SledTx<'_>, from: u64, until_ms: i64) -> Result<Option<u64>> {
    let SledTx { books, change, .. } = tx;
    let engine = books.engine.clone();
    let (start, end) = (keys::block(from), keys::block(u64::MAX));
    for (count, row) in engine.scan_between(&start, &end).enumerate() {
        let number = keys::last_number(&row?.key);
        if count == BLOCKS {
            return Ok(Some(number));
        }
        let mut block = Block::load(&engine, number)?;
        let is_old = |ended: Option<i64>| ended.is_some_and(|at| at < until_ms);
        let slots = block.slots(number);
        if slots.clone().all(|(_, slot)| slot.queued_ms >= until_ms) {
            break;
        }
        let old: Vec<u64> = slots
            .filter(|(_, slot)| !slot.is_unfinished() && is_old(slot.ended_ms()))
            .map(|(id, _)| id)
            .collect();
        for id in &old {
            if let Some((channel, message)) = block
                .get(*id)
                .and_then(|slot| Some((slot.channel, slot.message.as_ref()?)))
            {
                change
                    .writes
                    .remove_long(&engine, keys::members(channel, message))?;
            }
            block.set(*id, None);
            change.writes.remove_long(&engine, keys::error(*id))?;
        }
        if !old.is_empty() {
            block.write(number, &mut change.writes);
        }
    }
    Ok(None)
}

/// Drops requests that were made, and reports that were settled, before `until_ms`, and notes without remaining
/// deliveries.
pub(super) fn requests(tx: &mut SledTx<'_>, until_ms: i64) -> Result<()> {
    let (books, writes) = (tx.books, &mut tx.change.writes);
    let engine = &books.engine;
    for row in engine.scan(b"r") {
        let row = row?;
        let request: Request = engine.decode(&row.key, &row.value)?;
        if request.at_ms < until_ms {
            writes.remove(row.key.to_vec());
        }
    }
    for row in engine.scan(b"w") {
        let row = row?;
        let report: Report = engine.decode(&row.key, &row.value)?;
        if report.done && report.reported_ms.is_none_or(|at| at < until_ms) {
            writes.remove(row.key.to_vec());
        }
    }
    // A note is dropped once all deliveries up to its own are gone.
    let first = engine.scan(b"d").next().transpose()?;
    let first = first.map_or(u64::MAX, |row| Block::first(keys::last_number(&row.key)));
    let notes = engine.scan_between(&keys::note(0), &keys::note(first));
    for note in notes.collect::<Result<Vec<_>>>()? {
        writes.remove_long(engine, note.key.to_vec())?;
    }
    Ok(())
}

/// Drops some of the oldest entries before `until_ms`; returns whether there may be more.
pub(super) fn audit(tx: &mut SledTx<'_>, until_ms: i64) -> Result<bool> {
    let until = AuditPlace {
        at_ms: until_ms,
        ..audit::START
    };
    let mut count = 0;
    for kind in [keys::OLD_AUDIT, keys::AUDIT] {
        for row in audit::between(&tx.books.engine, kind, (audit::START, until)).take(ENTRIES) {
            let writes = &mut tx.change.writes;
            writes.remove_long(&tx.books.engine, row?.key.to_vec())?;
            count += 1;
        }
    }
    Ok(count >= ENTRIES)
}
