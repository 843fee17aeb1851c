//! A transaction on plain maps: it changes them at once, and is taken back where it fails.

use std::sync::Arc;

use super::state::{Effects, State, message_key};
use crate::{
    bulletin::{AddedSource, ChannelId, Chat, DeliveryState, Face, MessageRef, SeenKey, SourceId},
    policy::{
        facts::{
            Archived, AuditEntry, ChannelFacts, Counts, History, LookState, OutboxEntry, Readers,
            Report, Request, RequestKey, Seen, SourceFacts,
        },
        notified::Versions,
        places::MovedChats,
        rereading::Recent,
        routes::Chats,
    },
    store::{Archive, Channels, Journal, LookChange, Notices, Outbox, Result, Sources},
};

pub(super) struct MemoryTx<'a> {
    pub(super) state: &'a mut State,
    pub(super) effects: Effects,
}

impl MemoryTx<'_> {
    fn next_age(&mut self) -> u32 {
        self.state.small.next_age += 1;
        self.state.small.next_age
    }

    fn source_row(&mut self, source: &SourceId) -> (u32, SourceFacts) {
        match self.state.tables.sources.get(source) {
            Some(row) => row.clone(),
            None => (self.next_age(), SourceFacts::default()),
        }
    }

    fn channel_row(&mut self, channel: &ChannelId) -> (u32, ChannelFacts) {
        match self.state.tables.channels.get(channel) {
            Some(row) => row.clone(),
            None => (self.next_age(), ChannelFacts::default()),
        }
    }

    fn entries_of<'b>(
        &'b self,
        bulletin: u64,
    ) -> impl Iterator<Item = (u64, OutboxEntry)> + use<'b> {
        let tables = &self.state.tables;
        let ids = tables
            .by_bulletin
            .range((bulletin, 0)..=(bulletin, u64::MAX));
        ids.filter_map(|((_, id), ())| Some((*id, tables.deliveries.get(id)?.clone())))
    }
}

impl Sources for MemoryTx<'_> {
    fn sources(&mut self) -> Vec<SourceId> {
        self.state.sources()
    }

    fn knows_source(&mut self, source: &SourceId) -> bool {
        self.state.tables.sources.contains(source)
    }

    fn enter_source(&mut self, source: &SourceId) {
        if !self.state.tables.sources.contains(source) {
            let row = self.source_row(source);
            self.state.tables.sources.set(source.clone(), row);
        }
    }

    fn source(&mut self, source: &SourceId) -> SourceFacts {
        let row = self.state.tables.sources.get(source);
        row.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    fn set_source(&mut self, source: &SourceId, facts: SourceFacts) {
        let (age, before) = self.source_row(source);
        if before != facts || !self.state.tables.sources.contains(source) {
            let row = (age, facts);
            self.state.tables.sources.set(source.clone(), row);
        }
    }

    fn look(&mut self, source: &SourceId) -> LookState {
        self.state.looks.get(source).cloned().unwrap_or_default()
    }

    fn change_look(&mut self, source: &SourceId, at_once: bool, change: LookChange) {
        self.enter_source(source);
        self.effects.looks.push((source.clone(), at_once, change));
    }

    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>> {
        let page = self.state.tables.last_pages.get(source);
        Ok(page.cloned().unwrap_or_default())
    }

    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>) {
        self.enter_source(source);
        self.state.tables.last_pages.set(source.clone(), page);
    }

    fn added(&mut self) -> Arc<Vec<AddedSource>> {
        self.state.added()
    }

    fn set_added(&mut self, source: AddedSource) {
        self.effects.added_changed = true;
        self.state.tables.added.set(source.id.clone(), source);
    }

    fn remove_added(&mut self, source: &SourceId) {
        self.effects.added_changed = true;
        self.state.tables.added.remove(source);
    }
}

impl Notices for MemoryTx<'_> {
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>> {
        let seen = &self.state.tables.seen;
        let find = |key: &SeenKey| seen.get(&(source.clone(), *key)).copied();
        Ok(keys.iter().map(find).collect())
    }

    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen) {
        self.enter_source(source);
        self.state.tables.seen.set((source.clone(), key), seen);
    }

    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>> {
        let (first, last) = ((source.clone(), key, 0), (source.clone(), key, u64::MAX));
        let titled = self.state.tables.titled.range(first..=last);
        Ok(titled.map(|((_, _, bulletin), _)| *bulletin).collect())
    }

    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>> {
        let key = (source.clone(), key, bulletin);
        Ok(self.state.tables.titled.get(&key).copied())
    }

    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8) {
        self.enter_source(source);
        let key = (source.clone(), key, bulletin);
        self.state.tables.titled.set(key, count);
    }

    fn lookalikes(&mut self, face: &Face) -> Vec<u64> {
        self.state.twins.candidates(face)
    }

    fn set_face(&mut self, bulletin: u64, face: Face) {
        self.effects.faces.push((bulletin, face));
    }
}

