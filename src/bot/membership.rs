//! Chats that the bot comes to and leaves: what leads there rests, and goes on.

use teloxide::types::{Chat, ChatMemberUpdated};

use super::{answer::Room, say::Answer};
use crate::{
    bulletin::{ChannelId, ChannelKind, TelegramChat},
    ops::StoreError,
};

impl Room {
    /// Added to a group or channel, or let in again: tells whoever added it how to push there, and takes it
    /// up again.
    /// Put out or blocked: what leads there rests.
    pub(super) async fn membership(
        &self,
        change: &ChatMemberUpdated,
    ) -> Result<Vec<Answer>, StoreError> {
        let chat = &change.chat;
        if !change.new_chat_member.is_present() {
            self.set_aside(chat).await?;
            return Ok(Vec::new());
        }
        self.take_up(chat).await?;
        if chat.is_private() || change.old_chat_member.is_present() {
            return Ok(Vec::new());
        }
        let asker = self.asker_in(chat, Some(&change.from), None);
        Ok(self.introduce(&asker))
    }

    /// What was set aside because the chat was shut may go on.
    pub(super) async fn take_up(&self, chat: &Chat) -> Result<(), StoreError> {
        self.take_up_id(chat.id.0, chat.username()).await
    }

    pub(super) async fn take_up_id(
        &self,
        chat: i64,
        username: Option<&str>,
    ) -> Result<(), StoreError> {
        let configured = self.channels_of(chat, username).map(|(id, _)| id.clone());
        let mut all: Vec<ChannelId> = configured.collect();
        all.extend(self.store.known_in(chat).await?);
        for id in all {
            match self.store.unblock_channel(&id).await {
                Ok(()) | Err(StoreError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn set_aside(&self, chat: &Chat) -> Result<(), StoreError> {
        let why = match chat.is_private() {
            true => "the bot was blocked by the user; that person must send /start to the bot",
            false => "the bot is not in the chat; add it again",
        };
        for id in self.store.known_in(chat.id.0).await? {
            self.store
                .block_channel(&id, why, chrono::Utc::now())
                .await?;
        }
        Ok(())
    }

    /// Channels of the config that lead to a chat, with their topics.
    pub(super) fn channels_of(
        &self,
        chat: i64,
        username: Option<&str>,
    ) -> impl Iterator<Item = (&ChannelId, Option<i32>)> {
        let name = username.map(|name| format!("@{name}"));
        self.config.channels.iter().filter_map(move |channel| {
            let ChannelKind::Telegram {
                chat: known, topic, ..
            } = &channel.kind
            else {
                return None;
            };
            let is_named = match (known, &name) {
                (TelegramChat::Name(known), Some(name)) => name.eq_ignore_ascii_case(known),
                _ => false,
            };
            let leads_here = is_named || self.voice.telegram.leads_to(known, chat);
            leads_here.then_some((&channel.id, *topic))
        })
    }
}
