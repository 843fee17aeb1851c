//! Workers and their leases.

use super::base::MemoryTx;
use crate::{
    policy::leases::{Lease, LeaseKey, WorkerFacts},
    store::{error::Result, tx::Leases},
};

impl Leases for MemoryTx<'_> {
    fn workers(&mut self) -> Result<Vec<WorkerFacts>> {
        let workers = self.state.tables.workers.iter();
        Ok(workers.map(|(_, facts)| facts.clone()).collect())
    }

    fn set_worker(&mut self, worker: &WorkerFacts) {
        let workers = &mut self.state.tables.workers;
        workers.set(worker.id.clone(), worker.clone());
    }

    fn remove_worker(&mut self, id: &str) {
        self.state.tables.workers.remove(&id.to_owned());
    }

    fn leases(&mut self) -> Result<Vec<(LeaseKey, Lease)>> {
        let leases = self.state.tables.leases.iter();
        Ok(leases
            .map(|(key, lease)| (key.clone(), lease.clone()))
            .collect())
    }

    fn lease(&mut self, key: &LeaseKey) -> Result<Lease> {
        let lease = self.state.tables.leases.get(key);
        Ok(lease.cloned().unwrap_or_default())
    }

    fn set_lease(&mut self, key: &LeaseKey, lease: &Lease) {
        self.state.tables.leases.set(key.clone(), lease.clone());
    }
}
