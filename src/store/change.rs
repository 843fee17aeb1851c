//! One transaction in the making: rows to write, and what the books say once they are written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    LookState,
    ahead::Ahead,
    block::{Block, Slot},
    books::Books,
    engine::{Engine, Writes},
    error::Result,
    keys,
    names::Given,
    rows::{AuditRow, ChannelRow, CountRow, SourceRow},
};
use crate::bulletin::{ChannelId, DeliveryState, SourceId};

/// What the books do in memory once the transaction is written.
type Then = Box<dyn FnOnce(&mut Books)>;

/// How the state of a source's looks changes. It is applied to what is written and, after that, to what is
/// in memory, which others may have changed meanwhile.
type LookChange = Box<dyn Fn(&mut LookState)>;

/// Built from the books, given back to [`Books::commit`]; dropped, it changed nothing. Nothing in memory
/// may change in any other way: a transaction that is dropped must leave no trace.
pub(super) struct Change {
    pub(super) writes: Writes,
    pub(super) counts: CountRow,
    blocks: BTreeMap<u64, Block>,
    touched: Vec<(u64, Slot)>,
    sources: HashMap<u32, SourceRow>,
    channels: HashMap<u32, ChannelRow>,
    /// Deliveries that leave the queue of a channel for another's.
    left: Vec<(u64, u32)>,
    /// By when bulletins are read again (ms); None: never.
    readings: Vec<(u64, Option<i64>)>,
    names: Given,
    looks: Vec<(SourceId, u32, LookChange)>,
    then: Vec<Then>,
    /// What patterns say of its texts, as far as it was found out before.
    pub(super) ahead: Ahead,
}

impl Books {
    pub(super) fn change(&self) -> Change {
        Change {
            writes: Writes::default(),
            counts: self.counts.clone(),
            blocks: BTreeMap::new(),
            touched: Vec::new(),
            sources: HashMap::new(),
            channels: HashMap::new(),
            left: Vec::new(),
            readings: Vec::new(),
            names: Given::default(),
            looks: Vec::new(),
            then: Vec::new(),
            ahead: Ahead::default(),
        }
    }

    /// Does what `call` asks for in one transaction, or nothing where it fails.
    pub(super) fn transact<T>(
        &mut self,
        call: impl FnOnce(&Self, &mut Change) -> Result<T>,
    ) -> Result<T> {
        let mut change = self.change();
        let done = call(self, &mut change)?;
        self.commit(change)?;
        Ok(done)
    }

    /// Writes all of it, then says so in memory. Durable after the next sync.
    pub(super) fn commit(&mut self, mut change: Change) -> Result<()> {
        // A look that found nothing new is not worth a row.
        let looks = self.write_looks(&mut change);
        self.write_rows(&mut change);
        let closed = match change.touched.is_empty() {
            true => 0,
            false => self.outbox.close_blocks(&mut change.writes),
        };
        self.mark_open_blocks(&mut change);
        self.engine.commit(std::mem::take(&mut change.writes))?;
        self.engine.received.add(&change.touched);
        self.outbox.forget_closed(closed);
        for ((source, _, apply), written) in change.looks.iter().zip(looks) {
            self.looks.install(source, apply, written);
        }
        self.install(change);
        Ok(())
    }

