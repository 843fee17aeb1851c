//! One operation that is being run: its transaction, and the config that it follows.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    fmt::Display,
    sync::Arc,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::verdicts::Ahead;
use crate::{
    bulletin::{Channel, ChannelId, Chat, DeliveryKind, Folded, Reason, Source, SourceId},
    policy::{
        audit::{Actor, AuditEntry, bounded},
        change_feed::{self, FeedEvent},
        facts::{Archived, OutboxEntry, SourceFacts},
        places::{MovedChats, Place},
        routes::Routes,
        timing,
    },
    store::{Result, Tx},
};

pub(super) struct Op<'a> {
    pub(super) tx: &'a mut dyn Tx,
    /// The config as it was synced last; `None` before.
    pub(super) routes: Option<Arc<Routes>>,
    /// The verdicts of patterns on its texts, as far as they were found out before.
    pub(super) ahead: Ahead,
}

impl<'a> Op<'a> {
    pub(super) fn new(tx: &'a mut dyn Tx, routes: Option<Arc<Routes>>) -> Self {
        Self {
            tx,
            routes,
            ahead: Ahead::default(),
        }
    }

    /// Converts a time of this machine to the clock that all workers share, if there are several: other workers,
    /// whose clocks may be right, read the recorded times.
    pub(super) fn shared_time(&mut self, own: DateTime<Utc>) -> DateTime<Utc> {
        let ahead = TimeDelta::milliseconds(self.tx.clock_ahead_ms());
        own.checked_sub_signed(ahead).unwrap_or(own)
    }

    /// Converts a shared time to that of this machine.
    pub(super) fn own_time(&mut self, shared: DateTime<Utc>) -> DateTime<Utc> {
        let ahead = TimeDelta::milliseconds(self.tx.clock_ahead_ms());
        shared.checked_add_signed(ahead).unwrap_or(shared)
    }

    /// Appends to the audit log who did what to which thing.
    pub(super) fn log(
        &mut self,
        by: &Actor,
        (action, subject): (&str, impl Display),
        detail: &str,
        now: DateTime<Utc>,
    ) {
        let entry = AuditEntry::new(by, action, subject, detail);
        self.tx.audit(&entry, now.timestamp_millis());
    }

    /// Archives a bulletin, or another version of it, and notifies followers.
    pub(super) fn set_bulletin(
        &mut self,
        id: u64,
        row: &Archived,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let before = self.tx.bulletin(id)?;
        let event = change_feed::of_bulletin(id, before.as_ref(), row);
        self.tx.record_change(event, now.timestamp_millis());
        self.tx.set_bulletin(id, row)
    }

    /// Stores a delivery that ended or continues, and notifies followers of the end.
    pub(super) fn settle_delivery(
        &mut self,
        id: u64,
        entry: OutboxEntry,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if !entry.is_unfinished() {
            let event = FeedEvent::Delivery(id);
            self.tx.record_change(event, now.timestamp_millis());
        }
        self.tx.set_delivery(id, entry)
    }

    /// Stores the facts of a source, and notifies followers if it now has something held, or no longer has.
    pub(super) fn set_source(&mut self, source: &SourceId, facts: SourceFacts, now: DateTime<Utc>) {
        let had_held = self.tx.source(source).held > 0;
        if had_held != (facts.held > 0) {
            let event = FeedEvent::Source(source.clone());
            self.tx.record_change(event, now.timestamp_millis());
        }
        self.tx.set_source(source, facts);
    }

    pub(super) fn source_settings(&self, id: &SourceId) -> Option<Arc<Source>> {
        self.routes.as_ref()?.source(id).cloned()
    }

    /// Returns the channels of the config, in its order.
    pub(super) fn configured(&self) -> Vec<Arc<Channel>> {
        let routes = self.routes.as_ref();
        routes.map_or_else(Vec::new, |routes| routes.channels.clone())
    }

    /// Returns a channel of the config, or the chat with this id.
    pub(super) fn settings(&mut self, id: &ChannelId) -> Option<Arc<Channel>> {
        let configured = self.routes.as_ref().and_then(|routes| routes.channel(id));
        if let Some(channel) = configured {
            return Some(Arc::clone(channel));
        }
        self.tx.chats().get(id).map(|it| Arc::clone(&it.channel))
    }