impl Archive for MemoryTx<'_> {
    fn counts(&mut self) -> Counts {
        self.state.small.counts.clone()
    }

    fn next_bulletin(&mut self) -> u64 {
        let counts = &mut self.state.small.counts;
        counts.next_bulletin += 1;
        counts.next_bulletin - 1
    }

    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64) {
        let counts = &mut self.state.small.counts;
        counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
        counts.next_delivery = counts.next_delivery.max(next_delivery);
    }

    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>> {
        Ok(self.state.tables.bulletins.get(&id).cloned())
    }

    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()> {
        for source in bulletin.sources() {
            self.enter_source(&source);
            self.state.tables.by_source.set((source, id), ());
        }
        let is_new = !self.state.tables.bulletins.contains(&id);
        self.state.small.counts.bulletins += u64::from(is_new);
        self.state.tables.bulletins.set(id, bulletin.clone());
        Ok(())
    }

    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>> {
        let tables = &self.state.tables;
        let ids = (source.clone(), 0)..=(source.clone(), u64::MAX);
        let ids = tables.by_source.range(ids).rev().take(most);
        let titles = ids.filter_map(|((_, id), ())| {
            let row = tables.bulletins.get(id)?;
            Some((*id, row.title.clone()))
        });
        Ok(titles.collect())
    }

    fn text(&mut self, id: u64) -> Result<Option<String>> {
        Ok(self.state.tables.texts.get(&id).cloned())
    }

    fn text_as_published(&mut self, id: u64) -> Result<Option<String>> {
        Ok(self.state.tables.texts_as_published.get(&id).cloned())
    }

    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()> {
        let tables = &mut self.state.tables;
        let as_published = as_published.map(str::to_owned);
        if !text.is_empty() {
            tables.texts.set(id, text.to_owned());
            tables.texts_as_published.put(id, as_published);
        } else if let Some(as_published) = as_published {
            tables.texts_as_published.set(id, as_published);
        }
        Ok(())
    }

    fn held(&mut self) -> Result<Vec<u64>> {
        Ok(self.state.held().collect())
    }

    fn history(&mut self, id: u64) -> Result<History> {
        let history = self.state.tables.histories.get(&id);
        Ok(history.cloned().unwrap_or_default())
    }

    fn set_history(&mut self, id: u64, history: &History) -> Result<()> {
        self.state.tables.histories.set(id, history.clone());
        Ok(())
    }

    fn versions(&mut self, id: u64) -> Result<Versions> {
        let versions = self.state.tables.versions.get(&id);
        Ok(versions.cloned().unwrap_or_default())
    }

    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()> {
        self.state.tables.versions.set(id, versions.clone());
        Ok(())
    }

    fn recent(&mut self, id: u64) -> Result<Option<Recent>> {
        Ok(self.state.tables.recent.get(&id).cloned())
    }

    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()> {
        self.state.tables.recent.put(id, recent.cloned());
        Ok(())
    }

    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>> {
        let recent = self.state.tables.recent.iter();
        Ok(recent.map(|(id, recent)| (*id, recent.clone())).collect())
    }

    fn due_readings(&mut self, now_ms: i64, most: usize) -> Vec<u64> {
        let readings = self.state.tables.readings.iter();
        let due = readings.filter(|(_, due_ms)| **due_ms <= now_ms);
        let mut due: Vec<(i64, u64)> = due.map(|(id, due_ms)| (*due_ms, *id)).collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).take(most).collect()
    }

    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.state.tables.readings.put(id, due_ms);
    }

    fn read_until(&mut self) -> i64 {
        self.state.small.read_until
    }

    fn set_read_until(&mut self, ms: i64) {
        self.state.small.read_until = ms;
    }

    fn held_reported(&mut self) -> Result<u64> {
        Ok(self.state.small.held_reported)
    }

    fn set_held_reported(&mut self, id: u64) {
        self.state.small.held_reported = id;
    }
}

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

    fn set_error(&mut self, id: u64, why: Option<&str>) {
        let why = why.map(str::to_owned);
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

impl Channels for MemoryTx<'_> {
    fn channels(&mut self) -> Vec<ChannelId> {
        self.state.channels()
    }

    fn knows_channel(&mut self, channel: &ChannelId) -> bool {
        self.state.tables.channels.contains(channel)
    }

    fn enter_channel(&mut self, channel: &ChannelId) {
        if !self.state.tables.channels.contains(channel) {
            let row = self.channel_row(channel);
            self.state.tables.channels.set(channel.clone(), row);
        }
    }

    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId) {
        let Some(row) = self.state.tables.channels.remove(from) else {
            return;
        };
        let tables = &mut self.state.tables;
        tables.channels.set(to.clone(), row);
        let own = tables.deliveries.iter();
        let own = own.filter(|(_, entry)| entry.channel == *from);
        let own: Vec<(u64, OutboxEntry)> = own.map(|(id, it)| (*id, it.clone())).collect();
        for (id, mut entry) in own {
            entry.channel = to.clone();
            tables.deliveries.set(id, entry);
        }
        let of = |key: &(ChannelId, String)| key.0 == *from;
        let members = tables.members.iter().filter(|(key, _)| of(key));
        let members: Vec<_> = members.map(|(key, _)| key.clone()).collect();
        for key in members {
            let ids = tables.members.remove(&key);
            tables.members.put((to.clone(), key.1), ids);
        }
        let readers = tables.readers.iter().filter(|(key, _)| key.0 == *from);
        let readers: Vec<_> = readers.map(|(key, _)| key.clone()).collect();
        for key in readers {
            let row = tables.readers.remove(&key);
            tables.readers.put((to.clone(), key.1), row);
        }
    }

    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts {
        let row = self.state.tables.channels.get(channel);
        row.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts) {
        let (age, _) = self.channel_row(channel);
        let row = (age, facts);
        self.state.tables.channels.set(channel.clone(), row);
    }

    fn is_blocked(&mut self, channel: &ChannelId) -> bool {
        self.channel(channel).blocked.is_some()
    }

    fn chats(&mut self) -> Arc<Chats> {
        Arc::clone(&self.state.chats)
    }

    fn chat(&mut self, channel: &ChannelId) -> Option<Chat> {
        self.state.tables.chats.get(channel).cloned()
    }

    fn set_chat(&mut self, channel: &ChannelId, chat: Chat) {
        self.enter_channel(channel);
        self.effects.chats_changed = true;
        self.state.tables.chats.set(channel.clone(), chat);
    }

    fn remove_chat(&mut self, channel: &ChannelId) {
        self.effects.chats_changed = true;
        self.state.tables.chats.remove(channel);
    }

    fn moved_chats(&mut self) -> Arc<MovedChats> {
        Arc::new(self.state.moved())
    }

    fn set_moved(&mut self, from: i64, to: Option<i64>) {
        self.state.tables.moved.put(from, to);
    }
}

