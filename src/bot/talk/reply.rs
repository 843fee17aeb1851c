//! Everything that goes out to a platform: texts with buttons, and where they go. Pure.
//!
//! Texts are written in the few styles that cards use: `<b>`, `<code>`, `<pre>` and `<a href>`, with `<`, `>` and
//! `&` escaped. Each platform renders them as it can.

use futures::future::BoxFuture;

use super::{asker::Asker, button::Button, slow::Slow};
use crate::{
    bulletin::{ChannelId, MessageRef},
    ops::StoreError,
};

/// A message in the making.
#[derive(Debug, Clone, Default)]
pub(in crate::bot) struct Reply {
    pub(in crate::bot) text: String,
    pub(in crate::bot) buttons: Vec<Vec<(String, Button)>>,
    /// Labels and addresses that open, below the buttons.
    pub(in crate::bot) links: Vec<(String, String)>,
    /// A reply to this message is what it asks for.
    pub(in crate::bot) asks: bool,
    /// Says that somebody may not; in a group once, after that it is silence.
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

/// The answer to a press: a note at the button, and the text of its message from then on.
#[derive(Debug, Default)]
pub(super) struct Pressed {
    pub(super) note: String,
    pub(super) shown: Option<Reply>,
    /// Further messages.
    pub(super) more: Vec<(ChannelId, Reply)>,
    /// Work that takes longer, whose outcome is a message of its own.
    pub(super) later: Option<Slow>,
    /// In place of the note: an address that opens.
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
    /// The message stays, and another one follows.
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

/// The message that carries a button.
#[derive(Debug, Clone)]
pub(in crate::bot) struct Carrier {
    pub(in crate::bot) message: MessageRef,
    /// As it is shown, without markup.
    pub(in crate::bot) text: String,
}

/// Errands of a platform, in the order in which they are given.
pub(in crate::bot) enum Effect {
    Say(Saying),
    Alone(Alone),
    /// Shows something in place of a message of the conversation.
    Edit {
        chat: ChannelId,
        message: MessageRef,
        reply: Reply,
    },
    /// Ends a press, with a note at the button or without a word.
    Note(String),
    /// Ends a press, and opens an address for the person who pressed.
    Open(String),
    /// Takes longer; meanwhile the conversation shows that somebody is at work.
    Later {
        place: ChannelId,
        work: BoxFuture<'static, Result<Option<Effect>, StoreError>>,
    },
}

/// One message for one conversation.
pub(in crate::bot) struct Saying {
    /// The conversation that brought it about, and waits for its turn.
    pub(in crate::bot) of: ChannelId,
    pub(in crate::bot) to: ChannelId,
    pub(in crate::bot) reply: Reply,
    /// Of several answers to one question that could not be given yet, the last one is. None: its text
    /// is its own question.
    pub(in crate::bot) question: Option<String>,
}

/// Something for a person alone, and then something for others.
pub(in crate::bot) struct Alone {
    pub(in crate::bot) saying: Saying,
    /// Once the person has it.
    pub(in crate::bot) then: Vec<(ChannelId, Reply)>,
    /// If the person cannot be written to.
    pub(in crate::bot) otherwise: Vec<(ChannelId, Reply)>,
}

impl Alone {
    /// Answers in the conversation with the person who asked in a group.
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

    /// A message to a conversation that did not ask just now.
    pub(super) fn notify(of: &ChannelId, to: ChannelId, reply: Reply) -> Self {
        Self::Say(Saying {
            of: of.clone(),
            to,
            reply,
            question: None,
        })
    }
}
