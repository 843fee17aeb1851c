//! The seam between the outbox worker and a platform: a [`Sender`] is one bot or one robot key.

use std::{collections::HashSet, fmt, time::Duration};

use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::Value;

use super::{
    card::Card,
    error::PushError,
    files::Document,
    pace::{Lane, LaneLimit},
};
use crate::{
    bulletin::{Channel, DeliveryId, MessageRef, Reason, SendFault},
    ops::{Store, StoreError},
};

/// The end of one request to a platform. Each variant is there because the worker acts on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Taken, under this name.
    Done(Option<MessageRef>),
    /// Certainly not sent; worth another try.
    Again(Reason),
    /// Certainly not sent: too fast for this channel, which may go on after so long.
    TooFast(Duration),
    /// The channel lives elsewhere now: certainly not sent, to be sent there at once.
    Moved { from: i64, to: i64 },
    /// Some of its readers have it, and are not sent it again; the others are not to be had now.
    Partly(Reason),
    /// This message is refused, and always will be.
    Refused(Reason),
    /// The channel takes nothing until somebody does something about it.
    Gone(Reason),
    /// The key is wrong: nothing goes to any channel.
    Denied(Reason),
    /// Certainly not sent, and nothing else would be: the platform cannot be reached.
    Unreachable(Reason),
    /// Perhaps sent: the request went out and its answer did not come.
    Perhaps(Reason),
    /// Perhaps sent, but hardly: a gateway's error page came instead of an answer. It says that the
    /// platform is ill, so it is repeated until there is an answer, however long that takes.
    Ailing(Reason),
}

impl Sent {
    /// `channel` is set aside: why, and what people do about it.
    pub(super) fn gone(why: Reason, remedy: &str, channel: &Channel) -> Self {
        let test = format!("run `noticast channels --test {}`", channel.id);
        Self::Gone(why.with_remedy(&format!("{remedy}, then {test}")))
    }

    /// Returns why it was not sent, or not for certain, with its kind.
    pub(crate) fn reason(&self) -> Reason {
        let (why, fault) = match self {
            Self::Done(_) => return Reason::from("sent"),
            Self::TooFast(wait) => {
                let seconds = wait.as_secs();
                let said = format!("too fast; again in {seconds} s");
                return Reason::new(SendFault::TooFast(seconds), said);
            }
            Self::Moved { to, .. } => {
                let said =
                    format!("the group became a supergroup; set `chat = {to}` in the config");
                return Reason::new(SendFault::Moved(*to), said);
            }
            Self::Again(why) => (why, SendFault::NotNow),
            Self::Partly(why) => (why, SendFault::Partly),
            Self::Refused(why) => (why, SendFault::Refused),
            Self::Gone(why) => (why, SendFault::Shut),
            Self::Denied(why) => (why, SendFault::Denied),
            Self::Unreachable(why) => (why, SendFault::Unreachable),
            Self::Perhaps(why) => (why, SendFault::Unanswered),
            Self::Ailing(why) => (why, SendFault::Ailing),
        };
        why.clone().or(fault)
    }

    /// Returns whether the platform has it, or never will.
    pub(crate) fn is_settled(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Refused(_) | Self::Gone(_))
    }

    /// Returns whether the whole sender pauses until a call without effect is answered.
    pub(super) fn is_about_all(&self) -> bool {
        matches!(
            self,
            Self::Denied(_) | Self::Unreachable(_) | Self::Perhaps(_) | Self::Ailing(_)
        )
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason().fmt(f)
    }
}

impl From<Sent> for PushError {
    fn from(sent: Sent) -> Self {
        Self(sent.reason())
    }
}

/// The finding of a channel's check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The platform's answer, such as the chat's title and the bot's rights.
    Good(String),
    /// The platform has no call for it.
    NotTried,
}

/// A reader of a channel, as the store remembers one: by a hash of the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct ReaderHash(pub(crate) u64);

impl ReaderHash {
    pub(super) fn of(address: &str) -> Self {
        let hash = blake3::hash(address.to_lowercase().as_bytes());
        Self(
            hash.as_bytes()
                .first_chunk()
                .map_or(0, |bytes| u64::from_be_bytes(*bytes)),
        )
    }
}

