//! What reading an article again says of its bulletin: corrected, withdrawn, back, or nothing.

use chrono::{DateTime, Duration, Utc};

use super::{
    archive::{self, Correction},
    books::Books,
    change::Change,
    error::Result,
    keys,
    recent::{RecentRow, TO_BE_SURE},
    revise,
    rows::{BulletinRow, time},
    twins,
};
use crate::bulletin::{Article, Bulletin, BulletinId, BulletinState, Opened, Source};

/// Neighbours of a row that are named at most.
const NEIGHBOURS: usize = 8;
/// After a reading that failed, or did not make sure, the next one comes so much later at most.
const LATER: Duration = Duration::hours(6);

/// An article that is to be read again.
#[derive(Debug, Clone)]
pub struct Reread {
    pub bulletin: Bulletin,
    /// None: its text came with the list; what counts is whether its page is there.
    pub opened: Option<Opened>,
    /// Addresses that stand beside its own on the list, where its page was gone an hour ago and its row
    /// is on the list no more: if most of them answer while it does not, it was withdrawn.
    pub neighbours: Option<Vec<String>>,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum ReadAgain {
    /// It could not be read.
    Failed,
    /// It says what it said.
    Same,
    Article(Box<Article>),
    /// 404 or 410.
    Gone,
    /// Gone for an hour and surely so.
    Withdrawn,
}

/// What is due, the longest first, and leaves what cannot be read to a later time.
pub(super) fn due(
    books: &Books,
    change: &mut Change,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<Reread>> {
    let now_ms = now.timestamp_millis();
    let ids: Vec<u64> = books.recents.due(now_ms).take(most).collect();
    let mut due = Vec::new();
    for id in ids {
        let Some(recent) = books.engine.get::<RecentRow>(&keys::recent(id))? else {
            change.plan_reading(id, None);
            continue;
        };
        if recent.is_over(now_ms) {
            change.writes.remove(keys::recent(id));
            change.plan_reading(id, None);
            continue;
        }
        match reread(books, id, &recent, now)? {
            Some(reread) => due.push(reread),
            None => change.plan_reading(id, Some(recent.next_ms(now_ms))),
        }
    }
    Ok(due)
}

fn reread(
    books: &Books,
    id: u64,
    recent: &RecentRow,
    now: DateTime<Utc>,
) -> Result<Option<Reread>> {
    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(id))?;
    let is_sent = |row: &BulletinRow| {
        matches!(
            row.state,
            BulletinState::Published | BulletinState::Withdrawn
        )
    };
    let Some(row) = row.filter(is_sent) else {
        return Ok(None);
    };
    // What stands there is the text of none of those that share it.
    if twins::shares_address(&books.engine, &row)? {
        return Ok(None);
    }
    let reads_texts = |source: &Source| source.full_text;
    let wiring = books.wiring.as_ref();
    let source = wiring.and_then(|wiring| wiring.source(row.source));
    let opened = recent.opened.clone();
    let opened = opened.filter(|_| source.is_some_and(reads_texts));
    if opened.is_none() && recent.extra_ms.is_none() {
        return Ok(None);
    }
    let is_sure_now = |gone: i64| now - time(gone) >= TO_BE_SURE;
    let neighbours = match recent.gone_ms.is_some_and(is_sure_now) {
        true => neighbours(books, id, &row)?,
        false => None,
    };
    Ok(row.bulletin(id, &books.names()).map(|bulletin| Reread {
        bulletin,
        opened,
        neighbours,
    }))
}

/// The nearest rows of its list; None: it stands there itself, or on another source's.
fn neighbours(books: &Books, id: u64, row: &BulletinRow) -> Result<Option<Vec<String>>> {
    let mut nearest: Vec<u64> = Vec::new();
    for source in std::iter::once(row.source).chain(row.also.iter().copied()) {
        let page: Option<Vec<u64>> = books.engine.get(&keys::last_page(source))?;
        let page = page.unwrap_or_default();
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
        let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(other))?;
        urls.extend(row.map(|row| row.url));
    }
    Ok(Some(urls))
}

/// Takes in what came of reading an article again; whether its bulletin changed.
pub(super) fn settle(
    books: &Books,
    change: &mut Change,
    id: BulletinId,
    again: ReadAgain,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (BulletinId(id), now_ms) = (id, now.timestamp_millis());
    let record: Option<BulletinRow> = books.engine.get(&keys::bulletin(id))?;
    let recent: Option<RecentRow> = books.engine.get(&keys::recent(id))?;
    let (Some(mut row), Some(mut recent)) = (record, recent) else {
        return Ok(false);
    };
    let before = recent.clone();
    let is_answer = matches!(again, ReadAgain::Same | ReadAgain::Article(_));
    let mut has_changed = false;
    if is_answer {
        recent.gone_ms = None;
        has_changed |= revise::restore(books, change, id, &mut row, now)?;
    }
    let mut later = None;
    match again {
        ReadAgain::Same => {}
        // Soon at first: a message that was corrected by its list alone may have a deadline that is past.
        ReadAgain::Failed => {
            let since = now - time(recent.first_seen_ms);
            later = Some(now + since.clamp(Duration::minutes(1), LATER));
        }
        ReadAgain::Article(article) => {
            let is_corrected = correct(books, change, id, &mut row, &article, now)?;
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
            has_changed = revise::withdraw(books, change, id, &mut row, now)?;
        }
    }
    let next_ms = recent.next_ms(now_ms);
    let later_ms = later.map_or(next_ms, |later| later.timestamp_millis());
    change.plan_reading(id, Some(next_ms.min(later_ms)));
    if recent != before {
        change.writes.remove_long(&books.engine, keys::recent(id))?;
        change.writes.put(keys::recent(id), &recent);
    }
    Ok(has_changed)
}

fn correct(
    books: &Books,
    change: &mut Change,
    id: u64,
    row: &mut BulletinRow,
    article: &Article,
    now: DateTime<Utc>,
) -> Result<bool> {
    let before = row.clone();
    let engine = &books.engine;
    let correction = archive::correct_text(engine, row, id, article)?;
    if correction == Correction::None {
        return Ok(false);
    }
    row.revision += u32::from(correction.is_told());
    revise::follow(
        books,
        change,
        id,
        (&before, row),
        (&correction, Some(article)),
        now,
    )?;
    archive::rewrite(&mut change.writes, engine, id, row, Some(article))?;
    Ok(true)
}
