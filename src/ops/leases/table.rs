//! Changes the leases as one worker finds them, taking some and giving some back, in one transaction.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    ops::{
        holding::{Holding, LeaseCounts},
        op::Op,
    },
    policy::leases::{self, LEAVING, Lease, LeaseKey, TERM, Wanted, WorkerFacts},
    store::{Refusal, Result},
};

/// Returns all wanted leases, under their current epochs.
pub(super) fn as_it_stands(
    op: &mut Op<'_>,
    me: WorkerFacts,
    wanted: Vec<Wanted>,
) -> Result<Holding> {
    let counts = LeaseCounts::of(wanted.iter().map(|it| &it.key));
    let mut epochs = HashMap::with_capacity(wanted.len());
    for Wanted { key, .. } in wanted {
        let epoch = op.tx.lease(&key)?.epoch;
        epochs.insert(key, epoch);
    }
    Ok(Holding {
        worker: Some(me),
        epochs: Arc::new(epochs),
        wanted: counts,
        ..Holding::default()
    })
}

pub(super) fn drop_leases_of(op: &mut Op<'_>, id: &str) -> Result<()> {
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

/// The leases as a worker finds and changes them, and the time by which they are counted.
struct LeaseTable<'a> {
    all: HashMap<LeaseKey, Lease>,
    me: &'a str,
    now_ms: i64,
}

/// Takes and gives back leases until all are spread evenly, as far as this worker can.
pub(super) fn hold(
    op: &mut Op<'_>,
    (is_shared, mut me): (bool, WorkerFacts),
    (wanted, leaving): (&[Wanted], &HashMap<LeaseKey, i64>),
    now: DateTime<Utc>,
) -> Result<Holding> {
    let now_ms = op.tx.lease_clock_ms(now.timestamp_millis());
    let others = others_alive(op, is_shared, &mut me, now_ms)?;
    let mut alive: Vec<&str> = others.iter().map(|it| it.id.as_str()).collect();
    alive.push(&me.id);
    let mut table = LeaseTable {
        all: op.tx.leases()?.into_iter().collect(),
        me: &me.id,
        now_ms,
    };
    let plan = leases::plan(&me.id, wanted, &alive, &table.all);
    let (leaving, ended) = match is_shared {
        true => table.leaving(&plan, leaving),
        false => (HashMap::new(), Vec::new()),
    };
    for key in plan
        .give_back
        .iter()
        .filter(|key| !leaving.contains_key(*key))
    {
        table.give_back(op, key);
    }
    // A lease that stays after all is taken again: earlier work under it is rejected by now.
    let staying = ended.iter().filter(|key| !plan.give_back.contains(key));
    for key in plan.take.iter().chain(staying) {
        table.take(op, key)?;
    }
    let ended = leaving.values().map(|since| since + milliseconds(LEAVING));
    let next = others.iter().map(|it| it.until_ms).chain(ended).min();
    let epochs = table.mine().filter(|(key, _)| !leaving.contains_key(*key));
    let epochs = epochs
        .map(|(key, lease)| (key.clone(), lease.epoch))
        .collect();
    Ok(Holding {
        epochs: Arc::new(epochs),
        wanted: LeaseCounts::of(wanted.iter().map(|it| &it.key)),
        leaving,
        renewed: None,
        next: next.map(|at| Duration::from_millis((at - now_ms).max(0).unsigned_abs() + 1)),
        worker: Some(me),
    })
}

/// Records that this worker is alive; returns the other live ones, and forgets those that are gone.
fn others_alive(
    op: &mut Op<'_>,
    is_shared: bool,
    me: &mut WorkerFacts,
    now_ms: i64,
) -> Result<Vec<WorkerFacts>> {
    let known = op.tx.workers()?;
    let own = known.iter().find(|it| it.id == me.id);
    if own.is_some_and(|own| own.since_ms != me.since_ms) {
        let why = format!("the name `{}`, which another process uses", me.id);
        return Err(Refusal::LeaseLost(why).into());
    }
    // The lock on the folder shows that a worker on one machine is alive.
    if is_shared || own.is_none() {
        me.until_ms = now_ms + milliseconds(TERM);
        op.tx.set_worker(me);
    }
    let others = known.into_iter().filter(|it| it.id != me.id);
    let (alive, gone): (Vec<_>, Vec<_>) = others.partition(|it| is_shared && it.until_ms > now_ms);
    gone.iter().for_each(|it| op.tx.remove_worker(&it.id));
    Ok(alive)
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

impl LeaseTable<'_> {
    /// Returns the senders that end here before their leases are given back, with the times (ms) since when, and
    /// those that have ended; `before` are those of the last call.
    fn leaving(
        &self,
        plan: &leases::Plan,
        before: &HashMap<LeaseKey, i64>,
    ) -> (HashMap<LeaseKey, i64>, Vec<LeaseKey>) {
        let is_mine = |key: &LeaseKey| self.mine().any(|(mine, _)| mine == key);
        let begun = before.iter().filter(|(key, _)| is_mine(key));
        let (ended, begun): (Vec<_>, Vec<_>) = begun
            .map(|(key, since)| (key.clone(), *since))
            .partition(|(_, since)| since + milliseconds(LEAVING) <= self.now_ms);
        let is_new =
            |key: &&LeaseKey| matches!(key, LeaseKey::Sender(_)) && !before.contains_key(*key);
        let new = plan.give_back.iter().filter(is_new);
        let new = new.map(|key| (key.clone(), self.now_ms));
        let leaving = begun.into_iter().chain(new).collect();
        (leaving, ended.into_iter().map(|(key, _)| key).collect())
    }

    fn mine(&self) -> impl Iterator<Item = (&LeaseKey, &Lease)> {
        let is_mine = |lease: &Lease| lease.worker.as_deref() == Some(self.me);
        self.all.iter().filter(move |(_, lease)| is_mine(lease))
    }

    fn give_back(&mut self, op: &mut Op<'_>, key: &LeaseKey) {
        let lease = self.all.entry(key.clone()).or_default();
        lease.worker = None;
        op.tx.set_lease(key, lease);
        if let LeaseKey::Source(source) = key {
            op.tx.leave_poll_state(source);
        }
    }

    fn take(&mut self, op: &mut Op<'_>, key: &LeaseKey) -> Result<()> {
        let lease = self.all.entry(key.clone()).or_default();
        lease.epoch += 1;
        lease.worker = Some(self.me.to_owned());
        op.tx.set_lease(key, lease);
        match key {
            LeaseKey::Source(source) => op.tx.take_poll_state(source, lease.epoch),
            LeaseKey::Sender(_) => Ok(()),
        }
    }
}