    /// The states that are written with the transaction.
    fn write_looks(&self, change: &mut Change) -> Vec<Option<LookState>> {
        let has_rows = !change.is_empty();
        let Change { looks, writes, .. } = change;
        let looks = looks.iter().map(|(source, number, apply)| {
            let state = has_rows.then(|| self.looks.with(source, apply));
            if let Some(state) = &state {
                writes.put(keys::look(*number), state);
            }
            state
        });
        looks.collect()
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

    /// A block that was reopened is marked again after it was closed.
    fn mark_open_blocks(&self, change: &mut Change) {
        let unfinished = change.touched.iter();
        for (id, _) in unfinished.filter(|(_, slot)| slot.is_unfinished()) {
            let mark = keys::open_block(Block::number(*id));
            change.writes.set(mark, Vec::new());
        }
    }

    /// What was written becomes what is known.
    fn install(&mut self, change: Change) {
        if !change.names.is_empty() {
            self.take_names(change.names);
        }
        self.counts = change.counts;
        self.sources.extend(change.sources);
        self.channels.extend(change.channels);
        for (id, due_ms) in change.readings {
            self.recents.plan(id, due_ms);
        }
        for (id, channel) in change.left {
            self.outbox.take(id, channel);
        }
        let is_news = change
            .touched
            .iter()
            .any(|(_, slot)| matches!(slot.state, DeliveryState::Queued | DeliveryState::Dropped));
        for (id, slot) in &change.touched {
            self.outbox.place(*id, slot);
        }
        for then in change.then {
            then(self);
        }
        if is_news {
            self.tick();
        }
    }
}

impl Change {
    pub(super) fn next_bulletin(&mut self) -> u64 {
        let id = self.counts.next_bulletin;
        self.counts.next_bulletin += 1;
        self.counts.bulletins += 1;
        id
    }

    /// The number of a source, a new one where it has none yet.
    pub(super) fn intern_source(&mut self, books: &Books, id: &SourceId) -> u32 {
        let (number, is_new) = self.names.source(&books.names(), id);
        if is_new {
            self.writes
                .set(keys::source_name(number), id.as_str().into());
        }
        number
    }

    /// The number of a channel, a new one where it has none yet.
    pub(super) fn intern_channel(&mut self, books: &Books, id: &ChannelId) -> u32 {
        let (number, is_new) = self.names.channel(&books.names(), id);
        if is_new {
            self.writes
                .set(keys::channel_name(number), id.as_str().into());
        }
        number
    }

    /// Gives a channel with all that it has another name, which no other one has.
    pub(super) fn rename_channel(&mut self, number: u32, id: &ChannelId) {
        self.writes
            .set(keys::channel_name(number), id.as_str().into());
        self.names.rename_channel(number, id);
    }

    /// Changes where looking at a source stands.
    pub(super) fn look(
        &mut self,
        source: &SourceId,
        number: u32,
        apply: impl Fn(&mut LookState) + 'static,
    ) {
        self.looks.push((source.clone(), number, Box::new(apply)));
    }

    /// What the books do in memory once all of this is written.
    pub(super) fn then(&mut self, then: impl FnOnce(&mut Books) + 'static) {
        self.then.push(Box::new(then));
    }

    /// A bulletin is read again then, or never.
    pub(super) fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.readings.push((id, due_ms));
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

    /// Gives a waiting delivery to another channel.
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

    fn block(&mut self, engine: &Engine, id: u64) -> Result<&mut Block> {
        let number = Block::number(id);
        match self.blocks.entry(number) {
            std::collections::btree_map::Entry::Occupied(entry) => Ok(entry.into_mut()),
            std::collections::btree_map::Entry::Vacant(entry) => {
                Ok(entry.insert(Block::load(engine, number)?))
            }
        }
    }

    /// The row of a source as this transaction leaves it.
    pub(super) fn source(&mut self, books: &Books, number: u32) -> &mut SourceRow {
        let row = || books.sources.get(&number).cloned().unwrap_or_default();
        self.sources.entry(number).or_insert_with(row)
    }

    /// Leaves the row of a source so, and writes nothing where it is so already.
    pub(super) fn set_source(&mut self, books: &Books, number: u32, row: SourceRow) {
        if books.sources.get(&number) == Some(&row) {
            self.sources.remove(&number);
        } else {
            self.sources.insert(number, row);
        }
    }

    /// The row of a channel as this transaction leaves it.
    pub(super) fn channel(&mut self, books: &Books, number: u32) -> &mut ChannelRow {
        let row = || books.channels.get(&number).cloned().unwrap_or_default();
        self.channels.entry(number).or_insert_with(row)
    }

    pub(super) fn audit(&mut self, row: &AuditRow, now_ms: i64) {
        let counter = self.counts.next_audit;
        self.counts.next_audit = counter.wrapping_add(1);
        self.writes.put(keys::audit(now_ms, counter), row);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.writes.is_empty()
            && self.touched.is_empty()
            && self.sources.is_empty()
            && self.channels.is_empty()
    }
}
