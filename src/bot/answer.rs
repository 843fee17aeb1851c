//! From an update to answers. What is asked of the store happens here, in the order of the updates;
//! the answers themselves go out when their chat's turn comes.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{FutureExt, future::BoxFuture};
use teloxide::{
    payloads::{
        AnswerCallbackQuery, AnswerCallbackQuerySetters, EditMessageText, EditMessageTextSetters,
        SendMessage, SendMessageSetters,
    },
    types::{
        CallbackQuery, Chat, ChatId, ChatMemberUpdated, InlineKeyboardButton, InlineKeyboardMarkup,
        Message, MessageId, ParseMode, ThreadId, Update, UpdateKind,
    },
};
use tokio::sync::{Semaphore, mpsc};

use super::{
    asker::Asker,
    button::Button,
    command::{self, Admin, Command},
    pages,
    words::fill,
};
use crate::{
    bulletin::{ChannelId, ChannelKind, TelegramChat},
    config::Config,
    push::{
        Pusher, Sent,
        card::escape,
        telegram::{Voice, preview},
    },
    store::{Store, StoreError},
    watch::Watch,
};

/// Who was told that they may not is not told again, as far as is remembered.
const MOST_TOLD: usize = 1000;

/// The bot itself.
#[derive(Debug)]
pub(super) struct Me {
    pub(super) id: i64,
    pub(super) name: String,
}

/// What outlives a single answer.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) me: Me,
    /// Searches and looks at pages: a few at a time.
    pub(super) slow: Semaphore,
    /// Chats and people in them who were told that they may not.
    told: Mutex<HashSet<(i64, Option<i64>)>>,
}

impl Shared {
    pub(super) fn new(me: Me) -> Self {
        Self {
            me,
            slow: Semaphore::new(2),
            told: Mutex::default(),
        }
    }
}

/// What an answer stands on; clones share it.
#[derive(Clone)]
pub(super) struct Room {
    pub(super) store: Store,
    pub(super) config: Arc<Config>,
    pub(super) shared: Arc<Shared>,
    pub(super) voice: Voice,
    pub(super) watch: Watch,
    pub(super) pusher: Pusher,
    pub(super) outgoing: mpsc::Sender<Answer>,
}

/// Work that ends with a message, and the chat that it is for.
pub(super) struct Answer {
    pub(super) chat: i64,
    pub(super) work: BoxFuture<'static, ()>,
}

/// A message in the making: HTML, and rows of buttons.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) buttons: Vec<Vec<(String, Button)>>,
    /// Below the others: a label and an address.
    pub(super) links: Vec<(String, url::Url)>,
}

impl<T: Into<String>> From<T> for Reply {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Reply {
    pub(super) fn with(mut self, row: impl IntoIterator<Item = (String, Button)>) -> Self {
        let row: Vec<_> = row.into_iter().collect();
        if !row.is_empty() {
            self.buttons.push(row);
        }
        self
    }
}

/// What a press gives: a note at the button, and what its message says from then on.
#[derive(Debug, Default)]
pub(super) struct Pressed {
    pub(super) note: String,
    pub(super) shown: Option<Reply>,
    /// Messages to others.
    pub(super) more: Vec<(ChannelId, Reply)>,
}

impl From<Reply> for Pressed {
    fn from(reply: Reply) -> Self {
        Self {
            shown: Some(reply),
            ..Self::default()
        }
    }
}

impl Pressed {
    pub(super) fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }
}

/// The message that carries a button.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    pub(super) id: MessageId,
    /// As it is shown, without markup.
    pub(super) text: String,
}

