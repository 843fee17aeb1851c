//! The leases that the worker of this process holds, and the check that a write is still under one.

use std::{collections::HashMap, sync::Arc};

use crate::{
    policy::leases::{LeaseKey, WorkerFacts},
    store::{Refusal, Result, StoreError, Tx},
};

/// The leases that the worker of this process holds, as of its last renewal.
#[derive(Debug, Clone, Default)]
pub(super) struct Holding {
    /// None: nobody works here, and all is written as it comes (commands on a stopped store, tests).
    pub(super) worker: Option<WorkerFacts>,
    pub(super) epochs: Arc<HashMap<LeaseKey, u64>>,
}

/// The lease under which something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeldLease {
    pub(super) key: LeaseKey,
    pub(super) epoch: u64,
}

impl HeldLease {
    /// # Errors
    /// Somebody took the lease since: nothing may be written under it.
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
