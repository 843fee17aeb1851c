//! Limits the number of open streams.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The maximum number of open streams; further readers try again later.
const MOST_STREAMS: usize = 256;

/// The seats for streams: each open one takes one.
#[derive(Debug)]
pub(in crate::web) struct Seats(Arc<Semaphore>);

impl Default for Seats {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST_STREAMS)))
    }
}

impl Seats {
    /// Takes a seat, which is freed once it is dropped; `None` if all are taken.
    pub(super) fn take(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).try_acquire_owned().ok()
    }
}
