//! Who asks, from which chat, in which language, and what they may do there.

use std::time::Duration;

use serde_json::Value;
use teloxide::{
    payloads::{GetChatAdministrators, GetChatMember},
    types::{CallbackQuery, Chat, ChatId, Message, ThreadId, User, UserId},
};

use super::{
    answer::Room,
    words::{self, Words},
};
use crate::{
    bulletin::{ChannelId, Language, topic_of},
    ops::Actor,
    push::telegram::api::CallError,
};

/// How long Telegram is waited for when it is asked who somebody is: others wait meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The user that Telegram names where an administrator of a group writes in the group's own name.
const ANONYMOUS: u64 = 1_087_968_824;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Private,
    Group,
    Channel,
}

#[derive(Debug, Clone)]
pub(super) struct Asker {
    pub(super) chat: i64,
    pub(super) topic: Option<i32>,
    pub(super) kind: Kind,
    pub(super) title: String,
    pub(super) username: Option<String>,
    /// None where nobody is named.
    pub(super) user: Option<i64>,
    /// A channel's own post, or an administrator without a name.
    pub(super) speaks_for_chat: bool,
    pub(super) language: Language,
    /// As it was asked: what was written, or the data of the button.
    pub(super) question: String,
}

impl Asker {
    pub(super) fn words(&self) -> &'static Words {
        words::of(self.language)
    }

    /// The chat, or the topic of it, as it may subscribe.
    pub(super) fn place(&self) -> ChannelId {
        ChannelId::of_chat(self.chat, self.topic)
    }

    pub(super) fn actor(&self) -> Actor {
        let who = self
            .user
            .map_or_else(|| self.chat.to_string(), |user| user.to_string());
        Actor {
            who,
            from: format!("telegram:{}", self.chat),
        }
    }

    pub(super) fn is_private(&self) -> bool {
        self.kind == Kind::Private
    }
}

impl Room {
    pub(super) fn asker(&self, message: &Message) -> Asker {
        let chat = &message.chat;
        let sender = message.sender_chat.as_ref().map(|sender| sender.id);
        let mut asker = self.asker_in(chat, message.from.as_ref(), topic(message));
        asker.question = message.text().unwrap_or_default().to_owned();
        asker.speaks_for_chat = sender == Some(chat.id);
        // Who writes in a channel's name may be anybody who has one.
        if sender.is_some() {
            asker.user = None;
        }
        asker
    }

    pub(super) fn presser(&self, query: &CallbackQuery, chat: &Chat) -> Asker {
        let message = query.regular_message();
        Asker {
            question: query.data.clone().unwrap_or_default(),
            ..self.asker_in(chat, Some(&query.from), message.and_then(topic))
        }
    }

    pub(super) fn asker_in(
        &self,
        chat: &Chat,
        user: Option<&User>,
        topic: Option<ThreadId>,
    ) -> Asker {
        let topic = topic.map(|ThreadId(topic)| topic.0);
        let title = if chat.is_private() {
            let names = [chat.first_name(), chat.last_name()];
            names.into_iter().flatten().collect::<Vec<_>>().join(" ")
        } else {
            chat.title().unwrap_or_default().to_owned()
        };
        Asker {
            chat: chat.id.0,
            topic,
            kind: match chat {
                chat if chat.is_private() => Kind::Private,
                chat if chat.is_channel() => Kind::Channel,
                _ => Kind::Group,
            },
            title,
            username: chat.username().map(str::to_owned),
            user: user
                .filter(|user| user.id.0 != ANONYMOUS)
                .and_then(|user| i64::try_from(user.id.0).ok()),
            speaks_for_chat: false,
            language: self.language_of(chat, topic, user),
            question: String::new(),
        }
    }

    /// The chat's own wish, else what Telegram says of a person, else the config's.
    fn language_of(&self, chat: &Chat, topic: Option<i32>, user: Option<&User>) -> Language {
        let wished = [topic, None].into_iter().find_map(|topic| {
            self.store
                .chat(&ChannelId::of_chat(chat.id.0, topic))?
                .language
        });
        let spoken = user
            .filter(|_| chat.is_private())
            .and_then(|user| user.language_code.as_deref())
            .map(|code| match code.to_ascii_lowercase().starts_with("zh") {
                true => Language::Zh,
                false => Language::En,
            });
        if let Some(spoken) = spoken {
            self.shared.set_spoken(chat.id.0, spoken);
        }
        wished.or(spoken).unwrap_or(self.config.language)
    }

    /// For a chat that did not ask just now.
    pub(super) fn words_at(&self, id: &ChannelId) -> &'static Words {
        words::of(self.language_at(id))
    }

    fn language_at(&self, id: &ChannelId) -> Language {
        let wished = self.store.chat(id).and_then(|chat| chat.language);
        let spoken = || self.shared.spoken(id.chat()?.0);
        wished.or_else(spoken).unwrap_or(self.config.language)
    }

    /// Whether it is one of the config's admins.
    pub(super) fn is_admin(&self, asker: &Asker) -> bool {
        let telegram = self.config.telegram.as_ref();
        let admins = telegram.map(|telegram| &telegram.admins);
        asker
            .user
            .is_some_and(|user| admins.is_some_and(|admins| admins.contains(&user)))
    }

    /// The asker in the chat that is theirs alone; None where nobody is named.
    pub(super) fn alone(&self, asker: &Asker) -> Option<Asker> {
        let user = asker.user?;
        let id = ChannelId::of_chat(user, None);
        Some(Asker {
            chat: user,
            topic: None,
            kind: Kind::Private,
            title: String::new(),
            username: None,
            language: self.language_at(&id),
            ..asker.clone()
        })
    }

    /// An admin where nobody else reads along.
    pub(super) fn is_admin_alone(&self, asker: &Asker) -> bool {
        asker.is_private() && self.is_admin(asker)
    }

    /// Whether the asker administrates `chat`: a private chat is its person's own.
    pub(super) async fn administrates(&self, asker: &Asker, chat: i64) -> bool {
        if chat == asker.chat && (asker.is_private() || asker.speaks_for_chat) {
            return true;
        }
        let Some(user) = asker.user.and_then(|user| u64::try_from(user).ok()) else {
            return false;
        };
        let question = GetChatMember::new(ChatId(chat), UserId(user));
        let api = self.voice.telegram.api();
        match api.call_within(&question, PATIENCE).await {
            Ok(member) => is_administrator(&member),
            Err(error) => {
                tracing::info!(chat, user, "getChatMember: {error}");
                matches!(error, CallError::Refused { .. }) && self.is_listed(chat, user).await
            }
        }
    }

    /// Who is a member is told for certain only to a bot that is an administrator itself; who administrates
    /// is told to all.
    async fn is_listed(&self, chat: i64, user: u64) -> bool {
        let question = GetChatAdministrators::new(ChatId(chat));
        let api = self.voice.telegram.api();
        let listed = api.call_within(&question, PATIENCE).await;
        let listed = listed.ok().and_then(|listed| listed.as_array().cloned());
        let is_theirs = |member: &Value| member["user"]["id"].as_u64() == Some(user);
        listed.is_some_and(|listed| listed.iter().any(is_theirs))
    }
}

fn is_administrator(member: &Value) -> bool {
    matches!(member["status"].as_str(), Some("creator" | "administrator"))
}

pub(super) fn topic(message: &Message) -> Option<ThreadId> {
    let topic = message.thread_id.filter(|_| message.is_topic_message);
    topic.filter(|topic| topic_of(topic.0.0).is_some())
}
