//! Why a look failed, and when the next one may come.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    source::{
        ReadError,
        fetch::{FetchError, FetchErrorKind, Page},
    },
    store::LookState,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a look failed.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) retry_after: Option<Duration>,
    /// It is told at once: the page answers, but its list is gone.
    pub(super) is_grave: bool,
    /// The address itself is gone or is not what it was.
    pub(super) is_elsewhere: bool,
    /// The page that is no list, where a rule may be proposed for it.
    pub(super) seen: Option<Box<Page>>,
}

impl From<FetchError> for Fault {
    fn from(error: FetchError) -> Self {
        let is_elsewhere = matches!(error.kind, FetchErrorKind::Status(404 | 410));
        Self {
            what: error.what,
            retry_after: error.retry_after,
            is_grave: false,
            is_elsewhere,
            seen: None,
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::unreadable(error.to_string())
    }
}

impl Fault {
    /// A page that answers and is not the list that it was.
    pub(super) fn unreadable(what: String) -> Self {
        Self {
            what,
            retry_after: None,
            is_grave: true,
            is_elsewhere: true,
            seen: None,
        }
    }

    /// The state after this fault at `now`; `random` is from 0 to 1.
    pub(super) fn recorded_in(
        &self,
        mut state: LookState,
        interval: Duration,
        now: DateTime<Utc>,
        random: f64,
    ) -> LookState {
        state.failures = state.failures.saturating_add(1);
        state.error = Some(self.what.clone());
        state.error_since.get_or_insert(now);
        state.last_polled = Some(now);
        let wait = match self.retry_after {
            Some(asked) => asked
                .min(DAY)
                .max(backoff(state.failures, interval, random)),
            None => backoff(state.failures, interval, random),
        };
        state.not_before = Some(now + wait);
        state
    }
}

/// The interval, doubled for each further failure, an hour at most or the interval if that is
/// longer; a quarter of it at random, so that those who failed together do not return together.
fn backoff(failures: u32, interval: Duration, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    let longest = interval.max(HOUR);
    let wait = interval.saturating_mul(1 << doublings).min(longest);
    wait.mul_f64(1.0 - random.clamp(0.0, 1.0) / 4.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn waiting_doubles_up_to_an_hour() {
        let waits: Vec<u64> = (1..=8)
            .map(|failures| backoff(failures, MINUTE, 0.0).as_secs() / 60)
            .collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn a_source_looked_at_daily_never_waits_longer_than_a_day() {
        assert_eq!(backoff(9, DAY, 0.0), DAY);
    }

    #[test]
    fn a_quarter_of_the_wait_is_chance() {
        assert_eq!(backoff(1, MINUTE, 1.0), Duration::from_secs(45));
    }

    #[test]
    fn a_fault_keeps_what_was_known_and_when_it_began() {
        let now = DateTime::UNIX_EPOCH;
        let known = LookState {
            body: Some([1; 16]),
            rows: Some([2; 16]),
            ..LookState::default()
        };
        let fault = Fault::unreadable("not a list of notices: a sign-in page".to_owned());
        let once = fault.recorded_in(known.clone(), MINUTE, now, 0.0);
        let twice = fault.recorded_in(once, MINUTE, now + MINUTE, 0.0);
        assert_eq!((twice.body, twice.rows), (known.body, known.rows));
        assert_eq!((twice.failures, twice.error_since), (2, Some(now)));
        assert_eq!(twice.not_before, Some(now + 3 * MINUTE));
    }

    #[test]
    fn retry_after_is_kept_but_a_day_at_most() {
        let fault = Fault {
            retry_after: Some(9 * DAY),
            ..Fault::unreadable(String::new())
        };
        let now = DateTime::UNIX_EPOCH;
        let state = fault.recorded_in(LookState::default(), MINUTE, now, 0.0);
        assert_eq!(state.not_before, Some(now + DAY));
    }
}
