//! Implements the platform of a conversation for Telegram. Chats are its ids, topics their parts.

use std::time::Duration;

use futures::{FutureExt, future::BoxFuture};
use serde::Serialize;
use serde_json::Value;
use teloxide::{
    payloads::{DeleteMessage, GetChat, GetChatAdministrators, GetChatMember},
    requests::Payload,
    types::{ChatId, MessageId, Recipient, UserId},
};
use tokio::{sync::mpsc, time::sleep};
use url::Url;

use super::{
    super::talk::{Asker, Platform, Reply},
    errands::Errand,
    requests,
};
use crate::{
    bulletin::{
        Channel, ChannelId, ChannelKind, Delivery, MessageRef, Secret, SourceId, TelegramChat,
    },
    push::{
        Sent,
        telegram::{Voice, about, api::CallError, signature},
    },
};

/// The longest wait for Telegram when it is asked about a person: others wait in the meantime.
const PATIENCE: Duration = Duration::from_secs(5);
/// The gap from one deleted message to the next.
const GAP: Duration = Duration::from_millis(40);
const TRIES: usize = 3;

/// The bot itself.
#[derive(Debug)]
pub(super) struct Me {
    pub(super) id: i64,
    pub(super) name: String,
}

pub(super) struct TelegramPlatform {
    pub(super) me: Me,
    /// The key that signs buttons; without it there are none.
    pub(super) token: Option<Secret>,
    pub(super) voice: Voice,
    pub(super) errands: mpsc::Sender<Errand>,
}

impl Platform for TelegramPlatform {
    fn name(&self) -> &str {
        &self.me.name
    }

    fn administrates<'a>(
        &'a self,
        person: &'a ChannelId,
        chat: &'a ChannelId,
    ) -> BoxFuture<'a, bool> {
        async move {
            let person = person.chat().and_then(|(id, _)| u64::try_from(id).ok());
            match (person, chat.chat()) {
                (Some(user), Some((chat, _))) => self.is_administrator(user, chat).await,
                _ => false,
            }
        }
        .boxed()
    }

    fn find<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Option<(ChannelId, String)>> {
        async move {
            let chat = GetChat::new(Recipient::ChannelUsername(name.to_owned()));
            let chat = self.asked(&chat).await.ok()?;
            let id = chat["id"].as_i64().unwrap_or_default();
            let title = chat["title"].as_str().unwrap_or(name).to_owned();
            Some((ChannelId::of_chat(id, None), title))
        }
        .boxed()
    }

    fn whole(&self, place: &ChannelId) -> ChannelId {
        let chat = place.chat().map(|(chat, _)| ChannelId::of_chat(chat, None));
        chat.unwrap_or_else(|| place.clone())
    }

    fn is_private(&self, chat: &ChannelId) -> bool {
        chat.chat().is_some_and(|(chat, _)| chat > 0)
    }

    fn place_of(
        &self,
        channel: &Channel,
        chat: &ChannelId,
        username: Option<&str>,
    ) -> Option<ChannelId> {
        let ChannelKind::Telegram {
            chat: known, topic, ..
        } = &channel.kind
        else {
            return None;
        };
        let (chat, _) = chat.chat()?;
        let is_named = match (known, username) {
            (TelegramChat::Name(known), Some(name)) => {
                format!("@{name}").eq_ignore_ascii_case(known)
            }
            _ => false,
        };
        let leads_here = is_named || self.voice.telegram.leads_to(known, chat);
        leads_here.then(|| ChannelId::of_chat(chat, *topic))
    }

    fn config_block(&self, asker: &Asker) -> String {
        let (chat, topic) = asker.place.chat().unwrap_or_default();
        let name = asker.username.as_deref().unwrap_or_default();
        let address = match name {
            "" => chat.to_string(),
            _ if self.is_private(&asker.chat) => chat.to_string(),
            name => format!("\"@{name}\""),
        };
        let name = name.to_ascii_lowercase();
        let id = match topic {
            Some(topic) => format!("chat{}-{topic}", chat.unsigned_abs()),
            None if name.parse::<SourceId>().is_ok() => name,
            None => format!("chat{}", chat.unsigned_abs()),
        };
        let topic = topic.map(|topic| format!("\ntopic = {topic}"));
        let topic = topic.unwrap_or_default();
        format!("[[channel]]\nid = \"{id}\"\nkind = \"telegram\"\nchat = {address}{topic}")
    }

    fn link_for(&self, person: &ChannelId, what: &str) -> Option<String> {
        let (chat, _) = person.chat()?;
        let signature = signature(what, self.token.as_ref()?, chat);
        let name = Some(&self.me.name).filter(|name| !name.is_empty())?;
        Some(format!("https://t.me/{name}?start={what}-{signature}"))
    }

    fn linked<'a>(&self, person: &ChannelId, payload: &'a str) -> Option<&'a str> {
        let (what, signed) = payload.split_once('-')?;
        let (chat, _) = person.chat()?;
        (signed == signature(what, self.token.as_ref()?, chat)).then_some(what)
    }

    fn share_link(&self, url: &str, text: &str) -> Option<String> {
        let parts = [("url", url), ("text", text)];
        let link = Url::parse_with_params("https://t.me/share/url", parts).ok()?;
        Some(link.into())
    }

    fn file<'a>(&'a self, id: &'a str, most: usize) -> BoxFuture<'a, Option<Vec<u8>>> {
        async move {
            let file = self.voice.telegram.api().file(id, most).await;
            file.inspect_err(|error| {
                tracing::info!("a file could not be fetched (getFile): {error}");
            })
            .ok()
        }
        .boxed()
    }

    fn can_delete(&self, id: &ChannelId, configured: Option<&Channel>) -> bool {
        configured.map_or(id.chat().is_some(), |channel| {
            matches!(channel.kind, ChannelKind::Telegram { .. })
        })
    }

    fn notify(&self, to: &ChannelId, reply: Reply) -> bool {
        let message = requests::message(self.token.as_ref(), to, reply);
        let (Some(message), Some((chat, _))) = (message, to.chat()) else {
            return true;
        };
        let (voice, about) = (self.voice.clone(), about(&message.text));
        let work = async move { note(&voice.insist(message, about).await) }.boxed();
        self.errands.try_send(Errand { chat, work }).is_ok()
    }

    fn say<'a>(&'a self, to: &'a ChannelId, reply: Reply) -> BoxFuture<'a, Option<Sent>> {
        async move {
            let message = requests::message(self.token.as_ref(), to, reply)?;
            let sent = self.voice.say(message).await;
            note(&sent);
            Some(sent)
        }
        .boxed()
    }

    fn edit<'a>(
        &'a self,
        chat: &'a ChannelId,
        message: &'a MessageRef,
        reply: Reply,
    ) -> BoxFuture<'a, Sent> {
        async move {
            let Some(edit) = requests::edit(self.token.as_ref(), (chat, message), reply) else {
                return Sent::Refused("not a message of telegram".into());
            };
            let sent = self.voice.edit(edit).await;
            note(&sent);
            sent
        }
        .boxed()
    }

    fn delete<'a>(
        &'a self,
        delivery: &'a Delivery,
        configured: Option<&'a Channel>,
    ) -> BoxFuture<'a, bool> {
        async move {
            let message = delivery.message.as_ref().and_then(|it| it.0.parse().ok());
            match (self.chat_of(delivery, configured).await, message) {
                (Some(chat), Some(message)) => self.delete_message(chat, message).await,
                _ => false,
            }
        }
        .boxed()
    }
}

