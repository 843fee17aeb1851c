//! A transaction on sled: what it reads is what the disk and the books say, and what it wrote itself.

use std::sync::Arc;

use super::{
    super::{Archive, Channels, Journal, LookChange, Notices, Outbox, Result, Sources},
    archive,
    block::{Block, Slot},
    books::Books,
    change::Change,
    forget, keys,
    names::Names,
    read::newest,
    rows::{BulletinRow, decode_seen, encode_seen},
};
use crate::{
    bulletin::{
        AddedSource, BulletinState, ChannelId, Chat, DeliveryState, Face, MessageRef, SeenKey,
        SourceId,
    },
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
};

pub(super) struct SledTx<'a> {
    pub(super) books: &'a Books,
    /// As they were before the transaction.
    names: Arc<Names>,
    pub(super) change: Change,
}

impl<'a> SledTx<'a> {
    pub(super) fn new(books: &'a Books) -> Self {
        Self {
            books,
            names: books.names(),
            change: books.change(),
        }
    }

    pub(super) fn into_change(self) -> Change {
        self.change
    }

    fn source_number(&self, id: &SourceId) -> Option<u32> {
        self.change.names.source_number(&self.names, id)
    }

    fn channel_number(&self, id: &ChannelId) -> Option<u32> {
        self.change.names.channel_number(&self.names, id)
    }

    fn source_name(&self, number: u32) -> Option<SourceId> {
        self.change.names.source_name(&self.names, number)
    }

    fn channel_name(&self, number: u32) -> Option<ChannelId> {
        self.change.names.channel_name(&self.names, number)
    }

    fn intern_source(&mut self, id: &SourceId) -> u32 {
        self.change.intern_source(self.books, id)
    }

    fn intern_channel(&mut self, id: &ChannelId) -> u32 {
        self.change.intern_channel(self.books, id)
    }

    fn get<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        self.change.get(&self.books.engine, key)
    }

    /// Writes another version of a value, without chunks of the former one.
    fn put<T: serde::Serialize>(&mut self, key: Vec<u8>, value: &T) -> Result<()> {
        let writes = &mut self.change.writes;
        writes.remove_long(&self.books.engine, key.clone())?;
        writes.put(key, value);
        Ok(())
    }

    fn text_under(&self, key: &[u8]) -> Result<Option<String>> {
        match self.get::<Vec<u8>>(key)? {
            Some(packed) => archive::unpacked(&self.books.engine, key, &packed).map(Some),
            None => Ok(None),
        }
    }

    fn entry(&mut self, id: u64) -> Result<Option<OutboxEntry>> {
        let slot = self.change.slot(&self.books.engine, id)?;
        Ok(slot.and_then(|slot| slot.entry(self.channel_name(slot.channel))))
    }

    fn names_of(&self, numbers: impl IntoIterator<Item = u32>) -> Vec<ChannelId> {
        let numbers = numbers.into_iter();
        numbers.filter_map(|n| self.channel_name(n)).collect()
    }

    /// What the outbox says of a channel.
    fn queue<T: Default>(&self, channel: &ChannelId, read: impl Fn(u32) -> T) -> T {
        self.channel_number(channel).map(read).unwrap_or_default()
    }
}

