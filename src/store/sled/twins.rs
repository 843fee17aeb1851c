//! Restores the faces of recent bulletins after a restart.

use super::{engine::Engine, keys, names::Names, rows::BulletinRow, texts};
use crate::{
    bulletin::BulletinState,
    policy::{
        facts::time,
        twins::{LATELY, MOST, MOST_TEXTS, Twins, face},
    },
    store::error::Result,
};

pub(super) fn load(engine: &Engine, names: &Names) -> Result<Twins> {
    let mut twins = Twins::default();
    let mut newest = None;
    for (count, row) in engine.scan(b"b").rev().take(MOST).enumerate() {
        let row = row?;
        let id = keys::last_number(&row.key);
        let row: BulletinRow = engine.decode(&row.key, &row.value)?;
        let seen = time(row.first_seen_ms);
        if *newest.get_or_insert(seen) - seen > LATELY {
            break;
        }
        if row.state == BulletinState::Published {
            let text = match count < MOST_TEXTS {
                true => texts::text(engine, &keys::text(id))?,
                false => None,
            };
            let row = row.archived(|source| names.source(source));
            if let Some(row) = row {
                twins.add(id, &face(&row, text.as_deref()));
            }
        }
    }
    Ok(twins)
}