impl TelegramPlatform {
    /// Requests something from Telegram while others wait.
    async fn asked<P: Payload + Serialize>(&self, question: &P) -> Result<Value, CallError> {
        let api = self.voice.telegram.api();
        api.call_within(question, PATIENCE).await
    }

    async fn is_administrator(&self, user: u64, chat: i64) -> bool {
        let question = GetChatMember::new(ChatId(chat), UserId(user));
        match self.asked(&question).await {
            Ok(member) => is_administrator(&member),
            Err(error) => {
                tracing::info!(
                    chat,
                    user,
                    "the chat's administrators could not be queried (getChatMember): {error}"
                );
                matches!(error, CallError::Refused { .. }) && self.is_listed(chat, user).await
            }
        }
    }

    /// Returns whether a person is an administrator. Only an administrator bot gets a certain answer about any member;
    /// any bot may list the administrators.
    async fn is_listed(&self, chat: i64, user: u64) -> bool {
        let question = GetChatAdministrators::new(ChatId(chat));
        let listed = self.asked(&question).await;
        let listed = listed.ok().and_then(|listed| listed.as_array().cloned());
        let is_theirs = |member: &Value| member["user"]["id"].as_u64() == Some(user);
        listed.is_some_and(|listed| listed.iter().any(is_theirs))
    }

    async fn delete_message(&self, chat: i64, message: i32) -> bool {
        let request = DeleteMessage::new(ChatId(chat), MessageId(message));
        for _ in 0..TRIES {
            sleep(GAP).await;
            let wait = match self.voice.telegram.api().call(&request).await {
                Ok(_) => return true,
                Err(CallError::Refused {
                    retry_after: Some(wait),
                    ..
                }) => Duration::from_secs(wait),
                Err(CallError::Refused { description, .. }) => {
                    return description.contains("message to delete not found");
                }
                Err(_) => Duration::from_secs(1),
            };
            sleep(wait).await;
        }
        false
    }

    async fn chat_of(&self, delivery: &Delivery, configured: Option<&Channel>) -> Option<i64> {
        let chat = match configured.map(|channel| &channel.kind) {
            Some(ChannelKind::Telegram { chat, .. }) => chat.clone(),
            Some(_) => return None,
            None => TelegramChat::Id(delivery.channel.chat()?.0),
        };
        let (lane, _) = self.voice.telegram.lane_of(&chat).await.ok()?;
        Some(lane.0)
    }
}

fn is_administrator(member: &Value) -> bool {
    matches!(member["status"].as_str(), Some("creator" | "administrator"))
}

/// Logs an answer that could not be sent, which no one could fix.
pub(super) fn note(sent: &Sent) {
    if !matches!(sent, Sent::Done(_)) {
        tracing::info!("an answer of the bot was not sent: {sent}");
    }
}