impl Sources for SledTx<'_> {
    fn sources(&mut self) -> Vec<SourceId> {
        let numbers = self.names.source_numbers();
        numbers.filter_map(|n| self.names.source(n)).collect()
    }

    fn knows_source(&mut self, source: &SourceId) -> bool {
        self.source_number(source).is_some()
    }

    fn enter_source(&mut self, source: &SourceId) {
        self.intern_source(source);
    }

    fn source(&mut self, source: &SourceId) -> SourceFacts {
        let Some(number) = self.source_number(source) else {
            return SourceFacts::default();
        };
        let changed = self.change.sources.get(&number);
        let facts = changed.or_else(|| self.books.sources.get(&number));
        facts.cloned().unwrap_or_default()
    }

    fn set_source(&mut self, source: &SourceId, facts: SourceFacts) {
        let number = self.intern_source(source);
        // Nothing is written where it is so already.
        if self.books.sources.get(&number) == Some(&facts) {
            self.change.sources.remove(&number);
        } else {
            self.change.sources.insert(number, facts);
        }
    }

    fn look(&mut self, source: &SourceId) -> LookState {
        self.books.looks.get(source)
    }

    fn change_look(&mut self, source: &SourceId, at_once: bool, change: LookChange) {
        let number = self.intern_source(source);
        if at_once {
            let state = self.books.looks.with(source, &change);
            self.change.writes.put(keys::look(number), &state);
        }
        self.change.looks.push((source.clone(), number, change));
    }

    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        Ok(self.get(&keys::last_page(number))?.unwrap_or_default())
    }

    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>) {
        let number = self.intern_source(source);
        self.change.writes.put(keys::last_page(number), &page);
    }

    fn added(&mut self) -> Arc<Vec<AddedSource>> {
        let changed = self.change.added.clone();
        changed.unwrap_or_else(|| self.books.added())
    }

    fn set_added(&mut self, source: AddedSource) {
        let key = keys::added(source.id.as_str());
        self.change.writes.put(key, &source);
        let mut added = self.added().to_vec();
        added.retain(|known| known.id != source.id);
        added.push(source);
        added.sort_by_key(|source| source.at);
        self.change.added = Some(Arc::new(added));
    }

    fn remove_added(&mut self, source: &SourceId) {
        self.change.writes.remove(keys::added(source.as_str()));
        let mut added = self.added().to_vec();
        added.retain(|known| known.id != *source);
        self.change.added = Some(Arc::new(added));
    }
}

impl Notices for SledTx<'_> {
    fn seen(&mut self, source: &SourceId, keys: &[SeenKey]) -> Result<Vec<Option<Seen>>> {
        let Some(number) = self.source_number(source) else {
            return Ok(vec![None; keys.len()]);
        };
        let seen = |key: &SeenKey| {
            let value = self
                .change
                .raw(&self.books.engine, &keys::seen(number, *key))?;
            Ok(value.and_then(|value| decode_seen(&value)))
        };
        keys.iter().map(seen).collect()
    }

    fn set_seen(&mut self, source: &SourceId, key: SeenKey, seen: Seen) {
        let number = self.intern_source(source);
        let value = encode_seen(seen);
        self.change.writes.set(keys::seen(number, key), value);
    }

    fn titled(&mut self, source: &SourceId, key: SeenKey) -> Result<Vec<u64>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        let prefix = keys::titled(number, key);
        let rows = self.change.rows(&self.books.engine, &prefix)?;
        Ok(rows.keys().map(|key| keys::last_number(key)).collect())
    }

    fn addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64) -> Result<Option<u8>> {
        let Some(number) = self.source_number(source) else {
            return Ok(None);
        };
        let key = keys::titled_as(number, key, bulletin);
        let value = self.change.raw(&self.books.engine, &key)?;
        Ok(value.map(|value| value.first().copied().unwrap_or(1)))
    }

    fn set_addresses(&mut self, source: &SourceId, key: SeenKey, bulletin: u64, count: u8) {
        let number = self.intern_source(source);
        let key = keys::titled_as(number, key, bulletin);
        self.change.writes.set(key, vec![count]);
    }

    fn lookalikes(&mut self, face: &Face) -> Vec<u64> {
        self.books.twins.candidates(face)
    }

    fn set_face(&mut self, bulletin: u64, face: Face) {
        self.change.faces.push((bulletin, face));
    }
}