    /// Returns whether anything is sent to a channel: one of the config, or a chat that subscribed itself.
    pub(super) fn is_in_use(&self, id: &ChannelId) -> bool {
        let routes = self.routes.as_ref();
        routes.is_none_or(|routes| routes.channel(id).is_some()) || id.chat().is_some()
    }

    /// Returns whether nothing can be sent to a channel now.
    pub(super) fn is_paused(&mut self, id: &ChannelId) -> bool {
        !self.tx.knows_channel(id) || self.tx.is_blocked(id) || !self.is_in_use(id)
    }

    pub(super) fn place(&mut self, id: &ChannelId) -> Place {
        let moved = self.tx.moved_chats();
        self.place_after(id, &moved)
    }

    /// Returns the place of a channel by other moves than the known ones.
    pub(super) fn place_after(&self, id: &ChannelId, moved: &MovedChats) -> Place {
        let configured = self.routes.as_ref().and_then(|routes| routes.channel(id));
        match configured {
            Some(channel) => Place::of_channel(channel, moved),
            None => Place::of_subscribed(id, moved).unwrap_or_else(|| Place::Own(id.clone())),
        }
    }

    /// Returns the channels that want a new bulletin, by their filters: in config order, then the chats that
    /// subscribed themselves. Several may lead to one place ([`Op::due_in`]).
    pub(super) fn channels_for(
        &mut self,
        source: &SourceId,
        (title, summary): (&str, &str),
    ) -> Vec<ChannelId> {
        let text = Folded::new(title, summary);
        let ahead = std::mem::take(&mut self.ahead);
        let wanting = self.channels_where(std::slice::from_ref(source), |channel| {
            let channel = channel.for_sources(std::iter::once(source));
            ahead.wants(&channel.filter, &text)
        });
        self.ahead = ahead;
        wanting
    }

    /// Returns the channels that have one of a bulletin's sources, regardless of their filters, in the same order.
    pub(super) fn channels_having(&mut self, row: &Archived) -> Vec<ChannelId> {
        self.channels_where(&row.sources(), |_| true)
    }

    /// Returns the first of these channels at each place.
    pub(super) fn channels_with(&mut self, row: &Archived) -> Vec<ChannelId> {
        let having = self.channels_having(row);
        self.first_at_each_place(having)
    }

    /// Returns all channels, and all chats that are subscribed to anything: the first at each place.
    pub(super) fn everyone(&mut self) -> Vec<ChannelId> {
        let all = self.channels_that(|chat| chat.may_have(true), |_| true);
        self.first_at_each_place(all)
    }

    fn first_at_each_place(&mut self, mut channels: Vec<ChannelId>) -> Vec<ChannelId> {
        let moved = self.tx.moved_chats();
        let mut places = HashSet::new();
        channels.retain(|id| places.insert(self.place_after(id, &moved)));
        channels
    }

    /// Returns the channels that have one of some sources. Public sources and others never share a bulletin.
    fn channels_where(
        &mut self,
        of: &[SourceId],
        wanted: impl Fn(&Channel) -> bool,
    ) -> Vec<ChannelId> {
        let routes = self.routes.as_ref();
        let is_public =
            routes.is_some_and(|routes| of.iter().all(|source| routes.is_public(source)));
        self.channels_that(
            |chat| chat.may_have(is_public),
            |channel| of.iter().any(|source| channel.wants(source)) && wanted(channel),
        )
    }

    fn channels_that(
        &mut self,
        let_in: impl Fn(&Chat) -> bool,
        wanted: impl Fn(&Channel) -> bool,
    ) -> Vec<ChannelId> {
        let configured = self.routes.iter().flat_map(|routes| &routes.channels);
        let configured = configured.filter(|channel| wanted(channel));
        let mut found: Vec<ChannelId> = configured.map(|channel| channel.id.clone()).collect();
        let chats = self.tx.chats();
        for (id, known) in chats.subscribed() {
            // A paused chat gets nothing: it starts again with later bulletins.
            if let_in(&known.chat) && !self.tx.is_blocked(id) && wanted(&known.channel) {
                found.push(id.clone());
            }
        }
        found
    }

