//! Defines everything that arrives from a platform. Pure.

use super::{button::Button, reply::Carrier, sent_file::SentFile};
use crate::bulletin::ChannelId;

pub(in crate::bot) enum Heard {
    Message(Message),
    File(SentFile),
    Press(Press),
    /// A message was forwarded in private; the channel that it is from, and its title.
    PassedOn(Option<(ChannelId, String)>),
    /// The bot is in a conversation; whether it was there before.
    Joined {
        was_there: bool,
    },
    /// The bot was blocked, or is not a member any longer.
    Left,
}

#[derive(Debug, Clone, Default)]
pub(in crate::bot) struct Message {
    pub(in crate::bot) text: String,
    pub(in crate::bot) answers: Option<Original>,
}

/// The message that another one answers.
#[derive(Debug, Clone, Default)]
pub(in crate::bot) struct Original {
    pub(in crate::bot) text: String,
    /// True if the bot wrote it.
    pub(in crate::bot) is_own: bool,
    /// True if it is unchanged as the bot, or the channel that it pushes to, published it.
    pub(in crate::bot) is_published: bool,
}

pub(in crate::bot) struct Press {
    /// The button; `None` if it is not one that the bot made for this conversation.
    pub(in crate::bot) button: Option<Button>,
    /// The message with the button, as far as it can be read.
    pub(in crate::bot) carrier: Option<Carrier>,
    /// True if the message has this button; a client can send any press that it saw elsewhere.
    pub(in crate::bot) is_shown: bool,
}
