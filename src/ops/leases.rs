//! The leases of this process: it takes them, renews them, gives them back, and writes under them.
//!
//! A [`Store`] that was made by [`Store::under`] writes only as long as its lease has the epoch that it had then.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    handle::Store,
    holding::{HeldLease, Holding, lost},
    op::Op,
};
use crate::{
    policy::leases::{self, Lease, LeaseKey, TERM, Wanted, WorkerFacts},
    store::{Refusal, Result, StoreError},
};

/// A worker that is alive, and how much it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerStatus {
    pub facts: WorkerFacts,
    pub sources: usize,
    pub senders: usize,
}

impl Store {
    /// ATOMIC: a worker begins. It takes what nobody holds; where the store is this process's alone that is everything,
    /// since whoever held it before is gone. What an earlier process of the same id held is taken anew.
    ///
    /// # Errors
    /// A write failed.
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
        let holding = self.hold_all(me, wanted, now, true).await?;
        self.holding.send_replace(holding);
        Ok(())
    }

    /// Says that the worker is alive, and takes and gives back leases until all is spread evenly. Called twice in
    /// each [`TERM`], and after the config changed.
    ///
    /// # Errors
    /// Another process runs under the same id: this one holds nothing any more. A write failed.
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
        let held = self.write(move |op| {
            if begins {
                drop_leases_of(op, &facts.id)?;
            }
            hold(op, is_shared, facts, &keys, now)
        });
        match held.await {
            // A full disk must not keep the only process from its work: it holds everything as it stands.
            Err(StoreError::Refused(Refusal::DiskLow(_))) if !is_shared => {
                self.ask(move |op| as_it_stands(op, me, wanted)).await?
            }
            held => held,
        }
    }

    /// The worker ends in order: others take over at once.
    ///
    /// # Errors
    /// A write failed.
    pub async fn end_work(&self) -> Result<()> {
        let Some(me) = self.holding.borrow().worker.clone() else {
            return Ok(());
        };
        self.holding
            .send_modify(|held| held.epochs = Arc::default());
        self.write(move |op| {
            op.tx.remove_worker(&me.id);
            Ok(())
        })
        .await
    }

    /// This store for whoever does what a lease is on, as long as it is held: what is written under an older epoch is refused.
    ///
    /// # Errors
    /// Another worker holds it.
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
            ..self.clone()
        })
    }

    /// As [`Store::under`], once the lease is held.
    pub async fn once_held(&self, key: &LeaseKey) -> Self {
        let mut changes = self.holding.subscribe();
        loop {
            if let Ok(store) = self.under(key) {
                return store;
            }
            // The sender of changes lives as long as this store.
            let _ = changes.changed().await;
        }
    }

    /// Ends once the lease that this store writes under is known to be lost.
    pub async fn lease_is_lost(&self) {
        let Some(lease) = &self.lease else {
            return std::future::pending().await;
        };
        let mut changes = self.holding.subscribe();
        let is_lost = |held: &Holding| held.epochs.get(&lease.key) != Some(&lease.epoch);
        let _ = changes.wait_for(is_lost).await;
    }

    /// Workers that are alive, by id.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn workers(&self, now: DateTime<Utc>) -> Result<Vec<WorkerStatus>> {
        let is_shared = self.engine.is_shared();
        let own = self.holding.borrow().worker.clone();
        self.ask(move |op| statuses(op, is_shared, own.as_ref(), now))
            .await?
    }
}

/// Everything that is wanted, under the epochs that it has.
fn as_it_stands(op: &mut Op<'_>, me: WorkerFacts, wanted: Vec<Wanted>) -> Result<Holding> {
    let mut epochs = HashMap::with_capacity(wanted.len());
    for Wanted { key, .. } in wanted {
        let epoch = op.tx.lease(&key)?.epoch;
        epochs.insert(key, epoch);
    }
    Ok(Holding {
        worker: Some(me),
        epochs: Arc::new(epochs),
    })
}

fn drop_leases_of(op: &mut Op<'_>, id: &str) -> Result<()> {
    op.tx.remove_worker(id);
    for (key, lease) in op.tx.leases()? {
        if lease.worker.as_deref() == Some(id) {
            give_back(op, &key, &lease);
        }
    }
    Ok(())
}

fn give_back(op: &mut Op<'_>, key: &LeaseKey, lease: &Lease) {
    let free = Lease {
        worker: None,
        ..lease.clone()
    };
    op.tx.set_lease(key, &free);
}

fn hold(
    op: &mut Op<'_>,
    is_shared: bool,
    mut me: WorkerFacts,
    wanted: &[Wanted],
    now: DateTime<Utc>,
) -> Result<Holding> {
    let known = op.tx.workers()?;
    let own = known.iter().find(|it| it.id == me.id);
    if own.is_some_and(|own| own.since_ms != me.since_ms) {
        let why = format!("the worker `{}`, as which another process runs", me.id);
        return Err(Refusal::LeaseLost(why).into());
    }
    let now_ms = now.timestamp_millis();
    let (alive, gone): (Vec<_>, Vec<_>) = known
        .iter()
        .filter(|it| it.id != me.id)
        .partition(|it| is_shared && it.until_ms > now_ms);
    gone.iter().for_each(|it| op.tx.remove_worker(&it.id));
    // On one machine the lock on the folder says that it is alive.
    if is_shared || own.is_none() {
        me.until_ms = now_ms + i64::try_from(TERM.as_millis()).unwrap_or(i64::MAX);
        op.tx.set_worker(&me);
    }
    let mut alive: Vec<&str> = alive.iter().map(|it| it.id.as_str()).collect();
    alive.push(&me.id);
    let mut all: HashMap<LeaseKey, Lease> = op.tx.leases()?.into_iter().collect();
    let plan = leases::plan(&me.id, wanted, &alive, &all);
    for key in &plan.give_back {
        let lease = all.entry(key.clone()).or_default();
        lease.worker = None;
        op.tx.set_lease(key, lease);
    }
    for key in &plan.take {
        let lease = all.entry(key.clone()).or_default();
        lease.epoch += 1;
        lease.worker = Some(me.id.clone());
        op.tx.set_lease(key, lease);
    }
    let mine = all.into_iter();
    let mine = mine.filter(|(_, lease)| lease.worker.as_deref() == Some(&me.id));
    let epochs = mine.map(|(key, lease)| (key, lease.epoch)).collect();
    Ok(Holding {
        worker: Some(me),
        epochs: Arc::new(epochs),
    })
}

fn statuses(
    op: &mut Op<'_>,
    is_shared: bool,
    own: Option<&WorkerFacts>,
    now: DateTime<Utc>,
) -> Result<Vec<WorkerStatus>> {
    let now_ms = now.timestamp_millis();
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
