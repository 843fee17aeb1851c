//! Channels, and the chats that subscribed themselves.

use std::sync::Arc;

use super::base::SledTx;
use crate::{
    bulletin::{AddedChannel, ChannelId, Chat},
    policy::{facts::ChannelFacts, places::MovedChats, routes::Chats},
    store::{sled::keys, tx::Channels},
};

impl Channels for SledTx<'_> {
    fn channels(&mut self) -> Vec<ChannelId> {
        let numbers = self.names.channel_numbers();
        numbers.filter_map(|n| self.names.channel(n)).collect()
    }

    fn knows_channel(&mut self, channel: &ChannelId) -> bool {
        self.channel_number(channel).is_some()
    }

    fn enter_channel(&mut self, channel: &ChannelId) {
        self.intern_channel(channel);
    }

    fn rename_channel(&mut self, from: &ChannelId, to: &ChannelId) {
        if let Some(number) = self.channel_number(from) {
            self.change.rename_channel(number, to);
        }
    }

    fn channel(&mut self, channel: &ChannelId) -> ChannelFacts {
        let Some(number) = self.channel_number(channel) else {
            return ChannelFacts::default();
        };
        let changed = self.change.channels.get(&number);
        let facts = changed.or_else(|| self.books.channels.get(&number));
        facts.cloned().unwrap_or_default()
    }

    fn set_channel(&mut self, channel: &ChannelId, facts: ChannelFacts) {
        let number = self.intern_channel(channel);
        self.change.channels.insert(number, facts);
    }

    fn is_blocked(&mut self, channel: &ChannelId) -> bool {
        let Some(number) = self.channel_number(channel) else {
            return false;
        };
        let changed = self.change.channels.get(&number);
        let facts = changed.or_else(|| self.books.channels.get(&number));
        facts.is_some_and(|facts| facts.blocked.is_some())
    }

    fn chats(&mut self) -> Arc<Chats> {
        self.books.chats()
    }

    fn chat(&mut self, channel: &ChannelId) -> Option<Chat> {
        let number = self.channel_number(channel)?;
        let mut changed = self.change.chats.iter().rev();
        match changed.find(|(other, ..)| *other == number) {
            Some((_, _, chat)) => chat.clone(),
            None => self.books.chats().get(channel).map(|it| it.chat.clone()),
        }
    }

    fn set_chat(&mut self, channel: &ChannelId, chat: Chat) {
        let number = self.intern_channel(channel);
        self.change.writes.put(keys::chat(number), &chat);
        let changed = (number, channel.clone(), Some(chat));
        self.change.chats.push(changed);
    }

    fn remove_chat(&mut self, channel: &ChannelId) {
        let number = self.intern_channel(channel);
        self.change.writes.remove(keys::chat(number));
        self.change.chats.push((number, channel.clone(), None));
    }

    fn added_channels(&mut self) -> Arc<Vec<AddedChannel>> {
        let changed = self.change.added_channels.clone();
        changed.unwrap_or_else(|| self.books.added_channels.borrow().clone())
    }

    fn set_added_channel(&mut self, channel: AddedChannel) {
        let key = keys::added_channel(channel.id.as_str());
        let row = serde_json::to_string(&channel).expect("its keys are JSON");
        self.change.writes.put(key, &row);
        let mut added = self.added_channels().to_vec();
        added.retain(|known| known.id != channel.id);
        added.push(channel);
        added.sort_by_key(|channel| channel.at);
        self.change.added_channels = Some(Arc::new(added));
    }

    fn remove_added_channel(&mut self, channel: &ChannelId) {
        let key = keys::added_channel(channel.as_str());
        self.change.writes.remove(key);
        let mut added = self.added_channels().to_vec();
        added.retain(|known| known.id != *channel);
        self.change.added_channels = Some(Arc::new(added));
    }

    fn moved_chats(&mut self) -> Arc<MovedChats> {
        let changed = self.change.moved.as_ref();
        Arc::clone(changed.unwrap_or(&self.books.moved))
    }

    fn set_moved(&mut self, from: i64, to: Option<i64>) {
        let mut moved = MovedChats::clone(&self.moved_chats());
        let writes = &mut self.change.writes;
        if let Some(to) = to {
            writes.set(keys::moved(from), to.to_be_bytes().to_vec());
            moved.insert(from, to);
        } else {
            writes.remove(keys::moved(from));
            moved.remove(&from);
        }
        self.change.moved = Some(Arc::new(moved));
    }
}
