//! Decides which articles are read again, and when: rarer with age, none after a week.
//!
//! The time is a function of the state of each recent bulletin and of one time: until when all due articles have
//! been read. So a poll that finds nothing new writes nothing.

use chrono::Duration;
use serde::{Deserialize, Serialize};

use crate::bulletin::{Article, Opened};

/// The time after which an article is read again, from its first sight on.
const AFTER: [Duration; 4] = [
    Duration::hours(1),
    Duration::hours(3),
    Duration::days(1),
    Duration::days(3),
];
const A_WEEK: Duration = Duration::days(7);
/// The time between two readings by which an article is known to be gone.
pub const TO_BE_SURE: Duration = Duration::hours(1);
/// The number of newest notices on a source's page before it is followed, whose articles are opened once.
pub const FIRST_OPENED: usize = 20;
/// The age at which an article that could not be fetched is given up: its list's content remains.
const GIVEN_UP: Duration = Duration::days(1);
/// The interval in which a bulletin is read at most once because its row was removed from the list.
const TAKEN_OFF_AGAIN: Duration = Duration::days(1);

/// The state of a recent bulletin in addition to its record.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Recent {
    pub first_seen_ms: i64,
    /// The opened article; `None` if its text was part of the list, which proves nothing about its page; empty if it
    /// was not read yet.
    pub opened: Option<Opened>,
    /// The time since which its page has been gone.
    pub gone_ms: Option<i64>,
    /// A reading in addition to those of its age: to be sure that it is gone, or because its row was removed.
    pub extra_ms: Option<i64>,
}

impl Recent {
    /// Returns when it is read next, or forgotten, after `after_ms`.
    #[must_use]
    pub fn next_ms(&self, after_ms: i64) -> i64 {
        let ages = AFTER.into_iter().filter(|_| self.opened.is_some());
        let ages = ages.map(|age| self.first_seen_ms + age.num_milliseconds());
        let all = ages.chain(self.extra_ms).filter(|due| *due > after_ms);
        let end = self.first_seen_ms + A_WEEK.num_milliseconds();
        all.min().map_or(end, |due| due.min(end))
    }

    #[must_use]
    pub fn is_over(&self, now_ms: i64) -> bool {
        now_ms - self.first_seen_ms >= A_WEEK.num_milliseconds()
    }

    /// Returns the state as found at `now_ms`, if a clock that was ahead found it later; otherwise `None`.
    #[must_use]
    pub fn by_the_clock(&self, now_ms: i64) -> Option<Self> {
        let again_ms = now_ms + TO_BE_SURE.num_milliseconds();
        (self.first_seen_ms > now_ms).then(|| Self {
            first_seen_ms: now_ms,
            opened: self.opened.clone(),
            gone_ms: self.gone_ms.map(|gone| gone.min(now_ms)),
            extra_ms: self.extra_ms.map(|extra| extra.min(again_ms)),
        })
    }

    /// Returns the state of a new bulletin.
    #[must_use]
    pub fn new(article: Option<&Article>, now_ms: i64) -> Self {
        Self {
            first_seen_ms: now_ms,
            // An article that could not be opened at first is opened later.
            opened: match article {
                Some(article) => article.opened.clone(),
                None => Some(Opened::default()),
            },
            ..Self::default()
        }
    }

    /// Returns the state of a bulletin that was there before its source was followed, to be opened at `due_ms`.
    #[must_use]
    pub fn of_first_poll(now_ms: i64, due_ms: i64) -> Self {
        Self {
            extra_ms: Some(due_ms),
            ..Self::new(None, now_ms)
        }
    }

    /// Returns whether its article was not opened yet.
    #[must_use]
    pub fn is_unopened(&self) -> bool {
        self.opened == Some(Opened::default())
    }

    /// Returns whether attempts to open it have ended.
    #[must_use]
    pub fn is_given_up(&self, now_ms: i64) -> bool {
        now_ms - self.first_seen_ms >= GIVEN_UP.num_milliseconds()
    }

    /// Returns whether it is read at once after its row was removed from its list.
    #[must_use]
    pub fn is_read_when_taken_off(&self, now_ms: i64) -> bool {
        let again_ms = TAKEN_OFF_AGAIN.num_milliseconds();
        self.extra_ms.is_none_or(|last| now_ms - last >= again_ms) && !self.is_over(now_ms)
    }
}

/// Returns rows of `before` that are missing from `shown`, which is in order of numbers, though it has most of those
/// below them.
#[must_use]
pub fn taken_off(before: &[u64], shown: &[u64]) -> Vec<u64> {
    let (mut shown_below, mut taken) = (0, Vec::new());
    for (below, id) in before.iter().enumerate() {
        if shown.binary_search(id).is_ok() {
            shown_below += 1;
        } else if shown_below * 2 > below {
            taken.push(*id);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;

    #[test]
    fn articles_are_read_again_rarer_with_age_and_not_after_a_week() {
        let row = Recent {
            opened: Some(Opened::default()),
            ..Recent::default()
        };
        let mut readings = vec![0];
        while !row.is_over(readings[readings.len() - 1]) {
            readings.push(row.next_ms(readings[readings.len() - 1]));
        }
        assert_eq!(readings, [0, 1, 3, 24, 72, 168].map(|hour| hour * HOUR));
        let gone = Recent {
            extra_ms: Some(25 * HOUR),
            ..row
        };
        assert_eq!(gone.next_ms(24 * HOUR), 25 * HOUR);
        assert_eq!(gone.next_ms(25 * HOUR), 72 * HOUR);
        let listed = Recent::default();
        assert_eq!(listed.next_ms(0), 168 * HOUR);
    }

    #[test]
    fn a_row_at_the_end_of_a_list_is_not_taken_off_but_pushed_down() {
        assert_eq!(
            taken_off(&[1, 2, 3, 4, 5], &[3, 4, 5, 6]),
            Vec::<u64>::new()
        );
        assert_eq!(taken_off(&[1, 2, 3, 4, 5], &[1, 2, 4, 5]), [3]);
    }
}
