//! Deliveries and the order in which they are sent.

use super::base::SledTx;
use crate::{
    bulletin::{ChannelId, DeliveryState, MessageRef, Reason},
    policy::facts::{OutboxEntry, Readers},
    store::{
        error::Result,
        sled::{
            block::{Block, Slot},
            deliveries, forget, keys,
        },
        tx::Outbox,
    },
};

impl Outbox for SledTx<'_> {
    fn delivery(&mut self, id: u64) -> Result<Option<OutboxEntry>> {
        self.entry(id)
    }

    fn set_delivery(&mut self, id: u64, entry: OutboxEntry) -> Result<()> {
        let channel = self.intern_channel(&entry.channel);
        let bulletin = entry.bulletin;
        let is_new = self.change.slot(&self.books.engine, id)?.is_none();
        let slot = Slot::of(entry, channel);
        self.change.set_slot(&self.books.engine, id, slot)?;
        self.change.counts.next_delivery = self.change.counts.next_delivery.max(id + 1);
        if let Some(bulletin) = bulletin.filter(|_| is_new) {
            self.extend_run(bulletin, id)?;
        }
        Ok(())
    }

    fn enqueue(&mut self, entries: Vec<OutboxEntry>, note: Option<&str>) -> Result<u64> {
        let first = self.change.counts.next_delivery;
        let Some(bulletin) = entries.first().map(|entry| entry.bulletin) else {
            return Ok(first);
        };
        if let Some(note) = note {
            self.change.writes.put(keys::note(first), &note);
        }
        if let Some(bulletin) = bulletin {
            let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
            let run = keys::run(bulletin, first);
            self.change.writes.set(run, count.to_be_bytes().to_vec());
        }
        for mut entry in entries {
            entry.note = note.map(|_| first);
            let channel = self.intern_channel(&entry.channel);
            let slot = Slot::of(entry, channel);
            self.change.queue(&self.books.engine, slot)?;
        }
        Ok(first)
    }

    fn move_delivery(&mut self, id: u64, to: &ChannelId) -> Result<()> {
        let to = self.intern_channel(to);
        let Some(slot) = self.change.slot(&self.books.engine, id)? else {
            return Ok(());
        };
        self.change.move_slot(&self.books.engine, id, slot, to)
    }

    fn note(&mut self, of: u64) -> Result<Option<String>> {
        self.get(&keys::note(of))
    }

    fn set_note(&mut self, of: u64, text: &str) {
        self.change.writes.put(keys::note(of), &text);
    }

    fn set_error(&mut self, id: u64, why: Option<&Reason>) {
        match why {
            Some(why) => self.change.writes.put(keys::error(id), &why),
            None => self.change.writes.remove(keys::error(id)),
        }
    }

    fn deliveries_of(&mut self, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>> {
        let runs = self
            .change
            .rows(&self.books.engine, &keys::runs(bulletin))?;
        let mut found = Vec::new();
        for (key, count) in runs {
            let (first, last) = keys::run_ends(&key, &count);
            for number in Block::number(first)..=Block::number(last) {
                let block = self
                    .change
                    .block(&self.books.engine, Block::first(number))?;
                let slots = block.slots(number).filter(|(id, slot)| {
                    (first..=last).contains(id) && slot.bulletin == Some(bulletin)
                });
                let slots: Vec<(u64, Slot)> = slots.map(|(id, slot)| (id, slot.clone())).collect();
                for (id, slot) in slots {
                    let entry = slot.entry(self.channel_name(slot.channel));
                    found.extend(entry.map(|entry| (id, entry)));
                }
            }
        }
        Ok(found)
    }

    fn deliveries_in(
        &mut self,
        bulletin: u64,
        channel: &ChannelId,
    ) -> Result<Vec<(u64, OutboxEntry)>> {
        let Some(number) = self.channel_number(channel) else {
            return Ok(Vec::new());
        };
        let engine = &self.books.engine;
        let numbers = engine
            .received
            .numbers(bulletin, number, || deliveries::of(engine, bulletin))?;
        let mut found = Vec::new();
        for id in numbers {
            // The delivery may have been moved to another channel, or forgotten for its age.
            let entry = self.entry(id)?;
            let is_it =
                |entry: &OutboxEntry| entry.channel == *channel && entry.bulletin == Some(bulletin);
            found.extend(entry.filter(is_it).map(|entry| (id, entry)));
        }
        Ok(found)
    }

    fn members(&mut self, channel: &ChannelId, message: &MessageRef) -> Result<Option<Vec<u64>>> {
        match self.channel_number(channel) {
            Some(number) => self.get(&keys::members(number, message)),
            None => Ok(None),
        }
    }

    fn set_members(&mut self, channel: &ChannelId, message: &MessageRef, members: &[u64]) {
        let number = self.intern_channel(channel);
        self.change
            .writes
            .put(keys::members(number, message), &members);
    }

    fn readers(&mut self, channel: &ChannelId) -> Result<Vec<(u64, Readers)>> {
        let Some(number) = self.channel_number(channel) else {
            return Ok(Vec::new());
        };
        let rows = self
            .change
            .rows(&self.books.engine, &keys::readers_in(number))?;
        let readers = rows.into_keys().map(|key| {
            let first = keys::last_number(&key);
            Ok(self.get(&key)?.map(|readers| (first, readers)))
        });
        readers.filter_map(Result::transpose).collect()
    }

    fn set_readers(
        &mut self,
        channel: &ChannelId,
        first: u64,
        readers: Option<Readers>,
    ) -> Result<()> {
        let number = self.intern_channel(channel);
        let key = keys::readers(number, first);
        if let Some(readers) = readers {
            self.put(key, &readers)?;
            self.change.partly.extend(readers.deliveries);
        } else {
            let ended: Option<Readers> = self.get(&key)?;
            self.change.writes.remove_long(&self.books.engine, key)?;
            let ended = ended.map(|readers| readers.deliveries);
            self.change.wholly.extend(ended.into_iter().flatten());
        }
        Ok(())
    }

    fn waiting_channels(&mut self) -> Vec<ChannelId> {
        self.names_of(self.books.outbox.channels())
    }

    fn head(&mut self, channel: &ChannelId) -> Option<(u64, i64)> {
        self.queue(channel, |number| self.books.outbox.head(number))
    }

    fn waiting_in(&mut self, channel: &ChannelId) -> Vec<(u64, i64)> {
        self.queue(channel, |number| self.books.outbox.due_in(number))
    }

    fn count_waiting_in(&mut self, channel: &ChannelId) -> u64 {
        self.queue(channel, |number| self.books.outbox.queued_in(number))
    }

    fn count_waiting(&mut self) -> u64 {
        self.books.outbox.waiting()
    }

    fn is_held_back(&mut self, channel: &ChannelId, id: u64) -> bool {
        self.queue(channel, |number| self.books.outbox.is_held(number, id))
    }

    fn released(&mut self, channel: &ChannelId, now_ms: i64) -> Vec<u64> {
        let outbox = &self.books.outbox;
        self.queue(channel, |number| outbox.released(number, now_ms).collect())
    }

    fn ready_at(&mut self, channel: &ChannelId, due_ms: i64) -> Vec<u64> {
        let outbox = &self.books.outbox;
        self.queue(channel, |number| outbox.ready_at(number, due_ms).collect())
    }

    fn sending_in(&mut self, channel: &ChannelId) -> Vec<u64> {
        let outbox = &self.books.outbox;
        self.queue(channel, |number| outbox.sending_in(number).collect())
    }

    fn unfinished(&mut self, state: DeliveryState) -> Vec<u64> {
        self.books.outbox.unfinished_in(state)
    }

    fn forget_finished(&mut self, from: u64, until_ms: i64) -> Result<Option<u64>> {
        forget::deliveries(self, from, until_ms)
    }

    fn recent_sends(&mut self, since_ms: i64) -> Vec<(i64, ChannelId)> {
        let recent = self.books.outbox.recent(since_ms);
        recent
            .filter_map(|(at, channel)| Some((at, self.channel_name(channel)?)))
            .collect()
    }
}

impl SledTx<'_> {
    /// Adds a delivery that is restored under its number to the runs of its bulletin.
    fn extend_run(&mut self, bulletin: u64, id: u64) -> Result<()> {
        let runs = self
            .change
            .rows(&self.books.engine, &keys::runs(bulletin))?;
        let mut runs = runs.iter().map(|(key, count)| keys::run_ends(key, count));
        let first = runs
            .find(|(_, last)| last + 1 == id)
            .map(|(first, _)| first);
        let first = first.unwrap_or(id);
        let count = u32::try_from(id - first + 1).unwrap_or(u32::MAX);
        let run = keys::run(bulletin, first);
        self.change.writes.set(run, count.to_be_bytes().to_vec());
        Ok(())
    }
}
