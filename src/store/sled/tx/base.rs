//! The base of a transaction: names and their numbers, values and their rows.

use std::sync::Arc;

use super::super::{books::Books, change::Change, names::Names, texts};
use crate::{
    bulletin::{ChannelId, SourceId},
    policy::facts::OutboxEntry,
    store::error::Result,
};

pub(in crate::store::sled) struct SledTx<'a> {
    pub(in crate::store::sled) books: &'a Books,
    /// The names as they were before the transaction.
    pub(super) names: Arc<Names>,
    pub(in crate::store::sled) change: Change,
}

impl<'a> SledTx<'a> {
    pub(in crate::store::sled) fn new(books: &'a Books) -> Self {
        Self {
            books,
            names: books.names(),
            change: books.change(),
        }
    }

    pub(in crate::store::sled) fn into_change(self) -> Change {
        self.change
    }

    pub(super) fn source_number(&self, id: &SourceId) -> Option<u32> {
        self.change.names.source_number(&self.names, id)
    }

    pub(super) fn channel_number(&self, id: &ChannelId) -> Option<u32> {
        self.change.names.channel_number(&self.names, id)
    }

    pub(super) fn source_name(&self, number: u32) -> Option<SourceId> {
        self.change.names.source_name(&self.names, number)
    }

    pub(super) fn channel_name(&self, number: u32) -> Option<ChannelId> {
        self.change.names.channel_name(&self.names, number)
    }

    pub(super) fn intern_source(&mut self, id: &SourceId) -> u32 {
        self.change.intern_source(self.books, id)
    }

    pub(super) fn intern_channel(&mut self, id: &ChannelId) -> u32 {
        self.change.intern_channel(self.books, id)
    }

    pub(super) fn get<T: serde::de::DeserializeOwned>(&self, key: &[u8]) -> Result<Option<T>> {
        self.change.get(&self.books.engine, key)
    }

    /// Writes another version of a value, without chunks of the former one.
    pub(super) fn put<T: serde::Serialize>(&mut self, key: Vec<u8>, value: &T) -> Result<()> {
        let writes = &mut self.change.writes;
        writes.remove_long(&self.books.engine, key.clone())?;
        writes.put(key, value);
        Ok(())
    }

    pub(super) fn text_under(&self, key: &[u8]) -> Result<Option<String>> {
        match self.get::<Vec<u8>>(key)? {
            Some(packed) => texts::unpacked(&self.books.engine, key, &packed).map(Some),
            None => Ok(None),
        }
    }

    pub(super) fn entry(&mut self, id: u64) -> Result<Option<OutboxEntry>> {
        let slot = self.change.slot(&self.books.engine, id)?;
        Ok(slot.and_then(|slot| slot.entry(self.channel_name(slot.channel))))
    }

    pub(super) fn names_of(&self, numbers: impl IntoIterator<Item = u32>) -> Vec<ChannelId> {
        let numbers = numbers.into_iter();
        numbers.filter_map(|n| self.channel_name(n)).collect()
    }

    /// Returns what the outbox holds about a channel.
    pub(super) fn queue<T: Default>(&self, channel: &ChannelId, read: impl Fn(u32) -> T) -> T {
        self.channel_number(channel).map(read).unwrap_or_default()
    }
}
