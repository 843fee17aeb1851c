//! One delivery as a block stores it.

use serde::{Deserialize, Serialize};

use crate::{
    bulletin::{ChannelId, DeliveryKind, DeliveryState, MessageRef},
    policy::facts::OutboxEntry,
};

/// The number of deliveries in a block.
pub(super) const SLOTS: u64 = 32;

/// One delivery. Times after the first are in ms since it was queued, so that they are short.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store::sled) struct Slot {
    pub(in crate::store::sled) channel: u32,
    pub(in crate::store::sled) bulletin: Option<u64>,
    pub(in crate::store::sled) kind: DeliveryKind,
    pub(in crate::store::sled) state: DeliveryState,
    pub(in crate::store::sled) attempts: u32,
    /// The number of attempts that ended without an answer.
    pub(in crate::store::sled) doubts: u8,
    /// The delivery under whose number the note is stored.
    pub(in crate::store::sled) note: Option<u64>,
    /// True if a row holds the error of the last attempt.
    pub(in crate::store::sled) has_error: bool,
    pub(in crate::store::sled) message: Option<MessageRef>,
    pub(in crate::store::sled) queued_ms: i64,
    pub(super) due: i64,
    pub(super) begun: Option<i64>,
    pub(super) ended: Option<i64>,
}

impl Slot {
    #[cfg(test)]
    pub(in crate::store::sled) fn new(
        channel: u32,
        bulletin: Option<u64>,
        kind: DeliveryKind,
        now_ms: i64,
    ) -> Self {
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
            due: 0,
            begun: None,
            ended: None,
        }
    }

    pub(in crate::store::sled) fn is_unfinished(&self) -> bool {
        matches!(self.state, DeliveryState::Queued | DeliveryState::Sending)
    }

    pub(in crate::store::sled) fn due_ms(&self) -> i64 {
        self.queued_ms + self.due
    }

    /// Returns whether a digest or quiet hours hold the delivery, or did until it was due.
    pub(in crate::store::sled) fn is_held(&self) -> bool {
        self.attempts == 0 && self.due > 0
    }

    pub(in crate::store::sled) fn begun_ms(&self) -> Option<i64> {
        Some(self.queued_ms + self.begun?)
    }

    /// Returns by when the platform had taken the last attempt, if it has; `None` if there was no attempt.
    pub(in crate::store::sled) fn taken_ms(&self) -> Option<i64> {
        let answered = self
            .ended_ms()
            .filter(|_| self.state == DeliveryState::Sent);
        self.begun_ms()
            .map(|begun| begun.max(answered.unwrap_or(begun)))
    }

    /// Returns when the delivery was sent, failed or dropped.
    pub(in crate::store::sled) fn ended_ms(&self) -> Option<i64> {
        Some(self.queued_ms + self.ended?)
    }

    /// Converts to an entry; `None` if the channel has no name.
    pub(in crate::store::sled) fn entry(&self, channel: Option<ChannelId>) -> Option<OutboxEntry> {
        Some(OutboxEntry {
            channel: channel?,
            bulletin: self.bulletin,
            kind: self.kind,
            state: self.state,
            attempts: self.attempts,
            doubts: self.doubts,
            note: self.note,
            has_error: self.has_error,
            message: self.message.clone(),
            queued_ms: self.queued_ms,
            due_ms: self.due_ms(),
            begun_ms: self.begun_ms(),
            ended_ms: self.ended_ms(),
        })
    }

    pub(in crate::store::sled) fn of(entry: OutboxEntry, channel: u32) -> Self {
        let since = |at: i64| at - entry.queued_ms;
        Self {
            channel,
            bulletin: entry.bulletin,
            kind: entry.kind,
            state: entry.state,
            attempts: entry.attempts,
            doubts: entry.doubts,
            note: entry.note,
            has_error: entry.has_error,
            due: since(entry.due_ms),
            begun: entry.begun_ms.map(since),
            ended: entry.ended_ms.map(since),
            message: entry.message,
            queued_ms: entry.queued_ms,
        }
    }
}
