//! The records that are stored: bulletins and their deliveries.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    id::{BulletinId, ChannelId, DeliveryId, SourceId},
    moment::Moment,
    notice::Attachment,
    reason::Reason,
    searched::SearchedParts,
};

/// A notice that was admitted. Its text, which may be long, is stored separately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bulletin {
    pub id: BulletinId,
    pub source: SourceId,
    /// Further sources that carry the same notice.
    pub also: Vec<SourceId>,
    pub url: String,
    pub title: String,
    pub summary: Option<String>,
    /// The issuing body, else the author.
    pub publisher: Option<String>,
    pub published: Option<Moment>,
    pub deadline: Option<Moment>,
    pub attachments: Vec<Attachment>,
    pub first_seen: DateTime<Utc>,
    pub state: BulletinState,
    /// The rule that put it into that state, for people who want to know why.
    pub cause: Cause,
    /// 0 as first seen; one more for each correction.
    pub revision: u32,
}

impl Bulletin {
    #[must_use]
    pub fn searched(&self) -> SearchedParts<'_> {
        SearchedParts {
            title: &self.title,
            summary: self.summary.as_deref(),
            publisher: self.publisher.as_deref(),
            files: &self.attachments,
        }
    }

    /// Returns all sources that carry it, its own first.
    pub fn sources(&self) -> impl Iterator<Item = &SourceId> {
        std::iter::once(&self.source).chain(&self.also)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BulletinState {
    /// From the first poll, old when found, or held and then marked as seen.
    Baseline,
    /// Pushed to the channels that wanted it.
    Published,
    /// Waits for an admin (promise 4).
    Held,
    /// Taken down by its publisher.
    Withdrawn,
}

impl BulletinState {
    /// Returns whether it is published, or was before it was withdrawn.
    #[must_use]
    pub fn was_published(self) -> bool {
        matches!(self, Self::Published | Self::Withdrawn)
    }
}

/// The reason why a bulletin was pushed, kept quiet or held (promises 2 to 4).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Unknown, and not old by any rule.
    New,
    /// Among the newest of a first poll whose source requests them (`announce_first`).
    Announced,
    /// From the first poll; stores and answers use `first-look`.
    #[serde(rename = "first-look")]
    FirstPoll,
    /// Dated before the oldest that the baseline showed.
    OlderThanBaseline,
    /// Below the last known row, and not dated after it.
    BelowKnown,
    /// Rejected by the source's filter; the deciding word or pattern, as written in the config.
    Filtered(String),
    /// The page seemed redesigned.
    Redesign,
    /// An admin published it from the held ones.
    Released,
    /// An admin marked it as seen.
    MarkedSeen,
    /// Came with an import.
    Imported,
    /// Most titles of the page were known under other addresses: the site moved.
    Migrated,
    /// Far more at one poll than the source ever had.
    Flood,
    /// Published at a desk; the actor, as operations name it.
    Desk(String),
}

/// A change of a bulletin after it was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub at: DateTime<Utc>,
    /// The previous title, if it changed.
    pub title: Option<String>,
    pub what: Changed,
}

/// A change of something other than the title, as it is announced to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    Nothing,
    Text,
    /// The part of the text that was removed.
    Before(String),
    /// The part of the text that is new.
    Added(String),
    /// Its files were these.
    Files(String),
    /// It was withdrawn, and was restored.
    Restored,
    /// Neither title nor text nor files: its deadline, summary, publisher or address.
    Details,
}

/// One bulletin for one channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    /// The bulletin; `None` for announcements.
    pub bulletin: Option<BulletinId>,
    pub channel: ChannelId,
    pub kind: DeliveryKind,
    pub state: DeliveryState,
    /// The number of requests that were begun.
    pub attempts: u32,
    pub message: Option<MessageRef>,
    /// The reason why it, or its last attempt, failed. Also set, as a warning, on a sent one that is possibly repeated.
    pub error: Option<Reason>,
    pub queued_at: DateTime<Utc>,
    /// The time before which it is not sent.
    pub due_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
    /// The note on top of a rebroadcast.
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryKind {
    New,
    Update,
    Rebroadcast,
    Announcement,
    Reminder,
    /// A file of a bulletin that was sent; the note holds its address.
    Document,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryState {
    Queued,
    Sending,
    Sent,
    Failed,
    /// Cancelled before it was sent.
    Dropped,
}

/// The platform's own name for a message, such as Telegram's `message_id`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct MessageRef(pub String);
