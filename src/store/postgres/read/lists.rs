//! Reads pages of bulletins and deliveries, each from the end of the one before it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tokio_postgres::{Row, types::ToSql};

use crate::{
    bulletin::{Bulletin, Delivery, SourceId},
    policy::{
        audit::{AuditPlace, AuditRow},
        facts::time,
    },
    store::{
        error::Result,
        postgres::{
            rows::{
                BULLETIN, DELIVERY, ENTRY, archived, delivery, get, json, signed, source_id,
                unsigned, word,
            },
            session::{Param, Session},
        },
        query::{
            AuditQuery, BulletinQuery, Collected, DeliveryQuery, Page, PublishedCounts,
            QuarterCounts, SearchedWords,
        },
    },
};

/// The number of rows that are read at once.
const BATCH: usize = 500;

/// The conditions of a query, and their parameters.
struct Conditions {
    sql: String,
    params: Vec<Param>,
}

impl Conditions {
    fn new() -> Self {
        Self {
            sql: "true".to_owned(),
            params: Vec::new(),
        }
    }

    /// Adds a condition in which `$` stands for `param`.
    fn add(&mut self, condition: &str, param: impl ToSql + Sync + Send + 'static) {
        self.params.push(Box::new(param));
        let place = format!("${}", self.params.len());
        self.sql = format!("{} AND {}", self.sql, condition.replace('$', &place));
    }

