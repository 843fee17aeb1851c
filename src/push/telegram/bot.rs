//! Sends as one bot, and knows its chats and their limits.
//!
//! Telegram's answers become a [`Sent`] in `verdict.rs`. Read [`Telegram::send`] first.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::future::{BoxFuture, FutureExt};
use reqwest::multipart::{Form, Part};
use serde_json::Value;
use teloxide::{
    payloads::{
        EditMessageText, EditMessageTextSetters, GetChat, GetMe, SendMessage, SendMessageSetters,
    },
    types::{
        ChatId, InlineKeyboardMarkup, LinkPreviewOptions, MessageId, ParseMode, Recipient, ThreadId,
    },
};

use super::{
    api::{Api, id_of, recipient},
    check,
    keyboard::keyboard,
    verdict,
};
use crate::bulletin::{Channel, ChannelKind, MessageRef, TelegramChat, TelegramSettings};
use crate::push::{
    card::Card,
    error::PushError,
    files::Document,
    pace::{Lane, LaneLimit},
    sender::{Checked, Sender, Sent},
};

/// The gap between messages of a chat: about one a second.
const GAP: Duration = Duration::from_secs(1);
/// The window of groups and supergroups, which accept twenty messages in any minute.
const GROUP_WINDOW: (usize, Duration) = (20, Duration::from_secs(60));
/// The id below which chats are supergroups or broadcast channels; only Telegram knows which.
const HIDDEN_KIND_BELOW: i64 = -1_000_000_000_000;

/// The maximum length, in characters, of a message after parsing.
const LONGEST: usize = 4096;
/// The maximum number of links of a message; Telegram accepts a hundred entities, and headings are some of them.
const MOST_LINKS: usize = 60;

/// A bot of Telegram.
#[derive(Debug)]
pub(crate) struct Telegram {
    api: Api,
    rate: u32,
    known: Mutex<KnownChats>,
}

#[derive(Debug, Default)]
struct KnownChats {
    chats: HashMap<TelegramChat, (Lane, LaneLimit)>,
    /// Groups that became supergroups: the old id and the new one.
    moved: HashMap<i64, i64>,
}

/// The chat and topic that a channel's messages go to, and their manner.
struct Target {
    chat: i64,
    topic: Option<i32>,
    silent: bool,
    /// True if its readers have no say in the chat.
    is_broadcast: bool,
}

impl Telegram {
    /// # Errors
    /// Fails if a proxy cannot be used.
    pub(crate) fn new(
        settings: &TelegramSettings,
        moved: HashMap<i64, i64>,
    ) -> Result<Self, PushError> {
        let api = Api::new(settings)
            .map_err(|why| format!("telegram: the proxy cannot be used: {why}"))?;
        let chats = HashMap::new();
        Ok(Self {
            api,
            rate: settings.rate,
            known: Mutex::new(KnownChats { chats, moved }),
        })
    }

    /// Returns the connection, for calls that no limit counts.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    fn known(&self) -> MutexGuard<'_, KnownChats> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the present id of a chat that may have moved.
    pub(super) fn moved_to(&self, id: i64) -> i64 {
        *self.known().moved.get(&id).unwrap_or(&id)
    }

    /// Returns the lane by which Telegram counts a chat's messages, asking if the id does not tell.
    pub(crate) async fn lane_of(&self, chat: &TelegramChat) -> Result<(Lane, LaneLimit), Sent> {
        let chat = match chat {
            TelegramChat::Id(id) => TelegramChat::Id(self.moved_to(*id)),
            TelegramChat::Name(_) => chat.clone(),
        };
        match chat {
            TelegramChat::Id(id) if id > 0 => return Ok((Lane(id), limit("private"))),
            TelegramChat::Id(id) if id > HIDDEN_KIND_BELOW => {
                return Ok((Lane(id), limit("group")));
            }
            _ => {}
        }
        if let Some(known) = self.known().chats.get(&chat) {
            return Ok(*known);
        }
        let full = self.api.call(&GetChat::new(recipient(&chat))).await;
        let full = full.map_err(|error| verdict::of(error, id_of(&chat)))?;
        let (Some(id), Some(kind)) = (full["id"].as_i64(), full["type"].as_str()) else {
            return Err(Sent::Perhaps("getChat gave no id".into()));
        };
        let lane = (Lane(id), limit(kind));
        self.known().chats.insert(chat, lane);
        Ok(lane)
    }

