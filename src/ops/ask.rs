//! Defines the arguments and results of the store's methods.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{
    bulletin::{BulletinId, Channel, ChannelId, DeliveryId, DeliveryKind, Reason, SourceId},
    policy::{correction::Found, facts::PollState, judge::Ruling},
};

/// The rulings on a page, in page order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub rulings: Vec<Ruling>,
    /// True for each row whose address other notices share, so that the page there says nothing about this one.
    pub shares_address: Vec<bool>,
    /// The places of known rows that have another title than before.
    pub retitled: Vec<usize>,
    /// True if this is the source's first poll.
    pub first_poll: bool,
    /// True if no row is known although the source has a baseline: read further pages (promise 4).
    pub unconnected: bool,
}

/// One successful poll of a source.
#[derive(Debug, Clone)]
pub struct PollFindings {
    pub source: SourceId,
    /// The findings in page order.
    pub found: Vec<Found>,
    /// The poll state, which is written in the same transaction.
    pub state: PollState,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Admitted {
    /// The bulletins that are pushed, oldest first.
    pub published: Vec<BulletinId>,
    pub held: Vec<BulletinId>,
    /// The bulletins that are archived without a push.
    pub quiet: Vec<BulletinId>,
    /// The bulletins whose title or text was corrected.
    pub revised: Vec<BulletinId>,
}

/// A delivery that waits, or may have been sent.
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
    /// The delivery was dropped or finished meanwhile, or is held by quiet hours: do not send it.
    No,
}

/// The result of a request to be reminded of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminded {
    /// The reminder is sent once, at this time.
    At(DateTime<Utc>),
    /// No deadline was found in the bulletin.
    NoDeadline,
    /// The deadline is less than a day away, or past.
    TooLate,
    /// This number of waiting reminders was cancelled.
    Off(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeldAction {
    Publish(Vec<BulletinId>),
    PublishAll,
    Seen(Vec<BulletinId>),
    SeenAll,
    /// Publishes the newest N of each source and marks its rest as seen.
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
    /// The wishes of a chat that subscribed itself.
    pub chat: Option<Arc<Channel>>,
    /// The reason why the channel is set aside, and since when.
    pub blocked: Option<(Reason, DateTime<Utc>)>,
    /// The error of its last attempt, until one succeeds.
    pub error: Option<Reason>,
    /// The time at which the first waiting delivery is due.
    pub next_due: Option<DateTime<Utc>>,
    pub queued: u64,
    pub sent: u64,
    pub failed: u64,
}

/// The totals of all chats that subscribed themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChatTotals {
    pub chats: u64,
    /// Chats that are set aside.
    pub blocked: u64,
    /// Chats whose last attempt failed.
    pub failing: u64,
    pub queued: u64,
    pub sent: u64,
    pub failed: u64,
}

/// The facts that `/healthz`, `/readyz` and `/metrics` need from the store.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// The reason why writes fail, once one has.
    pub failed: Option<String>,
    /// The reason why nothing is admitted: free bytes below the floor (256 MiB, or a tenth of a small file system).
    pub disk_low: Option<String>,
    pub bulletins: u64,
    pub queued: u64,
    /// The time since which the oldest delivery that waits in a channel that is not blocked has been due.
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
