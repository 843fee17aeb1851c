//! Holds the waiting deliveries by channel, in memory: rebuilt from the blocks at open, changed after each commit.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::{
    super::recent_sends::{Attempt, RecentSends},
    block::{Block, Slot},
    engine::{Engine, Writes},
    keys,
};
use crate::{bulletin::DeliveryState, policy::facts::Readers, store::error::Result};

#[derive(Debug, Default)]
pub(super) struct Outbox {
    queues: HashMap<u32, Queue>,
    /// Blocks with unfinished deliveries, and their number.
    open: HashMap<u64, u32>,
    /// Blocks whose last delivery ended, with the time; their marks stay while their sends are recent.
    done: VecDeque<(i64, u64)>,
    sends: RecentSends<u32>,
    /// Deliveries that some readers have and others do not: nothing waits behind them ([`Readers`]).
    partly: HashSet<u64>,
    waiting: u64,
}

#[derive(Debug, Default)]
struct Queue {
    /// Deliveries that are sent in the order of their numbers: number → due (ms).
    ready: BTreeMap<u64, i64>,
    /// Deliveries that a digest or quiet hours hold, and those that readers have in part, by when they are due (ms),
    /// and number → due.
    held: BTreeSet<(i64, u64)>,
    until: HashMap<u64, i64>,
    sending: BTreeSet<u64>,
}

impl Queue {
    fn waiting(&self) -> usize {
        self.ready.len() + self.held.len()
    }
}

