//! Describes the person who asks, their conversation and their language. Pure.

use super::words::{self, BotWords};
use crate::{
    bulletin::{ChannelId, Language},
    ops::Actor,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum ChatKind {
    Private,
    Group,
    Channel,
}

/// The person who asks. Only their platform knows the structure of the ids.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Asker {
    /// The conversation; perhaps one topic of a larger one.
    pub(in crate::bot) place: ChannelId,
    /// The whole conversation, which is the same if it has no topics.
    pub(in crate::bot) chat: ChannelId,
    pub(in crate::bot) kind: ChatKind,
    pub(in crate::bot) title: String,
    /// The public name of the conversation.
    pub(in crate::bot) username: Option<String>,
    /// The private conversation with this person; `None` if the person is unknown.
    pub(in crate::bot) person: Option<ChannelId>,
    /// The name of the person, or of the conversation if the person is unknown.
    pub(in crate::bot) name: String,
    /// True if this is a channel's own post, or an administrator who writes anonymously.
    pub(in crate::bot) speaks_for_chat: bool,
    /// The person's language, if the platform knows it and the conversation is private.
    pub(in crate::bot) spoken: Option<Language>,
    /// The language of the answer.
    pub(in crate::bot) language: Language,
    /// The text of the message, or the data of the button.
    pub(in crate::bot) question: String,
}

impl Asker {
    pub(super) fn words(&self) -> &'static BotWords {
        words::of(self.language)
    }

    pub(super) fn actor(&self) -> Actor {
        let who = self.person.as_ref().unwrap_or(&self.chat);
        Actor::of_chat(who, &self.name).unwrap_or(Actor::Config)
    }

    pub(super) fn is_private(&self) -> bool {
        self.kind == ChatKind::Private
    }

    /// Returns a key that is the same for all requests of one person in the same words.
    pub(super) fn question_key(&self) -> String {
        let person = self.person.as_ref().map_or("", ChannelId::as_str);
        format!("{person} {}", self.question)
    }
}

/// Returns the platform's id of a conversation, without the platform's name.
pub(super) fn address(id: &ChannelId) -> &str {
    let id = id.as_str();
    id.split_once(':').map_or(id, |(_, address)| address)
}

/// Returns the conversation with that address on the same platform as another one.
pub(super) fn at_address(address: &str, beside: &ChannelId) -> Option<ChannelId> {
    let (platform, _) = beside.as_str().split_once(':')?;
    format!("{platform}:{address}").parse().ok()
}
