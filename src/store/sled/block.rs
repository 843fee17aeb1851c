//! Stores deliveries on the disk: 32 of consecutive numbers in a row.
//!
//! One bulletin for 2,000 channels is 63 rows, not 6,000, and a year of them stays small in sled's memory, which
//! grows by the row. A delivery that changes has a small row of its own until its whole block is finished: sled
//! keeps up to ten versions of a page, and 64 of a whole block's would fill the disk. The block is then written
//! once, column by column ([`columns`]).

mod columns;
pub(super) mod slot;

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use self::slot::SLOTS;
pub(super) use self::slot::Slot;
use super::{
    engine::{Engine, Writes},
    keys,
};
use crate::store::error::Result;

/// The deliveries of one row, by place; an empty place was never used, or dropped for its age.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Block {
    slots: Vec<Option<Slot>>,
    /// True if the block has a row.
    is_kept: bool,
    /// The numbers of the deliveries that have rows of their own.
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

    /// Returns the number of the first place of a block.
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

    /// Writes the changed deliveries: in rows of their own, while any of the block is unfinished.
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

    /// Writes the whole block.
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

    /// Returns the deliveries by number; `number` is the block's.
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

/// The number of blocks in one write when old ones are packed.
const GROUP: usize = 500;

/// Packs the blocks of schema 1, which had the deliveries of a block one after the other.
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

/// Reads one delivery from its block.
pub(super) fn slot(engine: &Engine, delivery: u64) -> Result<Option<Slot>> {
    Ok(Block::load(engine, Block::number(delivery))?
        .get(delivery)
        .cloned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bulletin::DeliveryKind;

    #[test]
    fn blocks_of_the_first_schema_are_packed_once() {
        let state = tempfile::tempdir().unwrap();
        let engine = crate::store::sled::open::open(state.path()).unwrap();
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
