//! Maps sources and channels to the numbers that rows name them by.

use std::collections::HashMap;

use super::{engine::Engine, keys};
use crate::{
    bulletin::{ChannelId, SourceId},
    store::error::Result,
};

/// Every source and channel that was ever known here.
#[derive(Debug, Default, Clone)]
pub(super) struct Names {
    sources: Interned<SourceId>,
    channels: Interned<ChannelId>,
}

#[derive(Debug, Clone)]
struct Interned<T> {
    ids: Vec<Option<T>>,
    numbers: HashMap<T, u32>,
}

impl<T> Default for Interned<T> {
    fn default() -> Self {
        Self {
            ids: Vec::new(),
            numbers: HashMap::new(),
        }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interned<T> {
    fn set(&mut self, number: u32, id: T) {
        let place = number as usize;
        if self.ids.len() <= place {
            self.ids.resize(place + 1, None);
        }
        if let Some(old) = self.ids[place].replace(id.clone()) {
            self.numbers.remove(&old);
        }
        self.numbers.insert(id, number);
    }

    fn next(&self) -> u32 {
        u32::try_from(self.ids.len()).expect("names are far fewer than 2^32")
    }
}

impl Names {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let mut names = Self::default();
        for row in engine.scan(b"S") {
            let row = row?;
            if let Ok(id) = text(&row.value).parse() {
                names.sources.set(keys::interned_number(&row.key), id);
            }
        }
        for row in engine.scan(b"C") {
            let row = row?;
            if let Ok(id) = text(&row.value).parse() {
                names.channels.set(keys::interned_number(&row.key), id);
            }
        }
        Ok(names)
    }

    pub(super) fn source(&self, number: u32) -> Option<SourceId> {
        self.sources.ids.get(number as usize)?.clone()
    }

    pub(super) fn channel(&self, number: u32) -> Option<ChannelId> {
        self.channels.ids.get(number as usize)?.clone()
    }

    pub(super) fn source_number(&self, id: &SourceId) -> Option<u32> {
        self.sources.numbers.get(id).copied()
    }

    pub(super) fn channel_number(&self, id: &ChannelId) -> Option<u32> {
        self.channels.numbers.get(id).copied()
    }

    pub(super) fn source_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.sources.next()).filter(|&number| self.sources.ids[number as usize].is_some())
    }

    pub(super) fn channel_numbers(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.channels.next()).filter(|&number| self.channels.ids[number as usize].is_some())
    }

    /// Takes over the names that a committed transaction gave.
    pub(super) fn take(&mut self, given: Given) {
        for (id, number) in given.sources {
            self.sources.set(number, id);
        }
        for (id, number) in given.channels {
            self.channels.set(number, id);
        }
    }
}

/// Names that a transaction gives. They are unknown elsewhere until it is committed.
#[derive(Debug, Default)]
pub(super) struct Given {
    sources: HashMap<SourceId, u32>,
    channels: HashMap<ChannelId, u32>,
    /// The number of channels that had no number before.
    new_channels: u32,
}

impl Given {
    pub(super) fn is_empty(&self) -> bool {
        self.sources.is_empty() && self.channels.is_empty()
    }

    /// Returns the number of a source, and whether it is a new one.
    pub(super) fn source(&mut self, known: &Names, id: &SourceId) -> (u32, bool) {
        let given = self.sources.get(id).copied();
        if let Some(number) = given.or_else(|| known.source_number(id)) {
            return (number, false);
        }
        let before = u32::try_from(self.sources.len()).expect("names are far fewer than 2^32");
        let number = known.sources.next() + before;
        self.sources.insert(id.clone(), number);
        (number, true)
    }

    /// Returns the number of a channel, and whether it is a new one.
    pub(super) fn channel(&mut self, known: &Names, id: &ChannelId) -> (u32, bool) {
        let given = self.channels.get(id).copied();
        if let Some(number) = given.or_else(|| known.channel_number(id)) {
            return (number, false);
        }
        let number = known.channels.next() + self.new_channels;
        self.new_channels += 1;
        self.channels.insert(id.clone(), number);
        (number, true)
    }

    /// Returns the number that a source was given here or had before.
    pub(super) fn source_number(&self, known: &Names, id: &SourceId) -> Option<u32> {
        let given = self.sources.get(id).copied();
        given.or_else(|| known.source_number(id))
    }

    pub(super) fn channel_number(&self, known: &Names, id: &ChannelId) -> Option<u32> {
        let given = self.channels.get(id).copied();
        let known = || {
            let number = known.channel_number(id)?;
            // Its number may have another name by now.
            (!self.channels.values().any(|given| *given == number)).then_some(number)
        };
        given.or_else(known)
    }

    pub(super) fn source_name(&self, known: &Names, number: u32) -> Option<SourceId> {
        let mut given = self.sources.iter();
        let given = given.find(|(_, given)| **given == number);
        given
            .map(|(id, _)| id.clone())
            .or_else(|| known.source(number))
    }

    pub(super) fn channel_name(&self, known: &Names, number: u32) -> Option<ChannelId> {
        let mut given = self.channels.iter();
        let given = given.find(|(_, given)| **given == number);
        given
            .map(|(id, _)| id.clone())
            .or_else(|| known.channel(number))
    }

    /// Renames a channel, with everything that belongs to it, to a name that no other channel has.
    pub(super) fn rename_channel(&mut self, number: u32, id: &ChannelId) {
        self.channels.insert(id.clone(), number);
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}
