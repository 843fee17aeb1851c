//! What the store is asked and what it answers: the shapes of its methods.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use tokio_util::sync::CancellationToken;

use crate::bulletin::{
    Article, BulletinId, BulletinState, Cause, Channel, ChannelId, DeliveryId, DeliveryKind,
    DeliveryState, MessageRef, Notice, SourceId, Trust, Validators,
};

/// Where looking at one source stands; kept across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LookState {
    /// The end of the last look, good or not.
    pub last_polled: Option<DateTime<Utc>>,
    /// When a look last found something new.
    pub last_changed: Option<DateTime<Utc>>,
    /// When the next look is due; memory only, told by the loop.
    #[serde(skip)]
    pub next_poll: Option<DateTime<Utc>>,
    /// So many rows of this look stand on the list's first page; None: all. Memory only.
    #[serde(skip)]
    pub first_page: Option<usize>,
    pub validators: Validators,
    /// BLAKE3 of the last good body: an equal one is not parsed.
    pub body: Option<[u8; 16]>,
    /// Of the last good rows: equal ones are not judged.
    pub rows: Option<[u8; 16]>,
    /// Failed looks since the last good one.
    pub failures: u32,
    /// What is wrong now, from the first failed look to the next good one.
    pub error: Option<String>,
    pub error_since: Option<DateTime<Utc>>,
    /// Whether the fault was told to those who are told of faults.
    pub told: Told,
    /// Not before this (Retry-After, backoff).
    pub not_before: Option<DateTime<Utc>>,
    pub paused: bool,
    /// A permanent redirect's target: the edit to make.
    pub moved_to: Option<String>,
    /// The feed that the page announces and that is read instead of it, once it was found to hold
    /// most of the page's rows.
    pub feed: Option<String>,
    /// Minutes between the last looks that found something new (at most 16), oldest first: a
    /// source's own history, by which a long silence is told.
    pub gaps_minutes: Vec<u32>,
    /// What its validators are worth. The last field: a state that an older version wrote ends before it.
    #[serde(default, deserialize_with = "none_yet")]
    pub trust: Trust,
}

/// What stands there, or nothing where the text or record ends.
fn none_yet<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Trust, D::Error> {
    Ok(Trust::deserialize(deserializer).unwrap_or_default())
}

impl LookState {
    /// This state after a look that left `look`. Whether it is paused and what was told of it belong to
    /// others, who may have changed them while the look was under way, as does the time of the next one.
    #[must_use]
    pub(super) fn after(&self, look: Self) -> Self {
        Self {
            paused: self.paused,
            told: self.told,
            next_poll: self.next_poll,
            ..look
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Told {
    #[default]
    No,
    Fault,
    /// That it is silent far longer than its own history.
    Silence,
}

/// What the rules say of one row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Seen before under this address, guid, or title and date.
    Known(BulletinId),
    /// The same as an earlier row of this page, at that place.
    Again(usize),
    /// To be archived and, if `Published`, pushed.
    Unknown(BulletinState, Cause),
}

/// Rulings in page order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub rulings: Vec<Ruling>,
    /// Beside them: whether other notices stand under the row's address too, so that what is there says
    /// nothing of this one.
    pub shares_address: Vec<bool>,
    /// The places of known rows that bear another title than before.
    pub retitled: Vec<usize>,
    /// This is the source's first look.
    pub first_look: bool,
    /// No row is known although the source has a baseline: read further pages (promise 4).
    pub unconnected: bool,
}

/// A notice and, where it was opened, its article.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub notice: Notice,
    pub article: Option<Article>,
}

/// One successful look at a source.
#[derive(Debug, Clone)]
pub struct Look {
    pub source: SourceId,
    /// In page order.
    pub found: Vec<Found>,
    /// Written in the same transaction.
    pub state: LookState,
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

/// How a begun send ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Sent {
        message: Option<MessageRef>,
    },
    /// Certainly not sent; again, not before this.
    Retry {
        not_before: DateTime<Utc>,
        why: String,
    },
    /// Certainly not sent, and never will be.
    Failed {
        why: String,
    },
    /// Perhaps sent. It waits for a repetition not before this, so that nothing is lost; only the eighth
    /// time it is `failed` with "perhaps delivered".
    Uncertain {
        not_before: DateTime<Utc>,
        why: String,
    },
    /// Perhaps sent, but hardly: an error page came instead of an answer. Repeated without an end.
    Ailing {
        not_before: DateTime<Utc>,
        why: String,
    },
    /// Perhaps sent: the program ended before it was answered. It is repeated at once, as often.
    Interrupted {
        why: String,
    },
    /// Certainly not sent and no attempt spent: a shutdown.
    PutBack,
}

/// Who did something, and from where: `cli`, `api`, or a Telegram user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub who: String,
    pub from: String,
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

/// Filters and place of a list of bulletins, newest first.
#[derive(Debug, Clone, Default)]
pub struct BulletinQuery {
    pub source: Option<SourceId>,
    /// Empty: any.
    pub states: Vec<BulletinState>,
    /// Delivered, or to be delivered, there.
    pub channel: Option<ChannelId>,
    /// First seen at or after this.
    pub since: Option<DateTime<Utc>>,
    /// All of these words in title, summary, publisher, or (of the newest 5,000) text; width, case and
    /// script do not count.
    pub words: Vec<String>,
    /// Only sources with `public = true`.
    pub public_only: bool,
    /// Numbers below this.
    pub before: Option<BulletinId>,
    /// None: all.
    pub limit: Option<usize>,
    /// Once it is cancelled nobody waits for the answer, and the work ends.
    pub given_up: CancellationToken,
}

#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    pub source: Option<SourceId>,
    pub channel: Option<ChannelId>,
    pub bulletin: Option<BulletinId>,
    pub state: Option<DeliveryState>,
    /// Queued at or after this.
    pub since: Option<DateTime<Utc>>,
    pub before: Option<DeliveryId>,
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether there are more below the last one.
    pub more: bool,
}

#[derive(Debug, Clone)]
pub struct SourceStatus {
    pub id: SourceId,
    pub look: LookState,
    pub bulletins: u64,
    pub held: u64,
}

#[derive(Debug, Clone)]
pub struct ChannelStatus {
    pub id: ChannelId,
    /// What a chat that subscribed by itself wants.
    pub chat: Option<Arc<Channel>>,
    /// Why it is set aside, and since when.
    pub blocked: Option<(String, DateTime<Utc>)>,
    /// What its last attempt failed with, until one succeeds.
    pub error: Option<String>,
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
