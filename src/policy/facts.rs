//! The entities of the store, in the words of the field: rules read them and transactions write them.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::bulletin::{
    Attachment, Bulletin, BulletinId, BulletinState, Cause, Changed, ChannelId, Delivery,
    DeliveryId, DeliveryKind, DeliveryState, MessageRef, Moment, Revision, SearchedParts, SourceId,
    Trust, Validators,
};

/// The facts about one source, beside the rows that were seen there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SourceFacts {
    /// Of address, kind and selectors: another one starts a new baseline.
    pub fingerprint: [u8; 16],
    /// None until the first successful look.
    pub baseline: Option<Baseline>,
    /// The latest date of anything known, dates in the future apart.
    pub newest: Option<Moment>,
    /// Fragments were seen to tell two rows of a page apart.
    pub fragments_tell: bool,
    pub bulletins: u64,
    pub held: u64,
    /// The most that one look published.
    pub most_news: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The earliest date of a row that was not pinned.
    pub oldest: Option<Moment>,
}

/// The facts about one channel, beside its settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ChannelFacts {
    /// The reason of its pause, and its beginning (ms).
    pub blocked: Option<(String, i64)>,
    /// The error of its last attempt, until one succeeds.
    pub error: Option<String>,
    pub sent: u64,
    pub failed: u64,
}

/// Numbers that are given next, and how many bulletins there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub next_bulletin: u64,
    pub next_delivery: u64,
    pub bulletins: u64,
    pub next_audit: u32,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            next_bulletin: 1,
            next_delivery: 1,
            bulletins: 0,
            next_audit: 0,
        }
    }
}

/// A bulletin as the archive keeps it, but for its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Archived {
    pub source: SourceId,
    pub also: Vec<SourceId>,
    pub url: String,
    pub title: String,
    pub summary: Option<String>,
    pub publisher: Option<String>,
    pub published: Option<Moment>,
    pub deadline: Option<Moment>,
    pub attachments: Vec<Attachment>,
    pub first_seen_ms: i64,
    pub state: BulletinState,
    pub cause: Cause,
    pub revision: u32,
    /// Hashes of the titles that its list showed, the latest last ([`title_hash`]).
    pub titles: Vec<u64>,
}

impl Archived {
    /// Returns when it was new (ms): as published, where its page says so, and never after it was seen. Of a day
    /// alone, what was pushed as it appeared was new when it was seen, all else at noon in China.
    #[must_use]
    pub fn newest_ms(&self) -> i64 {
        newest_ms(self.published, self.first_seen_ms, &self.cause)
    }

    #[must_use]
    pub fn searched(&self) -> SearchedParts<'_> {
        SearchedParts {
            title: &self.title,
            summary: self.summary.as_deref(),
            publisher: self.publisher.as_deref(),
            files: &self.attachments,
        }
    }

    /// All sources that carry it, the one that showed it first at the front.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceId> {
        let of = std::iter::once(&self.source).chain(&self.also);
        of.cloned().collect()
    }

    #[must_use]
    pub fn is_of(&self, source: &SourceId) -> bool {
        self.source == *source || self.also.contains(source)
    }

    #[must_use]
    pub fn is_of_any(&self, sources: &HashSet<SourceId>) -> bool {
        let mut of = std::iter::once(&self.source).chain(&self.also);
        of.any(|source| sources.contains(source))
    }

    /// A bulletin with the hashes of its titles.
    #[must_use]
    pub fn of(bulletin: Bulletin, titles: Vec<u64>) -> Self {
        Self {
            source: bulletin.source,
            also: bulletin.also,
            url: bulletin.url,
            title: bulletin.title,
            summary: bulletin.summary,
            publisher: bulletin.publisher,
            published: bulletin.published,
            deadline: bulletin.deadline,
            attachments: bulletin.attachments,
            first_seen_ms: bulletin.first_seen.timestamp_millis(),
            state: bulletin.state,
            cause: bulletin.cause,
            revision: bulletin.revision,
            titles,
        }
    }

    #[must_use]
    pub fn bulletin(self, id: u64) -> Bulletin {
        Bulletin {
            id: BulletinId(id),
            source: self.source,
            also: self.also,
            url: self.url,
            title: self.title,
            summary: self.summary,
            publisher: self.publisher,
            published: self.published,
            deadline: self.deadline,
            attachments: self.attachments,
            first_seen: time(self.first_seen_ms),
            state: self.state,
            cause: self.cause,
            revision: self.revision,
        }
    }
}

