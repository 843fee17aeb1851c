//! Collects one transaction: the rows to write, and the state of the books once they are written.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use serde::de::DeserializeOwned;

use super::{
    block::{Block, Slot},
    books::{Added, AddedChannels, Books},
    engine::{Engine, Writes},
    keys,
    names::Given,
};
use crate::{
    bulletin::{ChannelId, Chat, DeliveryState, Face, SourceId},
    policy::{
        change_feed::FeedEvent,
        facts::{ChannelFacts, Counts, PollState, SourceFacts},
        places::MovedChats,
    },
    store::{error::Result, tx::PollChange},
};

/// A transaction that is built from the books and given back to [`Books::commit`]; dropped, it has changed nothing.
/// The memory must not change in any other way: a dropped transaction must leave no trace.
#[derive(Default)]
pub(super) struct Change {
    pub(super) writes: Writes,
    pub(super) counts: Counts,
    pub(super) sources: HashMap<u32, SourceFacts>,
    pub(super) channels: HashMap<u32, ChannelFacts>,
    pub(super) names: Given,
    pub(super) poll_states: Vec<(SourceId, u32, PollChange)>,
    /// The wishes of chats from now on; `None` for a chat that no longer exists.
    pub(super) chats: Vec<(u32, ChannelId, Option<Chat>)>,
    pub(super) moved: Option<Arc<MovedChats>>,
    pub(super) added: Option<Added>,
    pub(super) added_channels: Option<AddedChannels>,
    pub(super) faces: Vec<(u64, Face)>,
    /// The times (ms) by which bulletins are read again; `None` for never.
    pub(super) readings: Vec<(u64, Option<i64>)>,
    pub(super) read_until: Option<i64>,
    /// Deliveries that some readers have from now on, followed by those that all have, or never will.
    pub(super) partly: Vec<u64>,
    pub(super) wholly: Vec<u64>,
    /// Changes for the feed, with their times (ms).
    pub(super) feed: Vec<(i64, FeedEvent)>,
    pub(super) wakes_senders: bool,
    pub(super) then: Vec<Box<dyn FnOnce() + Send>>,
    blocks: BTreeMap<u64, Block>,
    touched: Vec<(u64, Slot)>,
    /// Deliveries that leave the queue of a channel for another's.
    left: Vec<(u64, u32)>,
}

impl Books {
    pub(super) fn change(&self) -> Change {
        Change {
            counts: self.counts.clone(),
            ..Change::default()
        }
    }

    /// Writes the whole change, then installs it in memory. It is durable after the next sync.
    pub(super) fn commit(&mut self, mut change: Change) -> Result<()> {
        // A poll that found nothing new is not worth a row.
        let poll_states = self.write_poll_states(&mut change);
        self.write_rows(&mut change);
        let closed = match change.touched.is_empty() {
            true => 0,
            false => self.outbox.close_blocks(&mut change.writes),
        };
        self.mark_open_blocks(&mut change);
        self.feed.write(&change.feed, &mut change.writes);
        self.engine.commit(std::mem::take(&mut change.writes))?;
        self.engine.received.add(&change.touched);
        self.outbox.forget_closed(closed);
        for ((source, _, apply), written) in change.poll_states.iter().zip(poll_states) {
            self.poll_states.install(source, apply, written);
        }
        self.install(change);
        Ok(())
    }

    /// Writes the poll states that changed since the last time; returns the first number that no bulletin has yet.
    pub(super) fn save_poll_states(&mut self) -> Result<u64> {
        let mut change = self.change();
        let names = self.names();
        let written = self.poll_states.write_changed(&names, &mut change.writes);
        change.read_until = Some(self.readings.write_changed(&mut change.writes));
        self.commit(change)?;
        self.poll_states.written(written);
        Ok(self.counts.next_bulletin)
    }

    /// Writes the poll states that belong to the transaction, and returns the state written for each change.
    fn write_poll_states(&self, change: &mut Change) -> Vec<Option<PollState>> {
        let has_rows = !change.is_empty();
        let Change {
            poll_states,
            writes,
            ..
        } = change;
        let poll_states = poll_states.iter().map(|(source, number, apply)| {
            let state = has_rows.then(|| self.poll_states.with(source, apply));
            if let Some(state) = &state {
                writes.put(keys::poll(*number), state);
            }
            state
        });
        poll_states.collect()
    }

    fn write_rows(&self, change: &mut Change) {
        let mut changed: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for (id, _) in &change.touched {
            changed.entry(Block::number(*id)).or_default().insert(*id);
        }
        for (number, ids) in &changed {
            if let Some(block) = change.blocks.get(number) {
                block.write_changed(*number, ids, &mut change.writes);
            }
        }
        for (number, row) in &change.sources {
            change.writes.put(keys::source(*number), row);
        }
        for (number, row) in &change.channels {
            change.writes.put(keys::channel(*number), row);
        }
        if change.counts != self.counts {
            change.writes.put(keys::COUNT.to_vec(), &change.counts);
        }
    }

    /// Marks the blocks with unfinished deliveries: a block that was reopened is marked again after it was closed.
    fn mark_open_blocks(&self, change: &mut Change) {
        let unfinished = change.touched.iter();
        for (id, _) in unfinished.filter(|(_, slot)| slot.is_unfinished()) {
            let mark = keys::open_block(Block::number(*id));
            change.writes.set(mark, Vec::new());
        }
    }

