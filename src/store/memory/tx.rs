//! A transaction on plain maps: it changes them at once, and is taken back where it fails.

mod access;
mod archive;
mod channels;
mod feed;
mod journal;
mod leases;
mod notices;
mod outbox;
mod sources;

use super::state::{Effects, State};
use crate::{
    bulletin::{ChannelId, SourceId},
    policy::facts::{ChannelFacts, OutboxEntry, SourceFacts},
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
