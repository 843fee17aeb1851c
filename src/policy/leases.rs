//! Distributes leases on sources and senders evenly over the workers that are alive.
//!
//! A lease has an epoch, which grows whenever a worker takes it. Writes under an old epoch are rejected, so that a
//! worker that was paused past its lease and comes back changes nothing. [`plan`] decides what a worker takes and
//! gives back.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt,
    time::Duration,
};

use serde::{Deserialize, Serialize};

use crate::bulletin::SourceId;

/// The time for which a worker holds its leases after its last renewal: longer than the longest send.
pub const TERM: Duration = Duration::from_secs(60);
/// The interval of renewals.
pub const RENEWAL: Duration = Duration::from_secs(30);
/// The time that a sender whose lease is to be given back may take to end its current sends: nothing that it sent is
/// in doubt for its next holder.
pub const LEAVING: Duration = Duration::from_secs(12);

/// A task that only one worker does at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LeaseKey {
    /// The polls of a source.
    Source(SourceId),
    /// The sends with one bot or robot key, by a name that holds no secret.
    Sender(String),
}

impl fmt::Display for LeaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(id) => write!(f, "source `{id}`"),
            Self::Sender(name) => write!(f, "sender `{name}`"),
        }
    }
}

/// A lease as it was taken last. A lease that was never taken has epoch 0 and no worker.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub epoch: u64,
    /// The holder; `None` if the lease was given back.
    pub worker: Option<String>,
}

/// One process that works on the store. It holds its leases as long as it is alive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerFacts {
    pub id: String,
    pub host: String,
    pub version: String,
    pub since_ms: i64,
    /// The time (ms) until which it counts as alive, unless it renews.
    pub until_ms: i64,
}

/// A lease that some worker has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub key: LeaseKey,
    /// Keys of the same group go to the same worker: the sources of one host share its politeness.
    pub group: String,
}

/// The changes that a worker makes to its leases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    pub take: Vec<LeaseKey>,
    pub give_back: Vec<LeaseKey>,
}

/// The keys of one group, and the live worker that holds any of them.
#[derive(Default)]
struct Group<'a> {
    keys: Vec<&'a LeaseKey>,
    holder: Option<&'a str>,
}

/// Returns what `me` takes and gives back, where `alive` are the workers that are alive, including itself, and
/// `leases` those that were ever taken.
#[must_use]
pub fn plan(
    me: &str,
    wanted: &[Wanted],
    alive: &[&str],
    leases: &HashMap<LeaseKey, Lease>,
) -> Plan {
    let mut plan = Plan::default();
    let holder = |key: &LeaseKey| {
        let worker = leases.get(key)?.worker.as_deref()?;
        alive.iter().copied().find(|alive| *alive == worker)
    };
    for is_sender in [false, true] {
        let kind = wanted
            .iter()
            .filter(|it| matches!(it.key, LeaseKey::Sender(_)) == is_sender);
        let mut groups: BTreeMap<&str, Group<'_>> = BTreeMap::new();
        for it in kind {
            let group = groups.entry(&it.group).or_default();
            group.keys.push(&it.key);
            group.holder = group.holder.or(holder(&it.key));
        }
        spread(me, alive, groups, &mut plan);
    }
    let all: HashSet<&LeaseKey> = wanted.iter().map(|it| &it.key).collect();
    let mine = leases
        .iter()
        .filter(|(_, it)| it.worker.as_deref() == Some(me));
    let left = mine.filter(|(key, _)| !all.contains(key));
    plan.give_back.extend(left.map(|(key, _)| key.clone()));
    plan.give_back.sort_unstable();
    plan.take.retain(|key| holder(key).is_none());
    plan
}

/// Spreads groups: a free one goes to the worker with the fewest, and one with more than its share gives some back.
fn spread(me: &str, alive: &[&str], groups: BTreeMap<&str, Group<'_>>, plan: &mut Plan) {
    let total: usize = groups.values().map(|group| group.keys.len()).sum();
    let share = total.div_ceil(alive.len().max(1));
    let mut loads: BTreeMap<&str, usize> = alive.iter().map(|worker| (*worker, 0)).collect();
    for group in groups.values() {
        if let Some(load) = group.holder.and_then(|holder| loads.get_mut(holder)) {
            *load += group.keys.len();
        }
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.keys.len()));
    for group in &groups {
        let keys = group.keys.iter().map(|key| (*key).clone());
        match group.holder {
            None => {
                let least = loads
                    .iter_mut()
                    .min_by_key(|(worker, load)| (**load, **worker));
                let Some((worker, load)) = least else { return };
                *load += group.keys.len();
                if *worker == me {
                    plan.take.extend(keys);
                }
            }
            // Other keys of the group may have been added since.
            Some(holder) if holder == me => plan.take.extend(keys),
            Some(_) => {}
        }
    }
    let mut own = loads.get(me).copied().unwrap_or_default();
    for group in groups.iter().rev().filter(|group| group.holder == Some(me)) {
        if own >= share + group.keys.len() {
            own -= group.keys.len();
            plan.take.retain(|key| !group.keys.contains(&key));
            plan.give_back
                .extend(group.keys.iter().map(|key| (*key).clone()));
        }
    }
}

#[cfg(test)]
mod tests;