    /// Installs in memory what was written.
    fn install(&mut self, change: Change) {
        if !change.names.is_empty() {
            self.take_names(change.names);
        }
        if !change.chats.is_empty() {
            self.take_chats(change.chats);
        }
        if let Some(moved) = change.moved {
            self.moved = moved;
        }
        if let Some(added) = change.added {
            self.set_added(added);
        }
        if let Some(added) = change.added_channels {
            self.added_channels.send_replace(added);
        }
        self.feed.install(change.feed.len());
        self.counts = change.counts;
        self.sources.extend(change.sources);
        self.channels.extend(change.channels);
        for (id, face) in &change.faces {
            self.twins.add(*id, face);
        }
        if let Some(ms) = change.read_until {
            self.readings.set_done_ms(ms);
        }
        for (id, due_ms) in change.readings {
            self.readings.plan(id, due_ms);
        }
        for (id, channel) in change.left {
            self.outbox.take(id, channel);
        }
        let wakes_senders = change.wakes_senders
            || change.touched.iter().any(|(_, slot)| {
                matches!(slot.state, DeliveryState::Queued | DeliveryState::Dropped)
            });
        for (id, slot) in &change.touched {
            self.outbox.place(*id, slot);
        }
        let touched = change.touched.iter().map(|(_, slot)| slot);
        self.outbox.remember_sends(touched);
        self.outbox.has_partly(change.partly);
        self.outbox.has_wholly(&change.wholly);
        change.then.into_iter().for_each(|then| then());
        if wakes_senders {
            self.tick();
        }
    }
}

impl Change {
    /// Returns what [`Writes::put`] wrote under a key, in this transaction or before.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        engine: &Engine,
        key: &[u8],
    ) -> Result<Option<T>> {
        match self.writes.get(key) {
            Some(None) => Ok(None),
            Some(Some(whole)) => postcard::from_bytes(&whole)
                .map(Some)
                .map_err(|error| engine.unreadable(key, &error)),
            None => engine.get(key),
        }
    }

    /// Returns a short value as this transaction leaves it.
    pub(super) fn raw(&self, engine: &Engine, key: &[u8]) -> Result<Option<Vec<u8>>> {
        match self.writes.short(key) {
            Some(value) => Ok(value.map(<[u8]>::to_vec)),
            None => Ok(engine.raw(key)?.map(|value| value.to_vec())),
        }
    }

    /// Returns the keys and short values of rows whose key begins with `prefix`, in order.
    pub(super) fn rows(
        &self,
        engine: &Engine,
        prefix: &[u8],
    ) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
        let mut rows = BTreeMap::new();
        for row in engine.scan(prefix) {
            let row = row?;
            rows.insert(row.key.to_vec(), row.value.to_vec());
        }
        for (key, value) in self.writes.under(prefix) {
            match value {
                Some(value) => _ = rows.insert(key.clone(), value.clone()),
                None => _ = rows.remove(key),
            }
        }
        Ok(rows)
    }

    /// Returns the number of a source, a new one if it has none yet.
    pub(super) fn intern_source(&mut self, books: &Books, id: &SourceId) -> u32 {
        let (number, is_new) = self.names.source(&books.names(), id);
        if is_new {
            self.writes
                .set(keys::source_name(number), id.as_str().into());
        }
        number
    }

    /// Returns the number of a channel, a new one if it has none yet.
    pub(super) fn intern_channel(&mut self, books: &Books, id: &ChannelId) -> u32 {
        let (number, is_new) = self.names.channel(&books.names(), id);
        if is_new {
            self.writes
                .set(keys::channel_name(number), id.as_str().into());
        }
        number
    }

    /// Renames a channel, with everything that belongs to it, to a name that no other channel has.
    pub(super) fn rename_channel(&mut self, number: u32, id: &ChannelId) {
        self.writes
            .set(keys::channel_name(number), id.as_str().into());
        self.names.rename_channel(number, id);
    }

    /// Queues a new delivery.
    pub(super) fn queue(&mut self, engine: &Engine, slot: Slot) -> Result<u64> {
        let id = self.counts.next_delivery;
        self.counts.next_delivery += 1;
        self.set_slot(engine, id, slot)?;
        Ok(id)
    }

    pub(super) fn set_slot(&mut self, engine: &Engine, id: u64, slot: Slot) -> Result<()> {
        self.block(engine, id)?.set(id, Some(slot.clone()));
        self.touched.push((id, slot));
        Ok(())
    }

    pub(super) fn slot(&mut self, engine: &Engine, id: u64) -> Result<Option<Slot>> {
        Ok(self.block(engine, id)?.get(id).cloned())
    }

    /// Moves a waiting delivery to another channel.
    pub(super) fn move_slot(
        &mut self,
        engine: &Engine,
        id: u64,
        mut slot: Slot,
        to: u32,
    ) -> Result<()> {
        self.left.push((id, slot.channel));
        slot.channel = to;
        self.set_slot(engine, id, slot)
    }

    pub(super) fn block(&mut self, engine: &Engine, id: u64) -> Result<&mut Block> {
        let number = Block::number(id);
        match self.blocks.entry(number) {
            std::collections::btree_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::btree_map::Entry::Vacant(entry) => {
                Ok(entry.insert(Block::load(engine, number)?))
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
            && self.touched.is_empty()
            && self.sources.is_empty()
            && self.channels.is_empty()
            && self.feed.is_empty()
    }
}
