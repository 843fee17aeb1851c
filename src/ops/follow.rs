//! Serves the change feed to its followers, and trims it.

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{handle::Store, op::Op};
use crate::{
    policy::change_feed::{self, FeedEntry},
    store::Result,
};

/// The number of changes that one transaction drops.
const PART: usize = 500;

/// A page of changes as a follower reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    /// The changes, oldest first.
    pub entries: Vec<FeedEntry>,
    /// The number of the newest change: if it is that of the last entry, all was read.
    pub newest: u64,
    /// True if changes after the requested one are no longer known, or if it is of another store: the follower's
    /// data is outdated, and it has to read everything again. The entries are then the oldest that there are.
    pub has_lost: bool,
}

impl FeedPage {
    /// Returns whether all changes were read with this page.
    #[must_use]
    pub fn is_last(&self) -> bool {
        let last = self.entries.last();
        last.is_none_or(|last| last.number >= self.newest)
    }
}

impl Store {
    /// Returns at most `most` changes with numbers above `after`, oldest first.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn changes_after(&self, after: u64, most: usize) -> Result<FeedPage> {
        self.ask(move |op| page(op, after, most)).await?
    }

    /// Wakes the followers of the change feed; the value is the number of the newest change.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        self.engine.newest_change()
    }

    /// Drops changes that are too old, or too many.
    pub(super) async fn trim_changes(&self, now: DateTime<Utc>) -> Result<()> {
        while self.write(move |op| trim(op, now)).await? {}
        Ok(())
    }
}

fn page(op: &mut Op<'_>, after: u64, most: usize) -> Result<FeedPage> {
    let bounds = op.tx.feed_bounds()?;
    let has_lost = bounds.has_lost(after);
    let after = if has_lost { 0 } else { after };
    Ok(FeedPage {
        entries: op.tx.changes_after(after, most)?,
        newest: bounds.newest,
        has_lost,
    })
}

/// Drops some changes; returns whether there may be more to drop.
fn trim(op: &mut Op<'_>, now: DateTime<Utc>) -> Result<bool> {
    let bounds = op.tx.feed_bounds()?;
    let oldest = op.tx.changes_after(0, PART)?;
    let first = change_feed::first_kept(&oldest, bounds.newest, now.timestamp_millis());
    op.tx.forget_changes(first)?;
    Ok(oldest.len() == PART && oldest.last().is_some_and(|last| last.number < first))
}
