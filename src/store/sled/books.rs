//! Holds the memory of the writer: everything small that is read often, as it is on the disk.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};
use serde::Deserialize;
use tokio::sync::watch;
use url::Url;

use super::{
    engine::Engine,
    feed::ChangeFeed,
    keys,
    names::{Given, Names},
    outbox::Outbox,
    poll_states::PollStates,
    readings::Readings,
    twins,
};
use crate::{
    bulletin::{AddedChannel, AddedSource, ChannelId, Chat, SourceId},
    policy::{
        facts::{ChannelFacts, Counts, SourceFacts},
        places::MovedChats,
        routes::Chats,
        twins::Twins,
    },
    store::error::Result,
};

pub(super) type Added = Arc<Vec<AddedSource>>;
pub(super) type AddedChannels = Arc<Vec<AddedChannel>>;
/// A value that is shared with those who read without the writer.
pub(super) type Shared<T> = Arc<RwLock<Arc<T>>>;

/// The memory of the store thread, which owns it; readers share the values in an [`Arc`].
pub(super) struct Books {
    pub(super) engine: Arc<Engine>,
    pub(super) names: Shared<Names>,
    pub(super) poll_states: Arc<PollStates>,
    pub(super) counts: Counts,
    pub(super) sources: HashMap<u32, SourceFacts>,
    pub(super) channels: HashMap<u32, ChannelFacts>,
    pub(super) outbox: Outbox,
    pub(super) chats: Shared<Chats>,
    pub(super) twins: Twins,
    pub(super) readings: Readings,
    pub(super) feed: ChangeFeed,
    added: watch::Sender<Added>,
    pub(super) added_channels: watch::Sender<AddedChannels>,
    pub(super) moved: Arc<MovedChats>,
    ticks: watch::Sender<u64>,
}

impl Books {
    pub(super) fn load(engine: Arc<Engine>) -> Result<Self> {
        let names = Names::load(&engine)?;
        let poll_states = PollStates::load(&engine, &names)?;
        let twins = twins::load(&engine, &names)?;
        let mut books = Self {
            names: shared(names),
            poll_states: Arc::new(poll_states),
            twins,
            counts: engine.get(keys::COUNT)?.unwrap_or_default(),
            sources: HashMap::new(),
            channels: HashMap::new(),
            outbox: Outbox::load(&engine)?,
            chats: Arc::default(),
            readings: Readings::load(&engine)?,
            feed: ChangeFeed::load(&engine)?,
            added: watch::Sender::new(load_added(&engine)?),
            added_channels: watch::Sender::new(load_added_channels(&engine)?),
            moved: Arc::default(),
            ticks: watch::Sender::new(0),
            engine,
        };
        books.load_rows()?;
        Ok(books)
    }

    fn load_rows(&mut self) -> Result<()> {
        for row in self.engine.scan(b"s") {
            let row = row?;
            let source = self.engine.decode(&row.key, &row.value)?;
            self.sources.insert(keys::interned_number(&row.key), source);
        }
        for row in self.engine.scan(b"c") {
            let row = row?;
            let channel = self.engine.decode(&row.key, &row.value)?;
            self.channels
                .insert(keys::interned_number(&row.key), channel);
        }
        let mut moved = MovedChats::new();
        for row in self.engine.scan(b"v") {
            let row = row?;
            let from = keys::last_number(&row.key).cast_signed();
            moved.insert(from, keys::last_number(&row.value).cast_signed());
        }
        self.moved = Arc::new(moved);
        self.load_chats()
    }

    fn load_chats(&mut self) -> Result<()> {
        let (names, mut chats) = (self.names(), Chats::default());
        for row in self.engine.scan(b"u") {
            let row = row?;
            let number = keys::interned_number(&row.key);
            let chat: Chat = self.engine.decode(&row.key, &row.value)?;
            if let Some(id) = names.channel(number) {
                chats.set(number, &id, chat);
            }
        }
        *self.chats.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(chats);
        Ok(())
    }

    pub(super) fn names(&self) -> Arc<Names> {
        current(&self.names)
    }

    /// Installs names that were written; current readers continue with the old ones.
    pub(super) fn take_names(&self, given: Given) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut names).take(given);
    }

    pub(super) fn chats(&self) -> Arc<Chats> {
        current(&self.chats)
    }

    /// Installs the wishes of chats from now on; `None` for a chat that no longer exists.
    pub(super) fn take_chats(&self, changed: Vec<(u32, ChannelId, Option<Chat>)>) {
        let mut chats = self.chats.write().unwrap_or_else(PoisonError::into_inner);
        let chats = Arc::make_mut(&mut chats);
        for (number, id, chat) in changed {
            match chat {
                Some(chat) => chats.set(number, &id, chat),
                None => chats.remove(number),
            }
        }
    }

    /// Returns the sources that are in the store.
    pub(super) fn added(&self) -> Added {
        self.added.borrow().clone()
    }

    pub(super) fn set_added(&self, added: Added) {
        self.added.send_replace(added);
    }

    pub(super) fn follow_added(&self) -> watch::Receiver<Added> {
        self.added.subscribe()
    }

    pub(super) fn ticks(&self) -> watch::Receiver<u64> {
        self.ticks.subscribe()
    }

    pub(super) fn tick(&self) {
        self.ticks.send_modify(|count| *count += 1);
    }
}

fn shared<T>(value: T) -> Shared<T> {
    Arc::new(RwLock::new(Arc::new(value)))
}

/// Returns the current state of a shared value.
pub(super) fn current<T>(shared: &Shared<T>) -> Arc<T> {
    Arc::clone(&shared.read().unwrap_or_else(PoisonError::into_inner))
}

/// A source that a chat added, as earlier programs wrote it.
#[derive(Deserialize)]
#[cfg_attr(test, derive(serde::Serialize))]
struct OldAdded {
    id: SourceId,
    name: String,
    url: Url,
    chat: ChannelId,
    at: DateTime<Utc>,
}

/// Loads the added sources, oldest first.
fn load_added(engine: &Engine) -> Result<Added> {
    let old = engine.scan(b"g").map(|row| {
        let row = row?;
        let old: OldAdded = engine.decode(&row.key, &row.value)?;
        Ok(AddedSource::from_chat(
            old.id,
            (&old.name, &old.url),
            old.chat,
            old.at,
        ))
    });
    let rows = engine.scan(b"G").map(|row| {
        let row = row?;
        let json: String = engine.decode(&row.key, &row.value)?;
        serde_json::from_str(&json).map_err(|error| engine.unreadable(&row.key, &error))
    });
    let mut added: Vec<AddedSource> = old.chain(rows).collect::<Result<_>>()?;
    added.sort_by_key(|source| source.at);
    Ok(Arc::new(added))
}

/// Loads the added channels, oldest first.
fn load_added_channels(engine: &Engine) -> Result<AddedChannels> {
    let rows = engine.scan(b"P").map(|row| {
        let row = row?;
        let json: String = engine.decode(&row.key, &row.value)?;
        serde_json::from_str(&json).map_err(|error| engine.unreadable(&row.key, &error))
    });
    let mut added: Vec<AddedChannel> = rows.collect::<Result<_>>()?;
    added.sort_by_key(|channel| channel.at);
    Ok(Arc::new(added))
}
