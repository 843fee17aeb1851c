//! The loop that knows when to look: due times, spreading, catch-up, backoff.

use tokio_util::sync::CancellationToken;

use crate::{
    bulletin::SourceId,
    config::Live,
    round::Looked,
    source::fetch::Fetcher,
    store::{Store, StoreError},
};

/// A handle on the loop; clones share it.
#[derive(Debug, Clone)]
pub struct Watch;

impl Watch {
    #[must_use]
    pub fn new(_store: Store, _config: Live, _fetcher: Fetcher) -> Self {
        todo!()
    }

    /// Looks at sources when they are due until stopped. Follows config changes.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn run(&self, _stop: CancellationToken) -> Result<(), StoreError> {
        todo!()
    }

    /// Looks now, whatever schedule, backoff or Retry-After say; None: no such source.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn poll(&self, _source: &SourceId) -> Result<Option<Looked>, StoreError> {
        todo!()
    }

    /// Whether the loop runs and is not stuck, for `/readyz`.
    #[must_use]
    pub fn is_running(&self) -> bool {
        todo!()
    }
}
