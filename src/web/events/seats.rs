//! Seats for streams.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Open streams; further readers ask again later.
const MOST_STREAMS: usize = 256;

/// Seats for streams: each open one has one.
#[derive(Debug)]
pub(in crate::web) struct Seats(Arc<Semaphore>);

impl Default for Seats {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_STREAMS)))
    }
}

impl Seats {
    /// A seat, which is given back once it is dropped; None: all are taken.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}
