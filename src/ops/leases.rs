//! Takes, renews and gives back the leases of this process, and writes under them.
//!
//! A [`Store`] that was made by [`Store::under`] writes only as long as its lease has the epoch that it had then.

mod table;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use self::table::{as_it_stands, drop_leases_of, hold};
use super::{
    handle::Store,
    holding::{Held, HeldLease, Holding, LeaseCounts, lost},
    op::Op,
};
use crate::{
    policy::leases::{LeaseKey, RENEWAL, TERM, Wanted, WorkerFacts},
    store::{Refusal, Result, StoreError},
};

/// A worker that is alive, and the number of its leases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerStatus {
    pub facts: WorkerFacts,
    pub sources: usize,
    pub senders: usize,
}

impl Store {
    /// Begins a worker in one transaction. It takes the free leases; if only this process uses the store, these are
    /// all, since their last holder is gone. Leases of an earlier process with the same id are taken again.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn begin_work(
        &self,
        (id, host): (&str, &str),
        wanted: Vec<Wanted>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let me = WorkerFacts {
            id: id.to_owned(),
            host: host.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            since_ms: now.timestamp_millis(),
            until_ms: 0,
        };
        self.engine.follow_others();
        let holding = self.hold_all(me, wanted, now, true).await?;
        self.holding.send_replace(holding);
        Ok(())
    }

    /// Renews the worker, and takes and gives back leases until all are spread evenly. Called twice in each
    /// [`TERM`], and after the config changed.
    ///
    /// # Errors
    /// Fails if another process runs under the same id, in which case this one no longer holds anything, or if a
    /// write fails.
    pub async fn renew_leases(&self, wanted: Vec<Wanted>, now: DateTime<Utc>) -> Result<()> {
        let Some(me) = self.holding.borrow().worker.clone() else {
            return Ok(());
        };
        let renewed = self.hold_all(me, wanted, now, false).await;
        let holding = match &renewed {
            Ok(holding) => holding.clone(),
            Err(StoreError::Refused(Refusal::LeaseLost(_))) => Holding {
                epochs: Arc::default(),
                ..self.holding.borrow().clone()
            },
            Err(_) => return renewed.map(drop),
        };
        self.holding.send_if_modified(|held| {
            let is_other = held.epochs != holding.epochs;
            *held = holding;
            is_other
        });
        renewed.map(drop)
    }

    async fn hold_all(
        &self,
        me: WorkerFacts,
        wanted: Vec<Wanted>,
        now: DateTime<Utc>,
        begins: bool,
    ) -> Result<Holding> {
        let is_shared = self.engine.is_shared();
        let (facts, keys) = (me.clone(), wanted.clone());
        let leaving = match begins {
            true => HashMap::new(),
            false => self.holding.borrow().leaving.clone(),
        };
        let renewed = is_shared.then(Instant::now);
        let held = self.write(move |op| {
            if begins {
                drop_leases_of(op, &facts.id)?;
            }
            let holding = hold(op, (is_shared, facts), (&keys, &leaving), now)?;
            Ok(Holding { renewed, ..holding })
        });
        match held.await {
            // A full disk must not keep the only process from its work: it holds everything as it is.
            Err(StoreError::Refused(Refusal::DiskLow(_))) if !is_shared => {
                self.ask(move |op| as_it_stands(op, me, wanted)).await?
            }
            held => held,
        }
    }

    /// Ends the worker in order: others take over at once.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn end_work(&self) -> Result<()> {
        let Some(me) = self.holding.borrow().worker.clone() else {
            return Ok(());
        };
        let polled = self.holding.borrow().sources();
        self.holding
            .send_modify(|held| held.epochs = Arc::default());
        self.write(move |op| {
            for source in polled.keys() {
                op.tx.leave_poll_state(source);
            }
            op.tx.remove_worker(&me.id);
            Ok(())
        })
        .await
    }

    /// Returns whether another worker may have taken over the leases of this one, since it has not renewed them in
    /// time: it hung, or the database is away.
    #[must_use]
    pub fn may_be_replaced(&self) -> bool {
        let held = self.holding.borrow();
        held.renewed
            .is_some_and(|renewed| renewed.elapsed() >= TERM)
    }

    /// Returns the number of leases that this process holds, and the number that all workers together are to hold.
    #[must_use]
    pub fn lease_counts(&self) -> (LeaseCounts, LeaseCounts) {
        let held = self.holding.borrow();
        (LeaseCounts::of(held.epochs.keys()), held.wanted)
    }

    /// Returns by how much (ms) the clock of this machine is ahead of the clock that leases are counted by.
    #[must_use]
    pub fn clock_ahead_ms(&self) -> i64 {
        self.engine.clock_ahead_ms()
    }

    /// Returns how long it may take until the leases are renewed.
    #[must_use]
    pub fn until_renewal(&self) -> Duration {
        let next = self.holding.borrow().next;
        next.map_or(RENEWAL, |next| next.min(RENEWAL))
    }

    /// Returns a counter that ticks whenever another process takes or gives back leases; `None` if no other process
    /// can use the store.
    #[must_use]
    pub fn lease_changes(&self) -> Option<watch::Receiver<u64>> {
        self.engine.lease_changes()
    }

    /// Returns a view of the leases of this process, for the parts that follow them.
    #[must_use]
    pub fn held(&self) -> Held {
        Held(self.holding.subscribe())
    }

    /// Returns the name under which this process works together with others; `None` if it works alone.
    pub(super) fn shared_as(&self) -> Option<String> {
        let held = self.holding.borrow();
        let worker = held.worker.as_ref().filter(|_| self.engine.is_shared());
        worker.map(|worker| worker.id.clone())
    }

    /// # Errors
    /// Fails if this process knows already that it has lost the lease that this store writes under.
    pub(super) fn is_held_here(&self) -> Result<()> {
        let Some(lease) = &self.lease else {
            return Ok(());
        };
        match self.holding.borrow().epochs.get(&lease.key) == Some(&lease.epoch) {
            true => Ok(()),
            false => Err(lost(&lease.key)),
        }
    }

    /// Returns a store for the holder of a lease, as long as it is held: writes under an older epoch are rejected.
    ///
    /// # Errors
    /// Fails if another worker holds the lease.
    pub fn under(&self, key: &LeaseKey) -> Result<Self> {
        let held = self.holding.borrow();
        if held.worker.is_none() {
            return Ok(self.clone());
        }
        let epoch = held.epochs.get(key).ok_or_else(|| lost(key))?;
        let lease = HeldLease {
            key: key.clone(),
            epoch: *epoch,
        };
        Ok(Self {
            lease: Some(lease),
            steps: Arc::default(),
            ..self.clone()
        })
    }

    /// Waits until the lease is held, then returns a store like [`Store::under`].
    pub async fn once_held(&self, key: &LeaseKey) -> Self {
        let mut changes = self.holding.subscribe();
        loop {
            if let Ok(store) = self.under(key) {
                return store;
            }
            // The sender of changes exists as long as this store.
            let _ = changes.changed().await;
        }
    }

    /// Waits until the lease that this store writes under is known to be lost.
    pub async fn lease_is_lost(&self) {
        let Some(lease) = &self.lease else {
            return std::future::pending().await;
        };
        let mut changes = self.holding.subscribe();
        let is_lost = |held: &Holding| held.epochs.get(&lease.key) != Some(&lease.epoch);
        let _ = changes.wait_for(is_lost).await;
    }

    /// Returns the workers that are alive, by id.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn workers(&self, now: DateTime<Utc>) -> Result<Vec<WorkerStatus>> {
        let is_shared = self.engine.is_shared();
        let own = self.holding.borrow().worker.clone();
        self.ask(move |op| statuses(op, is_shared, own.as_ref(), now))
            .await?
    }
}

fn statuses(
    op: &mut Op<'_>,
    is_shared: bool,
    own: Option<&WorkerFacts>,
    now: DateTime<Utc>,
) -> Result<Vec<WorkerStatus>> {
    let now_ms = op.tx.lease_clock_ms(now.timestamp_millis());
    let is_own = |it: &WorkerFacts| own.is_some_and(|own| own.id == it.id);
    let mut alive = op.tx.workers()?;
    alive.retain(|it| is_own(it) || is_shared && it.until_ms > now_ms);
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (key, lease) in op.tx.leases()? {
        let Some(worker) = lease.worker else { continue };
        let (sources, senders) = counts.entry(worker).or_default();
        match key {
            LeaseKey::Source(_) => *sources += 1,
            LeaseKey::Sender(_) => *senders += 1,
        }
    }
    let status = |facts: WorkerFacts| {
        let (sources, senders) = counts.remove(&facts.id).unwrap_or_default();
        WorkerStatus {
            facts,
            sources,
            senders,
        }
    };
    Ok(alive.into_iter().map(status).collect())
}
