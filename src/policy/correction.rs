//! Compares a notice or its article with its bulletin.

use super::{
    changes,
    facts::{Archived, title_hash},
};
use crate::bulletin::{
    Article, BulletinState, Cause, Changed, Notice, Retitled, SourceId, compare,
};

/// A notice and, if it was opened, its article.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub notice: Notice,
    pub article: Option<Article>,
}

/// The most titles that one bulletin is remembered by; a title that continues to change after that is not a
/// correction.
const MOST_TITLES: usize = 8;
/// The most corrections of one bulletin that count.
const MOST_REVISIONS: u32 = 32;

/// The difference between a known row and the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    None,
    /// The row shows another of its earlier titles, or a text where there was none.
    Shown,
    /// The title changed, and possibly another part.
    Title(Changed),
    Text(Changed),
}

impl Correction {
    #[must_use]
    pub fn is_announced(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Text(_))
    }

    #[must_use]
    pub fn is_of_title(&self) -> bool {
        matches!(self, Self::Title(_))
    }
}

/// Returns the article's summary, which is made of whole sentences, or else the list's.
#[must_use]
pub fn summary(found: &Found) -> Option<&str> {
    let article = found
        .article
        .as_ref()
        .and_then(|article| article.summary.as_deref());
    article.or(found.notice.summary.as_deref())
}

#[must_use]
pub fn new_row(
    found: &Found,
    source: SourceId,
    state: BulletinState,
    cause: Cause,
    now_ms: i64,
) -> Archived {
    let mut row = Archived {
        source,
        also: Vec::new(),
        url: found.notice.url.clone(),
        title: title(found),
        summary: found.notice.summary.clone(),
        publisher: found.notice.publisher.clone(),
        published: found.notice.published,
        deadline: None,
        attachments: Vec::new(),
        first_seen_ms: now_ms,
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

fn add_article(row: &mut Archived, article: &Article) {
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
        // The list's day counts; the article may know the hour.
        (Some(list), Some(article)) if list.day() == article.day() => Some(article),
        (list, article) => list.or(article),
    };
}

/// Returns the list's title, or the article's if the list cut its own.
#[must_use]
pub fn title(found: &Found) -> String {
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

/// Applies `found` to `row`, and returns how it differed; `text` is the stored text, and `counts` means that the
/// title differs only by a counter.
pub fn correct(row: &mut Archived, text: Option<&str>, found: &Found, counts: bool) -> Correction {
    let title = match counts {
        true => Correction::None,
        false => correct_title(row, found),
    };
    let text = match &found.article {
        Some(article) => correct_text(row, text, article),
        None => Correction::None,
    };
    row.revision += u32::from(title.is_announced() || text.is_announced());
    match (title, text) {
        (Correction::Title(_), Correction::Text(what)) => Correction::Title(what),
        (Correction::Title(what), _) => Correction::Title(what),
        (title, Correction::None) => title,
        (_, text) => text,
    }
}

/// Applies only the text and files of an article; the revision stays.
pub fn correct_text(row: &mut Archived, before: Option<&str>, article: &Article) -> Correction {
    if article.text.is_empty() && article.attachments.is_empty() {
        return Correction::None;
    }
    if before.is_none() && row.attachments.is_empty() {
        add_article(row, article);
        return Correction::Shown;
    }
    let changed = match changes::of_text(before.unwrap_or_default(), &article.text) {
        Changed::Nothing => changes::of_files(&row.attachments, &article.attachments),
        changed => changed,
    };
    if changed == Changed::Nothing || row.revision >= MOST_REVISIONS {
        return Correction::None;
    }
    add_article(row, article);
    Correction::Text(changed)
}

fn correct_title(row: &mut Archived, found: &Found) -> Correction {
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

/// Returns whether a list shows another title than before; marks and counters do not count.
#[must_use]
pub fn is_retitled(row: &Archived, notice: &Notice) -> bool {
    let listed = title_hash(&notice.title);
    let may_count = row.titles.contains(&listed) || row.titles.len() < MOST_TITLES;
    may_count
        && row.titles.last() != Some(&listed)
        && compare(&row.title, &notice.title) != Retitled::Same
}
