//! From an update to answers. What is asked of the store happens here, in the order of the updates;
//! the answers themselves go out when their chat's turn comes.

use futures::{FutureExt, future::BoxFuture};
use teloxide::{
    payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters, SendMessage, SendMessageSetters},
    types::{
        CallbackQuery, Chat, ChatId, ChatMemberUpdated, Message, ParseMode, ThreadId, Update,
        UpdateKind, User,
    },
};

use super::{
    command::{self, Command},
    words::{self, Words},
};
use crate::{
    bulletin::{Bulletin, BulletinState, Channel, ChannelId, ChannelKind, TelegramChat},
    config::Config,
    push::{
        Sent,
        card::{clean_line, cut, escape, show},
        telegram::{Voice, preview},
    },
    store::{BulletinQuery, Store, StoreError},
};

/// Characters of a headline in a list or a question.
pub(super) const TITLE: usize = 120;
/// The bot itself.
pub(super) struct Me {
    pub(super) id: i64,
    pub(super) name: String,
}

/// What an answer stands on.
#[derive(Clone, Copy)]
pub(super) struct Room<'a> {
    pub(super) store: &'a Store,
    pub(super) config: &'a Config,
    pub(super) me: &'a Me,
    pub(super) voice: &'a Voice,
}

pub(super) type Answer = BoxFuture<'static, ()>;

impl<'a> Room<'a> {
    /// Does what the update asks for; the answers to send.
    pub(super) async fn answer(self, update: Update) -> Result<Vec<Answer>, StoreError> {
        match update.kind {
            UpdateKind::Message(message) | UpdateKind::ChannelPost(message) => {
                let command = message
                    .text()
                    .and_then(|text| command::parse(text, &self.me.name));
                match command {
                    Some(command) => self.obey(command, &message).await,
                    None => Ok(Vec::new()),
                }
            }
            UpdateKind::CallbackQuery(query) => self.pressed(query).await,
            UpdateKind::MyChatMember(change) => self.membership(&change).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn obey(self, command: Command, message: &Message) -> Result<Vec<Answer>, StoreError> {
        let words = self.words();
        let text = match command {
            Command::Start => {
                self.take_up(&message.chat).await?;
                self.welcome(&message.chat, topic(message))
            }
            Command::Help => self.help(message.from.as_ref()),
            Command::Latest(n) => self.latest(n).await?,
            Command::Rebroadcast(id, channel) => {
                return self.offer_rebroadcast(id, channel, message).await;
            }
            Command::Misused(usage) => words.misused.replace("{usage}", &escape(usage)),
            Command::Unknown if message.chat.is_private() => words.unknown.to_owned(),
            Command::NotBuilt if message.chat.is_private() => words.not_built.to_owned(),
            // In a group, the command is perhaps another bot's.
            Command::NotBuilt | Command::Unknown => return Ok(Vec::new()),
        };
        Ok(vec![self.say(reply(message, text))])
    }

    fn help(self, from: Option<&User>) -> String {
        let words = self.words();
        let more = if self.is_admin(from) {
            words.help_admin
        } else {
            ""
        };
        format!("{}{more}", words.help)
    }

    /// The chat's id and the config block to paste.
    fn welcome(self, chat: &Chat, topic: Option<ThreadId>) -> String {
        let words = self.words();
        let id = chat.id.to_string();
        let known: Vec<_> = self
            .channels_of(chat)
            .map(|id| format!("<code>{id}</code>"))
            .collect();
        if !known.is_empty() {
            let text = words.start_known.replace("{id}", &id);
            return text.replace("{channels}", &known.join(", "));
        }
        let block = escape(&config_block(chat, topic));
        words.start.replace("{id}", &id).replace("{block}", &block)
    }

    async fn latest(self, n: usize) -> Result<String, StoreError> {
        let query = BulletinQuery {
            states: vec![BulletinState::Published, BulletinState::Baseline],
            public_only: true,
            limit: Some(n),
            ..BulletinQuery::default()
        };
        let words = self.words();
        let page = self.store.bulletins(&query).await?;
        let lines: Vec<_> = page
            .items
            .iter()
            .map(|bulletin| self.line(bulletin))
            .collect();
        if lines.is_empty() {
            return Ok(words.latest_none.to_owned());
        }
        Ok(format!("<b>{}</b>\n\n{}", words.latest, lines.join("\n")))
    }

    fn line(self, bulletin: &Bulletin) -> String {
        let title = escape(&cut(&clean_line(&bulletin.title), TITLE));
        let title = match crate::push::card::link(&bulletin.url) {
            Some(url) => format!("<a href=\"{}\">{title}</a>", escape(url)),
            None => title,
        };
        let date = bulletin
            .published
            .map(|moment| show(&moment, self.config.time_zone));
        format!("#{} {} {title}", bulletin.id, date.unwrap_or_default())
    }

    // ---- membership ----

    /// Added to a group or channel, or let in again: says how to push there, and takes its channels up.
    async fn membership(self, change: &ChatMemberUpdated) -> Result<Vec<Answer>, StoreError> {
        if !change.new_chat_member.is_present() {
            return Ok(Vec::new());
        }
        self.take_up(&change.chat).await?;
        if change.chat.is_private() || change.old_chat_member.is_present() {
            return Ok(Vec::new());
        }
        Ok(vec![self.say(html(
            change.chat.id,
            self.welcome(&change.chat, None),
        ))])
    }

    /// What was set aside because the chat was shut may go on.
    async fn take_up(self, chat: &Chat) -> Result<(), StoreError> {
        for status in self.store.channels().await? {
            if status.blocked.is_some() && self.channels_of(chat).any(|id| *id == status.id) {
                self.store.unblock_channel(&status.id).await?;
            }
        }
        Ok(())
    }

    fn channels_of(self, chat: &Chat) -> impl Iterator<Item = &'a ChannelId> {
        let (id, name) = (chat.id.0, chat.username().map(|name| format!("@{name}")));
        let leads_here = move |channel: &&Channel| match &channel.kind {
            ChannelKind::Telegram { chat: known, .. }
                if self.voice.telegram.leads_to(known, id) =>
            {
                true
            }
            ChannelKind::Telegram {
                chat: TelegramChat::Name(known),
                ..
            } => name
                .as_ref()
                .is_some_and(|name| name.eq_ignore_ascii_case(known)),
            _ => false,
        };
        self.config
            .channels
            .iter()
            .filter(leads_here)
            .map(|channel| &channel.id)
    }

    // ---- small things ----

    pub(super) fn words(self) -> &'static Words {
        words::of(self.config.language)
    }

