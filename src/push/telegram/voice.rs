//! Sends messages of the bot within the pace of everything that it sends, ahead of the backlog.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use futures::FutureExt;
use teloxide::{
    payloads::{EditMessageText, SendMessage},
    types::Recipient,
};
use tokio::sync::mpsc;

use super::bot::Telegram;
use crate::{
    bulletin::TelegramChat,
    push::{
        health::SenderHealth,
        sender::{Sender, Sent},
        worker::{Aside, Wish, ask},
    },
};

/// The number of repetitions of an answer that was perhaps sent: a person would rather read it twice than not at all,
/// but not more often.
const DOUBTS: u32 = 1;

/// The bot's way to its chats; clones share it.
#[derive(Clone)]
pub(crate) struct Voice {
    pub(crate) telegram: Arc<Telegram>,
    asides: mpsc::Sender<Aside>,
    health: SenderHealth,
}

impl Voice {
    pub(in crate::push) fn new(
        telegram: Arc<Telegram>,
        asides: mpsc::Sender<Aside>,
        health: SenderHealth,
    ) -> Self {
        Self {
            telegram,
            asides,
            health,
        }
    }

    /// Records that a group is another chat from now on.
    pub(crate) fn follow(&self, from: i64, to: i64) {
        self.telegram.moved(from, to);
    }

    /// Returns once this voice is without a worker: the pusher restarted.
    pub(crate) async fn ended(&self) {
        self.asides.closed().await;
    }

    /// Records that Telegram cannot be used; reported once, whichever part of the bot notices it.
    pub(crate) fn is_ill(&self, sent: &Sent) {
        self.health.is_ill(sent);
    }

    pub(crate) fn is_well(&self) {
        self.health.is_well();
    }

    /// Sends when the chat's turn comes, which for answers is soon; once, regardless of the outcome.
    pub(crate) async fn say(&self, message: SendMessage) -> Sent {
        let about = about(&message.text);
        let chat = chat_of(&message.chat_id);
        self.ask(&chat, self.sending(message).about(about)).await
    }

    /// Sends until Telegram has the message, or never will. Of several about the same subject that could not be sent
    /// yet, only the last is sent.
    pub(crate) async fn insist(&self, message: SendMessage, about: u64) -> Sent {
        let chat = chat_of(&message.chat_id);
        let wish = self.sending(message).about(about);
        self.ask(&chat, wish.insisting(DOUBTS)).await
    }

    /// Edits when the chat's turn comes, since edits count too. Once, regardless of the outcome.
    pub(crate) async fn edit(&self, edit: EditMessageText) -> Sent {
        let chat = chat_of(&edit.chat_id);
        self.ask(&chat, self.editing(edit)).await
    }

    /// Edits until Telegram has done it, or never will, or another edit of the message follows.
    pub(crate) async fn insist_edit(&self, edit: EditMessageText) -> Sent {
        let chat = chat_of(&edit.chat_id);
        // An edit that is done twice has the same result.
        let wish = self.editing(edit).insisting(u32::MAX);
        self.ask(&chat, wish).await
    }

    fn sending(&self, message: SendMessage) -> Wish {
        let telegram = self.telegram.clone();
        Wish::once(move || {
            let (telegram, mut message) = (telegram.clone(), message.clone());
            if let Recipient::Id(chat) = &mut message.chat_id {
                chat.0 = telegram.moved_to(chat.0);
            }
            async move { telegram.say(&message).await }.boxed()
        })
    }

    fn editing(&self, edit: EditMessageText) -> Wish {
        let telegram = self.telegram.clone();
        let about = about(edit.message_id);
        let wish = Wish::once(move || {
            let (telegram, edit) = (telegram.clone(), edit.clone());
            async move { telegram.edit_message(&edit).await }.boxed()
        });
        wish.about(about)
    }

    async fn ask(&self, chat: &TelegramChat, wish: Wish) -> Sent {
        let lane = match (self.telegram.lane_of(chat).await, chat) {
            (Ok(lane), _) => lane,
            // The kind of the chat can be requested another time.
            (Err(sent), TelegramChat::Id(id)) if !sent.is_settled() => {
                self.telegram.strict_lane(*id)
            }
            (Err(sent), _) => return sent,
        };
        ask(&self.asides, lane, wish).await
    }
}

/// Returns an identifier of a message's subject.
pub(crate) fn about(what: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

fn chat_of(recipient: &Recipient) -> TelegramChat {
    match recipient {
        Recipient::Id(id) => TelegramChat::Id(id.0),
        Recipient::ChannelUsername(name) => TelegramChat::Name(name.clone()),
    }
}