/// See [`Archived::newest_ms`].
#[must_use]
pub fn newest_ms(published: Option<Moment>, seen_ms: i64, cause: &Cause) -> i64 {
    const FRESH_MS: i64 = 36 * 3_600_000;
    match published {
        None => seen_ms,
        Some(Moment::Time(time)) => time.timestamp_millis().min(seen_ms),
        Some(Moment::Day(day)) => {
            let noon = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(4);
            let noon_ms = noon.timestamp_millis();
            let is_told_at_once = matches!(cause, Cause::New | Cause::Desk(_));
            let is_fresh = is_told_at_once && (seen_ms - noon_ms).abs() <= FRESH_MS;
            if is_fresh {
                seen_ms
            } else {
                noon_ms.min(seen_ms)
            }
        }
    }
}

/// A hash of a list's title, by which a new title is told from one that was there before.
#[must_use]
pub fn title_hash(title: &str) -> u64 {
    first_number(blake3::hash(title.trim().as_bytes()))
}

/// The first eight bytes of a hash.
#[must_use]
pub fn first_number(hash: blake3::Hash) -> u64 {
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// The bulletins that were seen under an address or guid of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub bulletin: u64,
    /// The row had a guid, so that its address alone is no proof.
    pub had_guid: bool,
    /// Different notices were seen under it: it is the latest one's, and proves nothing by itself.
    pub is_shared: bool,
}

/// A delivery as the outbox keeps it. Times are ms since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    pub channel: ChannelId,
    /// None for announcements.
    pub bulletin: Option<u64>,
    pub kind: DeliveryKind,
    pub state: DeliveryState,
    /// The number of requests that were begun.
    pub attempts: u32,
    /// The number of them that ended without an answer.
    pub doubts: u8,
    /// The delivery under whose number the note or text stands.
    pub note: Option<u64>,
    /// True where a text is kept that says what went wrong.
    pub has_error: bool,
    pub message: Option<MessageRef>,
    pub queued_ms: i64,
    pub due_ms: i64,
    pub begun_ms: Option<i64>,
    /// The time at which it was sent, failed or dropped (ms).
    pub ended_ms: Option<i64>,
}

impl OutboxEntry {
    /// One that is queued, and due at once.
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

    /// Returns whether a digest or quiet hours hold it, or did until it was due.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.attempts == 0 && self.due_ms > self.queued_ms
    }

    /// Until when the platform has taken its last attempt, if it has; None: there was none.
    #[must_use]
    pub fn taken_ms(&self) -> Option<i64> {
        let answered = self.ended_ms.filter(|_| self.state == DeliveryState::Sent);
        self.begun_ms
            .map(|begun| begun.max(answered.unwrap_or(begun)))
    }

    /// As people see it; `error` and `note`: the texts that are kept apart.
    #[must_use]
    pub fn delivery(self, id: u64, error: Option<String>, note: Option<String>) -> Delivery {
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

    /// Ends it without a message.
    pub fn drop_at(&mut self, now_ms: i64) {
        self.state = DeliveryState::Dropped;
        self.ended_ms = Some(now_ms);
    }
}

/// The readers who have a message that is sent to each reader of a channel apart, while not all have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Readers {
    /// The deliveries that it is made of. A repetition may have fewer of them, since one may be dropped
    /// meanwhile.
    pub deliveries: Vec<u64>,
    /// Hashes of those who have it.
    pub readers: Vec<u64>,
}

