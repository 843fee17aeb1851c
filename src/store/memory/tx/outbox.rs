//! Deliveries and the order in which they are sent.

use super::base::MemoryTx;
use crate::{
    bulletin::{ChannelId, DeliveryState, MessageRef, Reason},
    policy::facts::{OutboxEntry, Readers},
    store::{
        error::Result,
        memory::state::message_key,
        tx::{Channels, Outbox},
    },
};

impl Outbox for MemoryTx<'_> {
    fn delivery(&mut self, id: u64) -> Result<Option<OutboxEntry>> {
        Ok(self.state.tables.deliveries.get(&id).cloned())
    }

    fn set_delivery(&mut self, id: u64, entry: OutboxEntry) -> Result<()> {
        self.enter_channel(&entry.channel);
        let wakes = matches!(entry.state, DeliveryState::Queued | DeliveryState::Dropped);
        self.effects.wakes_senders |= wakes;
        self.state.small.counts.next_delivery = self.state.small.counts.next_delivery.max(id + 1);
        let tables = &mut self.state.tables;
        if let Some(bulletin) = entry.bulletin {
            tables.by_bulletin.set((bulletin, id), ());
        }
        let is_unfinished = entry.is_unfinished().then_some(());
        tables.unfinished.put(id, is_unfinished);
        self.effects.entries.push(entry.clone());
        tables.deliveries.set(id, entry);
        Ok(())
    }

    fn enqueue(&mut self, entries: Vec<OutboxEntry>, note: Option<&str>) -> Result<u64> {
        let first = self.state.small.counts.next_delivery;
        if let Some(note) = note.filter(|_| !entries.is_empty()) {
            self.set_note(first, note);
        }
        for (id, mut entry) in (first..).zip(entries) {
            entry.note = note.map(|_| first);
            self.set_delivery(id, entry)?;
        }
        Ok(first)
    }

    fn move_delivery(&mut self, id: u64, to: &ChannelId) -> Result<()> {
        let Some(mut entry) = self.state.tables.deliveries.get(&id).cloned() else {
            return Ok(());
        };
        entry.channel = to.clone();
        self.set_delivery(id, entry)
    }

    fn note(&mut self, of: u64) -> Result<Option<String>> {
        Ok(self.state.tables.notes.get(&of).cloned())
    }

    fn set_note(&mut self, of: u64, text: &str) {
        self.state.tables.notes.set(of, text.to_owned());
    }

    fn set_error(&mut self, id: u64, why: Option<&Reason>) {
        let why = why.cloned();
        self.state.tables.errors.put(id, why);
    }

    fn deliveries_of(&mut self, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>> {
        Ok(self.entries_of(bulletin).collect())
    }

    fn deliveries_in(
        &mut self,
        bulletin: u64,
        channel: &ChannelId,
    ) -> Result<Vec<(u64, OutboxEntry)>> {
        let all = self.entries_of(bulletin);
        Ok(all.filter(|(_, it)| it.channel == *channel).collect())
    }

    fn members(&mut self, channel: &ChannelId, message: &MessageRef) -> Result<Option<Vec<u64>>> {
        let key = message_key(channel, message);
        Ok(self.state.tables.members.get(&key).cloned())
    }

    fn set_members(&mut self, channel: &ChannelId, message: &MessageRef, members: &[u64]) {
        let key = message_key(channel, message);
        self.state.tables.members.set(key, members.to_vec());
    }

    fn readers(&mut self, channel: &ChannelId) -> Result<Vec<(u64, Readers)>> {
        let all = (channel.clone(), 0)..=(channel.clone(), u64::MAX);
        let all = self.state.tables.readers.range(all);
        Ok(all.map(|((_, id), it)| (*id, it.clone())).collect())
    }

    fn set_readers(
        &mut self,
        channel: &ChannelId,
        first: u64,
        readers: Option<Readers>,
    ) -> Result<()> {
        let key = (channel.clone(), first);
        self.state.tables.readers.put(key, readers);
        Ok(())
    }

    fn forget_finished(&mut self, _from: u64, until_ms: i64) -> Result<Option<u64>> {
        let tables = &mut self.state.tables;
        let is_old = |entry: &OutboxEntry| {
            !entry.is_unfinished() && entry.ended_ms.is_some_and(|at| at < until_ms)
        };
        let old = tables.deliveries.iter().filter(|(_, entry)| is_old(entry));
        let old: Vec<u64> = old.map(|(id, _)| *id).collect();
        for id in old {
            let Some(entry) = tables.deliveries.remove(&id) else {
                continue;
            };
            tables.errors.remove(&id);
            if let Some(bulletin) = entry.bulletin {
                tables.by_bulletin.remove(&(bulletin, id));
            }
            if let Some(message) = &entry.message {
                tables.members.remove(&message_key(&entry.channel, message));
            }
        }
        Ok(None)
    }

    fn waiting_channels(&mut self) -> Vec<ChannelId> {
        let waiting = self.state.unfinished();
        let waiting = waiting.filter(|(_, entry)| entry.state == DeliveryState::Queued);
        let mut channels: Vec<ChannelId> = waiting.map(|(_, it)| it.channel.clone()).collect();
        channels.sort_unstable();
        channels.dedup();
        channels
    }

    fn head(&mut self, channel: &ChannelId) -> Option<(u64, i64)> {
        let (mut ready, mut held) = (None, None);
        for (id, entry) in self.state.unfinished_in(channel) {
            if entry.state != DeliveryState::Queued {
                continue;
            }
            let place = (entry.due_ms, id);
            match self.state.is_held_back(id, entry) {
                true => held = held.into_iter().chain([place]).min(),
                false => ready = ready.or(Some(place)),
            }
        }
        let first = ready.into_iter().chain(held).min();
        first.map(|(due_ms, id)| (id, due_ms))
    }

    fn waiting_in(&mut self, channel: &ChannelId) -> Vec<(u64, i64)> {
        let all = self.state.unfinished_in(channel);
        let waiting = all.filter(|(_, entry)| entry.state == DeliveryState::Queued);
        waiting.map(|(id, entry)| (id, entry.due_ms)).collect()
    }

    fn count_waiting_in(&mut self, channel: &ChannelId) -> u64 {
        self.waiting_in(channel).len() as u64
    }

    fn count_waiting(&mut self) -> u64 {
        let waiting = self.state.unfinished();
        let waiting = waiting.filter(|(_, entry)| entry.state == DeliveryState::Queued);
        waiting.count() as u64
    }

    fn is_held_back(&mut self, channel: &ChannelId, id: u64) -> bool {
        let entry = self.state.tables.deliveries.get(&id);
        let entry = entry.filter(|it| it.channel == *channel && it.state == DeliveryState::Queued);
        entry.is_some_and(|entry| self.state.is_held_back(id, entry))
    }

    fn released(&mut self, channel: &ChannelId, now_ms: i64) -> Vec<u64> {
        let waiting = self.waiting_in(channel).into_iter();
        let due = waiting.filter(|(_, due_ms)| *due_ms <= now_ms);
        let mut due: Vec<(i64, u64)> = due.map(|(id, due_ms)| (due_ms, id)).collect();
        due.retain(|(_, id)| self.is_held_back(channel, *id));
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).collect()
    }

    fn ready_at(&mut self, channel: &ChannelId, due_ms: i64) -> Vec<u64> {
        let mut waiting = self.waiting_in(channel);
        waiting.retain(|(id, due)| *due == due_ms && !self.is_held_back(channel, *id));
        waiting.into_iter().map(|(id, _)| id).collect()
    }

    fn sending_in(&mut self, channel: &ChannelId) -> Vec<u64> {
        let all = self.state.unfinished_in(channel);
        let sending = all.filter(|(_, entry)| entry.state == DeliveryState::Sending);
        sending.map(|(id, _)| id).collect()
    }

    fn unfinished(&mut self, state: DeliveryState) -> Vec<u64> {
        let all = self.state.unfinished();
        let mut ids: Vec<u64> = all
            .filter(|(_, entry)| entry.state == state)
            .map(|(id, _)| id)
            .collect();
        ids.reverse();
        ids
    }

    fn recent_sends(&mut self, since_ms: i64) -> Vec<(i64, ChannelId)> {
        self.state.sends.since(since_ms).cloned().collect()
    }
}