    /// Returns a chat's lane with the strictest limit, regardless of its kind.
    pub(super) fn strict_lane(&self, chat: i64) -> (Lane, LaneLimit) {
        (Lane(self.moved_to(chat)), limit("group"))
    }

    /// Returns whether the chat that the config calls `chat` has this id, as far as is known.
    pub(crate) fn leads_to(&self, chat: &TelegramChat, id: i64) -> bool {
        match chat {
            TelegramChat::Id(old) => self.moved_to(*old) == id,
            name => {
                let known = self.known();
                let known = known.chats.get(name);
                known.is_some_and(|(lane, _)| *lane == Lane(id))
            }
        }
    }

    /// Sends one message as it is; returns its id.
    pub(crate) async fn say(&self, message: &SendMessage) -> Sent {
        let chat = match &message.chat_id {
            Recipient::Id(id) => id.0,
            Recipient::ChannelUsername(_) => 0,
        };
        match self.api.call(message).await {
            Ok(sent) => Sent::Done(message_of(&sent)),
            Err(error) => verdict::of(error, chat),
        }
    }

    /// Edits one message; an edit that changes nothing is already done.
    pub(super) async fn edit_message(&self, edit: &EditMessageText) -> Sent {
        match self.api.call(edit).await {
            Ok(_) => Sent::Done(None),
            Err(error) => match verdict::of(error, 0) {
                Sent::Refused(why) if why.said.contains("message is not modified") => {
                    Sent::Done(None)
                }
                sent => sent,
            },
        }
    }

    /// Sends a card; as plain text if Telegram cannot read its markup, in which case nothing was sent before.
    async fn send_card(&self, card: &Card, channel: &Channel) -> Sent {
        let place = match self.place_of(manner(card, channel)).await {
            Ok(place) => place,
            Err(sent) => return sent,
        };
        let mut message = SendMessage::new(ChatId(place.chat), card.html())
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(card.previewed()));
        if let Some(topic) = place.topic {
            message = message.message_thread_id(ThreadId(MessageId(topic)));
        }
        if place.silent {
            message = message.disable_notification(true);
        }
        if let Some(keyboard) = self.keyboard(card, &place) {
            message = message.reply_markup(keyboard);
        }
        match self.say(&message).await {
            Sent::Refused(why) if verdict::is_markup(&why) => {
                tracing::warn!(channel.id = %channel.id, error = %why, "telegram cannot read a card's markup; sent as plain text");
                message.parse_mode = None;
                message.text = card.plain_within(LONGEST);
                self.say(&message).await
            }
            sent => sent,
        }
    }

    async fn send_document(&self, file: &Document, channel: &Channel) -> Sent {
        let place = match self.place_of(channel).await {
            Ok(place) => place,
            Err(sent) => return sent,
        };
        let part = Part::stream_with_length(file.body.clone(), file.body.len() as u64);
        let part = part.file_name(file.name.clone());
        // Telegram reads names as they are, not encoded by RFC 5987.
        let mut form = Form::new()
            .percent_encode_noop()
            .text("chat_id", place.chat.to_string())
            .text("caption", file.caption.clone());
        if let Some(topic) = place.topic {
            form = form.text("message_thread_id", topic.to_string());
        }
        if place.silent {
            form = form.text("disable_notification", "true");
        }
        match self
            .api
            .upload("sendDocument", form.part("document", part))
            .await
        {
            Ok(sent) => Sent::Done(message_of(&sent)),
            Err(error) => verdict::of(error, place.chat),
        }
    }

    async fn place_of(&self, channel: &Channel) -> Result<Target, Sent> {
        let ChannelKind::Telegram {
            chat,
            topic,
            silent,
            ..
        } = &channel.kind
        else {
            return Err(Sent::Refused("not a telegram channel".into()));
        };
        let (Lane(chat), limit) = self.lane_of(chat).await?;
        Ok(Target {
            chat,
            topic: *topic,
            silent: *silent,
            is_broadcast: chat < 0 && limit.window.is_none(),
        })
    }

    fn keyboard(&self, card: &Card, place: &Target) -> Option<InlineKeyboardMarkup> {
        keyboard(card, self.api.token(), (place.chat, place.is_broadcast))
    }

    /// Edits the message of a card. A list that has become too long no longer lists its changes.
    async fn edit_card(&self, card: &Card, channel: &Channel, message: &MessageRef) -> Sent {
        let Ok(id) = message.0.parse() else {
            return Sent::Refused("not a message of telegram".into());
        };
        let place = match self.place_of(channel).await {
            Ok(place) => place,
            Err(sent) => return sent,
        };
        let mut card = card.clone();
        if !card.further.is_empty() && self.fits(&card, channel) < card.count() {
            card.changes.clear();
        }
        let mut edit = EditMessageText::new(ChatId(place.chat), MessageId(id), card.html())
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(card.previewed()));
        // An edit without buttons removes them.
        edit.reply_markup = self.keyboard(&card, &place);
        let sent = match self.edit_message(&edit).await {
            Sent::Refused(why) if verdict::is_markup(&why) => {
                tracing::warn!(channel.id = %channel.id, error = %why, "telegram cannot read a card's markup; edited as plain text");
                edit.parse_mode = None;
                edit.text = card.plain_within(LONGEST);
                self.edit_message(&edit).await
            }
            sent => sent,
        };
        match sent {
            Sent::Done(_) => Sent::Done(Some(message.clone())),
            sent => sent,
        }
    }
}

