//! Remembers which deliveries of a bulletin went to which channel, for the few bulletins that are in use at a time.
//!
//! A correction for many chats needs that once for each of them: without this memory, all deliveries of a bulletin
//! would be read from the disk for each of its deliveries.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use super::block::slot::Slot;
use crate::store::error::Result;

/// The number of bulletins that are remembered, the latest used.
const MOST: usize = 4;
/// The highest number of deliveries that are inserted one by one.
const FEW: usize = 16;

/// The deliveries of one bulletin: channel and number, in order.
#[derive(Debug, Default)]
struct Deliveries(Vec<(u32, u64)>);

#[derive(Debug, Default)]
pub(super) struct Received(Mutex<VecDeque<(u64, Deliveries)>>);

impl Received {
    /// Returns the numbers of the deliveries of a bulletin in a channel, oldest first; `read` returns all deliveries
    /// of the bulletin if they are not remembered.
    pub(super) fn numbers(
        &self,
        bulletin: u64,
        channel: u32,
        read: impl FnOnce() -> Result<Vec<(u64, Slot)>>,
    ) -> Result<Vec<u64>> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = known.iter().position(|(id, _)| *id == bulletin);
        let of = match place.and_then(|place| known.remove(place)) {
            Some(of) => of,
            None => {
                let all = read()?;
                let mut all: Vec<_> = all.iter().map(|(id, slot)| (slot.channel, *id)).collect();
                all.sort_unstable();
                (bulletin, Deliveries(all))
            }
        };
        let numbers = of.1.of_channel(channel);
        known.push_front(of);
        known.truncate(MOST);
        Ok(numbers)
    }

    /// Adds deliveries that were written.
    pub(super) fn add(&self, written: &[(u64, Slot)]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (bulletin, deliveries) in known.iter_mut() {
            let of_it = written
                .iter()
                .filter(|(_, slot)| slot.bulletin == Some(*bulletin));
            deliveries.add(of_it.map(|(id, slot)| (slot.channel, *id)));
        }
    }
}

impl Deliveries {
    fn of_channel(&self, channel: u32) -> Vec<u64> {
        let from = self.0.partition_point(|(of, _)| *of < channel);
        let own = self.0[from..].iter().take_while(|(of, _)| *of == channel);
        own.map(|(_, id)| *id).collect()
    }

    fn add(&mut self, written: impl Iterator<Item = (u32, u64)>) {
        let is_new = |delivery: &(u32, u64)| self.0.binary_search(delivery).is_err();
        let mut new: Vec<_> = written.filter(is_new).collect();
        new.sort_unstable();
        new.dedup();
        if new.len() > FEW {
            self.0.extend(new);
            self.0.sort_unstable();
            return;
        }
        for delivery in new {
            let place = self.0.partition_point(|known| *known < delivery);
            self.0.insert(place, delivery);
        }
    }
}