impl Archive for SledTx<'_> {
    fn counts(&mut self) -> Counts {
        self.change.counts.clone()
    }

    fn next_bulletin(&mut self) -> u64 {
        let id = self.change.counts.next_bulletin;
        self.change.counts.next_bulletin += 1;
        id
    }

    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64) {
        let counts = &mut self.change.counts;
        counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
        counts.next_delivery = counts.next_delivery.max(next_delivery);
    }

    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>> {
        let row: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
        Ok(row.and_then(|row| row.archived(|number| self.source_name(number))))
    }

    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()> {
        let before: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
        let row = BulletinRow::new(bulletin, |source| self.intern_source(source));
        let writes = &mut self.change.writes;
        if let Some(before) = &before {
            newest::leave(writes, id, before);
            writes.remove_long(&self.books.engine, keys::bulletin(id))?;
        }
        writes.put(keys::bulletin(id), &row);
        newest::enter(writes, id, &row);
        for source in row.sources() {
            if before
                .as_ref()
                .is_none_or(|it| !it.sources().any(|of| of == source))
            {
                writes.set(keys::by_source(source, id), Vec::new());
            }
        }
        let was_held = before
            .as_ref()
            .is_some_and(|it| it.state == BulletinState::Held);
        match (was_held, row.state == BulletinState::Held) {
            (false, true) => writes.set(keys::held(id), Vec::new()),
            (true, false) => writes.remove(keys::held(id)),
            _ => {}
        }
        self.change.counts.bulletins += u64::from(before.is_none());
        Ok(())
    }

    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        let mut prefix = keys::by_source(number, 0);
        prefix.truncate(keys::SOURCE_PREFIX);
        let mut latest = Vec::new();
        for key in self.books.engine.scan(&prefix).rev().take(most) {
            let id = keys::last_number(&key?.key);
            let row: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
            latest.extend(row.map(|row| (id, row.title)));
        }
        Ok(latest)
    }

    fn text(&mut self, id: u64) -> Result<Option<String>> {
        self.text_under(&keys::text(id))
    }

    fn text_as_published(&mut self, id: u64) -> Result<Option<String>> {
        self.text_under(&keys::text_as_published(id))
    }

    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()> {
        if !text.is_empty() {
            let (writes, engine) = (&mut self.change.writes, &self.books.engine);
            writes.remove_long(engine, keys::text(id))?;
            writes.remove_long(engine, keys::text_as_published(id))?;
        }
        archive::write_text(&mut self.change.writes, id, text, as_published);
        Ok(())
    }

    fn held(&mut self) -> Result<Vec<u64>> {
        let rows = self.change.rows(&self.books.engine, b"h")?;
        Ok(rows.keys().map(|key| keys::last_number(key)).collect())
    }

    fn history(&mut self, id: u64) -> Result<History> {
        Ok(self.get(&keys::history(id))?.unwrap_or_default())
    }

    fn set_history(&mut self, id: u64, history: &History) -> Result<()> {
        self.put(keys::history(id), history)
    }

    fn versions(&mut self, id: u64) -> Result<Versions> {
        Ok(self.get(&keys::versions(id))?.unwrap_or_default())
    }

    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()> {
        self.put(keys::versions(id), versions)
    }

    fn recent(&mut self, id: u64) -> Result<Option<Recent>> {
        self.get(&keys::recent(id))
    }

    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()> {
        match recent {
            Some(recent) => self.put(keys::recent(id), recent),
            None => {
                let writes = &mut self.change.writes;
                writes.remove_long(&self.books.engine, keys::recent(id))
            }
        }
    }

    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>> {
        let keys = self.change.rows(&self.books.engine, b"R")?.into_keys();
        let recent = keys.map(|key| {
            let id = keys::last_number(&key);
            Ok(self.get(&key)?.map(|recent| (id, recent)))
        });
        recent.filter_map(Result::transpose).collect()
    }

    fn due_readings(&mut self, now_ms: i64, most: usize) -> Vec<u64> {
        self.books.readings.due(now_ms).take(most).collect()
    }

    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.change.readings.push((id, due_ms));
    }

    fn read_until(&mut self) -> i64 {
        let changed = self.change.read_until;
        changed.unwrap_or_else(|| self.books.readings.done_ms())
    }

    fn set_read_until(&mut self, ms: i64) {
        self.change.writes.put(keys::READ_AGAIN.to_vec(), &ms);
        self.change.read_until = Some(ms);
    }

    fn held_reported(&mut self) -> Result<u64> {
        Ok(self.get(keys::HELD_TOLD)?.unwrap_or_default())
    }

    fn set_held_reported(&mut self, id: u64) {
        self.change.writes.put(keys::HELD_TOLD.to_vec(), &id);
    }
}

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

    fn set_error(&mut self, id: u64, why: Option<&str>) {
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
        let numbers = engine.received.numbers(engine, bulletin, number)?;
        let mut found = Vec::new();
        for id in numbers {
            // It may have been moved to another channel, or be forgotten for its age.
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
    /// A delivery that is restored under its number joins those of its bulletin.
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

impl Channels for SledTx<'_> {
    fn channels(&mut self) -> Vec<ChannelId> {
        let numbers = self.names.channel_numbers();
        numbers.filter_map(|n| self.names.channel(n)).collect()
    }

    fn knows_channel(&mut self, channel: &ChannelId) -> bool {
        self.channel_number(channel).is_some()
    }

    fn enter_channel(&mut self, channel: &ChannelId) {
        self.intern_channel(channel);
    }

    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId) {
        if let Some(number) = self.channel_number(from) {
            self.change.rename_channel(number, to);
        }
    }

    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts {
        let Some(number) = self.channel_number(channel) else {
            return ChannelFacts::default();
        };
        let changed = self.change.channels.get(&number);
        let facts = changed.or_else(|| self.books.channels.get(&number));
        facts.cloned().unwrap_or_default()
    }

    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts) {
        let number = self.intern_channel(channel);
        self.change.channels.insert(number, facts);
    }

    fn is_blocked(&mut self, channel: &ChannelId) -> bool {
        let Some(number) = self.channel_number(channel) else {
            return false;
        };
        let changed = self.change.channels.get(&number);
        let facts = changed.or_else(|| self.books.channels.get(&number));
        facts.is_some_and(|facts| facts.blocked.is_some())
    }

    fn chats(&mut self) -> Arc<Chats> {
        self.books.chats()
    }

    fn chat(&mut self, channel: &ChannelId) -> Option<Chat> {
        let number = self.channel_number(channel)?;
        let mut changed = self.change.chats.iter().rev();
        match changed.find(|(other, ..)| *other == number) {
            Some((_, _, chat)) => chat.clone(),
            None => self.books.chats().get(channel).map(|it| it.chat.clone()),
        }
    }

    fn set_chat(&mut self, channel: &ChannelId, chat: Chat) {
        let number = self.intern_channel(channel);
        self.change.writes.put(keys::chat(number), &chat);
        let changed = (number, channel.clone(), Some(chat));
        self.change.chats.push(changed);
    }

    fn remove_chat(&mut self, channel: &ChannelId) {
        let number = self.intern_channel(channel);
        self.change.writes.remove(keys::chat(number));
        self.change.chats.push((number, channel.clone(), None));
    }

    fn moved_chats(&mut self) -> Arc<MovedChats> {
        let changed = self.change.moved.as_ref();
        Arc::clone(changed.unwrap_or(&self.books.moved))
    }

    fn set_moved(&mut self, from: i64, to: Option<i64>) {
        let mut moved = MovedChats::clone(&self.moved_chats());
        let writes = &mut self.change.writes;
        if let Some(to) = to {
            writes.set(keys::moved(from), to.to_be_bytes().to_vec());
            moved.insert(from, to);
        } else {
            writes.remove(keys::moved(from));
            moved.remove(&from);
        }
        self.change.moved = Some(Arc::new(moved));
    }
}

