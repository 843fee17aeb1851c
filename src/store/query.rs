//! Lists that people ask for, newest first: they are read beside the transactions.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use tokio_util::sync::CancellationToken;

use super::{error::Result, record::Record};
use crate::{
    bulletin::{
        Bulletin, BulletinId, BulletinState, ChannelId, DayRange, Delivery, DeliveryId,
        DeliveryState, Moment, SearchedParts, SeenKey, SourceId, fold,
    },
    policy::{
        audit::{AuditPlace, AuditRow},
        facts::{History, Report, Run, time},
    },
};

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
    /// Sources that a bulletin must be of, first or also; None: any.
    pub among: Option<HashSet<SourceId>>,
    /// Showing one of these days.
    pub days: Option<DayRange>,
    /// With a deadline on this day or later, as its page says it.
    pub due_from: Option<NaiveDate>,
    /// All of these words in title, summary, publisher, text or the names of files; width, case and script do
    /// not count.
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

/// Part of the audit log, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// At or after this.
    pub since: Option<DateTime<Utc>>,
    /// Before this place.
    pub before: Option<AuditPlace>,
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Whether there are more below the last one.
    pub more: bool,
}

/// How many bulletins were published, by the quarters of an hour in which they were first seen: days begin with one in
/// every time zone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuarterCounts(BTreeMap<i64, u64>);

/// The counts of some sources; those without a bulletin may be missing.
pub type PublishedCounts = HashMap<SourceId, QuarterCounts>;

impl QuarterCounts {
    pub const QUARTER_MS: i64 = 15 * 60 * 1000;

    /// Counts a bulletin that was first seen then.
    pub fn count(&mut self, first_seen_ms: i64) {
        self.add(first_seen_ms.div_euclid(Self::QUARTER_MS), 1);
    }

    /// Adds to a quarter, counted from 1970.
    pub fn add(&mut self, quarter: i64, count: u64) {
        *self.0.entry(quarter).or_default() += count;
    }

    /// The beginning of each quarter, and what was published in it.
    pub fn iter(&self) -> impl Iterator<Item = (DateTime<Utc>, u64)> + '_ {
        let begin = |quarter: i64| time(quarter.saturating_mul(Self::QUARTER_MS));
        self.0
            .iter()
            .map(move |(quarter, count)| (begin(*quarter), *count))
    }
}

/// What is read beside the transactions: it shows what was committed, at about one moment.
pub trait Reader {
    fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>>;
    fn text(&self, id: BulletinId) -> Result<Option<String>>;
    /// Some bulletins with their texts, by number; those that are not there are left out.
    ///
    /// # Errors
    /// The store cannot be read.
    fn with_texts(&self, ids: &[u64]) -> Result<Vec<(Bulletin, Option<String>)>> {
        let mut found = Vec::with_capacity(ids.len());
        for id in ids.iter().map(|id| BulletinId(*id)) {
            if let Some(bulletin) = self.bulletin(id)? {
                found.push((bulletin, self.text(id)?));
            }
        }
        Ok(found)
    }
    fn text_as_published(&self, id: BulletinId) -> Result<Option<String>>;
    fn history(&self, id: BulletinId) -> Result<History>;
    /// `shown`: sources that a bulletin must be of, first or also; None: any.
    fn bulletins(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
    ) -> Result<Page<Bulletin>>;
    /// How many bulletins of each of these sources, first or also, were published and first seen since a time (ms).
    ///
    /// # Errors
    /// The store cannot be read.
    fn published_since(&self, sources: &[SourceId], since_ms: i64) -> Result<PublishedCounts>;
    /// The bulletin that was seen under an address, by any source.
    fn seen_anywhere(&self, address: SeenKey) -> Result<Option<BulletinId>>;
    fn newest_held(&self) -> Result<Option<BulletinId>>;
    fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>>;
    /// `unfinished`: numbers in the state that is asked, newest first, where they are at hand.
    fn deliveries(
        &self,
        query: &DeliveryQuery,
        unfinished: Option<Vec<u64>>,
    ) -> Result<Page<Delivery>>;
    fn count_deliveries(&self, bulletin: BulletinId) -> Result<u64>;
    /// Those of `channels` that a bulletin was ever queued for.
    fn who_has(&self, bulletin: BulletinId, channels: &[ChannelId]) -> Result<HashSet<ChannelId>>;
    /// The deliveries of a run, by number.
    fn run(&self, run: Run) -> Result<Vec<Delivery>>;
    /// All reports of the last weeks.
    fn reports(&self) -> Result<Vec<Report>>;
    fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>>;
    /// Gives `take` all records of bulletins below `end`, and of what belongs to no bulletin; gives how many
    /// bulletins there were.
    ///
    /// # Errors
    /// Those of `take`; the store cannot be read.
    fn export(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<u64>;
}

impl BulletinQuery {
    /// Returns whether a bulletin is asked for, but for words, channel, time and place. `shown`: sources that it must be
    /// of, first or also; None: any.
    #[must_use]
    pub fn takes(&self, bulletin: &Bulletin, shown: Option<&HashSet<SourceId>>) -> bool {
        let Bulletin {
            state,
            published,
            deadline,
            first_seen,
            ..
        } = *bulletin;
        self.is_dated_and_in_state(state, published, deadline, first_seen)
            && self
                .source
                .as_ref()
                .is_none_or(|source| bulletin.sources().any(|it| it == source))
            && shown.is_none_or(|shown| bulletin.sources().any(|it| shown.contains(it)))
    }

