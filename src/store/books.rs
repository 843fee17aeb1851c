//! What the writer has at hand: everything small that is asked often, as the disk says it.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use tokio::sync::watch;

use super::{
    added::{self, Added},
    engine::Engine,
    error::Result,
    keys,
    looks::Looks,
    names::{Given, Names},
    outbox::Outbox,
    recent::Recents,
    rows::{ChannelRow, CountRow, SourceRow},
    subscriptions::Chats,
    twins::Twins,
};
use crate::bulletin::{Channel, ChannelId, Source, SourceId};

/// Owned by the store thread; readers share what is in an [`Arc`].
pub(super) struct Books {
    pub(super) engine: Arc<Engine>,
    names: Arc<RwLock<Arc<Names>>>,
    pub(super) looks: Arc<Looks>,
    pub(super) counts: CountRow,
    pub(super) sources: HashMap<u32, SourceRow>,
    pub(super) channels: HashMap<u32, ChannelRow>,
    pub(super) outbox: Outbox,
    pub(super) chats: Chats,
    pub(super) twins: Twins,
    pub(super) recents: Recents,
    added: watch::Sender<Added>,
    /// The config as it was synced last; None before.
    pub(super) wiring: Option<Wiring>,
    /// Old chat → the one it became.
    pub(super) moved: HashMap<i64, i64>,
    ticks: watch::Sender<u64>,
}

/// Sources and channels of the config, in its order, with their numbers.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    pub(super) sources: Vec<(u32, Source)>,
    pub(super) channels: Vec<(u32, Channel)>,
    source_places: HashMap<u32, usize>,
    channel_places: HashMap<u32, usize>,
    public: Arc<HashSet<u32>>,
}

impl Wiring {
    pub(super) fn new(sources: Vec<(u32, Source)>, channels: Vec<(u32, Channel)>) -> Self {
        Self {
            source_places: places(&sources),
            channel_places: places(&channels),
            public: Arc::new(
                sources
                    .iter()
                    .filter(|(_, source)| source.public)
                    .map(|(number, _)| *number)
                    .collect(),
            ),
            sources,
            channels,
        }
    }

    /// Whether `source` is one that anybody may see.
    pub(super) fn has_public(&self, source: &SourceId) -> bool {
        let mut sources = self.sources.iter();
        sources.any(|(_, known)| known.id == *source && known.public)
    }

    pub(super) fn source(&self, number: u32) -> Option<&Source> {
        self.source_places
            .get(&number)
            .map(|&place| &self.sources[place].1)
    }

    pub(super) fn channel(&self, number: u32) -> Option<&Channel> {
        self.channel_places
            .get(&number)
            .map(|&place| &self.channels[place].1)
    }
}

fn places<T>(numbered: &[(u32, T)]) -> HashMap<u32, usize> {
    let numbers = numbered.iter().enumerate();
    numbers
        .map(|(place, (number, _))| (*number, place))
        .collect()
}

impl Books {
    pub(super) fn load(engine: Arc<Engine>) -> Result<Self> {
        let names = Names::load(&engine)?;
        let looks = Looks::load(&engine, &names)?;
        let mut books = Self {
            names: Arc::new(RwLock::new(Arc::new(names))),
            looks: Arc::new(looks),
            counts: engine.get(keys::COUNT)?.unwrap_or_default(),
            sources: HashMap::new(),
            channels: HashMap::new(),
            outbox: Outbox::load(&engine)?,
            chats: Chats::default(),
            twins: Twins::load(&engine)?,
            recents: Recents::load(&engine)?,
            added: watch::Sender::new(added::load(&engine)?),
            wiring: None,
            moved: HashMap::new(),
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
        self.chats.load(&self.engine, &self.names())?;
        for row in self.engine.scan(b"v") {
            let row = row?;
            let from = keys::last_number(&row.key).cast_signed();
            self.moved
                .insert(from, keys::last_number(&row.value).cast_signed());
        }
        Ok(())
    }

    /// Reads everything again, after rows were written past the books.
    pub(super) fn reload(&mut self) -> Result<()> {
        let fresh = Self::load(Arc::clone(&self.engine))?;
        let names = fresh.names();
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names;
        self.looks.take(&fresh.looks);
        self.counts = fresh.counts;
        self.sources = fresh.sources;
        self.channels = fresh.channels;
        self.outbox = fresh.outbox;
        self.twins = fresh.twins;
        self.recents = fresh.recents;
        self.chats.load(&self.engine, &self.names())?;
        self.added.send_replace(added::load(&self.engine)?);
        self.moved = fresh.moved;
        self.tick();
        Ok(())
    }

    /// A source that is in the config no more may have been private: it is not among them.
    pub(super) fn public_sources(&self) -> Arc<HashSet<u32>> {
        let wiring = self.wiring.as_ref();
        wiring.map_or_else(Arc::default, |wiring| Arc::clone(&wiring.public))
    }

    pub(super) fn names(&self) -> Arc<Names> {
        Arc::clone(&self.names.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes names that are written; those who read go on with the old ones.
    pub(super) fn take_names(&mut self, given: Given) {
        let mut names = self.names.write().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut names).take(given);
    }

    pub(super) fn shared_names(&self) -> Arc<RwLock<Arc<Names>>> {
        Arc::clone(&self.names)
    }

    /// Sources that were added from chats.
    pub(super) fn added(&self) -> Added {
        self.added.borrow().clone()
    }

    pub(super) fn set_added(&mut self, added: Added) {
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

    pub(super) fn is_blocked(&self, channel: u32) -> bool {
        self.channels
            .get(&channel)
            .is_some_and(|row| row.blocked.is_some())
    }

    /// Whether nothing can be sent there now.
    pub(super) fn rests(&self, channel: &ChannelId) -> bool {
        let number = self.names().channel_number(channel);
        number.is_none_or(|number| self.is_blocked(number) || !self.is_in_use(number))
    }

    /// Whether anything is sent there: a channel of the config, or a chat that subscribed by itself.
    pub(super) fn is_in_use(&self, channel: u32) -> bool {
        let is_configured = self
            .wiring
            .as_ref()
            .is_none_or(|wiring| wiring.channel(channel).is_some());
        is_configured
            || self
                .names()
                .channel(channel)
                .is_some_and(|id| id.chat().is_some())
    }
}