/// By which a request is known again: a hash of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestKey(pub [u8; 16]);

impl RequestKey {
    #[must_use]
    pub fn new(id: &str) -> Self {
        let hash = blake3::hash(id.as_bytes());
        Self(*hash.as_bytes().first_chunk().unwrap_or(&[0; 16]))
    }
}

/// A request that deliveries were made by, so that the same one again makes none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Where it made none: the bulletin that was meant, or 0.
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

/// The changes of a bulletin, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The time at which the last correction was due (ms).
    pub told_ms: Option<i64>,
    /// The time, the title before, what else. An older version wrote whether the text changed in its
    /// place: the first two of [`Changed`] lie there as that did.
    pub changes: Vec<(i64, Option<String>, Changed)>,
}

impl History {
    #[must_use]
    pub fn revisions(self) -> Vec<Revision> {
        let revision = |(at, title, what)| Revision {
            at: time(at),
            title,
            what,
        };
        self.changes.into_iter().map(revision).collect()
    }
}

/// Deliveries with consecutive numbers that one act made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub first: DeliveryId,
    pub count: u64,
}

/// An act whose outcome somebody waits for, in the message that asked whether it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub run: Run,
    pub bulletin: Option<BulletinId>,
    pub chat: i64,
    pub message: i32,
    /// The time at which all of it was reported (ms): it can be undone for a minute from then on.
    pub reported_ms: Option<i64>,
    pub undone: bool,
    /// Nothing is owed any more; it is kept so that a late press of the same button is known.
    pub done: bool,
}

impl Report {
    /// Of an act that was asked for in the message of a chat; None where that is no chat's.
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

/// Where polling one source stands; kept across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LookState {
    /// The end of the last look, good or not.
    pub last_polled: Option<DateTime<Utc>>,
    /// The time at which a look last found something new.
    pub last_changed: Option<DateTime<Utc>>,
    /// The time at which the next look is due; memory only, set by the loop.
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
    /// The present error, from the first failed poll to the next good one.
    pub error: Option<String>,
    pub error_since: Option<DateTime<Utc>>,
    /// True where the fault was reported to those who are told of faults.
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
    /// source's own history, by which a long silence is noticed.
    pub gaps_minutes: Vec<u32>,
    /// The worth of its validators. The last field: a state that an older version wrote ends before it.
    #[serde(default, deserialize_with = "none_yet")]
    pub trust: Trust,
}

/// Returns what stands there, or nothing where the text or record ends.
fn none_yet<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Trust, D::Error> {
    Ok(Trust::deserialize(deserializer).unwrap_or_default())
}

impl LookState {
    /// This state after a look that left `look`. Whether it is paused and what was reported of it belong to
    /// others, who may have changed them while the look was under way, as does the time of the next one.
    #[must_use]
    pub fn after(&self, look: Self) -> Self {
        Self {
            paused: self.paused,
            told: self.told,
            next_poll: self.next_poll,
            ..look
        }
    }

    /// Returns whether both are the same but for what is memory alone.
    #[must_use]
    pub fn is_same_on_disk(&self, other: &Self) -> bool {
        *self
            == Self {
                next_poll: self.next_poll,
                ..other.clone()
            }
    }
}

/// The state of the report about a source's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Told {
    #[default]
    No,
    Fault,
    /// That it is silent far longer than its own history.
    Silence,
}

#[must_use]
pub fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_an_older_version_wrote_keeps_what_it_says() {
        let state = LookState {
            paused: true,
            gaps_minutes: vec![5],
            ..LookState::default()
        };
        let written = postcard::to_stdvec(&state).unwrap();
        let trust = postcard::to_stdvec(&state.trust).unwrap();
        let older = &written[..written.len() - trust.len()];
        assert_eq!(postcard::from_bytes::<LookState>(older).unwrap(), state);
    }
}
