//! Defines the lists that people request, newest first: they are read outside of the transactions.

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

/// The filters and the place of a list of bulletins, newest first.
#[derive(Debug, Clone, Default)]
pub struct BulletinQuery {
    pub source: Option<SourceId>,
    /// The states to list; empty for any.
    pub states: Vec<BulletinState>,
    /// The channel that the bulletins were or are to be delivered to.
    pub channel: Option<ChannelId>,
    /// The earliest time of first sight.
    pub since: Option<DateTime<Utc>>,
    /// The sources to list, as the first or a further source of a bulletin; `None` for any.
    pub among: Option<HashSet<SourceId>>,
    /// The days of which a bulletin must show one.
    pub days: Option<DayRange>,
    /// The earliest day of the deadline, as the page states it.
    pub due_from: Option<NaiveDate>,
    /// Words that must all be in the title, summary, publisher, text or file names; width, case and script do not
    /// count.
    pub words: Vec<String>,
    /// True to list only sources with `public = true`.
    pub public_only: bool,
    /// The number below which bulletins are listed.
    pub before: Option<BulletinId>,
    /// The length of the list; `None` for all.
    pub limit: Option<usize>,
    /// The token that is cancelled once the caller no longer waits for the answer; then the work ends.
    pub given_up: CancellationToken,
}

#[derive(Debug, Clone, Default)]
pub struct DeliveryQuery {
    pub source: Option<SourceId>,
    pub channel: Option<ChannelId>,
    pub bulletin: Option<BulletinId>,
    pub state: Option<DeliveryState>,
    /// The earliest time of queueing.
    pub since: Option<DateTime<Utc>>,
    pub before: Option<DeliveryId>,
    pub limit: Option<usize>,
}

/// A part of the audit log, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// The earliest time of an entry.
    pub since: Option<DateTime<Utc>>,
    /// The place before which the part lies.
    pub before: Option<AuditPlace>,
    pub limit: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// True if there are more items below the last one.
    pub more: bool,
}

/// The number of bulletins published in each quarter of an hour, by the time of first sight: in every time zone,
/// days begin with a quarter.
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

    /// Returns the beginning of each quarter, and the number of bulletins published in it.
    pub fn iter(&self) -> impl Iterator<Item = (DateTime<Utc>, u64)> + '_ {
        let begin = |quarter: i64| time(quarter.saturating_mul(Self::QUARTER_MS));
        self.0
            .iter()
            .map(move |(quarter, count)| (begin(*quarter), *count))
    }
}

/// A view of the store outside of the transactions: it shows what was committed, at about one moment.
pub trait Reader {
    fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>>;
    fn text(&self, id: BulletinId) -> Result<Option<String>>;
    /// Returns bulletins with their texts, by number; those that do not exist are left out.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
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
    /// Returns a page of bulletins. `shown` holds the sources that a bulletin must have, first or also; `None` for
    /// any.
    fn bulletins(
        &self,
        query: &BulletinQuery,
        shown: Option<&HashSet<SourceId>>,
    ) -> Result<Page<Bulletin>>;
    /// Counts the bulletins of each of these sources, first or also, that were published and first seen since a time
    /// (ms).
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    fn published_since(&self, sources: &[SourceId], since_ms: i64) -> Result<PublishedCounts>;
    /// Returns the bulletin that was seen under an address, by any source.
    fn seen_anywhere(&self, address: SeenKey) -> Result<Option<BulletinId>>;
    fn newest_held(&self) -> Result<Option<BulletinId>>;
    fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>>;
    /// Returns a page of deliveries. `unfinished` holds the numbers in the requested state, newest first, if they
    /// are known.
    fn deliveries(
        &self,
        query: &DeliveryQuery,
        unfinished: Option<Vec<u64>>,
    ) -> Result<Page<Delivery>>;
    fn count_deliveries(&self, bulletin: BulletinId) -> Result<u64>;
    /// Returns those of `channels` that a bulletin was ever queued for.
    fn who_has(&self, bulletin: BulletinId, channels: &[ChannelId]) -> Result<HashSet<ChannelId>>;
    /// Returns the deliveries of a run, by number.
    fn run(&self, run: Run) -> Result<Vec<Delivery>>;
    /// Returns all reports of the last weeks.
    fn reports(&self) -> Result<Vec<Report>>;
    fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>>;
    /// Passes to `take` all records of bulletins below `end`, and those that belong to no bulletin; returns the
    /// number of bulletins.
    ///
    /// # Errors
    /// Fails if `take` fails or the store cannot be read.
    fn export(&self, end: u64, take: &mut dyn FnMut(Record) -> Result<()>) -> Result<u64>;
}

impl BulletinQuery {
    /// Returns whether the query matches a bulletin, ignoring words, channel, time and place. `shown` holds the
    /// sources that it must have, first or also; `None` for any.
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

    /// Returns whether a bulletin has the requested state, day and deadline.
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

/// The search words, folded.
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

    /// Returns whether all words are in the parts of a record, or in these and its text.
    ///
    /// # Errors
    /// Fails if `text` fails.
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

/// The items up to a limit, and whether there was one more.
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

    /// Takes an item if there is room; returns whether it was one too many.
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