    pub(super) fn is_admin(self, user: Option<&User>) -> bool {
        let admins = self
            .config
            .telegram
            .iter()
            .flat_map(|telegram| &telegram.admins);
        user.is_some_and(|user| {
            admins
                .into_iter()
                .any(|admin| u64::try_from(*admin) == Ok(user.id.0))
        })
    }

    pub(super) fn say(self, message: SendMessage) -> Answer {
        let voice = self.voice.clone();
        async move { note(&voice.say(message).await) }.boxed()
    }

    /// Ends the progress bar on the pressed button; no limit counts it.
    pub(super) fn acknowledge(self, query: &CallbackQuery, text: &str) -> Answer {
        let mut answer = AnswerCallbackQuery::new(query.id.clone());
        if !text.is_empty() {
            answer = answer.text(text);
        }
        let voice = self.voice.clone();
        async move {
            if let Err(error) = voice.telegram.api().call(&answer).await {
                tracing::debug!("answerCallbackQuery: {error}");
            }
        }
        .boxed()
    }
}

/// An answer that could not be sent is no fault of anybody who could do something about it.
pub(super) fn note(sent: &Sent) {
    if !matches!(sent, Sent::Done(_)) {
        tracing::info!("an answer of the bot was not sent: {sent}");
    }
}

fn html(chat: ChatId, text: String) -> SendMessage {
    SendMessage::new(chat, text)
        .parse_mode(ParseMode::Html)
        .link_preview_options(preview(None))
}

fn topic(message: &Message) -> Option<ThreadId> {
    message.thread_id.filter(|_| message.is_topic_message)
}

/// An answer in the chat and topic of `message`.
pub(super) fn reply(message: &Message, text: String) -> SendMessage {
    let answer = html(message.chat.id, text);
    match topic(message) {
        Some(topic) => answer.message_thread_id(topic),
        None => answer,
    }
}

fn config_block(chat: &Chat, topic: Option<ThreadId>) -> String {
    let address = match chat.username() {
        Some(name) if !chat.is_private() => format!("\"@{name}\""),
        _ => chat.id.to_string(),
    };
    let name: String = chat.username().unwrap_or_default().to_ascii_lowercase();
    let id = match topic {
        Some(ThreadId(topic)) => format!("chat{}-{topic}", chat.id.0.unsigned_abs()),
        None if name.parse::<ChannelId>().is_ok() => name,
        None => format!("chat{}", chat.id.0.unsigned_abs()),
    };
    let topic = topic
        .map(|ThreadId(topic)| format!("\ntopic = {topic}"))
        .unwrap_or_default();
    format!("[[channel]]\nid = \"{id}\"\nkind = \"telegram\"\nchat = {address}{topic}")
}
