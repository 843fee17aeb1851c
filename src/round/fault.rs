//! Describes why a poll failed, and computes when the next one may begin.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    bulletin::{PageFault, Source},
    ops::PollState,
    source::{
        ReadError,
        fetch::{FetchError, FetchedPage},
    },
};

/// The wait after a first failure: most of these pass soon, even if the next scheduled poll is a day away.
const FIRST_WAIT: Duration = Duration::from_secs(5 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The reason why a poll failed.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) kind: PageFault,
    /// The reason in English, with the details.
    pub(super) what: String,
    pub(super) retry_after: Option<Duration>,
    /// True if it is reported at once: the page answers, but its list is gone.
    pub(super) is_grave: bool,
    /// True if the address itself is gone or is not what it was.
    pub(super) is_elsewhere: bool,
    /// The page that is not a list, if a rule may be proposed for it.
    pub(super) seen: Option<Box<FetchedPage>>,
}

impl From<FetchError> for Fault {
    fn from(error: FetchError) -> Self {
        let kind = error.fault();
        Self {
            kind,
            what: error.what,
            retry_after: error.retry_after,
            is_grave: false,
            is_elsewhere: kind == PageFault::NotFound,
            seen: None,
        }
    }
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self {
            kind: error.fault(),
            ..Self::unreadable(error.to_string())
        }
    }
}

impl Fault {
    /// Returns the fault of a page that answers and is not the list that it was.
    pub(super) fn unreadable(what: String) -> Self {
        Self {
            kind: PageFault::Unreadable,
            what,
            retry_after: None,
            is_grave: true,
            is_elsewhere: true,
            seen: None,
        }
    }

    /// Returns a fault of our own.
    pub(super) fn broken(what: String) -> Self {
        Self {
            kind: PageFault::Broken,
            is_elsewhere: false,
            ..Self::unreadable(what)
        }
    }

    /// Returns the state of `source` after this fault at `now`; `random` is from 0 to 1.
    pub(super) fn recorded_in(
        &self,
        mut state: PollState,
        source: &Source,
        now: DateTime<Utc>,
        random: f64,
    ) -> PollState {
        state.failures = state.failures.saturating_add(1);
        state.error = Some(self.what.clone());
        state.fault = Some(self.kind);
        state.error_since.get_or_insert(now);
        state.last_polled = Some(now);
        let today = now.with_timezone(&source.time_zone).date_naive();
        state.failed_polls.count(today);
        let interval = source.schedule.interval(now, source.time_zone);
        let wait = backoff(state.failures, interval, random);
        let mut again = now + wait;
        if wait > HOUR {
            let scheduled = source.schedule.next_after(now, source.time_zone);
            again = scheduled.map_or(again, |scheduled| scheduled.min(again));
        }
        let asked = self.retry_after.map(|asked| now + asked.min(DAY));
        state.not_before = asked.max(Some(again));
        state
    }
}

/// Returns the interval, but a few minutes at most, doubled for each further failure: up to an hour, or to the
/// interval if that is longer. A quarter is random, so that sources that failed together do not return together.
fn backoff(failures: u32, interval: Duration, random: f64) -> Duration {
    let doublings = failures.saturating_sub(1).min(20);
    let quarter = random.clamp(0.0, 1.0) / 4.0;
    let wait = interval.min(FIRST_WAIT).saturating_mul(1 << doublings);
    let longest = interval.max(HOUR);
    wait.mul_f64(1.0 + quarter)
        .min(longest.mul_f64(1.0 - quarter))
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

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
    fn a_source_polled_daily_never_waits_longer_than_a_day() {
        assert_eq!(backoff(10, DAY, 0.0), DAY);
    }

    #[test]
    fn a_quarter_of_the_wait_is_chance_and_the_first_is_no_shorter_than_the_interval() {
        assert_eq!(backoff(1, MINUTE, 1.0), Duration::from_secs(75));
        assert_eq!(backoff(9, MINUTE, 1.0), 45 * MINUTE);
    }

    fn source(schedule: &str) -> Source {
        let url = "https://news.example.com/list.html".parse().unwrap();
        Source {
            schedule: schedule.parse().unwrap(),
            ..Source::new("news".parse().unwrap(), url)
        }
    }

    #[test]
    fn a_source_of_once_a_day_is_tried_again_with_growing_waits_and_at_its_time() {
        let eight = chrono_tz::Asia::Shanghai
            .with_ymd_and_hms(2026, 3, 4, 8, 0, 0)
            .unwrap()
            .to_utc();
        let (source, fault) = (source("0 8 * * *"), Fault::unreadable(String::new()));
        let (mut state, mut minutes) = (PollState::default(), Vec::new());
        for _ in 0..11 {
            let now = state.not_before.unwrap_or(eight);
            state = fault.recorded_in(state, &source, now, 0.0);
            minutes.extend(state.not_before.map(|again| (again - eight).num_minutes()));
        }
        let day = 24 * 60;
        let expected = [5, 15, 35, 75, 155, 315, 635, 1275, day, 2 * day, 3 * day];
        assert_eq!(minutes, expected);
    }

    #[test]
    fn a_fault_keeps_what_was_known_and_when_it_began() {
        let (now, source) = (DateTime::UNIX_EPOCH, source("every 1m"));
        let known = PollState {
            body: Some([1; 16]),
            rows: Some([2; 16]),
            ..PollState::default()
        };
        let fault = Fault::unreadable("not a list of notices: a sign-in page".to_owned());
        let once = fault.recorded_in(known.clone(), &source, now, 0.0);
        let twice = fault.recorded_in(once, &source, now + MINUTE, 0.0);
        assert_eq!((twice.body, twice.rows), (known.body, known.rows));
        assert_eq!((twice.failures, twice.error_since), (2, Some(now)));
        assert_eq!(twice.fault, Some(PageFault::Unreadable));
        let today = "1970-01-01".parse().unwrap();
        assert_eq!(twice.failed_polls.on(today), 2);
        assert_eq!(twice.not_before, Some(now + 3 * MINUTE));
    }

    #[test]
    fn retry_after_is_kept_but_a_day_at_most() {
        let asking = |asked| Fault {
            retry_after: Some(asked),
            ..Fault::unreadable(String::new())
        };
        let now = DateTime::UNIX_EPOCH;
        let again = |asked| {
            let state = PollState::default();
            let state = asking(asked).recorded_in(state, &source("0 8 * * *"), now, 0.0);
            state.not_before
        };
        assert_eq!(again(9 * DAY), Some(now + DAY));
        assert_eq!(again(Duration::from_secs(1)), Some(now + 5 * MINUTE));
    }
}
