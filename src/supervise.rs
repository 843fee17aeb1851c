//! Keeps long-lived parts alive: a part that panics or gives up is reported and restarted after a wait.
//!
//! [`Supervisor::keep`] is the loop. Only a fatal error, such as a failed store, ends it: that error ends the
//! program, and nothing else does (promise 8 of the design).

use std::{
    any::Any,
    collections::BTreeMap,
    fmt::Display,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use tokio::{
    task::JoinError,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use crate::ops::{Failure, StoreError};

/// The length of a logged reason: a panic may quote a whole page.
const LONGEST_REASON: usize = 300;

/// An error of a part; a fatal one cannot be mended by a restart.
pub trait PartError: Display {
    fn is_fatal(&self) -> bool;
}

impl PartError for StoreError {
    fn is_fatal(&self) -> bool {
        matches!(self, Self::Failed(failure) if failure.is_fatal())
    }
}

impl PartError for Failure {
    /// Returns whether the failure is fatal: one row that cannot be read is no reason to end what does not need it.
    fn is_fatal(&self) -> bool {
        !matches!(self, Self::Damaged { .. })
    }
}

impl PartError for std::io::Error {
    fn is_fatal(&self) -> bool {
        false
    }
}

/// A supervisor that restarts parts and counts how often they broke; clones share the count.
#[derive(Debug, Clone, Default)]
pub struct Supervisor {
    parts: Arc<Mutex<BTreeMap<String, Broken>>>,
    waits: Waits,
}

#[derive(Debug, Clone, Copy)]
struct Waits {
    /// The wait before the first restart; each further one in a row doubles it, up to the longest.
    shortest: Duration,
    longest: Duration,
    /// The time after which a running part counts as healthy again, and its next wait is the shortest.
    well_after: Duration,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            shortest: Duration::from_secs(1),
            longest: Duration::from_secs(60),
            well_after: Duration::from_secs(10 * 60),
        }
    }
}

impl Waits {
    /// Returns the wait before the next restart of a part that ran for `ran`, after a wait of `last`.
    fn next(self, last: Option<Duration>, ran: Duration) -> Duration {
        let doubled = last.filter(|_| ran < self.well_after).map(|wait| wait * 2);
        doubled.unwrap_or(self.shortest).min(self.longest)
    }
}

#[derive(Debug)]
struct Broken {
    times: u64,
    /// The time since which it breaks again and again.
    since: DateTime<Utc>,
    last: Instant,
}

/// A part that broke at least once since the program began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breakage {
    pub part: String,
    pub times: u64,
    /// The time since which it breaks, if the last time is not long ago.
    pub since: Option<DateTime<Utc>>,
}