impl Room {
    /// Does what the update asks for; the answers to send.
    pub(super) async fn answer(&self, update: Update) -> Result<Vec<Answer>, StoreError> {
        match update.kind {
            UpdateKind::Message(message) | UpdateKind::ChannelPost(message) => {
                self.hear(&message).await
            }
            UpdateKind::CallbackQuery(query) => self.pressed(query).await,
            UpdateKind::MyChatMember(change) => self.membership(&change).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn hear(&self, message: &Message) -> Result<Vec<Answer>, StoreError> {
        if let Some(to) = message.migrate_to_chat_id() {
            self.store.move_chat(message.chat.id.0, to.0).await?;
            self.voice.follow(message.chat.id.0, to.0);
            return Ok(Vec::new());
        }
        let asker = self.asker(message);
        // What others wrote is no command of whoever passes it on.
        if let Some(origin) = message.forward_origin() {
            return match asker.is_private() {
                true => self.offer_channel(&asker, origin).await,
                false => Ok(Vec::new()),
            };
        }
        let command = message
            .text()
            .and_then(|text| command::parse(text, &self.shared.me.name));
        match command {
            Some(command) => self.obey(command, &asker, message).await,
            None => Ok(Vec::new()),
        }
    }

    async fn obey(
        &self,
        command: Command,
        asker: &Asker,
        message: &Message,
    ) -> Result<Vec<Answer>, StoreError> {
        let words = asker.words();
        let reply = match command {
            Command::Start(payload) => self.start(asker, &payload).await?,
            Command::Help => self.help(asker).into(),
            Command::Sources => self.list_sources(asker).await?,
            Command::Subscribe(what) => return self.subscribe(asker, what).await,
            Command::Unsubscribe(what) => self.unsubscribe(asker, &what).await?,
            Command::Latest(n) => self.latest(asker, n, 0).await?,
            Command::Search(what) => return Ok(vec![self.later(asker, Slow::Search(what))]),
            Command::Why(what) => return Ok(vec![self.later(asker, Slow::Why(what))]),
            Command::Filter(what) => self.set_filter(asker, &what).await?,
            Command::Digest(what) => self.set_digest(asker, &what).await?,
            Command::Quiet(what) => self.set_quiet(asker, &what).await?,
            Command::TimeZone(what) => self.set_time_zone(asker, &what).await?,
            Command::Language(what) => self.set_language(asker, &what).await?,
            Command::Remind(what) => self.remind(asker, &what).await?,
            Command::Settings => self.settings(asker),
            Command::Admin(act) => {
                if !self.is_admin(asker) {
                    return Ok(self.refuse(asker, words.admins_only).into_iter().collect());
                }
                return self.act(act, asker, message).await;
            }
            Command::Misused(usage) => fill(words.misused, &[("usage", &escape(usage))]).into(),
            Command::Unknown if asker.is_private() => words.unknown.into(),
            // In a group, the command is perhaps another bot's.
            Command::Unknown => return Ok(Vec::new()),
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    async fn act(
        &self,
        act: Admin,
        asker: &Asker,
        message: &Message,
    ) -> Result<Vec<Answer>, StoreError> {
        let reply = match act {
            Admin::Rebroadcast(which, channel) => {
                self.offer_rebroadcast(asker, which, channel, message)
                    .await?
            }
            Admin::Broadcast(text) => self.offer_broadcast(asker, &text).await?,
            Admin::Held => self.held(asker, None).await?,
            Admin::Poll(source) => return Ok(vec![self.later(asker, Slow::Poll(source))]),
            Admin::Pause(source) => self.pause(asker, &source, true).await?,
            Admin::Resume(source) => self.pause(asker, &source, false).await?,
            Admin::Channels => self.channels(asker, 0).await?,
            Admin::Health => self.health(asker).await?,
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    fn help(&self, asker: &Asker) -> String {
        let words = asker.words();
        let more = match self.is_admin(asker) {
            true => words.help_admin,
            false => "",
        };
        format!("{}{more}", words.help)
    }

    // ---- membership ----

    /// Added to a group or channel, or let in again: says how to push there, and takes it up again.
    /// Put out or blocked: what leads there rests.
    async fn membership(&self, change: &ChatMemberUpdated) -> Result<Vec<Answer>, StoreError> {
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
        Ok(self.say(&asker, self.welcome(&asker)).into_iter().collect())
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
                Ok(()) | Err(StoreError::NoChannel(_)) => {}
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

    // ---- buttons ----

    /// A press does what its button says if the bot wrote it and who pressed may do so.
    async fn pressed(&self, query: CallbackQuery) -> Result<Vec<Answer>, StoreError> {
        let message = query.message.as_ref();
        let chat = message.map(|message| message.chat().clone());
        let Some(chat) = chat else {
            let words = super::words::of(self.config.language);
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        };
        let asker = self.presser(&query, &chat);
        let words = asker.words();
        let button =
            self.config.telegram.as_ref().and_then(|telegram| {
                Button::read(query.data.as_deref()?, &telegram.token, chat.id.0)
            });
        let carrier = query.regular_message().and_then(|message| {
            Some(Carrier {
                id: message.id,
                text: message.text()?.to_owned(),
            })
        });
        let (Some(button), Some(carrier)) = (button, carrier) else {
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        };
        if button.is_for_admins() && !self.is_admin(&asker) {
            return Ok(vec![self.acknowledge(&query, words.admins_only)]);
        }
        let pressed = self.press(button, &asker, &carrier).await?;
        let mut answers = vec![self.acknowledge(&query, &pressed.note)];
        if let Some(shown) = pressed.shown {
            answers.push(self.edit(asker.chat, carrier.id, shown));
        }
        for (to, reply) in pressed.more {
            answers.extend(self.tell(&to, reply));
        }
        Ok(answers)
    }

    async fn press(
        &self,
        button: Button,
        asker: &Asker,
        carrier: &Carrier,
    ) -> Result<Pressed, StoreError> {
        let words = asker.words();
        Ok(match button {
            Button::Cancel if self.may_cancel(asker).await => Reply::from(words.cancelled).into(),
            Button::Cancel => Pressed::note(words.group_admins_only),
            // Who set a channel up from here may be its administrator no more.
            Button::Sources { of: Some(chat), .. } if !self.administrates(asker, chat).await => {
                Pressed::note(words.channel_not_yours)
            }
            Button::Sources { page, of } => {
                let wanted = pages::asked(&carrier.text);
                self.offer_sources(asker, of, page, &wanted).into()
            }
            Button::Toggle { source, page, of } => {
                self.toggle(asker, source, page, of, carrier).await?
            }
            Button::Set(wish, value) => self.set(asker, wish, &value).await?,
            Button::Menu(wish) => self.menu(asker, wish).into(),
            Button::Add => self.add(asker, carrier).await?,
            Button::Latest { n, page } => self.latest(asker, n.clamp(1, 20), page).await?.into(),
            Button::Found { page } => {
                let looked_for = pages::asked(&carrier.text);
                self.found(asker, looked_for, page).await?.into()
            }
            Button::Rebroadcast(id, channel) => {
                self.rebroadcast(asker, id, channel, carrier).await?
            }
            Button::Broadcast => self.broadcast(asker, carrier).await?,
            Button::Undo { first, count } => self.undo(asker, first, count).await?,
            Button::LetIn(chat) => self.decide(asker, &chat, true).await?,
            Button::TurnDown(chat) => self.decide(asker, &chat, false).await?,
            Button::Held(release, up_to, source) => {
                self.release(asker, release, up_to, source).await?
            }
            Button::Channels { page } => self.channels(asker, page).await?.into(),
        })
    }

    /// In a group, a question is cancelled by those who could have said yes to it.
    async fn may_cancel(&self, asker: &Asker) -> bool {
        self.is_admin(asker) || self.administrates(asker, asker.chat).await
    }

    // ---- small things ----

    /// Tells somebody once that they may not; None: it was told before.
    pub(super) fn refuse(&self, asker: &Asker, why: &str) -> Option<Answer> {
        match self.tell_once(asker) {
            true => self.say(asker, why.into()),
            false => None,
        }
    }

    /// Whether somebody is to be told that they may not: in a group once.
    pub(super) fn tell_once(&self, asker: &Asker) -> bool {
        if asker.is_private() {
            return true;
        }
        let told = self.shared.told.lock();
        let mut told = told.unwrap_or_else(PoisonError::into_inner);
        if told.len() >= MOST_TOLD {
            told.clear();
        }
        told.insert((asker.chat, asker.user))
    }

    /// None: there is nothing to say.
    pub(super) fn say(&self, asker: &Asker, reply: Reply) -> Option<Answer> {
        self.tell(&asker.place(), reply)
    }

    /// A message for a chat that did not ask just now; None: there is nothing to say.
    pub(super) fn tell(&self, to: &ChannelId, reply: Reply) -> Option<Answer> {
        let (chat, _) = to.chat()?;
        let message = self.message(to, reply)?;
        let voice = self.voice.clone();
        let work = async move { note(&voice.say(message).await) }.boxed();
        Some(Answer { chat, work })
    }

    pub(super) fn message(&self, to: &ChannelId, reply: Reply) -> Option<SendMessage> {
        let (chat, topic) = to.chat()?;
        if reply.text.is_empty() {
            return None;
        }
        let keyboard = self.keyboard(chat, &reply);
        let mut message = SendMessage::new(ChatId(chat), reply.text)
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(None));
        message.message_thread_id = topic.map(|topic| ThreadId(MessageId(topic)));
        if !keyboard.inline_keyboard.is_empty() {
            message = message.reply_markup(keyboard);
        }
        Some(message)
    }

    /// Says something beside the answer to an update.
    pub(super) fn send_soon(&self, to: &ChannelId, reply: Reply) {
        if let Some(answer) = self.tell(to, reply)
            && self.outgoing.try_send(answer).is_err()
        {
            tracing::warn!(channel.id = %to, "too much waits to be said; a message was left out");
        }
    }

    /// Shows something else in a message that the bot wrote before.
    pub(super) fn edit_soon(&self, chat: i64, message: MessageId, reply: Reply) {
        if self
            .outgoing
            .try_send(self.edit(chat, message, reply))
            .is_err()
        {
            tracing::warn!(chat, "too much waits to be said; an edit was left out");
        }
    }

    pub(super) fn edit(&self, chat: i64, message: MessageId, reply: Reply) -> Answer {
        let edit = self.edit_request(chat, message, reply);
        let voice = self.voice.clone();
        let work = async move { note(&voice.edit(edit).await) }.boxed();
        Answer { chat, work }
    }

    pub(super) fn edit_request(
        &self,
        chat: i64,
        message: MessageId,
        reply: Reply,
    ) -> EditMessageText {
        let keyboard = self.keyboard(chat, &reply);
        let mut edit = EditMessageText::new(ChatId(chat), message, reply.text)
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(None));
        if !keyboard.inline_keyboard.is_empty() {
            edit = edit.reply_markup(keyboard);
        }
        edit
    }

    fn keyboard(&self, chat: i64, reply: &Reply) -> InlineKeyboardMarkup {
        let token = self
            .config
            .telegram
            .as_ref()
            .map(|telegram| &telegram.token);
        let rows = reply.buttons.iter().map(|row| {
            row.iter()
                .filter_map(|(text, button)| {
                    let data = button.data(token?, chat);
                    Some(InlineKeyboardButton::callback(text.clone(), data))
                })
                .collect::<Vec<_>>()
        });
        let links = reply
            .links
            .iter()
            .map(|(text, url)| vec![InlineKeyboardButton::url(text.clone(), url.clone())]);
        InlineKeyboardMarkup::new(rows.chain(links))
    }

    /// Ends the progress bar on the pressed button; no limit counts it.
    fn acknowledge(&self, query: &CallbackQuery, text: &str) -> Answer {
        let mut answer = AnswerCallbackQuery::new(query.id.clone());
        if !text.is_empty() {
            answer = answer.text(crate::push::card::cut(text, 200));
        }
        let voice = self.voice.clone();
        let chat = query.message.as_ref().map_or(0, |it| it.chat().id.0);
        let work = async move {
            if let Err(error) = voice.telegram.api().call(&answer).await {
                tracing::debug!("answerCallbackQuery: {error}");
            }
        }
        .boxed();
        Answer { chat, work }
    }

    /// Does what takes longer, and says what came of it, while others are answered.
    pub(super) fn later(&self, asker: &Asker, what: Slow) -> Answer {
        let (room, asker) = (self.clone(), asker.clone());
        let chat = asker.chat;
        let work = async move {
            let Ok(_turn) = room.shared.slow.acquire().await else {
                return;
            };
            let done = match what {
                Slow::Search(words) => room.found(&asker, words, 0).await,
                Slow::Why(what) => room.why(&asker, &what).await,
                Slow::Poll(source) => room.poll(&asker, &source).await,
                Slow::Page(url, of) => room.try_page(&asker, url, of).await,
            };
            match done {
                Ok(reply) => {
                    if let Some(answer) = room.say(&asker, reply) {
                        answer.work.await;
                    }
                }
                Err(error) => tracing::error!("a command was not answered: {error}"),
            }
        }
        .boxed();
        Answer { chat, work }
    }
}

/// Commands that read much or ask others.
pub(super) enum Slow {
    Search(String),
    Why(String),
    Poll(String),
    /// An address to subscribe to, perhaps for a channel elsewhere.
    Page(url::Url, Option<i64>),
}

/// An answer that could not be sent is no fault of anybody who could do something about it.
pub(super) fn note(sent: &Sent) {
    if !matches!(sent, Sent::Done(_)) {
        tracing::info!("an answer of the bot was not sent: {sent}");
    }
}

/// Whether Telegram has it, or never will.
pub(super) fn is_settled(sent: &Sent) -> bool {
    matches!(sent, Sent::Done(_) | Sent::Refused(_) | Sent::Gone(_))
}
