//! The archive: a bulletin's record and, apart and compressed, its text.

use chrono::{DateTime, Utc};

use super::{
    Found, changes,
    engine::{Engine, Writes},
    error::Result,
    keys, pack,
    read::newest,
    rows::{BulletinRow, title_hash},
};
use crate::bulletin::{Article, BulletinState, Cause, Changed, Notice, Retitled, compare};

/// Titles that one bulletin is remembered by; a title that goes on changing after that is no correction.
const MOST_TITLES: usize = 8;
/// Corrections of one bulletin that count.
const MOST_REVISIONS: u32 = 32;

/// How a known row differs from the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Correction {
    None,
    /// Another one of the titles that it had before, or a text where there was none.
    Shown,
    /// Its title, and what else.
    Title(Changed),
    Text(Changed),
}

impl Correction {
    pub(super) fn is_told(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Text(_))
    }

    pub(super) fn is_of_title(&self) -> bool {
        matches!(self, Self::Title(_))
    }
}

/// The article's, which is made of whole sentences, else the list's own.
pub(super) fn summary(found: &Found) -> Option<&str> {
    let article = found
        .article
        .as_ref()
        .and_then(|article| article.summary.as_deref());
    article.or(found.notice.summary.as_deref())
}

pub(super) fn new_row(
    found: &Found,
    source: u32,
    state: BulletinState,
    cause: Cause,
    now: DateTime<Utc>,
) -> BulletinRow {
    let mut row = BulletinRow {
        source,
        also: Vec::new(),
        url: found.notice.url.clone(),
        title: title(found),
        summary: found.notice.summary.clone(),
        publisher: found.notice.publisher.clone(),
        published: found.notice.published,
        deadline: None,
        attachments: Vec::new(),
        first_seen_ms: now.timestamp_millis(),
        state,
        cause,
        revision: 0,
        titles: vec![title_hash(&found.notice.title)],
    };
    if let Some(article) = &found.article {
        add_article(&mut row, article);
    }
    row
}

fn add_article(row: &mut BulletinRow, article: &Article) {
    row.summary = article.summary.clone().or(row.summary.take());
    let listed = row.publisher.take();
    row.publisher = article
        .publisher
        .clone()
        .or(listed)
        .or_else(|| article.author.clone());
    row.deadline = article.deadline;
    row.attachments.clone_from(&article.attachments);
    row.published = match (row.published, article.published) {
        // The list's day stands; the article may know the hour.
        (Some(list), Some(article)) if list.day() == article.day() => Some(article),
        (list, article) => list.or(article),
    };
}

/// The list's title, or the article's where the list cut its own.
pub(super) fn title(found: &Found) -> String {
    let listed = found.notice.title.trim();
    let cut = listed.trim_end_matches(['…', '.', '．']);
    let whole = found
        .article
        .as_ref()
        .and_then(|article| article.title.as_deref());
    match whole.map(str::trim) {
        Some(whole) if cut.len() < listed.len() && !cut.is_empty() && whole.starts_with(cut) => {
            whole.to_owned()
        }
        _ => listed.to_owned(),
    }
}

pub(super) fn write_new(
    writes: &mut Writes,
    id: u64,
    row: &BulletinRow,
    article: Option<&Article>,
) {
    writes.put(keys::bulletin(id), row);
    writes.set(keys::by_source(row.source, id), Vec::new());
    newest::enter(writes, id, row);
    if let Some(article) = article {
        write_text(
            writes,
            id,
            &article.text,
            article.text_as_published.as_deref(),
        );
    }
}

pub(super) fn write_text(writes: &mut Writes, id: u64, text: &str, as_published: Option<&str>) {
    if !text.is_empty() {
        writes.put(keys::text(id), &packed(text));
    }
    if let Some(text) = as_published {
        writes.put(keys::text_as_published(id), &packed(text));
    }
}

