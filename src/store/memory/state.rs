//! Holds the whole contents of a store as plain maps.

use std::sync::Arc;

use super::table::Table;
use crate::{
    bulletin::{
        AddedChannel, AddedSource, BulletinState, ChannelId, Chat, Face, MessageRef, Reason,
        SeenKey, SourceId,
    },
    policy::{
        audit::{AuditEntry, AuditPlace},
        change_feed::FeedEvent,
        facts::{
            Archived, ChannelFacts, Counts, History, OutboxEntry, PollState, Readers, Report,
            Request, RequestKey, Seen, SourceFacts,
        },
        leases::{Lease, LeaseKey, WorkerFacts},
        notified::Versions,
        places::MovedChats,
        rereading::Recent,
        routes::Chats,
        tokens::Token,
        twins::{Twins, face},
        wrong_tokens::WrongTokens,
    },
    store::{recent_sends::RecentSends, tx::PollChange},
};

/// The values that are not rows of a map.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Small {
    pub(super) counts: Counts,
    pub(super) update_offset: i32,
    pub(super) bot_name: String,
    pub(super) held_reported: u64,
    pub(super) read_until: i64,
    pub(super) next_age: u32,
}

/// Declares the tables whose changes are kept or taken back together.
macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty,)*) => {
        #[derive(Debug, Clone, Default)]
        pub(super) struct Tables {
            $($(#[$doc])* pub(super) $name: Table<$key, $value>,)*
        }

        impl Tables {
            pub(super) fn keep(&mut self) {
                $(self.$name.keep();)*
            }

            pub(super) fn is_changed(&self) -> bool {
                $(self.$name.is_changed())||*
            }

            pub(super) fn take_back(&mut self) {
                $(self.$name.take_back();)*
            }
        }
    };
}

tables! {
    /// Sources, with the order in which they were first seen.
    sources: SourceId => (u32, SourceFacts),
    channels: ChannelId => (u32, ChannelFacts),
    last_pages: SourceId => Vec<u64>,
    added: SourceId => AddedSource,
    added_channels: ChannelId => AddedChannel,
    seen: (SourceId, SeenKey) => Seen,
    /// The number of addresses under which a bulletin was seen with a title and day.
    titled: (SourceId, SeenKey, u64) => u8,
    bulletins: u64 => Archived,
    by_source: (SourceId, u64) => (),
    texts: u64 => String,
    texts_as_published: u64 => String,
    histories: u64 => History,
    versions: u64 => Versions,
    recent: u64 => Recent,
    /// The time (ms) by which the article of a recent bulletin is read.
    readings: u64 => i64,
    deliveries: u64 => OutboxEntry,
    by_bulletin: (u64, u64) => (),
    unfinished: u64 => (),
    notes: u64 => String,
    errors: u64 => Reason,
    members: (ChannelId, String) => Vec<u64>,
    readers: (ChannelId, u64) => Readers,
    chats: ChannelId => Chat,
    moved: i64 => i64,
    requests: RequestKey => Request,
    reports: u64 => Report,
    audit: AuditPlace => AuditEntry,
    changes: u64 => (i64, FeedEvent),
    tokens: String => Token,
    wrong_tokens: u16 => WrongTokens,
    workers: String => WorkerFacts,
    leases: LeaseKey => Lease,
}

/// The work of a transaction that follows its commit.
#[derive(Default)]
pub(super) struct Effects {
    /// Changes of poll states, with whether each is saved even if the transaction writes nothing else.
    pub(super) poll_states: Vec<(SourceId, bool, PollChange)>,
    pub(super) faces: Vec<(u64, Face)>,
    /// Deliveries in the state that the transaction left them in.
    pub(super) entries: Vec<OutboxEntry>,
    pub(super) chats_changed: bool,
    pub(super) added_changed: bool,
    pub(super) added_channels_changed: bool,
    pub(super) wakes_senders: bool,
    pub(super) then: Vec<Box<dyn FnOnce() + Send>>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tables: Tables,
    pub(super) small: Small,
    /// The current poll states, followed by those that were saved last.
    pub(super) poll_states: Table<SourceId, PollState>,
    pub(super) saved_poll_states: Table<SourceId, PollState>,
    pub(super) twins: Twins,
    pub(super) chats: Arc<Chats>,
    pub(super) sends: RecentSends<ChannelId>,
}

impl State {
    /// Restores what is known after a restart.
    pub(super) fn restart(&mut self) {
        self.poll_states = self.saved_poll_states.clone();
        self.twins = Twins::default();
        for (id, row) in self.tables.bulletins.iter() {
            if row.state == BulletinState::Published {
                let text = self.tables.texts.get(id).map(String::as_str);
                self.twins.add(*id, &face(row, text));
            }
        }
        self.tables.readings = Table::default();
        for (id, recent) in self.tables.recent.iter() {
            let due_ms = recent.next_ms(self.small.read_until);
            self.tables.readings.set(*id, due_ms);
        }
        self.tables.readings.keep();
        let entries = self.tables.deliveries.iter();
        let taken = entries.filter_map(|(_, it)| Some((it.taken_ms()?, it.channel.clone())));
        self.sends = RecentSends::restore(taken);
        self.read_chats();
    }

    pub(super) fn read_chats(&mut self) {
        let mut chats = Chats::default();
        for (id, chat) in self.tables.chats.iter() {
            let age = self.tables.channels.get(id).map_or(0, |(age, _)| *age);
            chats.set(age, id, chat.clone());
        }
        self.chats = Arc::new(chats);
    }

    pub(super) fn newest_change(&self) -> u64 {
        let newest = self.tables.changes.iter().next_back();
        newest.map_or(0, |(number, _)| *number)
    }

    pub(super) fn held(&self) -> impl DoubleEndedIterator<Item = u64> {
        let held = self.tables.bulletins.iter();
        held.filter(|(_, row)| row.state == BulletinState::Held)
            .map(|(id, _)| *id)
    }

    pub(super) fn moved(&self) -> MovedChats {
        let moved = self.tables.moved.iter();
        moved.map(|(from, to)| (*from, *to)).collect()
    }

    /// Returns the sources that are in the store, oldest first.
    pub(super) fn added(&self) -> Arc<Vec<AddedSource>> {
        let added = self.tables.added.iter().map(|(_, source)| source.clone());
        let mut added: Vec<AddedSource> = added.collect();
        added.sort_by_key(|source| source.at);
        Arc::new(added)
    }

    /// Returns the channels that are in the store, oldest first.
    pub(super) fn added_channels(&self) -> Arc<Vec<AddedChannel>> {
        let added = self.tables.added_channels.iter();
        let mut added: Vec<AddedChannel> = added.map(|(_, channel)| channel.clone()).collect();
        added.sort_by_key(|channel| channel.at);
        Arc::new(added)
    }

    /// Returns all sources that were ever known, oldest first.
    pub(super) fn sources(&self) -> Vec<SourceId> {
        by_age(self.tables.sources.iter().map(|(id, (age, _))| (*age, id)))
    }

    pub(super) fn channels(&self) -> Vec<ChannelId> {
        by_age(self.tables.channels.iter().map(|(id, (age, _))| (*age, id)))
    }

    /// Returns the deliveries of a channel that wait or are being sent, by number.
    pub(super) fn unfinished_in<'a>(
        &'a self,
        channel: &'a ChannelId,
    ) -> impl Iterator<Item = (u64, &'a OutboxEntry)> {
        self.unfinished()
            .filter(move |(_, it)| it.channel == *channel)
    }

    pub(super) fn unfinished(&self) -> impl Iterator<Item = (u64, &OutboxEntry)> {
        let ids = self.tables.unfinished.iter();
        ids.filter_map(|(id, ())| Some((*id, self.tables.deliveries.get(id)?)))
    }

    /// Returns whether a waiting delivery is outside of the order of the numbers.
    pub(super) fn is_held_back(&self, id: u64, entry: &OutboxEntry) -> bool {
        let mut readers = self.tables.readers.iter();
        entry.is_held() || readers.any(|(_, readers)| readers.deliveries.contains(&id))
    }
}

fn by_age<'a, T: Clone + 'a>(all: impl Iterator<Item = (u32, &'a T)>) -> Vec<T> {
    let mut all: Vec<_> = all.collect();
    all.sort_by_key(|(age, _)| *age);
    all.into_iter().map(|(_, id)| id.clone()).collect()
}

pub(super) fn message_key(channel: &ChannelId, message: &MessageRef) -> (ChannelId, String) {
    (channel.clone(), message.0.clone())
}
