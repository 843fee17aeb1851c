//! Defines the change feed: one sequence in which followers (server-sent events, the search index, another worker)
//! read the changes of the store. A follower remembers the number that it read last.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use super::facts::Archived;
use crate::bulletin::{BulletinState, SourceId};

/// The time for which a change can be read. A follower that was away for longer reads everything again.
pub const KEPT: Duration = Duration::days(7);
/// The most changes that can be read, the newest.
pub const MOST: u64 = 100_000;

/// The thing that changed, by the number or name under which it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FeedEvent {
    /// A bulletin was admitted, imported, or published after it was held.
    Bulletin(u64),
    /// A bulletin changed its content, or its publisher shows it again.
    Revision(u64),
    /// A bulletin was taken down by its publisher.
    Withdrawal(u64),
    /// A part of a bulletin changed that is not announced: its address, or which other sources carry it.
    Detail(u64),
    /// A delivery was sent, failed or was dropped.
    Delivery(u64),
    /// A source is paused or resumes, begins or ceases to fail, or has something held or no longer has.
    Source(SourceId),
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// The number of the change, from 1; each change has the next one.
    pub number: u64,
    pub at_ms: i64,
    pub event: FeedEvent,
}

/// The numbers of the oldest change that can be read and of the newest; 1 and 0 before the first change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedBounds {
    pub oldest: u64,
    pub newest: u64,
}

impl FeedBounds {
    /// Returns whether changes after `after` were dropped already, or `after` is of another store.
    #[must_use]
    pub fn has_lost(&self, after: u64) -> bool {
        after.saturating_add(1) < self.oldest || after > self.newest
    }
}

/// Returns the events for a bulletin's followers when it becomes `row`; `before` is `None` for a new one.
#[must_use]
pub fn of_bulletin(id: u64, before: Option<&Archived>, row: &Archived) -> FeedEvent {
    let Some(before) = before else {
        return FeedEvent::Bulletin(id);
    };
    match (before.state, row.state) {
        (BulletinState::Held, BulletinState::Published) => FeedEvent::Bulletin(id),
        (from, BulletinState::Withdrawn) if from != BulletinState::Withdrawn => {
            FeedEvent::Withdrawal(id)
        }
        (from, to) if from != to || before.revision != row.revision => FeedEvent::Revision(id),
        _ => FeedEvent::Detail(id),
    }
}

/// Returns the number below which changes are dropped, given the oldest ones in their order.
#[must_use]
pub fn first_kept(oldest: &[FeedEntry], newest: u64, now_ms: i64) -> u64 {
    let until_ms = now_ms - KEPT.num_milliseconds();
    let is_kept = |it: &&FeedEntry| it.at_ms >= until_ms && it.number + MOST > newest;
    let kept = oldest.iter().find(is_kept).map(|it| it.number);
    let past = oldest.last().map_or(0, |last| last.number + 1);
    // The newest one stays: it determines the next number.
    kept.unwrap_or(past).min(newest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64, at_ms: i64) -> FeedEntry {
        let event = FeedEvent::Bulletin(number);
        FeedEntry {
            number,
            at_ms,
            event,
        }
    }

    #[test]
    fn changes_are_dropped_by_age_and_by_count_and_the_newest_stays() {
        let day = Duration::days(1).num_milliseconds();
        let old = [entry(4, 0), entry(5, day), entry(6, 8 * day)];
        assert_eq!(first_kept(&old, 900, 8 * day), 5);
        assert_eq!(first_kept(&old, 5 + MOST, 7 * day), 6);
        assert_eq!(first_kept(&old, 900, 80 * day), 7);
        assert_eq!(first_kept(&old, 6, 80 * day), 6);
        assert_eq!(first_kept(&[], 6, 80 * day), 0);
    }

    #[test]
    fn a_follower_of_dropped_changes_or_of_another_store_has_lost_some() {
        let bounds = FeedBounds {
            oldest: 5,
            newest: 9,
        };
        let lost = [3, 4, 9, 10].map(|after| bounds.has_lost(after));
        assert_eq!(lost, [true, false, false, true]);
        let empty = FeedBounds {
            oldest: 1,
            newest: 0,
        };
        assert!(!empty.has_lost(0) && empty.has_lost(1));
    }
}
