//! The difference between a notice or its article and the bulletin that it is.

use super::{
    changes,
    facts::{Archived, title_hash},
};
use crate::bulletin::{
    Article, BulletinState, Cause, Changed, Notice, Retitled, SourceId, compare,
};

/// A notice and, where it was opened, its article.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    pub notice: Notice,
    pub article: Option<Article>,
}

/// Titles that one bulletin is remembered by; a title that goes on changing after that is no correction.
const MOST_TITLES: usize = 8;
/// Corrections of one bulletin that count.
const MOST_REVISIONS: u32 = 32;

/// The difference between a known row and the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Correction {
    None,
    /// Another one of the titles that it had before, or a text where there was none.
    Shown,
    /// Its title, and what else.
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

/// The article's, which is made of whole sentences, else the list's own.
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
        // The list's day stands; the article may know the hour.
        (Some(list), Some(article)) if list.day() == article.day() => Some(article),
        (list, article) => list.or(article),
    };
}

/// The list's title, or the article's where the list cut its own.
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

/// Brings `row` to what `found` says, and gives how it differed; `text`: its text as it is kept; `counts`: its title
/// differs by a counter alone.
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

/// The same of its text and files alone; its revision stays.
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

/// Returns whether a list shows another title than before; marks and counters make none.
#[must_use]
pub fn is_retitled(row: &Archived, notice: &Notice) -> bool {
    let listed = title_hash(&notice.title);
    let may_count = row.titles.contains(&listed) || row.titles.len() < MOST_TITLES;
    may_count
        && row.titles.last() != Some(&listed)
        && compare(&row.title, &notice.title) != Retitled::Same
}
