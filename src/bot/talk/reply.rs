//! Defines everything that is sent to a platform: texts with buttons, and their recipients. Pure.
//!
//! Texts use the few styles of cards: `<b>`, `<code>`, `<pre>` and `<a href>`, with `<`, `>` and `&` escaped. Each
//! platform renders them as it can.

use futures::future::BoxFuture;

use super::{asker::Asker, button::Button, slow::Slow};
use crate::{
    bulletin::{ChannelId, MessageRef},
    ops::StoreError,
};

/// A message before it is sent.
#[derive(Debug, Clone, Default)]
pub(in crate::bot) struct Reply {
    pub(in crate::bot) text: String,
    pub(in crate::bot) buttons: Vec<Vec<(String, Button)>>,
    /// Labels and addresses that open, below the buttons.
    pub(in crate::bot) links: Vec<(String, String)>,
    /// True if it asks for a reply to this message.
    pub(in crate::bot) asks: bool,
    /// True if it tells a person that they may not do something; shown once in a group.
    pub(super) refuses: bool,
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

    pub(super) fn linking(mut self, label: &str, address: Option<String>) -> Self {
        self.links.extend(address.map(|it| (label.to_owned(), it)));
        self
    }

    pub(super) fn asking(text: &str) -> Self {
        Self {
            asks: true,
            ..Self::from(text)
        }
    }

    pub(super) fn refusing(why: &str) -> Self {
        Self {
            refuses: true,
            ..Self::from(why)
        }
    }
}

/// The answer to a press: a note at the button, and the new text of its message.
#[derive(Debug, Default)]
pub(super) struct Pressed {
    pub(super) note: String,
    pub(super) shown: Option<Reply>,
    /// Further messages.
    pub(super) more: Vec<(ChannelId, Reply)>,
    /// Work that takes longer, whose result is its own message.
    pub(super) later: Option<Slow>,
    /// An address to open, in place of the note.
    pub(super) opens: Option<String>,
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
    /// Keeps the message, and sends another one.
    pub(super) fn beside(asker: &Asker, reply: Reply) -> Self {
        Self {
            more: vec![(asker.place.clone(), reply)],
            ..Self::default()
        }
    }

    pub(super) fn later(what: Slow) -> Self {
        Self {
            later: Some(what),
            ..Self::default()
        }
    }

    pub(super) fn opening(address: String) -> Self {
        Self {
            opens: Some(address),
            ..Self::default()
        }
    }

    pub(super) fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }
}

/// The message with a button.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Carrier {
    pub(in crate::bot) message: MessageRef,
    /// The text as it is shown, without markup.
    pub(in crate::bot) text: String,
}

/// A task for a platform; they are done in the given order.
pub(in crate::bot) enum Effect {
    Say(Saying),
    Alone(Alone),
    /// Replaces a message of the conversation.
    Edit {
        chat: ChannelId,
        message: MessageRef,
        reply: Reply,
    },
    /// Ends a press, with a note at the button or silently.
    Note(String),
    /// Ends a press, and opens an address for the person who pressed.
    Open(String),
    /// Takes longer; meanwhile the conversation shows that the bot is working.
    Later {
        place: ChannelId,
        work: BoxFuture<'static, Result<Option<Effect>, StoreError>>,
    },
}

/// One message for one conversation.
pub(in crate::bot) struct Saying {
    /// The conversation that caused it, and whose turn it takes.
    pub(in crate::bot) of: ChannelId,
    pub(in crate::bot) to: ChannelId,
    pub(in crate::bot) reply: Reply,
    /// The question: of several answers to one question that could not be sent yet, only the last is sent. `None` if
    /// its text is its own question.
    pub(in crate::bot) question: Option<String>,
}

/// A message for a person in private, and then messages for others.
pub(in crate::bot) struct Alone {
    pub(in crate::bot) saying: Saying,
    /// The messages once the person has it.
    pub(in crate::bot) then: Vec<(ChannelId, Reply)>,
    /// The messages if the person cannot be written to.
    pub(in crate::bot) otherwise: Vec<(ChannelId, Reply)>,
}

impl Alone {
    /// Answers a person who asked in a group in their private conversation.
    pub(super) fn new(asker: &Asker, alone: ChannelId, reply: Reply) -> Self {
        Self {
            saying: Saying {
                of: asker.chat.clone(),
                to: alone,
                reply,
                question: Some(asker.question_key()),
            },
            then: Vec::new(),
            otherwise: Vec::new(),
        }
    }
}

impl Effect {
    /// Answers the person who asked.
    pub(super) fn answer(asker: &Asker, reply: Reply) -> Self {
        Self::Say(Saying {
            of: asker.chat.clone(),
            to: asker.place.clone(),
            reply,
            question: Some(asker.question_key()),
        })
    }

    pub(super) fn refuses(&self) -> bool {
        matches!(self, Self::Say(saying) if saying.reply.refuses)
    }

    /// Sends a message to a conversation that did not just ask.
    pub(super) fn notify(of: &ChannelId, to: ChannelId, reply: Reply) -> Self {
        Self::Say(Saying {
            of: of.clone(),
            to,
            reply,
            question: None,
        })
    }
}
