//! How many requests are open at once, and who gets a place.
//!
//! Most sites answer at once or not at all. So that those that hang keep nobody waiting, a request that was
//! not answered within [`PATIENCE`] gives its place up as soon as others wait for one, and begins anew where
//! hosts that do not answer share a few places.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// How long a request keeps its place although others wait.
pub(super) const PATIENCE: Duration = Duration::from_secs(3);
/// How often a request that was not answered checks whether others wait.
const GLANCE: Duration = Duration::from_millis(250);

#[derive(Debug)]
pub(super) struct Places {
    open: Semaphore,
    /// Those among them that hosts which do not answer may hold.
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

    /// One of the few, where it is free.
    pub(super) fn try_few(&self) -> Option<SemaphorePermit<'_>> {
        self.few.try_acquire().ok()
    }

    /// Returns once `patience` is over and somebody waits for a place.
    pub(super) async fn crowded(&self, patience: Duration) {
        tokio::time::sleep(patience).await;
        while self.waiting.load(Ordering::Relaxed) == 0 {
            tokio::time::sleep(GLANCE).await;
        }
    }
}

/// Counted for as long as it lives.
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
