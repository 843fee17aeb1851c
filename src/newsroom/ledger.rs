//! Records which numbers were published when. Pure: the time is passed in.
//!
//! Numbers advance with the clock. After a long pause only a few are caught up with: the hundreds that the clock would
//! demand on the next morning are of no use.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The numbers that exist at the very beginning, twenty for each desk.
const BACKLOG: u64 = 60;
/// The step between two of them, so that their dates go back two weeks.
const BACKLOG_STEP: TimeDelta = TimeDelta::hours(5);
/// The maximum number of bulletins that are published at once after a pause, four for each desk.
const MADE_UP: u64 = 12;
/// The maximum number of runs that are remembered; older numbers keep the dates of the oldest run.
const RUNS: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Ledger {
    runs: Vec<Session>,
    /// The newest published number.
    last: u64,
}

/// A run of numbers in equal steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Session {
    first: u64,
    at: DateTime<Utc>,
    step_ms: i64,
}

impl Session {
    fn time(&self, number: u64) -> DateTime<Utc> {
        let steps = i64::try_from(number.saturating_sub(self.first)).unwrap_or(0);
        self.at + TimeDelta::milliseconds(self.step_ms.saturating_mul(steps))
    }
}

impl Ledger {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        let steps = i32::try_from(BACKLOG).unwrap_or(0);
        let backlog = Session {
            first: 1,
            at: now - BACKLOG_STEP * (steps - 1),
            step_ms: BACKLOG_STEP.num_milliseconds(),
        };
        Self {
            runs: vec![backlog],
            last: BACKLOG,
        }
    }

    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Returns when `number` was, or will be, published.
    pub(super) fn time(&self, number: u64) -> DateTime<Utc> {
        let known = self.runs.iter().rev().find(|run| run.first <= number);
        let run = known.or(self.runs.first());
        run.map_or(DateTime::UNIX_EPOCH, |run| run.time(number))
    }

    /// Publishes the numbers due at `now`, one every `every`; returns whether there were any.
    pub(super) fn advance(&mut self, now: DateTime<Utc>, every: Duration) -> bool {
        let step_ms = i64::try_from(every.as_millis()).unwrap_or(i64::MAX).max(1);
        let step = TimeDelta::milliseconds(step_ms);
        let newest = self.time(self.last);
        let rest_ms = now.signed_duration_since(newest).num_milliseconds();
        let due = u64::try_from(rest_ms / step_ms).unwrap_or(0);
        let made_up = due.min(MADE_UP);
        let goes_on = self.runs.last().is_some_and(|run| run.step_ms == step_ms);
        if !goes_on || due > MADE_UP {
            let before_now = i32::try_from(made_up).unwrap_or(1) - 1;
            let at = (now - step * before_now.max(0)).max(newest + step);
            self.runs.push(Session {
                first: self.last + 1,
                at,
                step_ms,
            });
            let surplus = self.runs.len().saturating_sub(RUNS);
            self.runs.drain(..surplus);
        }
        self.last += made_up;
        made_up > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(5);

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    fn running() -> Ledger {
        let mut ledger = Ledger::new(at(0));
        ledger.advance(at(0), EVERY);
        ledger
    }

    #[test]
    fn one_is_published_at_each_step() {
        let mut ledger = running();
        let first = ledger.last();
        assert!(!ledger.advance(at(4), EVERY));
        assert!(ledger.advance(at(5), EVERY));
        assert_eq!(ledger.last(), first + 1);
        assert_eq!(ledger.time(first + 1), at(5));
    }

    #[test]
    fn a_short_rest_is_made_up_for_by_the_clock() {
        let mut ledger = running();
        let first = ledger.last();
        ledger.advance(at(31), EVERY);
        assert_eq!(ledger.last(), first + 6);
        assert_eq!(ledger.time(first + 6), at(30));
    }

    #[test]
    fn a_night_is_not_made_up_for_and_no_date_moves() {
        let mut ledger = running();
        ledger.advance(at(30), EVERY);
        let (last, before) = (ledger.last(), ledger.clone());
        ledger.advance(at(36_000), EVERY);
        assert_eq!(ledger.last(), last + MADE_UP);
        assert_eq!(ledger.time(last + MADE_UP), at(36_000));
        for number in 1..=last {
            assert_eq!(ledger.time(number), before.time(number));
        }
    }

    #[test]
    fn times_only_grow_whatever_the_steps() {
        let mut ledger = Ledger::new(at(0));
        for (now, every) in [(0, 5), (3, 1), (9, 7), (9000, 7), (9001, 5), (8000, 1)] {
            ledger.advance(at(now), Duration::from_secs(every));
        }
        let times: Vec<_> = (1..=ledger.last()).map(|n| ledger.time(n)).collect();
        assert!(times.is_sorted(), "{times:?}");
    }
}