impl Journal for SledTx<'_> {
    fn request(&mut self, key: RequestKey) -> Result<Option<Request>> {
        self.get(&keys::request(key))
    }

    fn set_request(&mut self, key: RequestKey, request: &Request) {
        self.change.writes.put(keys::request(key), request);
    }

    fn report(&mut self, first: u64) -> Result<Option<Report>> {
        self.get(&keys::report(first))
    }

    fn set_report(&mut self, report: &Report) {
        let key = keys::report(report.run.first.0);
        self.change.writes.put(key, report);
    }

    fn audit(&mut self, entry: &AuditEntry, now_ms: i64) {
        let counter = self.change.counts.next_audit;
        self.change.counts.next_audit = counter.wrapping_add(1);
        self.change.writes.put(keys::audit(now_ms, counter), entry);
    }

    fn restore_audit(&mut self, at_ms: i64, counter: u32, entry: &AuditEntry) {
        let next = &mut self.change.counts.next_audit;
        *next = (*next).max(counter.wrapping_add(1));
        self.change.writes.put(keys::audit(at_ms, counter), entry);
    }

    fn update_offset(&mut self) -> Result<i32> {
        Ok(self.get(keys::OFFSET)?.unwrap_or_default())
    }

    fn set_update_offset(&mut self, offset: i32) {
        self.change.writes.put(keys::OFFSET.to_vec(), &offset);
    }

    fn bot_name(&mut self) -> Result<String> {
        Ok(self.get(keys::BOT)?.unwrap_or_default())
    }

    fn set_bot_name(&mut self, name: &str) {
        self.change.writes.put(keys::BOT.to_vec(), &name);
    }

    fn forget_requests(&mut self, until_ms: i64) -> Result<()> {
        forget::requests(self, until_ms)
    }

    fn wake_senders(&mut self) {
        self.change.wakes_senders = true;
    }

    fn after_commit(&mut self, then: Box<dyn FnOnce() + Send>) {
        self.change.then.push(then);
    }
}
