//! Deliveries as they lie on disk: 32 of consecutive numbers in a row.
//!
//! One bulletin for 2,000 channels is 63 rows, not 6,000, and a year of them stays small in sled's
//! memory, which grows by the row. A delivery that changes is a small row of its own until all of its
//! block are finished: sled keeps up to ten versions of a page, and 64 of a whole block's would fill
//! the disk. The block is then written once, column by column ([`columns`]).

mod columns;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use super::{
    super::Result,
    engine::{Engine, Writes},
    keys,
};
use crate::{
    bulletin::{ChannelId, DeliveryKind, DeliveryState, MessageRef},
    policy::facts::OutboxEntry,
};

const SLOTS: u64 = 32;

/// One delivery. Times after the first are in ms since it was queued, so that they are short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Slot {
    pub(super) channel: u32,
    pub(super) bulletin: Option<u64>,
    pub(super) kind: DeliveryKind,
    pub(super) state: DeliveryState,
    pub(super) attempts: u32,
    /// How many of them ended without an answer.
    pub(super) doubts: u8,
    /// The delivery under whose number the note stands.
    pub(super) note: Option<u64>,
    /// Whether there is a row that says what went wrong.
    pub(super) has_error: bool,
    pub(super) message: Option<MessageRef>,
    pub(super) queued_ms: i64,
    due: i64,
    begun: Option<i64>,
    ended: Option<i64>,
}

impl Slot {
    #[cfg(test)]
    pub(super) fn new(
        channel: u32,
        bulletin: Option<u64>,
        kind: DeliveryKind,
        now_ms: i64,
    ) -> Self {
        Self {
            channel,
            bulletin,
            kind,
            state: DeliveryState::Queued,
            attempts: 0,
            doubts: 0,
            note: None,
            has_error: false,
            message: None,
            queued_ms: now_ms,
            due: 0,
            begun: None,
            ended: None,
        }
    }

    pub(super) fn is_unfinished(&self) -> bool {
        matches!(self.state, DeliveryState::Queued | DeliveryState::Sending)
    }

    pub(super) fn due_ms(&self) -> i64 {
        self.queued_ms + self.due
    }

    /// Returns whether a digest or quiet hours hold it, or did until it was due.
    pub(super) fn is_held(&self) -> bool {
        self.attempts == 0 && self.due > 0
    }

    pub(super) fn begun_ms(&self) -> Option<i64> {
        Some(self.queued_ms + self.begun?)
    }

    /// Until when the platform has taken its last attempt, if it has; None: there was none.
    pub(super) fn taken_ms(&self) -> Option<i64> {
        let answered = self
            .ended_ms()
            .filter(|_| self.state == DeliveryState::Sent);
        self.begun_ms()
            .map(|begun| begun.max(answered.unwrap_or(begun)))
    }

    /// Returns when it was sent, failed or dropped.
    pub(super) fn ended_ms(&self) -> Option<i64> {
        Some(self.queued_ms + self.ended?)
    }

    /// None: its channel has no name.
    pub(super) fn entry(&self, channel: Option<ChannelId>) -> Option<OutboxEntry> {
        Some(OutboxEntry {
            channel: channel?,
            bulletin: self.bulletin,
            kind: self.kind,
            state: self.state,
            attempts: self.attempts,
            doubts: self.doubts,
            note: self.note,
            has_error: self.has_error,
            message: self.message.clone(),
            queued_ms: self.queued_ms,
            due_ms: self.due_ms(),
            begun_ms: self.begun_ms(),
            ended_ms: self.ended_ms(),
        })
    }

    pub(super) fn of(entry: OutboxEntry, channel: u32) -> Self {
        let since = |at: i64| at - entry.queued_ms;
        Self {
            channel,
            bulletin: entry.bulletin,
            kind: entry.kind,
            state: entry.state,
            attempts: entry.attempts,
            doubts: entry.doubts,
            note: entry.note,
            has_error: entry.has_error,
            due: since(entry.due_ms),
            begun: entry.begun_ms.map(since),
            ended: entry.ended_ms.map(since),
            message: entry.message,
            queued_ms: entry.queued_ms,
        }
    }
}

/// The deliveries of one row, by place; an empty place was never used, or dropped for its age.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Block {
    slots: Vec<Option<Slot>>,
    /// Whether there is a row of it.
    is_kept: bool,
    /// Numbers of those that lie beside it.
    loose: BTreeSet<u64>,
}

impl Serialize for Block {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        columns::pack(&self.slots).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        let slots = columns::unpack(&bytes)
            .ok_or_else(|| D::Error::custom("not the columns of a block"))?;
        Ok(Self {
            slots,
            ..Self::default()
        })
    }
}

