//! The base of a transaction: the maps, and the rows that several of its calls read.

use super::super::state::{Effects, State};
use crate::{
    bulletin::{ChannelId, SourceId},
    policy::facts::{ChannelFacts, OutboxEntry, SourceFacts},
};

pub(in crate::store::memory) struct MemoryTx<'a> {
    pub(in crate::store::memory) state: &'a mut State,
    pub(in crate::store::memory) effects: Effects,
}

impl MemoryTx<'_> {
    pub(super) fn next_age(&mut self) -> u32 {
        self.state.small.next_age += 1;
        self.state.small.next_age
    }

    pub(super) fn source_row(&mut self, source: &SourceId) -> (u32, SourceFacts) {
        match self.state.tables.sources.get(source) {
            Some(row) => row.clone(),
            None => (self.next_age(), SourceFacts::default()),
        }
    }

    pub(super) fn channel_row(&mut self, channel: &ChannelId) -> (u32, ChannelFacts) {
        match self.state.tables.channels.get(channel) {
            Some(row) => row.clone(),
            None => (self.next_age(), ChannelFacts::default()),
        }
    }

    pub(super) fn entries_of<'b>(
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
