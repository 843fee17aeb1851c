//! Indexes bulletins by publication. Lists show bulletins newest first by that time, not by their numbers, because a
//! source that is added later gives new numbers to old notices.
//!
//! An index for all, and one for each source, hold each bulletin under its time and number. A bulletin may have left
//! an entry behind when its time changed: lists skip those.

use super::super::{
    engine::{Engine, Writes},
    keys,
    rows::BulletinRow,
};
use crate::store::error::Result;

/// The place of a list: below this time and number.
pub(in crate::store::sled) type Place = (i64, u64);

/// Enters a bulletin that is new or changed.
pub(in crate::store::sled) fn enter(writes: &mut Writes, id: u64, row: &BulletinRow) {
    let place = (row.newest_ms(), id);
    writes.set(keys::newest(place), Vec::new());
    for source in row.sources() {
        writes.set(keys::newest_of(source, place), Vec::new());
    }
}

/// Removes the old entries of a bulletin, before the new ones are entered.
pub(in crate::store::sled) fn leave(writes: &mut Writes, id: u64, row: &BulletinRow) {
    let place = (row.newest_ms(), id);
    writes.remove(keys::newest(place));
    for source in row.sources() {
        writes.remove(keys::newest_of(source, place));
    }
}

/// The place above all bulletins.
pub(in crate::store::sled) const TOP: Place = (i64::MAX, u64::MAX);

/// Returns the place of a bulletin in a list; for an unused number, that of the next lower one.
pub(in crate::store::sled) fn place(engine: &Engine, id: u64) -> Result<Place> {
    let end = keys::bulletin(id.saturating_add(1));
    let Some(row) = engine.scan_below(b"b", &end).next_back().transpose()? else {
        return Ok((i64::MIN, 0));
    };
    let found = keys::last_number(&row.key);
    let row: BulletinRow = engine.decode(&row.key, &row.value)?;
    let is_it = found == id;
    Ok((row.newest_ms(), found + u64::from(!is_it)))
}

/// Enters the bulletins that an older version archived (schema 4).
pub(in crate::store::sled) fn enter_old(engine: &Engine) -> Result<()> {
    const AT_ONCE: usize = 1000;
    let mut writes = Writes::default();
    for (count, row) in engine.scan(b"b").enumerate() {
        let row = row?;
        let id = keys::last_number(&row.key);
        let row: BulletinRow = engine.decode(&row.key, &row.value)?;
        enter(&mut writes, id, &row);
        if count % AT_ONCE == AT_ONCE - 1 {
            engine.commit(std::mem::take(&mut writes))?;
        }
    }
    engine.commit(writes)
}