impl Block {
    pub(super) fn number(delivery: u64) -> u64 {
        delivery / SLOTS
    }

    /// The number of its first place.
    pub(super) fn first(number: u64) -> u64 {
        number * SLOTS
    }

    pub(super) fn load(engine: &Engine, number: u64) -> Result<Self> {
        engine.at_one_moment(|| Self::read(engine, number))
    }

    fn read(engine: &Engine, number: u64) -> Result<Self> {
        #[cfg(test)]
        engine.count_block();
        let (from, to) = (Self::first(number), Self::first(number + 1));
        let beside = engine.scan_between(&keys::slot(from), &keys::slot(to));
        let beside: Vec<(u64, Slot)> = beside
            .map(|row| {
                let row = row?;
                let slot = engine.decode(&row.key, &row.value)?;
                Ok((keys::last_number(&row.key), slot))
            })
            .collect::<Result<_>>()?;
        let kept: Option<Self> = engine.get(&keys::block(number))?;
        let is_kept = kept.is_some();
        let mut block = kept.unwrap_or_default();
        block.is_kept = is_kept;
        for (id, slot) in beside {
            block.loose.insert(id);
            block.set(id, Some(slot));
        }
        Ok(block)
    }

    /// Writes those that changed: beside the block, while any of it is unfinished.
    pub(super) fn write_changed(&self, number: u64, changed: &BTreeSet<u64>, writes: &mut Writes) {
        if !self.is_kept || !self.is_unfinished() {
            return self.write(number, writes);
        }
        for id in changed {
            match self.get(*id) {
                Some(slot) => writes.put(keys::slot(*id), slot),
                None => writes.remove(keys::slot(*id)),
            }
        }
    }

    /// Writes all of it.
    pub(super) fn write(&self, number: u64, writes: &mut Writes) {
        for id in &self.loose {
            writes.remove(keys::slot(*id));
        }
        if self.is_empty() {
            writes.remove(keys::block(number));
        } else {
            writes.put(keys::block(number), self);
        }
    }

    pub(super) fn get(&self, delivery: u64) -> Option<&Slot> {
        self.slots.get(place(delivery))?.as_ref()
    }

    pub(super) fn set(&mut self, delivery: u64, slot: Option<Slot>) {
        let place = place(delivery);
        if self.slots.len() <= place {
            self.slots.resize(place + 1, None);
        }
        self.slots[place] = slot;
    }

    /// By number, with the block's own.
    pub(super) fn slots(
        &self,
        number: u64,
    ) -> impl DoubleEndedIterator<Item = (u64, &Slot)> + Clone {
        let first = Self::first(number);
        let slots = self.slots.iter().enumerate();
        slots.filter_map(move |(place, slot)| Some((first + place as u64, slot.as_ref()?)))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.iter().all(Option::is_none)
    }

    fn is_unfinished(&self) -> bool {
        self.slots.iter().flatten().any(Slot::is_unfinished)
    }
}

fn place(delivery: u64) -> usize {
    (delivery % SLOTS) as usize
}

/// Blocks of one write when old ones are packed.
const GROUP: usize = 500;

/// Schema 1 had the deliveries of a block one after the other.
pub(super) fn pack_old(engine: &Engine) -> Result<()> {
    let mut writes = Writes::default();
    for (count, row) in engine.scan(b"d").enumerate() {
        let row = row?;
        if engine.decode::<Block>(&row.key, &row.value).is_err() {
            let slots = engine.decode(&row.key, &row.value)?;
            let block = Block {
                slots,
                ..Block::default()
            };
            writes.put(row.key.to_vec(), &block);
        }
        if count % GROUP == GROUP - 1 {
            engine.commit(std::mem::take(&mut writes))?;
        }
    }
    engine.commit(writes)
}

/// One delivery, where it is kept.
pub(super) fn slot(engine: &Engine, delivery: u64) -> Result<Option<Slot>> {
    Ok(Block::load(engine, Block::number(delivery))?
        .get(delivery)
        .cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_the_first_schema_are_packed_once() {
        let state = tempfile::tempdir().unwrap();
        let engine = Engine::open(state.path()).unwrap();
        let slot = |n| Slot::new(n, Some(7), DeliveryKind::New, 1_000_000);
        let old: Vec<Option<Slot>> = (0..32).map(|n| (n != 5).then(|| slot(n))).collect();
        let mut writes = Writes::default();
        (0..1100).for_each(|number| writes.put(keys::block(number), &old));
        engine.commit(writes).unwrap();
        for _ in 0..2 {
            pack_old(&engine).unwrap();
            for number in 0..1100 {
                assert_eq!(Block::load(&engine, number).unwrap().slots, old);
            }
        }
    }
}
