//! Records actions that made several deliveries, so that they are recognized again and reported on.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::bulletin::{BulletinId, ChannelId, DeliveryId, MessageRef};

/// The deliveries with consecutive numbers that one action made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub first: DeliveryId,
    pub count: u64,
}

/// An action whose outcome is awaited by the person who confirmed it, in the message with the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub run: Run,
    pub bulletin: Option<BulletinId>,
    pub chat: i64,
    pub message: i32,
    /// The time at which all of it was reported (ms): it can be undone for one minute from then on.
    pub reported_ms: Option<i64>,
    pub undone: bool,
    /// True if nothing is owed any longer; the report is kept so that a late press of the same button is recognized.
    pub done: bool,
}

impl Report {
    /// Returns a report of an action that was requested in the message of a chat; `None` if the channel is not a
    /// chat.
    #[must_use]
    pub fn new(
        run: Run,
        bulletin: Option<BulletinId>,
        (chat, message): (&ChannelId, &MessageRef),
    ) -> Option<Self> {
        Some(Self {
            run,
            bulletin,
            chat: chat.chat()?.0,
            message: message.0.parse().ok()?,
            reported_ms: None,
            undone: false,
            done: false,
        })
    }

    #[must_use]
    pub fn asked_in(&self) -> ChannelId {
        ChannelId::of_chat(self.chat, None)
    }

    #[must_use]
    pub fn message_ref(&self) -> MessageRef {
        MessageRef(self.message.to_string())
    }
}

/// Identifies a repeated request: a hash of its `request_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey(pub [u8; 16]);

impl RequestKey {
    #[must_use]
    pub fn new(id: &str) -> Self {
        let hash = blake3::hash(id.as_bytes());
        Self(*hash.as_bytes().first_chunk().unwrap_or(&[0; 16]))
    }
}

/// A request that made deliveries, so that a repetition makes none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// The first delivery; if it made none, the bulletin that was meant, or 0.
    pub first: u64,
    pub count: u64,
    pub at_ms: i64,
}

impl Request {
    #[must_use]
    pub fn new(first: u64, count: u64, bulletin: u64, now: DateTime<Utc>) -> Self {
        let first = match count {
            0 => bulletin,
            _ => first,
        };
        Self {
            first,
            count,
            at_ms: now.timestamp_millis(),
        }
    }
}
