//! Rereads articles, and applies the result to their bulletins: corrected, withdrawn, back, or unchanged.

use chrono::{DateTime, Duration, Utc};

use super::{corrections, op::Op, twins};
use crate::{
    bulletin::{Article, Bulletin, BulletinId, BulletinState, Opened, Source},
    policy::{
        correction::{self, Correction},
        facts::{Archived, time},
        rereading::{FIRST_OPENED, Recent, TO_BE_SURE, taken_off},
    },
    store::Result,
};

/// The most neighbours of a row that are named.
const NEIGHBOURS: usize = 8;
/// The longest time until the next reading after one that failed, or was uncertain.
const LATER: Duration = Duration::hours(6);

/// An article that is to be read again.
#[derive(Debug, Clone)]
pub struct Reread {
    pub bulletin: Bulletin,
    /// The opened article; `None` if its text was part of the list, in which case only the existence of its page
    /// counts.
    pub opened: Option<Opened>,
    /// The addresses next to its own on the list, if its page was gone an hour ago and its row is no longer on the
    /// list: if most of them answer while it does not, it was withdrawn.
    pub neighbours: Option<Vec<String>>,
}

/// The result of reading an article again.
#[derive(Debug, Clone)]
pub enum ReadAgain {
    /// The article could not be fetched.
    Failed,
    /// The page has no readable article.
    Unreadable,
    /// The article is unchanged.
    Same,
    Article(Box<Article>),
    /// The answer is 404 or 410.
    Gone,
    /// The page has been gone for an hour, with certainty.
    Withdrawn,
}

/// Returns the due articles, the longest due first, of the sources that `worker` polls, and postpones those that
/// cannot be read.
pub(super) fn due(
    op: &mut Op<'_>,
    (now, most): (DateTime<Utc>, usize),
    worker: Option<&str>,
) -> Result<Vec<Reread>> {
    let now_ms = now.timestamp_millis();
    let mut due = Vec::new();
    for id in op.tx.due_readings(now_ms, most, worker) {
        let Some(recent) = op.tx.recent(id)? else {
            op.tx.plan_reading(id, None);
            continue;
        };
        if recent.is_over(now_ms) {
            forget(op, id)?;
            continue;
        }
        match reread(op, id, &recent, now)? {
            Some(reread) => due.push(reread),
            None => op.tx.plan_reading(id, Some(recent.next_ms(now_ms))),
        }
    }
    Ok(due)
}

fn reread(op: &mut Op<'_>, id: u64, recent: &Recent, now: DateTime<Utc>) -> Result<Option<Reread>> {
    let Some(row) = op.tx.bulletin(id)? else {
        return Ok(None);
    };
    // The text at a shared address belongs to none of the notices.
    if twins::shares_address(op, &row)? {
        return Ok(None);
    }
    let reads_texts = |source: &Source| source.full_text;
    let source = op.source_settings(&row.source);
    let opened = recent.opened.clone();
    let opened = opened.filter(|_| source.as_deref().is_some_and(reads_texts));
    let is_read = match row.state {
        BulletinState::Published | BulletinState::Withdrawn => {
            opened.is_some() || recent.extra_ms.is_some()
        }
        // It is opened once, so that page and search have its text.
        BulletinState::Baseline => opened.is_some() && recent.is_unopened(),
        BulletinState::Held => false,
    };
    if !is_read {
        return Ok(None);
    }
    let is_sure_now = |gone: i64| now - time(gone) >= TO_BE_SURE;
    let neighbours = match recent.gone_ms.is_some_and(is_sure_now) {
        true => neighbours(op, id, &row)?,
        false => None,
    };
    Ok(Some(Reread {
        bulletin: row.bulletin(id),
        opened,
        neighbours,
    }))
}

/// Returns the nearest rows of its list; `None` if it is on that list itself, or on another source's.
fn neighbours(op: &mut Op<'_>, id: u64, row: &Archived) -> Result<Option<Vec<String>>> {
    let mut nearest: Vec<u64> = Vec::new();
    for source in row.sources() {
        let page = op.tx.last_page(&source)?;
        if page.contains(&id) {
            return Ok(None);
        }
        if source == row.source {
            nearest = page;
        }
    }
    nearest.sort_by_key(|other| other.abs_diff(id));
    let mut urls = Vec::new();
    for other in nearest.into_iter().take(NEIGHBOURS) {
        let row = op.tx.bulletin(other)?;
        urls.extend(row.map(|row| row.url));
    }
    Ok(Some(urls))
}