impl Supervisor {
    /// Runs the part that `begin` makes until `stop`, and restarts it whenever it panics, fails or ends.
    ///
    /// # Errors
    /// Fails with a fatal error of the part.
    pub async fn keep<E, F>(
        &self,
        part: &str,
        stop: &CancellationToken,
        mut begin: impl FnMut() -> F,
    ) -> Result<(), E>
    where
        E: PartError,
        F: Future<Output = Result<(), E>>,
    {
        let mut wait = None;
        loop {
            let begun = Instant::now();
            let run = async { begin().await };
            let why = match AssertUnwindSafe(run).catch_unwind().await {
                Ok(Err(error)) if error.is_fatal() => return Err(error),
                Ok(Err(error)) => error.to_string(),
                Ok(Ok(())) if stop.is_cancelled() => return Ok(()),
                Ok(Ok(())) => "it ended on its own".to_owned(),
                Err(panic) => reason(panic.as_ref()),
            };
            self.broke(part, &why);
            let next = self.waits.next(wait, begun.elapsed());
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = sleep(next) => {}
            }
            wait = Some(next);
        }
    }

    /// Reports and counts a part that broke; for parts that are restarted by their own schedule.
    pub fn broke(&self, part: &str, why: &str) {
        let why: String = why.chars().take(LONGEST_REASON).collect();
        tracing::error!(
            part,
            "a part of the program failed and was restarted: {why}"
        );
        let mut parts = self.lock();
        let (now, last) = (Utc::now(), Instant::now());
        let broken = parts.entry(part.to_owned()).or_insert(Broken {
            times: 0,
            since: now,
            last,
        });
        if broken.last.elapsed() >= self.waits.well_after {
            broken.since = now;
        }
        broken.times += 1;
        broken.last = last;
    }

    /// Returns all parts that broke so far, by name.
    #[must_use]
    pub fn breakages(&self) -> Vec<Breakage> {
        let parts = self.lock();
        let breakage = |(part, broken): (&String, &Broken)| Breakage {
            part: part.clone(),
            times: broken.times,
            since: (broken.last.elapsed() < self.waits.well_after).then_some(broken.since),
        };
        parts.iter().map(breakage).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Broken>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns why a task ended without a result.
#[must_use]
pub fn why(ended: JoinError) -> String {
    match ended.try_into_panic() {
        Ok(panic) => reason(panic.as_ref()),
        Err(ended) => ended.to_string(),
    }
}

/// Returns the message of a panic.
#[must_use]
pub fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("it panicked: {}", text.as_deref().unwrap_or("no message"))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::ops::Refusal;

    fn fast() -> (Supervisor, CancellationToken) {
        let waits = Waits {
            shortest: Duration::from_millis(1),
            ..Waits::default()
        };
        let parts = Arc::default();
        (Supervisor { parts, waits }, CancellationToken::new())
    }

    #[tokio::test]
    async fn a_part_that_panics_fails_or_ends_is_begun_again_and_counted() {
        let (supervisor, stop) = fast();
        let runs = AtomicU32::new(0);
        let begin = async || match runs.fetch_add(1, Ordering::Relaxed) {
            0 => panic!("a page broke it"),
            1 => Err(StoreError::from(Refusal::Other("no".to_owned()))),
            2 => Ok(()),
            _ => {
                stop.cancel();
                Ok(())
            }
        };
        assert!(supervisor.keep("schedule", &stop, begin).await.is_ok());
        let breakages = supervisor.breakages();
        assert_eq!(
            (breakages[0].part.as_str(), breakages[0].times),
            ("schedule", 3)
        );
        assert!(breakages[0].since.is_some());
    }

    #[tokio::test]
    async fn a_part_that_panics_while_it_is_made_is_survived() {
        let (supervisor, stop) = fast();
        let runs = AtomicU32::new(0);
        let begin = || {
            assert!(
                runs.fetch_add(1, Ordering::Relaxed) > 0,
                "while it was made"
            );
            stop.cancel();
            std::future::ready(Ok::<_, StoreError>(()))
        };
        assert!(supervisor.keep("pages", &stop, begin).await.is_ok());
        assert_eq!(supervisor.breakages()[0].times, 1);
    }

    #[tokio::test]
    async fn a_failed_store_is_not_survived() {
        let (supervisor, stop) = fast();
        let failed = async || Err(Failure::Write("no room".to_owned()));
        let ended = supervisor.keep("push", &stop, failed).await;
        assert!(matches!(ended, Err(Failure::Write(_))));
        assert!(supervisor.breakages().is_empty());
    }

    #[test]
    fn waits_grow_to_a_minute_and_are_short_again_after_a_long_good_run() {
        let waits = Waits::default();
        let mut last = None;
        let mut next = |ran| {
            last = Some(waits.next(last, Duration::from_secs(ran)));
            last.unwrap_or_default().as_secs()
        };
        let grown: Vec<u64> = (0..8).map(|_| next(5)).collect();
        assert_eq!(grown, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!((next(10 * 60), next(5)), (1, 2));
    }

    #[tokio::test]
    async fn a_stop_ends_the_wait_for_a_restart() {
        let (supervisor, stop) = (Supervisor::default(), CancellationToken::new());
        let broken = supervisor.keep("bot", &stop, async || -> Result<(), StoreError> {
            panic!("at the end")
        });
        let stopping = async {
            while supervisor.breakages().is_empty() {
                tokio::task::yield_now().await;
            }
            stop.cancel();
        };
        assert!(tokio::join!(broken, stopping).0.is_ok());
    }

    #[test]
    fn a_part_that_has_been_well_for_long_is_no_problem_any_more_but_stays_counted() {
        let (mut supervisor, _) = fast();
        supervisor.waits.well_after = Duration::ZERO;
        supervisor.broke("rereading", "it panicked");
        let breakages = supervisor.breakages();
        assert_eq!((breakages[0].times, breakages[0].since), (1, None));
    }
}
