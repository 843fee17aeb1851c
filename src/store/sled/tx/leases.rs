//! Workers and their leases. The row of a lease also holds its key.

use super::base::SledTx;
use crate::{
    policy::leases::{Lease, LeaseKey, WorkerFacts},
    store::{error::Result, sled::keys, tx::Leases},
};

impl Leases for SledTx<'_> {
    fn workers(&mut self) -> Result<Vec<WorkerFacts>> {
        let keys = self.change.rows(&self.books.engine, b"W")?.into_keys();
        let workers = keys.map(|key| self.get(&key));
        workers.filter_map(Result::transpose).collect()
    }

    fn set_worker(&mut self, worker: &WorkerFacts) {
        self.change.writes.put(keys::worker(&worker.id), worker);
    }

    fn remove_worker(&mut self, id: &str) {
        self.change.writes.remove(keys::worker(id));
    }

    fn leases(&mut self) -> Result<Vec<(LeaseKey, Lease)>> {
        let keys = self.change.rows(&self.books.engine, b"L")?.into_keys();
        let leases = keys.map(|key| self.get(&key));
        leases.filter_map(Result::transpose).collect()
    }

    fn lease(&mut self, key: &LeaseKey) -> Result<Lease> {
        let row: Option<(LeaseKey, Lease)> = self.get(&keys::lease(key))?;
        Ok(row.map(|(_, lease)| lease).unwrap_or_default())
    }

    fn set_lease(&mut self, key: &LeaseKey, lease: &Lease) {
        self.change.writes.put(keys::lease(key), &(key, lease));
    }
}