/// Applies the result of reading an article again; returns whether its bulletin changed.
pub(super) fn settle(
    op: &mut Op<'_>,
    id: BulletinId,
    again: ReadAgain,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (BulletinId(id), now_ms) = (id, now.timestamp_millis());
    let (record, recent) = (op.tx.bulletin(id)?, op.tx.recent(id)?);
    let (Some(mut row), Some(mut recent)) = (record, recent) else {
        return Ok(false);
    };
    let before = recent.clone();
    let is_answer = matches!(again, ReadAgain::Same | ReadAgain::Article(_));
    let is_had = !matches!(again, ReadAgain::Failed);
    let mut has_changed = false;
    if is_answer {
        recent.gone_ms = None;
        has_changed |= corrections::restore(op, id, &mut row, now)?;
    }
    let mut later = None;
    match again {
        ReadAgain::Same => {}
        // The next reading is soon at first: a message that was corrected only by its list may have a deadline that
        // is past.
        ReadAgain::Failed | ReadAgain::Unreadable => {
            let since = now - time(recent.first_seen_ms);
            later = Some(now + since.clamp(Duration::minutes(1), LATER));
        }
        ReadAgain::Article(article) => {
            let is_corrected = correct(op, id, &mut row, &article, now)?;
            if is_corrected {
                recent.opened.clone_from(&article.opened);
            }
            has_changed |= is_corrected;
        }
        ReadAgain::Gone if recent.gone_ms.is_none() => {
            let sure = now + TO_BE_SURE;
            (recent.gone_ms, recent.extra_ms) = (Some(now_ms), Some(sure.timestamp_millis()));
        }
        ReadAgain::Gone if row.state == BulletinState::Withdrawn => {}
        ReadAgain::Gone => later = Some(now + LATER),
        ReadAgain::Withdrawn => {
            has_changed = corrections::withdraw(op, id, &mut row, now)?;
        }
    }
    if row.state == BulletinState::Baseline && (is_had || recent.is_given_up(now_ms)) {
        forget(op, id)?;
        return Ok(has_changed);
    }
    let next_ms = recent.next_ms(now_ms);
    let later_ms = later.map_or(next_ms, |later| later.timestamp_millis());
    op.tx.plan_reading(id, Some(next_ms.min(later_ms)));
    if recent != before {
        op.tx.set_recent(id, Some(&recent))?;
    }
    Ok(has_changed)
}

fn correct(
    op: &mut Op<'_>,
    id: u64,
    row: &mut Archived,
    article: &Article,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (before, text) = (row.clone(), op.tx.text(id)?);
    let correction = correction::correct_text(row, text.as_deref(), article);
    if correction == Correction::None {
        return Ok(false);
    }
    row.revision += u32::from(correction.is_announced());
    let corrected = (&correction, Some(article));
    corrections::follow(op, id, (&before, row), corrected, now)?;
    op.set_bulletin(id, row, now)?;
    let as_published = article.text_as_published.as_deref();
    keep_text(op, id, &article.text, as_published)?;
    Ok(true)
}

/// Stores a text; an empty one leaves the stored text, and the text as published, unchanged.
pub(super) fn keep_text(
    op: &mut Op<'_>,
    id: u64,
    text: &str,
    as_published: Option<&str>,
) -> Result<()> {
    match text.is_empty() {
        true => Ok(()),
        false => op.tx.set_text(id, text, as_published),
    }
}

/// Stops reading an article.
fn forget(op: &mut Op<'_>, id: u64) -> Result<()> {
    op.tx.plan_reading(id, None);
    op.tx.set_recent(id, None)
}

/// Plans the newest articles that a source's page showed before it is followed, the newest first; `unopened` is
/// oldest first.
pub(super) fn begin_first_poll(op: &mut Op<'_>, unopened: &[u64], now_ms: i64) -> Result<()> {
    let newest = unopened.iter().rev().take(FIRST_OPENED);
    for (due_ms, id) in (now_ms..).zip(newest) {
        op.tx.plan_reading(*id, Some(due_ms));
        let recent = Recent::of_first_poll(now_ms, due_ms);
        op.tx.set_recent(*id, Some(&recent))?;
    }
    Ok(())
}

/// Makes a new bulletin recent: its article is read again while it is.
pub(super) fn begin(
    op: &mut Op<'_>,
    id: u64,
    article: Option<&Article>,
    now_ms: i64,
) -> Result<()> {
    let recent = Recent::new(article, now_ms);
    op.tx.plan_reading(id, Some(recent.next_ms(now_ms)));
    op.tx.set_recent(id, Some(&recent))
}

/// Plans rows that were removed from their list for reading at once. Both pages are in the order of their numbers.
pub(super) fn follow_page(
    op: &mut Op<'_>,
    (before, shown): (&[u64], &[u64]),
    now_ms: i64,
) -> Result<()> {
    for id in taken_off(before, shown) {
        let recent = op.tx.recent(id)?;
        let Some(mut recent) = recent.filter(|it| it.is_read_when_taken_off(now_ms)) else {
            continue;
        };
        recent.extra_ms = Some(now_ms);
        op.tx.plan_reading(id, Some(now_ms));
        op.tx.set_recent(id, Some(&recent))?;
    }
    Ok(())
}

/// Treats findings of a clock that was ahead as found now, and no article as read by then.
pub(super) fn follow_the_clock(op: &mut Op<'_>, now_ms: i64) -> Result<()> {
    let was_ahead = op.tx.read_until() > now_ms;
    if was_ahead {
        op.tx.set_read_until(now_ms);
    }
    for (id, recent) in op.tx.all_recent()? {
        let moved = recent.by_the_clock(now_ms);
        if let Some(moved) = &moved {
            op.tx.set_recent(id, Some(moved))?;
        }
        if moved.is_some() || was_ahead {
            let next_ms = moved.unwrap_or(recent).next_ms(now_ms);
            op.tx.plan_reading(id, Some(next_ms));
        }
    }
    Ok(())
}
