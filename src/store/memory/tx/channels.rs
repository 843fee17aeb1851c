//! Channels, and the chats that subscribed themselves.

use std::sync::Arc;

use super::base::MemoryTx;
use crate::{
    bulletin::{AddedChannel, ChannelId, Chat},
    policy::{
        facts::{ChannelFacts, OutboxEntry},
        places::MovedChats,
        routes::Chats,
    },
    store::tx::Channels,
};

impl Channels for MemoryTx<'_> {
    fn channels(&mut self) -> Vec<ChannelId> {
        self.state.channels()
    }

    fn knows_channel(&mut self, channel: &ChannelId) -> bool {
        self.state.tables.channels.contains(channel)
    }

    fn enter_channel(&mut self, channel: &ChannelId) {
        if !self.state.tables.channels.contains(channel) {
            let row = self.channel_row(channel);
            self.state.tables.channels.set(channel.clone(), row);
        }
    }

    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId) {
        let Some(row) = self.state.tables.channels.remove(from) else {
            return;
        };
        let tables = &mut self.state.tables;
        tables.channels.set(to.clone(), row);
        let own = tables.deliveries.iter();
        let own = own.filter(|(_, entry)| entry.channel == *from);
        let own: Vec<(u64, OutboxEntry)> = own.map(|(id, it)| (*id, it.clone())).collect();
        for (id, mut entry) in own {
            entry.channel = to.clone();
            tables.deliveries.set(id, entry);
        }
        let of = |key: &(ChannelId, String)| key.0 == *from;
        let members = tables.members.iter().filter(|(key, _)| of(key));
        let members: Vec<_> = members.map(|(key, _)| key.clone()).collect();
        for key in members {
            let ids = tables.members.remove(&key);
            tables.members.put((to.clone(), key.1), ids);
        }
        let readers = tables.readers.iter().filter(|(key, _)| key.0 == *from);
        let readers: Vec<_> = readers.map(|(key, _)| key.clone()).collect();
        for key in readers {
            let row = tables.readers.remove(&key);
            tables.readers.put((to.clone(), key.1), row);
        }
    }

    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts {
        let row = self.state.tables.channels.get(channel);
        row.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts) {
        let (age, _) = self.channel_row(channel);
        let row = (age, facts);
        self.state.tables.channels.set(channel.clone(), row);
    }

    fn is_blocked(&mut self, channel: &ChannelId) -> bool {
        self.channel(channel).blocked.is_some()
    }

    fn chats(&mut self) -> Arc<Chats> {
        Arc::clone(&self.state.chats)
    }

    fn chat(&mut self, channel: &ChannelId) -> Option<Chat> {
        self.state.tables.chats.get(channel).cloned()
    }

    fn set_chat(&mut self, channel: &ChannelId, chat: Chat) {
        self.enter_channel(channel);
        self.effects.chats_changed = true;
        self.state.tables.chats.set(channel.clone(), chat);
    }

    fn remove_chat(&mut self, channel: &ChannelId) {
        self.effects.chats_changed = true;
        self.state.tables.chats.remove(channel);
    }

    fn added_channels(&mut self) -> Arc<Vec<AddedChannel>> {
        self.state.added_channels()
    }

    fn set_added_channel(&mut self, channel: AddedChannel) {
        self.effects.added_channels_changed = true;
        let tables = &mut self.state.tables;
        tables.added_channels.set(channel.id.clone(), channel);
    }

    fn remove_added_channel(&mut self, channel: &ChannelId) {
        self.effects.added_channels_changed = true;
        self.state.tables.added_channels.remove(channel);
    }

    fn moved_chats(&mut self) -> Arc<MovedChats> {
        Arc::new(self.state.moved())
    }

    fn set_moved(&mut self, from: i64, to: Option<i64>) {
        self.state.tables.moved.put(from, to);
    }
}
