//! A transaction on sled: what it reads is what the disk and the books say, and what it wrote itself.

mod access;
mod archive;
mod channels;
mod feed;
mod journal;
mod leases;
mod notices;
mod outbox;
mod sources;

use std::sync::Arc;

use super::{super::Result, books::Books, change::Change, names::Names, texts};
use crate::{
    bulletin::{ChannelId, SourceId},
    policy::facts::OutboxEntry,
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
            Some(packed) => texts::unpacked(&self.books.engine, key, &packed).map(Some),
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

    /// Returns what the outbox says of a channel.
    fn queue<T: Default>(&self, channel: &ChannelId, read: impl Fn(u32) -> T) -> T {
        self.channel_number(channel).map(read).unwrap_or_default()
    }
}
