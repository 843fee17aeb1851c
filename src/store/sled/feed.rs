//! Numbers the changes of the change feed, and tracks which of them followers may read.

use tokio::sync::watch;

use super::{
    engine::{Engine, Row, Writes},
    keys,
};
use crate::{
    policy::change_feed::{FeedEntry, FeedEvent},
    store::error::Result,
};

/// The state of the feed that the writer holds.
pub(super) struct ChangeFeed {
    /// The newest change that was committed.
    committed: u64,
    /// The newest change that is durable. Changes are read only up to it: after a power cut another one may have the
    /// number.
    durable: watch::Sender<u64>,
}

impl ChangeFeed {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let newest = engine.scan(b"E").next_back().transpose()?;
        let committed = newest.map_or(0, |row| keys::last_number(&row.key));
        Ok(Self {
            committed,
            durable: watch::Sender::new(committed),
        })
    }

    /// Numbers the changes of a transaction, which are written with it.
    pub(super) fn write(&self, changes: &[(i64, FeedEvent)], writes: &mut Writes) {
        for (number, entry) in (self.committed + 1..).zip(changes) {
            writes.put(keys::change(number), entry);
        }
    }

    /// Records that `count` changes were committed.
    pub(super) fn install(&mut self, count: usize) {
        self.committed += count as u64;
    }

    /// Records that all committed changes are durable, so that followers may read them.
    pub(super) fn is_durable(&self) {
        let committed = self.committed;
        self.durable
            .send_if_modified(|last| std::mem::replace(last, committed) != committed);
    }

    pub(super) fn newest(&self) -> u64 {
        *self.durable.borrow()
    }

    pub(super) fn follow(&self) -> watch::Receiver<u64> {
        self.durable.subscribe()
    }
}

/// Returns changes with numbers above `after` and up to `newest`, oldest first.
pub(super) fn entries(
    engine: &Engine,
    (after, newest): (u64, u64),
    most: usize,
) -> Result<Vec<FeedEntry>> {
    let (from, to) = (after.saturating_add(1), newest.saturating_add(1));
    let rows = engine.scan_between(&keys::change(from), &keys::change(to.max(from)));
    let entry = |row: Result<Row>| {
        let row = row?;
        let (at_ms, event): (i64, FeedEvent) = engine.decode(&row.key, &row.value)?;
        let number = keys::last_number(&row.key);
        Ok(FeedEntry {
            number,
            at_ms,
            event,
        })
    };
    rows.take(most).map(entry).collect()
}
