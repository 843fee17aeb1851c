//! The change feed.

use super::base::MemoryTx;
use crate::{
    policy::change_feed::{FeedBounds, FeedEntry, FeedEvent},
    store::{error::Result, tx::Feed},
};

impl Feed for MemoryTx<'_> {
    fn record_change(&mut self, event: FeedEvent, now_ms: i64) {
        let number = self.state.newest_change() + 1;
        self.state.tables.changes.set(number, (now_ms, event));
    }

    fn feed_bounds(&mut self) -> Result<FeedBounds> {
        let oldest = self.state.tables.changes.iter().next();
        Ok(FeedBounds {
            oldest: oldest.map_or(1, |(number, _)| *number),
            newest: self.state.newest_change(),
        })
    }

    fn changes_after(&mut self, after: u64, most: usize) -> Result<Vec<FeedEntry>> {
        let changes = self.state.tables.changes.range(after.saturating_add(1)..);
        let entry = |(number, (at_ms, event)): (&u64, &(i64, FeedEvent))| FeedEntry {
            number: *number,
            at_ms: *at_ms,
            event: event.clone(),
        };
        Ok(changes.take(most).map(entry).collect())
    }

    fn forget_changes(&mut self, below: u64) -> Result<()> {
        let changes = &mut self.state.tables.changes;
        let old: Vec<u64> = changes.range(..below).map(|(number, _)| *number).collect();
        old.iter().for_each(|number| _ = changes.remove(number));
        Ok(())
    }
}