impl Sender for Telegram {
    fn rate(&self) -> u32 {
        self.rate
    }

    fn lane<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, Result<(Lane, LaneLimit), Sent>> {
        async move {
            match &channel.kind {
                ChannelKind::Telegram { chat, .. } => self.lane_of(chat).await,
                _ => Err(Sent::Refused("not a telegram channel".into())),
            }
        }
        .boxed()
    }

    fn fits(&self, card: &Card, _channel: &Channel) -> usize {
        card.fitting(|card| {
            card.count() <= MOST_LINKS && card.list_seen().chars().count() <= LONGEST
        })
    }

    fn draft(&self, card: &Card, _channel: &Channel) -> Value {
        card.html().into()
    }

    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.send_card(card, channel).boxed()
    }

    fn edit<'a>(
        &'a self,
        card: &'a Card,
        channel: &'a Channel,
        message: &'a MessageRef,
    ) -> Option<BoxFuture<'a, Sent>> {
        Some(self.edit_card(card, channel, message).boxed())
    }

    fn document<'a>(&'a self, file: &'a Document, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        self.send_document(file, channel).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        async {
            let me = self.api.call(&GetMe::new()).await;
            me.map(drop).map_err(|error| verdict::of(error, 0))
        }
        .boxed()
    }

    fn check<'a>(&'a self, channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        check::channel(&self.api, channel).boxed()
    }

    fn moved(&self, from: i64, to: i64) {
        let mut known = self.known();
        known
            .moved
            .values_mut()
            .filter(|id| **id == from)
            .for_each(|id| *id = to);
        known.moved.insert(from, to);
        known.chats.retain(|_, (lane, _)| *lane != Lane(from));
    }
}

/// Returns the channel with the settings that its chat chose for the bulletin shown; the first of several decides.
fn manner<'a>(card: &Card, channel: &'a Channel) -> &'a Channel {
    let first = card.bulletin.as_ref();
    first.map_or(channel, |first| channel.for_sources(first.sources()))
}

fn limit(kind: &str) -> LaneLimit {
    let is_group = matches!(kind, "group" | "supergroup");
    LaneLimit {
        gap: GAP,
        window: is_group.then_some(GROUP_WINDOW),
    }
}

fn message_of(sent: &Value) -> Option<MessageRef> {
    let id = sent["message_id"].as_i64()?;
    Some(MessageRef(id.to_string()))
}

/// Returns a preview of `url`, and of no other link in the text.
pub(crate) fn preview(url: Option<&str>) -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: url.is_none(),
        url: url.map(str::to_owned),
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
