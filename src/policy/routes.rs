//! Finds the channels that want a bulletin: those of the config, and the chats that subscribed themselves.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use crate::bulletin::{Channel, ChannelId, Chat, Cost, Source, SourceId};

/// The sources and channels of the config, in its order.
#[derive(Debug, Default)]
pub struct Routes {
    pub sources: Vec<Arc<Source>>,
    pub channels: Vec<Arc<Channel>>,
    source_places: HashMap<SourceId, usize>,
    channel_places: HashMap<ChannelId, usize>,
    public: Arc<HashSet<SourceId>>,
}

impl Routes {
    #[must_use]
    pub fn new(sources: Vec<Source>, channels: Vec<Channel>) -> Self {
        let public = sources.iter().filter(|source| source.public);
        Self {
            public: Arc::new(public.map(|source| source.id.clone()).collect()),
            source_places: places(sources.iter().map(|source| &source.id)),
            channel_places: places(channels.iter().map(|channel| &channel.id)),
            sources: sources.into_iter().map(Arc::new).collect(),
            channels: channels.into_iter().map(Arc::new).collect(),
        }
    }

    #[must_use]
    pub fn source(&self, id: &SourceId) -> Option<&Arc<Source>> {
        self.source_places
            .get(id)
            .map(|&place| &self.sources[place])
    }

    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<&Arc<Channel>> {
        let place = self.channel_places.get(id);
        place.map(|&place| &self.channels[place])
    }

    /// Returns the sources that are public. A source that is no longer in the config may have been private: it is
    /// not included.
    #[must_use]
    pub fn public(&self) -> Arc<HashSet<SourceId>> {
        Arc::clone(&self.public)
    }

    #[must_use]
    pub fn is_public(&self, source: &SourceId) -> bool {
        self.public.contains(source)
    }
}

fn places<'a, T: Clone + Eq + std::hash::Hash + 'a>(
    ids: impl Iterator<Item = &'a T>,
) -> HashMap<T, usize> {
    ids.enumerate()
        .map(|(place, id)| (id.clone(), place))
        .collect()
}

/// A chat that subscribed itself, and its channel.
#[derive(Debug)]
pub struct Known {
    pub chat: Chat,
    pub channel: Arc<Channel>,
}

/// The chats that ever had wishes.
#[derive(Debug, Clone, Default)]
pub struct Chats {
    /// The chats by age: the number that a chat has as a channel.
    by_age: BTreeMap<u32, (ChannelId, Arc<Known>)>,
    ages: HashMap<ChannelId, u32>,
    /// The total cost of their patterns.
    cost: Cost,
}

impl Chats {
    #[must_use]
    pub fn get(&self, id: &ChannelId) -> Option<&Arc<Known>> {
        let age = self.ages.get(id)?;
        self.by_age.get(age).map(|(_, known)| known)
    }

    /// Returns all chats, oldest first.
    pub fn all(&self) -> impl Iterator<Item = (&ChannelId, &Arc<Known>)> {
        self.by_age.values().map(|(id, known)| (id, known))
    }

    /// Returns the chats that are let in and want something.
    pub fn subscribed(&self) -> impl Iterator<Item = (&ChannelId, &Arc<Known>)> {
        self.all()
            .filter(|(_, known)| known.chat.may_have(true) && known.chat.wants_any())
    }

    /// Returns whether a filter of this cost fits in addition to those of all chats except `id`.
    #[must_use]
    pub fn has_room_for(&self, id: &ChannelId, cost: Cost) -> bool {
        let others = self.all().filter(|(other, _)| *other != id);
        let others = others.map(|(_, known)| known.channel.filter_cost());
        others.fold(cost, Cost::plus).fits(Cost::OF_ALL_CHATS)
    }

    /// Sets a stored chat; without its filter if the filters of all chats together cost too much.
    pub fn set(&mut self, age: u32, id: &ChannelId, chat: Chat) {
        self.remove(age);
        let Some(mut channel) = chat.channel(id) else {
            return;
        };
        let cost = self.cost.plus(channel.filter_cost());
        match cost.fits(Cost::OF_ALL_CHATS) {
            true => self.cost = cost,
            false => channel.drop_filters(),
        }
        let channel = Arc::new(channel);
        let known = Arc::new(Known { chat, channel });
        self.ages.insert(id.clone(), age);
        self.by_age.insert(age, (id.clone(), known));
    }

    pub fn remove(&mut self, age: u32) {
        if let Some((id, known)) = self.by_age.remove(&age) {
            self.cost = self.cost.minus(known.channel.filter_cost());
            self.ages.remove(&id);
        }
    }
}