    /// Returns whether a bulletin has the state, day and deadline that are asked for.
    pub(super) fn is_dated_and_in_state(
        &self,
        state: BulletinState,
        published: Option<Moment>,
        deadline: Option<Moment>,
        first_seen: DateTime<Utc>,
    ) -> bool {
        (self.states.is_empty() || self.states.contains(&state))
            && self
                .days
                .is_none_or(|days| days.hold(published, first_seen))
            && self
                .due_from
                .is_none_or(|from| deadline.is_some_and(|due| due.day() >= from))
    }
}

/// Search words.
#[derive(Debug)]
pub struct SearchedWords {
    folded: Vec<String>,
}

impl SearchedWords {
    #[must_use]
    pub fn new(words: &[String]) -> Self {
        Self {
            folded: words.iter().map(|word| fold(word)).collect(),
        }
    }

    /// Returns whether all of them stand in the parts of a record, or in these and its text.
    ///
    /// # Errors
    /// Those of `text`.
    pub fn are_in(
        &self,
        parts: SearchedParts<'_>,
        text: impl FnOnce() -> Result<Option<String>>,
    ) -> Result<bool> {
        if self.folded.is_empty() {
            return Ok(true);
        }
        let mut all = parts.folded();
        let is_in = |all: &str| self.folded.iter().all(|word| all.contains(word));
        if is_in(&all) {
            return Ok(true);
        }
        let Some(body) = text()? else {
            return Ok(false);
        };
        all.push_str(&fold(&body));
        Ok(is_in(&all))
    }
}

/// Items up to a limit, and whether there was one more.
#[derive(Debug)]
pub struct Collected<T> {
    items: Vec<T>,
    limit: usize,
    more: bool,
}

impl<T> Collected<T> {
    #[must_use]
    pub fn new(limit: Option<usize>) -> Self {
        Self {
            items: Vec::new(),
            limit: limit.unwrap_or(usize::MAX),
            more: false,
        }
    }

    /// Takes an item if there is room; whether that was one too many.
    pub fn is_full(&mut self, item: Option<T>) -> bool {
        let Some(item) = item else { return false };
        if self.items.len() >= self.limit {
            self.more = true;
        } else {
            self.items.push(item);
        }
        self.more
    }

    #[must_use]
    pub fn page(self) -> Page<T> {
        Page {
            items: self.items,
            more: self.more,
        }
    }
}