impl Journal for MemoryTx<'_> {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>> {
        Ok(self.state.tables.requests.get(&key).cloned())
    }

    fn set_request(&mut self, key: RequestKey, request: &Request) {
        self.state.tables.requests.set(key, request.clone());
    }

    fn report(&mut self, first: u64) -> Result<Option<Report>> {
        Ok(self.state.tables.reports.get(&first).cloned())
    }

    fn set_report(&mut self, report: &Report) {
        let first = report.run.first.0;
        self.state.tables.reports.set(first, report.clone());
    }

    fn audit(&mut self, entry: &AuditEntry, now_ms: i64) {
        let counter = self.state.small.counts.next_audit;
        self.state.small.counts.next_audit = counter.wrapping_add(1);
        self.state
            .tables
            .audit
            .set((now_ms, counter), entry.clone());
    }

    fn restore_audit(&mut self, at_ms: i64, counter: u32, entry: &AuditEntry) {
        let next = &mut self.state.small.counts.next_audit;
        *next = (*next).max(counter.wrapping_add(1));
        self.state.tables.audit.set((at_ms, counter), entry.clone());
    }

    fn update_offset(&mut self) -> Result<i32> {
        Ok(self.state.small.update_offset)
    }

    fn set_update_offset(&mut self, offset: i32) {
        self.state.small.update_offset = offset;
    }

    fn bot_name(&mut self) -> Result<String> {
        Ok(self.state.small.bot_name.clone())
    }

    fn set_bot_name(&mut self, name: &str) {
        name.clone_into(&mut self.state.small.bot_name);
    }

    fn forget_requests(&mut self, until_ms: i64) -> Result<()> {
        let tables = &mut self.state.tables;
        let old = tables.requests.iter();
        let old = old.filter(|(_, request)| request.at_ms < until_ms);
        let old: Vec<RequestKey> = old.map(|(key, _)| *key).collect();
        old.iter().for_each(|key| _ = tables.requests.remove(key));
        let is_over = |report: &Report| {
            report.done && report.reported_ms.is_none_or(|at_ms| at_ms < until_ms)
        };
        let over = tables.reports.iter();
        let over = over.filter(|(_, report)| is_over(report));
        let over: Vec<u64> = over.map(|(first, _)| *first).collect();
        over.iter()
            .for_each(|first| _ = tables.reports.remove(first));
        Ok(())
    }

    fn wake_senders(&mut self) {
        self.effects.wakes_senders = true;
    }

    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>) {
        self.effects.then.push(then);
    }
}
