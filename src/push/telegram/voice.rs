//! How the bot speaks: within the pace of all that it sends, ahead of what waits there.

use std::sync::Arc;

use futures::{FutureExt, future::BoxFuture};
use teloxide::{
    payloads::{EditMessageText, SendMessage},
    types::Recipient,
};
use tokio::sync::mpsc;

use super::{
    super::{
        ask,
        health::Health,
        sender::{Sender, Sent},
        worker::Aside,
    },
    Telegram,
};
use crate::bulletin::TelegramChat;

/// The bot's way to its chats; clones share it.
#[derive(Clone)]
pub(crate) struct Voice {
    pub(crate) telegram: Arc<Telegram>,
    asides: mpsc::Sender<Aside>,
    health: Health,
}

impl Voice {
    pub(in crate::push) fn new(
        telegram: Arc<Telegram>,
        asides: mpsc::Sender<Aside>,
        health: Health,
    ) -> Self {
        Self {
            telegram,
            asides,
            health,
        }
    }

    /// A group is another chat from now on.
    pub(crate) fn follow(&self, from: i64, to: i64) {
        self.telegram.moved(from, to);
    }

    /// Returns once nobody hears this voice any more: the pusher began anew.
    pub(crate) async fn ended(&self) {
        self.asides.closed().await;
    }

    /// The bot found that nothing can be had of Telegram: told once, whoever finds it.
    pub(crate) fn is_ill(&self, sent: &Sent) {
        self.health.is_ill(sent);
    }

    pub(crate) fn is_well(&self) {
        self.health.is_well();
    }

    /// Sends when the chat's turn has come, which for answers is soon.
    pub(crate) async fn say(&self, message: SendMessage) -> Sent {
        let telegram = self.telegram.clone();
        let chat = chat_of(&message.chat_id);
        self.ask(&chat, async move { telegram.say(&message).await }.boxed())
            .await
    }

    /// Edits when the chat's turn has come: edits count too.
    pub(crate) async fn edit(&self, edit: EditMessageText) -> Sent {
        let telegram = self.telegram.clone();
        let chat = chat_of(&edit.chat_id);
        self.ask(&chat, async move { telegram.edit(&edit).await }.boxed())
            .await
    }

    async fn ask(&self, chat: &TelegramChat, run: BoxFuture<'static, Sent>) -> Sent {
        match self.telegram.lane_of(chat).await {
            Ok((lane, limit)) => ask(&self.asides, lane, limit, run).await,
            Err(sent) => sent,
        }
    }
}

fn chat_of(recipient: &Recipient) -> TelegramChat {
    match recipient {
        Recipient::Id(id) => TelegramChat::Id(id.0),
        Recipient::ChannelUsername(name) => TelegramChat::Name(name.clone()),
    }
}
