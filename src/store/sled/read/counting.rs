//! Counts the recently published bulletins of some sources.

use std::collections::HashSet;

use super::super::{engine::Engine, keys, names::Names, rows::BulletinRow};
use crate::{
    bulletin::SourceId,
    store::{
        error::Result,
        query::{PublishedCounts, QuarterCounts},
    },
};

/// The number of older bulletins of a source after which the count ends: numbers follow time unless clocks were set
/// back.
const OLD_ENOUGH: usize = 50;

pub(super) fn published_since(
    engine: &Engine,
    names: &Names,
    sources: &[SourceId],
    since_ms: i64,
) -> Result<PublishedCounts> {
    let mut counts = PublishedCounts::new();
    for source in sources {
        if let Some(number) = names.source_number(source) {
            counts.insert(source.clone(), of(engine, number, since_ms)?);
        }
    }
    Ok(counts)
}

fn of(engine: &Engine, source: u32, since_ms: i64) -> Result<QuarterCounts> {
    let mut prefix = keys::by_source(source, 0);
    prefix.truncate(keys::SOURCE_PREFIX);
    let (mut counts, mut old) = (QuarterCounts::default(), 0);
    let alone = HashSet::from([source]);
    for key in engine.scan(&prefix).rev() {
        let id = keys::last_number(&key?.key);
        let row: Option<BulletinRow> = engine.get(&keys::bulletin(id))?;
        let Some(row) = row else { continue };
        if row.first_seen_ms < since_ms {
            old += 1;
            if old > OLD_ENOUGH {
                break;
            }
        } else if row.state.was_published() && row.is_of(&alone) {
            counts.count(row.first_seen_ms);
        }
    }
    Ok(counts)
}
