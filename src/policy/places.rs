//! Finds out which channels lead to one place: a chat gets a bulletin once, no matter how many channels lead there.

use std::collections::HashMap;

use crate::bulletin::{Channel, ChannelId, ChannelKind, Fingerprint, TelegramChat};

/// The groups that became supergroups: the old chat → the one that it became.
pub type MovedChats = HashMap<i64, i64>;

/// The place that a channel leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    Chat {
        chat: TelegramChat,
        topic: Option<i32>,
    },
    /// One robot, or one room or mailbox of an account.
    Robot(Fingerprint),
    /// A channel that is its own place.
    Own(ChannelId),
}

impl Place {
    #[must_use]
    pub fn of_channel(channel: &Channel, moved: &MovedChats) -> Self {
        match &channel.kind {
            ChannelKind::Telegram { chat, topic, .. } => Self::Chat {
                chat: match chat {
                    TelegramChat::Id(id) => TelegramChat::Id(resolve(*id, moved)),
                    TelegramChat::Name(name) => TelegramChat::Name(name.to_lowercase()),
                },
                topic: *topic,
            },
            ChannelKind::Stdout { .. } => Self::Own(channel.id.clone()),
            ChannelKind::Robot(robot) => Self::Robot(robot.place()),
        }
    }

    /// Returns the place of a chat that subscribed itself; `None` if `id` is not that of a chat.
    #[must_use]
    pub fn of_subscribed(id: &ChannelId, moved: &MovedChats) -> Option<Self> {
        let (chat, topic) = id.chat()?;
        Some(Self::Chat {
            chat: TelegramChat::Id(resolve(chat, moved)),
            topic,
        })
    }

    #[must_use]
    pub fn is_chat(&self, id: i64) -> bool {
        matches!(self, Self::Chat { chat: TelegramChat::Id(chat), .. } if *chat == id)
    }
}

/// Returns the chat that `chat` became in the end.
#[must_use]
pub fn resolve(chat: i64, moved: &MovedChats) -> i64 {
    let mut chat = chat;
    // No chain is longer than the table, even if it has cycles.
    for _ in 0..moved.len() {
        match moved.get(&chat) {
            Some(&next) if next != chat => chat = next,
            _ => break,
        }
    }
    chat
}