impl Outbox {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let mut taken = Vec::new();
        let mut outbox = Self {
            partly: partly(engine)?,
            ..Self::default()
        };
        for mark in engine.scan(b"o") {
            let number = keys::last_number(&mark?.key);
            let block = Block::load(engine, number)?;
            let mut ended = i64::MIN;
            for (id, slot) in block.slots(number) {
                outbox.place(id, slot);
                taken.extend(slot.taken_ms().map(|at| (at, slot.channel)));
                ended = ended.max(slot.begun_ms().unwrap_or(i64::MIN));
            }
            if !outbox.open.contains_key(&number) {
                outbox.done.push_back((ended, number));
            }
        }
        outbox.sends = RecentSends::restore(taken.into_iter());
        outbox.done.make_contiguous().sort_unstable();
        Ok(outbox)
    }

    /// Puts a delivery into the queue of its state.
    pub(super) fn place(&mut self, id: u64, slot: &Slot) {
        let was_unfinished = self.take(id, slot.channel);
        let block = Block::number(id);
        let queue = self.queues.entry(slot.channel).or_default();
        match slot.state {
            DeliveryState::Queued => {
                if slot.is_held() || self.partly.contains(&id) {
                    queue.held.insert((slot.due_ms(), id));
                    queue.until.insert(id, slot.due_ms());
                } else {
                    queue.ready.insert(id, slot.due_ms());
                }
                self.waiting += 1;
            }
            DeliveryState::Sending => {
                queue.sending.insert(id);
            }
            DeliveryState::Sent | DeliveryState::Failed | DeliveryState::Dropped => {
                if was_unfinished {
                    self.finish(block, slot.ended_ms().unwrap_or(slot.queued_ms));
                }
                return;
            }
        }
        if !was_unfinished {
            *self.open.entry(block).or_default() += 1;
        }
    }

    /// Takes a delivery out of a channel's queue; returns whether it was there.
    pub(super) fn take(&mut self, id: u64, channel: u32) -> bool {
        let Some(queue) = self.queues.get_mut(&channel) else {
            return false;
        };
        let held = queue.until.remove(&id);
        let was_held = held.is_some_and(|due| queue.held.remove(&(due, id)));
        if was_held || queue.ready.remove(&id).is_some() {
            self.waiting -= 1;
            return true;
        }
        queue.sending.remove(&id)
    }

    fn finish(&mut self, block: u64, ended_ms: i64) {
        let Some(unfinished) = self.open.get_mut(&block) else {
            return;
        };
        *unfinished -= 1;
        if *unfinished == 0 {
            self.open.remove(&block);
            self.done.push_back((ended_ms, block));
        }
    }

    /// Removes the marks of blocks without waiting deliveries from the disk; returns the number of blocks to be
    /// forgotten once that is written.
    pub(super) fn close_blocks(&self, writes: &mut Writes) -> usize {
        let oldest = self.sends.oldest_ms();
        let closed = self.done.iter().take_while(|(ended, _)| *ended < oldest);
        let closed = closed.map(|(_, block)| {
            if !self.open.contains_key(block) {
                writes.remove(keys::open_block(*block));
            }
        });
        closed.count()
    }

    pub(super) fn forget_closed(&mut self, count: usize) {
        self.done.drain(..count);
    }

    pub(super) fn remember_sends<'a>(&mut self, slots: impl Iterator<Item = &'a Slot>) {
        self.sends.remember(slots.map(|slot| Attempt {
            channel: slot.channel,
            state: slot.state,
            begun_ms: slot.begun_ms(),
            taken_ms: slot.taken_ms(),
        }));
    }

    /// Returns the sends since a time, oldest first.
    pub(super) fn recent(&self, since_ms: i64) -> impl Iterator<Item = (i64, u32)> + '_ {
        self.sends.since(since_ms).copied()
    }

    /// Returns the first waiting delivery of a channel, and when it is due (ms).
    pub(super) fn head(&self, channel: u32) -> Option<(u64, i64)> {
        let queue = self.queues.get(&channel)?;
        let ready = queue.ready.first_key_value().map(|(id, due)| (*due, *id));
        let first = ready.into_iter().chain(queue.held.first().copied()).min();
        first.map(|(due, id)| (id, due))
    }

    /// Returns the deliveries of a channel that were held until `now_ms` or earlier, in sending order.
    pub(super) fn released(&self, channel: u32, now_ms: i64) -> impl Iterator<Item = u64> + '_ {
        let held = self.queues.get(&channel).map(|queue| &queue.held);
        held.into_iter()
            .flat_map(move |held| held.range(..=(now_ms, u64::MAX)))
            .map(|(_, id)| *id)
    }

    /// Returns the other deliveries of a channel that may be sent at `due_ms`, in sending order.
    pub(super) fn ready_at(&self, channel: u32, due_ms: i64) -> impl Iterator<Item = u64> + '_ {
        let ready = self.queues.get(&channel).map(|queue| &queue.ready);
        ready
            .into_iter()
            .flatten()
            .filter(move |(_, due)| **due == due_ms)
            .map(|(id, _)| *id)
    }

    pub(super) fn is_held(&self, channel: u32, id: u64) -> bool {
        let queue = self.queues.get(&channel);
        queue.is_some_and(|queue| queue.until.contains_key(&id))
    }

    pub(super) fn sending_in(&self, channel: u32) -> impl Iterator<Item = u64> + '_ {
        let queue = self.queues.get(&channel);
        queue
            .into_iter()
            .flat_map(|queue| queue.sending.iter().copied())
    }

    /// Returns the channels in which a delivery waits.
    pub(super) fn channels(&self) -> Vec<u32> {
        let waiting = self.queues.iter().filter(|(_, queue)| queue.waiting() > 0);
        waiting.map(|(channel, _)| *channel).collect()
    }

    /// Returns the numbers that wait in a channel, and when they are due (ms).
    pub(super) fn due_in(&self, channel: u32) -> Vec<(u64, i64)> {
        let queue = self.queues.get(&channel).into_iter();
        let all = queue.flat_map(|queue| queue.ready.iter().chain(&queue.until));
        all.map(|(id, due)| (*id, *due)).collect()
    }

    pub(super) fn queued_in(&self, channel: u32) -> u64 {
        self.queues
            .get(&channel)
            .map_or(0, |queue| queue.waiting() as u64)
    }

    /// Returns all unfinished deliveries in a state, newest first.
    pub(super) fn unfinished_in(&self, state: DeliveryState) -> Vec<u64> {
        let ids = self
            .queues
            .values()
            .flat_map(|queue| -> Box<dyn Iterator<Item = u64> + '_> {
                match state {
                    DeliveryState::Sending => Box::new(queue.sending.iter().copied()),
                    _ => Box::new(queue.ready.keys().chain(queue.until.keys()).copied()),
                }
            });
        let mut ids: Vec<u64> = ids.collect();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids
    }

    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Records that some readers have these deliveries, from now on.
    pub(super) fn has_partly(&mut self, ids: impl IntoIterator<Item = u64>) {
        self.partly.extend(ids);
    }

    /// Records that all readers have these deliveries, or never will.
    pub(super) fn has_wholly(&mut self, ids: &[u64]) {
        ids.iter().for_each(|id| _ = self.partly.remove(id));
    }
}

/// Returns the deliveries of all messages that some readers have.
fn partly(engine: &Engine) -> Result<HashSet<u64>> {
    let mut all = HashSet::new();
    for found in engine.scan(keys::READERS) {
        let found = found?;
        let row: Readers = engine.decode(&found.key, &found.value)?;
        all.extend(row.deliveries);
    }
    Ok(all)
}