    fn rows(
        &self,
        session: &Session<'_>,
        asked: &str,
        after: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>> {
        let own = self
            .params
            .iter()
            .map(|param| &**param as &(dyn ToSql + Sync));
        let params: Vec<_> = own.chain(after.iter().copied()).collect();
        session.rows(asked, &params)
    }
}

/// Makes the database plan the next queries with their parameters: the rarity of a state and the nearness of a time
/// decide which index to use.
fn plan_by_values(session: &Session<'_>) -> Result<()> {
    session.run("SET LOCAL plan_cache_mode = force_custom_plan")
}

/// Returns the first ms that is not before a time.
fn not_before_ms(time: DateTime<Utc>) -> i64 {
    let ms = time.timestamp_millis();
    ms + i64::from(!time.timestamp_subsec_nanos().is_multiple_of(1_000_000))
}

pub(super) fn bulletins(
    session: &Session<'_>,
    query: &BulletinQuery,
    shown: Option<&HashSet<SourceId>>,
) -> Result<Page<Bulletin>> {
    if query.since.is_some() || !query.states.is_empty() {
        plan_by_values(session)?;
    }
    let conditions = bulletin_conditions(query, shown);
    let text = match query.words.is_empty() {
        true => "NULL::text",
        false => "(SELECT text FROM texts WHERE texts.bulletin = b.id)",
    };
    // The pages of one source are read from its own rows, even if these are few of all rows.
    let (from, newest) = match query.source {
        Some(_) => ("carriers c JOIN bulletins b ON b.id = c.bulletin", "c"),
        None => ("bulletins b", "b"),
    };
    let id = if newest == "c" { "c.bulletin" } else { "b.id" };
    let next = conditions.params.len() + 1;
    let asked = format!(
        "SELECT {newest}.newest_ms, b.id, {BULLETIN}, {text} FROM {from} WHERE {} \
         AND ({newest}.newest_ms, {id}) < (${next}, ${}) \
         ORDER BY {newest}.newest_ms DESC, {id} DESC LIMIT ${}",
        conditions.sql,
        next + 1,
        next + 2
    );
    let mut before = match query.before {
        Some(id) => place(session, signed(id.0))?,
        None => (i64::MAX, i64::MAX),
    };
    let is_limited_by_rows =
        query.words.is_empty() && query.days.is_none() && query.due_from.is_none();
    let batch = batch(query.limit.filter(|_| is_limited_by_rows));
    let words = SearchedWords::new(&query.words);
    let mut page = Collected::new(query.limit);
    loop {
        let rows = conditions.rows(session, &asked, &[&before.0, &before.1, &batch])?;
        for row in &rows {
            before = (get(row, 0)?, get(row, 1)?);
            let found = archived(row, 2)?;
            let seen = time(found.first_seen_ms);
            let is_asked =
                query.is_dated_and_in_state(found.state, found.published, found.deadline, seen)
                    && words.are_in(found.searched(), || get(row, 4))?;
            if is_asked && page.is_full(Some(found.bulletin(unsigned(before.1)))) {
                return Ok(page.page());
            }
        }
        let is_last = rows.len() as u64 != unsigned(batch);
        if is_last || query.given_up.is_cancelled() {
            return Ok(page.page());
        }
    }
}

/// Returns one more than the length of a page, so that it is known whether there are more.
fn batch(limit: Option<usize>) -> i64 {
    let batch = limit.map_or(BATCH, |limit| BATCH.min(limit.saturating_add(1)));
    i64::try_from(batch).unwrap_or(i64::MAX)
}

fn bulletin_conditions(query: &BulletinQuery, shown: Option<&HashSet<SourceId>>) -> Conditions {
    let mut all = Conditions::new();
    match &query.states[..] {
        [] => {}
        // A single state is compared by equality, so that the order of its index is that of the pages.
        [state] => all.add("b.state = $", word(state)),
        states => all.add(
            "b.state = ANY($)",
            states.iter().map(word).collect::<Vec<_>>(),
        ),
    }
    if let Some(source) = &query.source {
        let source = source.as_str().to_owned();
        all.add("c.source = $ AND (b.source = $ OR $ = ANY(b.also))", source);
    }
    if let Some(channel) = &query.channel {
        all.add(
            "EXISTS (SELECT 1 FROM deliveries d WHERE d.bulletin = b.id AND d.channel = $)",
            channel.as_str().to_owned(),
        );
    }
    if let Some(since) = query.since {
        all.add("b.first_seen_ms >= $", not_before_ms(since));
    }
    if let Some(shown) = shown {
        let shown: Vec<String> = shown.iter().map(ToString::to_string).collect();
        all.add("(b.source = ANY($) OR b.also && $)", shown);
    }
    all
}

/// Counts in the database: a source has few rows, no matter how many bulletins there are.
pub(super) fn published_since(
    session: &Session<'_>,
    sources: &[SourceId],
    since_ms: i64,
) -> Result<PublishedCounts> {
    plan_by_values(session)?;
    let asked = "SELECT c.source, b.first_seen_ms / $3, count(*) \
                 FROM carriers c JOIN bulletins b ON b.id = c.bulletin \
                 WHERE c.source = ANY($1) AND b.first_seen_ms >= $2 \
                 AND (b.source = c.source OR c.source = ANY(b.also)) \
                 AND b.state IN ('published', 'withdrawn') GROUP BY 1, 2";
    let ids: Vec<&str> = sources.iter().map(SourceId::as_str).collect();
    let rows = session.rows(asked, &[&ids, &since_ms, &QuarterCounts::QUARTER_MS])?;
    let mut counts = PublishedCounts::new();
    for row in &rows {
        let of_source = counts.entry(source_id(row, 0)?).or_default();
        of_source.add(get(row, 1)?, unsigned(get(row, 2)?));
    }
    Ok(counts)
}

/// Returns the place of a bulletin in the order of the pages; for an unused number, one just below the next lower
/// one.
fn place(session: &Session<'_>, id: i64) -> Result<(i64, i64)> {
    let asked = "SELECT newest_ms, id FROM bulletins WHERE id <= $1 ORDER BY id DESC LIMIT 1";
    match session.row(asked, &[&id])? {
        Some(row) => {
            let found: i64 = get(&row, 1)?;
            Ok((get(&row, 0)?, found + i64::from(found != id)))
        }
        None => Ok((i64::MIN, 0)),
    }
}

pub(super) fn deliveries(session: &Session<'_>, query: &DeliveryQuery) -> Result<Page<Delivery>> {
    if query.since.is_some() || query.state.is_some() {
        plan_by_values(session)?;
    }
    let conditions = delivery_conditions(query);
    let next = conditions.params.len() + 1;
    let asked = format!(
        "SELECT {ENTRY}, e.why, n.text FROM {DELIVERY} WHERE {} AND d.id < ${next} \
         ORDER BY d.id DESC LIMIT ${}",
        conditions.sql,
        next + 1
    );
    let mut before = query.before.map_or(i64::MAX, |id| signed(id.0));
    let batch = batch(query.limit);
    let mut page = Collected::new(query.limit);
    loop {
        let rows = conditions.rows(session, &asked, &[&before, &batch])?;
        for row in &rows {
            before = get(row, 0)?;
            if page.is_full(Some(delivery(row)?)) {
                return Ok(page.page());
            }
        }
        if rows.len() as u64 != unsigned(batch) {
            return Ok(page.page());
        }
    }
}

fn delivery_conditions(query: &DeliveryQuery) -> Conditions {
    let mut all = Conditions::new();
    if let Some(channel) = &query.channel {
        all.add("d.channel = $", channel.as_str().to_owned());
    }
    if let Some(state) = &query.state {
        all.add("d.state = $", word(state));
    }
    if let Some(since) = query.since {
        all.add("d.queued_ms >= $", not_before_ms(since));
    }
    if let Some(bulletin) = query.bulletin {
        all.add("d.bulletin = $", signed(bulletin.0));
    }
    if let Some(source) = &query.source {
        all.add(
            "EXISTS (SELECT 1 FROM bulletins b WHERE b.id = d.bulletin AND b.source = $)",
            source.as_str().to_owned(),
        );
    }
    all
}

pub(super) fn audit(session: &Session<'_>, query: &AuditQuery) -> Result<Page<AuditRow>> {
    let asked = "SELECT at_ms, counter, entry FROM audit \
                 WHERE at_ms >= $1 AND (at_ms, counter) < ($2, $3) \
                 ORDER BY at_ms DESC, counter DESC LIMIT $4";
    let since_ms = query.since.map_or(i64::MIN, |at| at.timestamp_millis());
    let mut before = match query.before {
        Some(place) => (place.at_ms, i64::from(place.counter)),
        None => (i64::MAX, i64::MAX),
    };
    let batch = batch(query.limit);
    let mut page = Collected::new(query.limit);
    loop {
        let rows = session.rows(asked, &[&since_ms, &before.0, &before.1, &batch])?;
        for row in &rows {
            before = (get(row, 0)?, get(row, 1)?);
            let (at_ms, counter) = (before.0, u32::try_from(before.1).unwrap_or(u32::MAX));
            let place = AuditPlace { at_ms, counter };
            let entry = json(row, 2)?;
            if page.is_full(Some(AuditRow { place, entry })) {
                return Ok(page.page());
            }
        }
        if rows.len() as u64 != unsigned(batch) {
            return Ok(page.page());
        }
    }
}
