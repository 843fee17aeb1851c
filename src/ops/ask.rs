//! What the store is asked and what it answers: the shapes of its methods.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    bulletin::{BulletinId, Channel, ChannelId, DeliveryId, DeliveryKind, Reason, SourceId},
    policy::{correction::Found, facts::PollState, judge::Ruling},
};

/// Rulings in page order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub rulings: Vec<Ruling>,
    /// Beside them: whether other notices stand under the row's address too, so that what is there says
    /// nothing of this one.
    pub shares_address: Vec<bool>,
    /// The places of known rows that bear another title than before.
    pub retitled: Vec<usize>,
    /// This is the source's first poll.
    pub first_poll: bool,
    /// No row is known although the source has a baseline: read further pages (promise 4).
    pub unconnected: bool,
}

/// One successful poll of a source.
#[derive(Debug, Clone)]
pub struct PollFindings {
    pub source: SourceId,
    /// In page order.
    pub found: Vec<Found>,
    /// Written in the same transaction.
    pub state: PollState,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admitted {
    /// Pushed, oldest first.
    pub published: Vec<BulletinId>,
    pub held: Vec<BulletinId>,
    /// Archived without a push.
    pub quiet: Vec<BulletinId>,
    /// Whose title or text was corrected.
    pub revised: Vec<BulletinId>,
}

/// A delivery that waits, or is perhaps sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub id: DeliveryId,
    pub bulletin: Option<BulletinId>,
    pub channel: ChannelId,
    pub kind: DeliveryKind,
    pub attempts: u32,
    pub due_at: DateTime<Utc>,
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    Yes,
    /// Dropped or already done meanwhile, or held by quiet hours: do not send.
    No,
}

/// What became of a wish to be reminded of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminded {
    /// Once, then.
    At(DateTime<Utc>),
    /// No deadline was found in the bulletin.
    NoDeadline,
    /// It is less than a day away, or past.
    TooLate,
    /// So many reminders that waited are cancelled.
    Off(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldAction {
    Publish(Vec<BulletinId>),
    PublishAll,
    Seen(Vec<BulletinId>),
    SeenAll,
    /// The newest N of each source are published, its rest is marked as seen.
    Newest(usize),
}

#[derive(Debug, Clone)]
pub struct SourceStatus {
    pub id: SourceId,
    pub poll: PollState,
    pub bulletins: u64,
    pub held: u64,
}

#[derive(Debug, Clone)]
pub struct ChannelStatus {
    pub id: ChannelId,
    /// What a chat that subscribed by itself wants.
    pub chat: Option<Arc<Channel>>,
    /// Why it is set aside, and since when.
    pub blocked: Option<(Reason, DateTime<Utc>)>,
    /// What its last attempt failed with, until one succeeds.
    pub error: Option<Reason>,
    /// When the first that waits is due.
    pub next_due: Option<DateTime<Utc>>,
    pub queued: u64,
    pub sent: u64,
    pub failed: u64,
}

/// Chats that subscribed by themselves, all together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChatTotals {
    pub chats: u64,
    /// Set aside.
    pub blocked: u64,
    /// Whose last attempt failed.
    pub failing: u64,
    pub queued: u64,
    pub sent: u64,
    pub failed: u64,
}

/// What `/healthz`, `/readyz` and `/metrics` need of the store.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// Why writes fail, once one has.
    pub failed: Option<String>,
    /// Free bytes below the floor (256 MiB, or a tenth of a small file system).
    pub disk_low: Option<String>,
    pub bulletins: u64,
    pub queued: u64,
    /// Due since, of the oldest delivery that waits in a channel that is not blocked.
    pub oldest_due: Option<DateTime<Utc>>,
    pub disk_bytes: u64,
    pub chats: ChatTotals,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    pub bulletins: u64,
    pub already_there: u64,
    pub deliveries: u64,
}
