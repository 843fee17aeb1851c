//! Limits how many requests are open at once, and decides which of them get a place.
//!
//! Most sites answer at once or not at all. So that hanging sites delay no others, a request that was not answered
//! within [`PATIENCE`] gives up its place as soon as others wait for one, and restarts where hosts that do not answer
//! share a few places.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The time for which a request keeps its place although others wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// The interval at which a request without an answer checks whether others wait.
const GLANCE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct Places {
    open: Semaphore,
    /// The places among them that hosts which do not answer may hold.
    few: Semaphore,
    waiting: AtomicUsize,
}

impl Places {
    pub(super) fn new(places: usize) -> Self {
        let places = places.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            open: Semaphore::new(places),
            few: Semaphore::new((places / 4).max(1)),
            waiting: AtomicUsize::new(0),
        }
    }

    pub(super) async fn open(&self) -> Option<SemaphorePermit<'_>> {
        let _waiting = CountedWait::of(&self.waiting);
        self.open.acquire().await.ok()
    }

    pub(super) async fn few(&self) -> Option<SemaphorePermit<'_>> {
        self.few.acquire().await.ok()
    }

    /// Takes one of the few places if one is free.
    pub(super) fn try_few(&self) -> Option<SemaphorePermit<'_>> {
        self.few.try_acquire().ok()
    }

    /// Returns once `patience` is over and another request waits for a place.
    pub(super) async fn crowded(&self, patience: Duration) {
        tokio::time::sleep(patience).await;
        while self.waiting.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// A waiting request, counted until it is dropped.
struct CountedWait<'a>(&'a AtomicUsize);

impl<'a> CountedWait<'a> {
    fn of(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for CountedWait<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
