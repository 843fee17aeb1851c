//! A delivery as it is in the outbox, and its readers.

use serde::{Deserialize, Serialize};

use super::numbers::time;
use crate::bulletin::{
    BulletinId, ChannelId, Delivery, DeliveryId, DeliveryKind, DeliveryState, MessageRef, Reason,
};

/// A delivery as it is in the outbox. Times are ms since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    pub channel: ChannelId,
    /// The bulletin; `None` for announcements.
    pub bulletin: Option<u64>,
    pub kind: DeliveryKind,
    pub state: DeliveryState,
    /// The number of requests that were begun.
    pub attempts: u32,
    /// The number of attempts that ended without an answer.
    pub doubts: u8,
    /// The delivery under whose number the note or text is stored.
    pub note: Option<u64>,
    /// True if an error text is stored.
    pub has_error: bool,
    pub message: Option<MessageRef>,
    pub queued_ms: i64,
    pub due_ms: i64,
    pub begun_ms: Option<i64>,
    /// The time at which it was sent, failed or dropped (ms).
    pub ended_ms: Option<i64>,
}

impl OutboxEntry {
    /// Returns a delivery that is queued, and due at once.
    #[must_use]
    pub fn new(channel: ChannelId, bulletin: Option<u64>, kind: DeliveryKind, now_ms: i64) -> Self {
        Self {
            channel,
            bulletin,
            kind,
            state: DeliveryState::Queued,
            attempts: 0,
            doubts: 0,
            note: None,
            has_error: false,
            message: None,
            queued_ms: now_ms,
            due_ms: now_ms,
            begun_ms: None,
            ended_ms: None,
        }
    }

    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        matches!(self.state, DeliveryState::Queued | DeliveryState::Sending)
    }

    /// Returns whether a digest or quiet hours hold the delivery, or did until it was due.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.attempts == 0 && self.due_ms > self.queued_ms
    }

    /// Returns by when the platform had taken the last attempt, if it has; `None` if there was no attempt.
    #[must_use]
    pub fn taken_ms(&self) -> Option<i64> {
        let answered = self.ended_ms.filter(|_| self.state == DeliveryState::Sent);
        self.begun_ms
            .map(|begun| begun.max(answered.unwrap_or(begun)))
    }

    /// Returns the delivery as people see it; `error` and `note` are the texts that are stored separately.
    #[must_use]
    pub fn delivery(self, id: u64, error: Option<Reason>, note: Option<String>) -> Delivery {
        let is_sent = self.state == DeliveryState::Sent;
        Delivery {
            id: DeliveryId(id),
            bulletin: self.bulletin.map(BulletinId),
            channel: self.channel,
            kind: self.kind,
            state: self.state,
            attempts: self.attempts,
            message: self.message,
            error,
            queued_at: time(self.queued_ms),
            due_at: time(self.due_ms),
            sent_at: self.ended_ms.filter(|_| is_sent).map(time),
            note,
        }
    }

    /// Ends the delivery without a message.
    pub fn drop_at(&mut self, now_ms: i64) {
        self.state = DeliveryState::Dropped;
        self.ended_ms = Some(now_ms);
    }
}

/// The readers who have a message that is sent to each reader of a channel separately, while not all have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Readers {
    /// The deliveries that it is made of. A repetition may have fewer of them, since one may be dropped meanwhile.
    pub deliveries: Vec<u64>,
    /// The hashes of the readers who have it.
    pub readers: Vec<u64>,
}