    /// Returns the channel that `id` names: one of the config, a known one, or one that leads to the same chat.
    pub(super) fn channel_named(&mut self, id: &ChannelId) -> Option<ChannelId> {
        if self.tx.knows_channel(id) && self.is_in_use(id) {
            return Some(id.clone());
        }
        let moved = self.tx.moved_chats();
        let place = Place::of_subscribed(id, &moved)?;
        let mut channels = self.routes.iter().flat_map(|routes| &routes.channels);
        let same = channels.find(|channel| Place::of_channel(channel, &moved) == place);
        same.map(|channel| channel.id.clone())
    }

    /// Returns the channels that a bulletin is sent by, each with the time (ms) at which it may be: of several that
    /// lead to one place the one that sends it soonest, of those the first.
    pub(super) fn due_in(
        &mut self,
        channels: Vec<ChannelId>,
        kind: DeliveryKind,
        row: &Archived,
        now: DateTime<Utc>,
    ) -> Vec<(ChannelId, i64)> {
        let moved = self.tx.moved_chats();
        let mut soonest: Vec<(ChannelId, i64)> = Vec::with_capacity(channels.len());
        let mut places = HashMap::with_capacity(channels.len());
        for id in channels {
            let due = self.settings(&id).map_or(now, |channel| {
                let channel = timing::manner(&channel, row);
                timing::due(channel, kind, timing::is_urgent(channel, row), now)
            });
            let this_ms = due.timestamp_millis();
            match places.entry(self.place_after(&id, &moved)) {
                Entry::Vacant(entry) => {
                    entry.insert(soonest.len());
                    soonest.push((id, this_ms));
                }
                Entry::Occupied(entry) => {
                    let other = &mut soonest[*entry.get()];
                    if this_ms < other.1 {
                        *other = (id, this_ms);
                    }
                }
            }
        }
        soonest
    }

    /// Queues a bulletin, or an announcement, for each of `channels` at its time (ms); returns the first number.
    pub(super) fn queue(
        &mut self,
        channels: &[(ChannelId, i64)],
        bulletin: Option<u64>,
        kind: DeliveryKind,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<u64> {
        let entry = |(channel, due_ms): &(ChannelId, i64)| OutboxEntry {
            due_ms: *due_ms,
            ..OutboxEntry::new(channel.clone(), bulletin, kind, now.timestamp_millis())
        };
        self.tx.enqueue(channels.iter().map(entry).collect(), note)
    }

    /// Queues a bulletin for `channels`, which have not had it.
    pub(super) fn queue_new(
        &mut self,
        (id, row): (u64, &Archived),
        channels: Vec<ChannelId>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let kind = DeliveryKind::New;
        let channels = self.due_in(channels, kind, row, now);
        self.queue(&channels, Some(id), kind, None, now).map(drop)
    }

    /// Queues a published bulletin for every channel that wants it.
    pub(super) fn publish(&mut self, id: u64, row: &Archived, now: DateTime<Utc>) -> Result<()> {
        let summary = row.summary.as_deref().unwrap_or_default();
        let channels = self.channels_for(&row.source, (&row.title, summary));
        self.queue_new((id, row), channels, now)
    }

    /// Drops a waiting delivery.
    pub(super) fn drop_delivery(
        &mut self,
        id: u64,
        mut entry: OutboxEntry,
        now: DateTime<Utc>,
    ) -> Result<()> {
        entry.drop_at(now.timestamp_millis());
        self.settle_delivery(id, entry, now)
    }

    /// Records why the last attempt of a delivery failed, or that it has no error.
    pub(super) fn explain(&mut self, id: u64, entry: &mut OutboxEntry, why: Option<Reason>) {
        entry.has_error = why.is_some();
        let why = why.map(|why| why.cut(bounded));
        self.tx.set_error(id, why.as_ref());
    }
}
