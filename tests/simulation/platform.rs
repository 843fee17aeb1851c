//! Simulates the platform: the requests that it got, the messages that it accepted, and its answers.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use noticast::{
    bulletin::{ChannelId, DeliveryId, DeliveryKind, MessageRef, Reason},
    ops::Outcome,
};

/// One bulletin as a message shows it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub(crate) bulletin: u64,
    pub(crate) title: String,
}

/// A message that a chat has.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) channel: ChannelId,
    pub(crate) kind: DeliveryKind,
    pub(crate) deliveries: Vec<u64>,
    pub(crate) bulletins: Vec<Shown>,
    /// The numbers of the bulletins that it was sent with.
    pub(crate) first: Vec<u64>,
    /// The bulletins of the message before it was edited, if they were others.
    pub(crate) was_another: Option<Vec<Shown>>,
}

#[derive(Debug, Default)]
pub(crate) struct Platform {
    pub(crate) messages: BTreeMap<u64, Message>,
    /// The requests of a delivery that were not answered.
    pub(crate) unanswered: BTreeMap<u64, u32>,
    next: u64,
    pub(crate) is_calm: bool,
}

/// The content of one request.
#[derive(Debug, Clone)]
pub(crate) struct Sending {
    pub(crate) channel: ChannelId,
    pub(crate) kind: DeliveryKind,
    pub(crate) deliveries: Vec<DeliveryId>,
    pub(crate) bulletins: Vec<Shown>,
    /// The message that is edited.
    pub(crate) edits: Option<MessageRef>,
}

/// The result of a request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Ends(Outcome),
    /// The chat no longer accepts messages.
    Shut,
}

impl Platform {
    /// Accepts a request or not, and returns the answer, with the time after which it arrives.
    pub(crate) fn ask(
        &mut self,
        rng: &mut fastrand::Rng,
        sending: &Sending,
        now: DateTime<Utc>,
    ) -> (Answer, TimeDelta) {
        let waits = TimeDelta::milliseconds(rng.i64(20..4000));
        let later = now + TimeDelta::seconds(rng.i64(5..300));
        let why = || Reason::from("the platform is in trouble");
        let fate = if self.is_calm { 0 } else { rng.u32(..100) };
        let outcome = match fate {
            0..80 => {
                let message = Some(self.take(sending));
                Outcome::Sent { message }
            }
            80..86 => Outcome::Retry {
                not_before: later,
                why: why(),
            },
            86..90 => {
                self.take(sending);
                self.lose(sending);
                Outcome::Uncertain {
                    not_before: later,
                    why: why(),
                }
            }
            90..93 => {
                self.lose(sending);
                Outcome::Uncertain {
                    not_before: later,
                    why: why(),
                }
            }
            93..97 => Outcome::Ailing {
                not_before: later,
                why: why(),
            },
            97..99 => Outcome::PutBack,
            _ => return (Answer::Shut, waits),
        };
        (Answer::Ends(outcome), waits)
    }

    pub(crate) fn take(&mut self, sending: &Sending) -> MessageRef {
        if let Some(MessageRef(edited)) = &sending.edits {
            let edited: u64 = edited.parse().unwrap();
            if let Some(message) = self.messages.get_mut(&edited) {
                let ids = |all: &[Shown]| all.iter().map(|it| it.bulletin).collect::<Vec<_>>();
                if ids(&message.bulletins) != ids(&sending.bulletins) {
                    message.was_another = Some(message.bulletins.clone());
                }
                message.bulletins.clone_from(&sending.bulletins);
            }
            return MessageRef(edited.to_string());
        }
        self.next += 1;
        let message = Message {
            channel: sending.channel.clone(),
            kind: sending.kind,
            deliveries: sending.deliveries.iter().map(|id| id.0).collect(),
            first: sending.bulletins.iter().map(|it| it.bulletin).collect(),
            bulletins: sending.bulletins.clone(),
            was_another: None,
        };
        self.messages.insert(self.next, message);
        MessageRef(self.next.to_string())
    }

    pub(crate) fn lose(&mut self, sending: &Sending) {
        for id in &sending.deliveries {
            *self.unanswered.entry(id.0).or_default() += 1;
        }
    }
}
