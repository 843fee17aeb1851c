//! Tracks the leases that the worker of this process holds, and checks that a write is still under one.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use crate::{
    bulletin::SourceId,
    policy::leases::{LeaseKey, WorkerFacts},
    store::{Refusal, Result, StoreError, Tx},
};

/// A number of leases of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeaseCounts {
    pub sources: usize,
    pub senders: usize,
}

impl LeaseCounts {
    pub(super) fn of<'a>(keys: impl Iterator<Item = &'a LeaseKey>) -> Self {
        keys.fold(Self::default(), |counts, key| match key {
            LeaseKey::Source(_) => Self {
                sources: counts.sources + 1,
                ..counts
            },
            LeaseKey::Sender(_) => Self {
                senders: counts.senders + 1,
                ..counts
            },
        })
    }
}

/// The leases that the worker of this process holds, as of its last renewal.
#[derive(Debug, Clone, Default)]
pub(super) struct Holding {
    /// The worker; `None` if this process has none, and every change is written as it comes (commands on a stopped
    /// store, tests).
    pub(super) worker: Option<WorkerFacts>,
    pub(super) epochs: Arc<HashMap<LeaseKey, u64>>,
    /// The number of sources and senders that all workers together are to hold.
    pub(super) wanted: LeaseCounts,
    /// Senders that end here, and since when (ms); then their leases are given back.
    pub(super) leaving: HashMap<LeaseKey, i64>,
    /// The beginning of the last renewal that succeeded, if several workers share the store.
    pub(super) renewed: Option<Instant>,
    /// The time until the next task other than a renewal: a sender has ended, or another worker may be gone.
    pub(super) next: Option<Duration>,
}

impl Holding {
    /// Returns the sources that this process polls, by epoch.
    pub(super) fn sources(&self) -> HashMap<SourceId, u64> {
        let sources = self.epochs.iter().filter_map(|(key, epoch)| match key {
            LeaseKey::Source(id) => Some((id.clone(), *epoch)),
            LeaseKey::Sender(_) => None,
        });
        sources.collect()
    }
}

/// A view of the leases of this process, as one of its parts follows them.
#[derive(Debug)]
pub struct Held(pub(super) watch::Receiver<Holding>);

impl Held {
    /// Waits until the leases differ from those of the last call.
    pub async fn changed(&mut self) {
        // The sender of changes exists as long as the store.
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns the sources that this process polls, with the epochs of their leases; `None` if it has no worker, and
    /// any caller may poll them all.
    #[must_use]
    pub fn sources(&self) -> Option<HashMap<SourceId, u64>> {
        let held = self.0.borrow();
        held.worker.as_ref().map(|_| held.sources())
    }
}

/// The lease under which something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldLease {
    pub(super) key: LeaseKey,
    pub(super) epoch: u64,
}

impl HeldLease {
    /// # Errors
    /// Fails if another worker has taken the lease since: nothing may be written under it.
    pub(super) fn check(&self, tx: &mut dyn Tx) -> Result<()> {
        match tx.lease(&self.key)?.epoch == self.epoch {
            true => Ok(()),
            false => Err(lost(&self.key)),
        }
    }
}

pub(super) fn lost(key: &LeaseKey) -> StoreError {
    Refusal::LeaseLost(key.to_string()).into()
}
