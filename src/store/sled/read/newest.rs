//! Lists have bulletins newest first: by when they were published, not by their numbers, which a source
//! that is added later gives to what is old.
//!
//! An index for all, and one for each source, hold each bulletin under its time and number. A bulletin may
//! have left an entry behind where its time changed: lists pass over those.

use super::super::{
    engine::{Engine, Writes},
    keys,
    rows::BulletinRow,
};
use crate::store::error::Result;

/// Where a list stands: below this time and number.
pub(in crate::store::sled) type Place = (i64, u64);

/// Enters a bulletin that is new or changed.
pub(in crate::store::sled) fn enter(writes: &mut Writes, id: u64, row: &BulletinRow) {
    let place = (row.newest_ms(), id);
    writes.set(keys::newest(place), Vec::new());
    for source in row.sources() {
        writes.set(keys::newest_of(source, place), Vec::new());
    }
}

/// Takes out a bulletin as it was, before it is entered as it is.
pub(in crate::store::sled) fn leave(writes: &mut Writes, id: u64, row: &BulletinRow) {
    let place = (row.newest_ms(), id);
    writes.remove(keys::newest(place));
    for source in row.sources() {
        writes.remove(keys::newest_of(source, place));
    }
}

/// Above all.
pub(in crate::store::sled) const TOP: Place = (i64::MAX, u64::MAX);

/// The place of a bulletin in a list; of a number that is none, that of the next lower one.
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

/// Schema 4: what an older version archived is entered.
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