/// Brings `row` to what `found` says, and tells how it differed.
pub(super) fn correct(
    engine: &Engine,
    row: &mut BulletinRow,
    (id, counts): (u64, bool),
    found: &Found,
) -> Result<Correction> {
    let title = match counts {
        true => Correction::None,
        false => correct_title(row, found),
    };
    let text = match &found.article {
        Some(article) => correct_text(engine, row, id, article)?,
        None => Correction::None,
    };
    row.revision += u32::from(title.is_told() || text.is_told());
    Ok(match (title, text) {
        (Correction::Title(_), Correction::Text(what)) => Correction::Title(what),
        (Correction::Title(what), _) => Correction::Title(what),
        (title, Correction::None) => title,
        (_, text) => text,
    })
}

/// The same of its text and files alone.
pub(super) fn correct_text(
    engine: &Engine,
    row: &mut BulletinRow,
    id: u64,
    article: &Article,
) -> Result<Correction> {
    if article.text.is_empty() && article.attachments.is_empty() {
        return Ok(Correction::None);
    }
    let before = text(engine, &keys::text(id))?;
    if before.is_none() && row.attachments.is_empty() {
        add_article(row, article);
        return Ok(Correction::Shown);
    }
    let before = before.unwrap_or_default();
    let changed = match changes::of_text(&before, &article.text) {
        Changed::Nothing => changes::of_files(&row.attachments, &article.attachments),
        changed => changed,
    };
    if changed == Changed::Nothing || row.revision >= MOST_REVISIONS {
        return Ok(Correction::None);
    }
    add_article(row, article);
    Ok(Correction::Text(changed))
}

fn correct_title(row: &mut BulletinRow, found: &Found) -> Correction {
    if !is_retitled(row, &found.notice) {
        return Correction::None;
    }
    let listed = title_hash(&found.notice.title);
    if let Some(place) = row.titles.iter().position(|title| *title == listed) {
        row.titles.remove(place);
        row.titles.push(listed);
        row.title = title(found);
        return Correction::Shown;
    }
    row.titles.push(listed);
    row.title = title(found);
    Correction::Title(Changed::Nothing)
}

/// Whether a list shows another title than before; marks and counters make none.
pub(super) fn is_retitled(row: &BulletinRow, notice: &Notice) -> bool {
    let listed = title_hash(&notice.title);
    let may_count = row.titles.contains(&listed) || row.titles.len() < MOST_TITLES;
    may_count
        && row.titles.last() != Some(&listed)
        && compare(&row.title, &notice.title) != Retitled::Same
}

/// Writes a corrected record, with its text where there is one.
pub(super) fn rewrite(
    writes: &mut Writes,
    engine: &Engine,
    id: u64,
    row: &BulletinRow,
    article: Option<&Article>,
) -> Result<()> {
    newest::leave(writes, engine, id)?;
    writes.remove_long(engine, keys::bulletin(id))?;
    writes.put(keys::bulletin(id), row);
    newest::enter(writes, id, row);
    if let Some(article) = article.filter(|article| !article.text.is_empty()) {
        writes.remove_long(engine, keys::text(id))?;
        writes.remove_long(engine, keys::text_as_published(id))?;
        write_text(
            writes,
            id,
            &article.text,
            article.text_as_published.as_deref(),
        );
    }
    Ok(())
}

pub(super) fn text(engine: &Engine, key: &[u8]) -> Result<Option<String>> {
    let Some(packed) = engine.get::<Vec<u8>>(key)? else {
        return Ok(None);
    };
    let text = pack::unpack(&packed).map_err(|error| engine.unreadable(key, &error))?;
    let text = String::from_utf8(text).map_err(|error| engine.unreadable(key, &error))?;
    Ok(Some(text))
}

fn packed(text: &str) -> Vec<u8> {
    let end = text.floor_char_boundary(pack::LONGEST);
    pack::pack(&text.as_bytes()[..end])
}
