//! Reads deliveries from the disk, by their numbers and by their bulletin.

use super::{
    block::{Block, Slot},
    engine::{Engine, Row},
    keys,
    names::Names,
};
use crate::{bulletin::Delivery, store::error::Result};

/// Returns a delivery; `None` if its channel has no name.
pub(super) fn delivery(
    engine: &Engine,
    names: &Names,
    id: u64,
    slot: &Slot,
) -> Result<Option<Delivery>> {
    let Some(entry) = slot.entry(names.channel(slot.channel)) else {
        return Ok(None);
    };
    let error = match entry.has_error {
        true => engine.get(&keys::error(id))?,
        false => None,
    };
    let note = match entry.note {
        Some(note) => engine.get(&keys::note(note))?,
        None => None,
    };
    Ok(Some(entry.delivery(id, error, note)))
}

/// Returns all deliveries of one bulletin, oldest first.
pub(super) fn of(engine: &Engine, bulletin: u64) -> Result<Vec<(u64, Slot)>> {
    let mut found = Vec::new();
    for (first, last) in runs(engine, bulletin)? {
        for number in Block::number(first)..=Block::number(last) {
            let block = Block::load(engine, number)?;
            let slots = block.slots(number).filter(|(id, slot)| {
                (first..=last).contains(id) && slot.bulletin == Some(bulletin)
            });
            found.extend(slots.map(|(id, slot)| (id, slot.clone())));
        }
    }
    Ok(found)
}

/// Shows the deliveries of one bulletin, newest first and block by block, until `is_enough`.
pub(super) fn newest_first(
    engine: &Engine,
    bulletin: u64,
    mut is_enough: impl FnMut(u64, &Slot) -> Result<bool>,
) -> Result<()> {
    for (first, last) in runs(engine, bulletin)?.into_iter().rev() {
        for number in (Block::number(first)..=Block::number(last)).rev() {
            let block = Block::load(engine, number)?;
            for (id, slot) in block.slots(number).rev() {
                let is_of_it = (first..=last).contains(&id) && slot.bulletin == Some(bulletin);
                if is_of_it && is_enough(id, slot)? {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

/// Returns the first and last numbers of the runs of a bulletin's deliveries, oldest first.
pub(super) fn runs(engine: &Engine, bulletin: u64) -> Result<Vec<(u64, u64)>> {
    let ends = |row: Result<Row>| {
        let row = row?;
        Ok(keys::run_ends(&row.key, &row.value))
    };
    engine.scan(&keys::runs(bulletin)).map(ends).collect()
}
