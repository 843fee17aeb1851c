//! Workers and their leases.

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    policy::leases::{Lease, LeaseKey, WorkerFacts},
    store::{
        error::Result,
        postgres::{
            rows::{LEASE, get, json, lease, lease_parts, signed, source_id},
            session::params,
        },
        tx::Leases,
    },
};

/// The difference (ms) below which clocks agree: it includes the round trip to the database.
const CLOCKS_AGREE: u64 = 5_000;

impl Leases for PostgresTx<'_> {
    fn lease_clock_ms(&mut self, now_ms: i64) -> i64 {
        match self.memory.trusts_callers {
            true => now_ms,
            false => self.begun.clock_ms,
        }
    }

    fn clock_ahead_ms(&mut self) -> i64 {
        let ahead = self.begun.clock_ahead_ms;
        let is_worth_it = ahead.unsigned_abs() > CLOCKS_AGREE && !self.memory.trusts_callers;
        if is_worth_it { ahead } else { 0 }
    }

    fn workers(&mut self) -> Result<Vec<WorkerFacts>> {
        let asked = "SELECT worker FROM workers ORDER BY id COLLATE \"C\"";
        let rows = self.session.rows(asked, &[])?;
        rows.iter().map(|row| json(row, 0)).collect()
    }

    fn set_worker(&mut self, worker: &WorkerFacts) {
        self.write(
            "INSERT INTO workers VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET worker = excluded.worker",
            params![worker.id.clone(), Json(worker.clone())],
        );
    }

    fn remove_worker(&mut self, id: &str) {
        self.write("DELETE FROM workers WHERE id = $1", params![id.to_owned()]);
    }

    fn leases(&mut self) -> Result<Vec<(LeaseKey, Lease)>> {
        let asked = "SELECT name, kind, epoch, worker FROM leases \
                     ORDER BY kind = 'sender', name COLLATE \"C\"";
        let rows = self.session.rows(asked, &[])?;
        rows.iter()
            .map(|row| Ok((key(row)?, lease(row)?)))
            .collect()
    }

    fn lease(&mut self, key: &LeaseKey) -> Result<Lease> {
        if let Some((_, lease)) = self.ahead.lease.as_ref().filter(|(known, _)| known == key) {
            return Ok(lease.clone());
        }
        let (kind, name) = lease_parts(key);
        let row = self.session.row(LEASE, &[&kind, &name])?;
        row.map_or(Ok(Lease::default()), |row| lease(&row))
    }

    fn set_lease(&mut self, key: &LeaseKey, lease: &Lease) {
        self.effects.changed.leases = true;
        self.ahead.lease = None;
        let (kind, name) = lease_parts(key);
        self.write(
            "INSERT INTO leases VALUES ($1, $2, $3, $4) ON CONFLICT (kind, name) DO UPDATE SET \
             epoch = excluded.epoch, worker = excluded.worker",
            params![
                kind.to_owned(),
                name.to_owned(),
                signed(lease.epoch),
                lease.worker.clone()
            ],
        );
    }
}

fn key(row: &tokio_postgres::Row) -> Result<LeaseKey> {
    match get::<&str>(row, 1)? {
        "source" => Ok(LeaseKey::Source(source_id(row, 0)?)),
        _ => Ok(LeaseKey::Sender(get(row, 0)?)),
    }
}