/// The readers who have a message already, of a channel whose readers get one each.
#[derive(Debug)]
pub(crate) struct ReadersSoFar(Option<(Store, DeliveryId)>);

impl ReadersSoFar {
    pub(super) fn of(store: &Store, delivery: DeliveryId) -> Self {
        Self(Some((store.clone(), delivery)))
    }

    /// Of a message that no outbox holds: nobody has it, and nobody is remembered.
    pub(super) fn unknown() -> Self {
        Self(None)
    }

    /// # Errors
    /// The store cannot be read.
    pub(super) async fn had(&self) -> Result<HashSet<ReaderHash>, StoreError> {
        let Some((store, delivery)) = &self.0 else {
            return Ok(HashSet::new());
        };
        let had = store.readers_of(*delivery).await?;
        Ok(had.into_iter().map(ReaderHash).collect())
    }

    /// Durable when it returns.
    ///
    /// # Errors
    /// A write failed.
    pub(super) async fn has(&self, reader: ReaderHash) -> Result<(), StoreError> {
        match &self.0 {
            Some((store, delivery)) => store.reader_has(*delivery, reader.0).await,
            None => Ok(()),
        }
    }
}

/// One bot or one robot key, and what the worker must know of its platform.
pub(crate) trait Sender: Send + Sync + fmt::Debug {
    /// Messages a second, all channels together; so many that they do not count, where it has no such limit.
    fn rate(&self) -> u32 {
        10_000
    }

    /// Returns what a lane may take, where all lanes are alike.
    fn limit(&self) -> LaneLimit {
        LaneLimit::NONE
    }

    /// Returns what the platform counts the messages of `channel` by; one lane, where it counts the sender's.
    /// May ask the platform; is asked before the first message and after a move.
    fn lane<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<(Lane, LaneLimit), Sent>> {
        ready(Ok((Lane(0), self.limit()))).boxed()
    }

    /// Returns how many of the bulletins of `card`, from its first on, go into one message, at least 1; the rest
    /// follow in messages of their own. A kind that renders [`Card::further`] says more than 1 here,
    /// measured with [`Card::fitting`].
    fn fits(&self, _card: &Card, _channel: &Channel) -> usize {
        1
    }

    /// Returns what is posted of a card: JSON, or a text that is no JSON.
    fn draft(&self, card: &Card, channel: &Channel) -> Value;

    /// Sends one card, with one request.
    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent>;

    /// As [`Sender::send`]; where each reader gets a message of their own, one for each who lacks it.
    fn send_to_readers<'a>(
        &'a self,
        card: &'a Card,
        channel: &'a Channel,
        _readers: &'a ReadersSoFar,
    ) -> BoxFuture<'a, Sent> {
        self.send(card, channel)
    }

    /// Makes a message that was sent what `card` says; None: the platform cannot, and what changed goes
    /// out as a message of its own. So does [`crate::bulletin::ChannelKind::can_edit`] say.
    fn edit<'a>(
        &'a self,
        _card: &'a Card,
        _channel: &'a Channel,
        _message: &'a MessageRef,
    ) -> Option<BoxFuture<'a, Sent>> {
        None
    }

    /// Sends a file that belongs to a card.
    fn document<'a>(&'a self, _file: &'a Document, channel: &'a Channel) -> BoxFuture<'a, Sent> {
        let why = format!("`{}` takes no files", channel.id);
        ready(Sent::Refused(why.into())).boxed()
    }

    /// Returns whether the platform drops a repetition of a card (by [`Card::key`], or by its words): what is
    /// unanswered is then sent again until it is certain.
    fn knows_repetitions(&self) -> bool {
        false
    }

    /// Returns how long the next message is to wait, as the answer to the last one says.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }

    /// A call without effect, answered once the platform is there and the key is right.
    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        ready(Ok(())).boxed()
    }

    /// Returns what the platform says of a channel without sending anything.
    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        ready(Ok(Checked::NotTried)).boxed()
    }

    /// A chat has another id from now on.
    fn moved(&self, _from: i64, _to: i64) {}
}
