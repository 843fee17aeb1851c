//! The person who asks, their conversation and their language. Pure.

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

/// The person who asks. What the ids are made of is known to their platform alone.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Asker {
    /// The conversation; perhaps one topic of a larger one.
    pub(in crate::bot) place: ChannelId,
    /// The whole conversation, which is the same where it has no topics.
    pub(in crate::bot) chat: ChannelId,
    pub(in crate::bot) kind: ChatKind,
    pub(in crate::bot) title: String,
    /// The public name of the conversation.
    pub(in crate::bot) username: Option<String>,
    /// The conversation with this person alone; None where nobody is named.
    pub(in crate::bot) person: Option<ChannelId>,
    /// The name of the person, or of the conversation where nobody is named.
    pub(in crate::bot) name: String,
    /// A channel's own post, or an administrator without a name.
    pub(in crate::bot) speaks_for_chat: bool,
    /// The person's language, where the platform knows it and nobody else reads along.
    pub(in crate::bot) spoken: Option<Language>,
    /// The language of the answer.
    pub(in crate::bot) language: Language,
    /// The text that was written, or the data of the button.
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

    /// The same for everything that the same person asks in the same words.
    pub(super) fn question_key(&self) -> String {
        let person = self.person.as_ref().map_or("", ChannelId::as_str);
        format!("{person} {}", self.question)
    }
}

/// A conversation as its platform calls it, without the platform's name.
pub(super) fn address(id: &ChannelId) -> &str {
    let id = id.as_str();
    id.split_once(':').map_or(id, |(_, address)| address)
}

/// The conversation of that address on the platform of another one.
pub(super) fn at_address(address: &str, beside: &ChannelId) -> Option<ChannelId> {
    let (platform, _) = beside.as_str().split_once(':')?;
    format!("{platform}:{address}").parse().ok()
}
