//! The change feed.

use super::base::SledTx;
use crate::{
    policy::change_feed::{FeedBounds, FeedEntry, FeedEvent},
    store::{
        error::Result,
        sled::{feed, keys},
        tx::Feed,
    },
};

impl Feed for SledTx<'_> {
    fn record_change(&mut self, event: FeedEvent, now_ms: i64) {
        self.change.feed.push((now_ms, event));
    }

    fn feed_bounds(&mut self) -> Result<FeedBounds> {
        let newest = self.books.feed.newest();
        let oldest = feed::entries(&self.books.engine, (0, newest), 1)?.pop();
        let oldest = oldest.map_or(newest + 1, |entry| entry.number);
        Ok(FeedBounds { oldest, newest })
    }

    fn changes_after(&mut self, after: u64, most: usize) -> Result<Vec<FeedEntry>> {
        let newest = self.books.feed.newest();
        feed::entries(&self.books.engine, (after, newest), most)
    }

    fn forget_changes(&mut self, below: u64) -> Result<()> {
        let newest = self.books.feed.newest();
        let last = below.saturating_sub(1).min(newest);
        for entry in feed::entries(&self.books.engine, (0, last), usize::MAX)? {
            self.change.writes.remove(keys::change(entry.number));
        }
        Ok(())
    }
}
