//! Defines the seam between the outbox worker and a platform: a [`Sender`] is one bot or one robot key.

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

/// The end of one request to a platform. Each variant exists because the worker acts on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The message was accepted, under this name.
    Done(Option<MessageRef>),
    /// The message is certainly unsent; another try is worthwhile.
    Again(Reason),
    /// The message is certainly unsent: too fast for this channel, which may continue after this time.
    TooFast(Duration),
    /// The channel moved: the message is certainly unsent, and is sent to the new id at once.
    Moved { from: i64, to: i64 },
    /// The message reached some readers, who do not receive it again; the others cannot be reached now.
    Partly(Reason),
    /// The message is rejected, and always will be.
    Refused(Reason),
    /// The channel accepts nothing until its owner fixes it.
    Gone(Reason),
    /// The key is wrong: no channel can be sent to.
    Denied(Reason),
    /// The message is certainly unsent, and any other would be: the platform cannot be reached.
    Unreachable(Reason),
    /// The message is perhaps sent: no answer to its request arrived.
    Perhaps(Reason),
    /// The message is perhaps sent, but hardly: a gateway's error page arrived instead of an answer. The platform is
    /// not healthy then, so the message is repeated until there is an answer, however long that takes.
    Ailing(Reason),
}

impl Sent {
    /// Returns that `channel` is set aside: the reason, and how to fix it.
    pub(super) fn gone(why: Reason, remedy: &str, channel: &Channel) -> Self {
        let test = format!("run `noticast channels --test {}`", channel.id);
        Self::Gone(why.with_remedy(&format!("{remedy}, then {test}")))
    }

    /// Returns the reason why the message is unsent, or not certainly sent, with its kind.
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

    /// Returns whether the platform has the message, or never will.
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

/// The result of a channel's check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// The platform's answer, such as the chat's title and the bot's rights.
    Good(String),
    /// The platform has no call for it.
    NotTried,
}

/// A reader of a channel, as the store identifies one: by a hash of the address.
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

/// The readers who already have a message, of a channel that sends one to each reader.
#[derive(Debug)]
pub(crate) struct ReadersSoFar(Option<(Store, DeliveryId)>);

impl ReadersSoFar {
    pub(super) fn of(store: &Store, delivery: DeliveryId) -> Self {
        Self(Some((store.clone(), delivery)))
    }

    /// Returns the readers of a message that is in no outbox: none has it, and none is recorded.
    pub(super) fn unknown() -> Self {
        Self(None)
    }

    /// # Errors
    /// Fails if the store cannot be read.
    pub(super) async fn had(&self) -> Result<HashSet<ReaderHash>, StoreError> {
        let Some((store, delivery)) = &self.0 else {
            return Ok(HashSet::new());
        };
        let had = store.readers_of(*delivery).await?;
        Ok(had.into_iter().map(ReaderHash).collect())
    }

    /// Records that a reader has the message; durable when it returns.
    ///
    /// # Errors
    /// Fails if a write failed.
    pub(super) async fn has(&self, reader: ReaderHash) -> Result<(), StoreError> {
        match &self.0 {
            Some((store, delivery)) => store.reader_has(*delivery, reader.0).await,
            None => Ok(()),
        }
    }
}

/// A bot or a robot key, with the facts that the worker needs about its platform.
pub(crate) trait Sender: Send + Sync + fmt::Debug {
    /// Returns the messages a second that it accepts, all channels together; a number too high to matter if there is no
    /// such limit.
    fn rate(&self) -> u32 {
        10_000
    }

    /// Returns the limit of a lane, if all lanes are alike.
    fn limit(&self) -> LaneLimit {
        LaneLimit::NONE
    }

    /// Returns the lane by which the platform counts the messages of `channel`; one lane if it counts the sender's. May
    /// ask the platform; called before the first message and after a move.
    fn lane<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<(Lane, LaneLimit), Sent>> {
        ready(Ok((Lane(0), self.limit()))).boxed()
    }

    /// Returns how many of the bulletins of `card`, from its first on, go into one message, at least 1; the rest follow
    /// in their own messages. A kind that renders [`Card::further`] returns more than 1 here, measured with
    /// [`Card::fitting`].
    fn fits(&self, _card: &Card, _channel: &Channel) -> usize {
        1
    }

    /// Returns the posted form of a card: JSON, or a text that is not JSON.
    fn draft(&self, card: &Card, channel: &Channel) -> Value;

    /// Sends one card, with one request.
    fn send<'a>(&'a self, card: &'a Card, channel: &'a Channel) -> BoxFuture<'a, Sent>;

    /// Sends like [`Sender::send`]; a channel that sends to each reader individually sends to those who lack the card.
    fn send_to_readers<'a>(
        &'a self,
        card: &'a Card,
        channel: &'a Channel,
        _readers: &'a ReadersSoFar,
    ) -> BoxFuture<'a, Sent> {
        self.send(card, channel)
    }

    /// Changes a message that was sent to what `card` shows; `None` if the platform cannot edit, and the changes are
    /// sent as their own message. [`crate::bulletin::ChannelKind::can_edit`] agrees with this.
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

    /// Returns whether the platform drops a repetition of a card (by [`Card::key`], or by its words): an unanswered
    /// message is then sent again until it is certain.
    fn knows_repetitions(&self) -> bool {
        false
    }

    /// Returns how long the next message is to wait, according to the answer to the last one.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }

    /// Makes a call without effect, which succeeds once the platform is reachable and the key is right.
    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        ready(Ok(())).boxed()
    }

    /// Returns the platform's answer about a channel, without sending anything.
    fn check<'a>(&'a self, _channel: &'a Channel) -> BoxFuture<'a, Result<Checked, PushError>> {
        ready(Ok(Checked::NotTried)).boxed()
    }

    /// Records that a chat has another id from now on.
    fn moved(&self, _from: i64, _to: i64) {}
}
