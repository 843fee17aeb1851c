//! Reads an article again: whether it is unchanged, and whether it is there at all (promise 5).

use chrono::{DateTime, Utc};
use url::Url;

use super::{
    articles, documents,
    front::hash_of,
    reader::{Asked, Reader},
    summary,
};
use crate::{
    bulletin::{Article, Bulletin, BulletinState, Notice, Source, Validators, is_same_page},
    ops::{ReadAgain, Reread, Store, StoreError},
    source::fetch::{Fetched, FetchedPage, Fetcher},
};

/// The most neighbours that are requested.
const MOST_ASKED: usize = 5;

/// Reads an article again.
///
/// `now` is when the reading began.
///
/// # Errors
/// Fails if the store cannot be read.
pub async fn read_again(
    store: &Store,
    fetcher: &Fetcher,
    source: &Source,
    known: &Reread,
    now: DateTime<Utc>,
) -> Result<ReadAgain, StoreError> {
    let reader = Reader {
        fetcher,
        source,
        asked: Asked::BySchedule,
        now,
    };
    Box::pin(read(store, &reader, known)).await
}

async fn read(store: &Store, reader: &Reader<'_>, known: &Reread) -> Result<ReadAgain, StoreError> {
    let Ok(url) = Url::parse(&known.bulletin.url) else {
        return Ok(ReadAgain::Unreadable);
    };
    if let Some(again) = without_asking(reader, &known.bulletin, &url) {
        return Ok(again);
    }
    let opened = known.opened.clone().unwrap_or_default();
    let conditions = store.read_poll_state(&reader.source.id, |state| {
        state.trust.article_conditions(opened.validators.clone())
    });
    let page = match reader.get(&url, conditions, true).await {
        Ok(Fetched::NotModified(_)) => return Ok(ReadAgain::Same),
        Ok(Fetched::Page(page)) => page,
        Err(fault) if !fault.is_elsewhere => return Ok(ReadAgain::Failed),
        Err(_) if is_withdrawn(store, reader, known).await => return Ok(ReadAgain::Withdrawn),
        Err(_) => return Ok(ReadAgain::Gone),
    };
    if known.opened.is_none() || hash_of(&page.body) == opened.body {
        return Ok(ReadAgain::Same);
    }
    let before = store.text(known.bulletin.id).await?.unwrap_or_default();
    match article(reader, &known.bulletin, &before, &url, page).await {
        Some(mut article) => {
            for file in &mut article.attachments {
                let mut files = known.bulletin.attachments.iter();
                let same = files.find(|before| before.url == file.url);
                file.size = file.size.or(same.and_then(|before| before.size));
            }
            articles::measure(reader, &mut article).await;
            let (was, now) = (&known.bulletin.title, article.title.as_deref());
            let is_it = is_same_page(was, now, &before, &article.text);
            Ok(match is_it {
                true => ReadAgain::Article(Box::new(article)),
                false => ReadAgain::Unreadable,
            })
        }
        None => Ok(ReadAgain::Unreadable),
    }
}

/// Returns the result for a bulletin of a first poll whose article is not to be requested.
fn without_asking(reader: &Reader<'_>, bulletin: &Bulletin, url: &Url) -> Option<ReadAgain> {
    if bulletin.state != BulletinState::Baseline {
        return None;
    }
    if articles::is_within(&reader.source.url, &bulletin.url) {
        return Some(ReadAgain::Unreadable);
    }
    let file = || documents::file(&notice_of(bulletin), None);
    articles::is_closed_file(url).then(|| ReadAgain::Article(Box::new(file())))
}

/// Returns the article as a poll would admit it; `before` is its stored text.
async fn article(
    reader: &Reader<'_>,
    bulletin: &Bulletin,
    before: &str,
    url: &Url,
    page: FetchedPage,
) -> Option<Article> {
    let notice = notice_of(bulletin);
    match articles::read(reader, &notice, url, page).await {
        Ok(article) => {
            let files = documents::again(reader, &article, &bulletin.attachments, before).await?;
            summary::join(reader, notice, Some(article), &files).article
        }
        Err(fault) => {
            tracing::debug!(source = %reader.source.id, "{url} cannot be read again: {}", fault.what);
            None
        }
    }
}

fn notice_of(bulletin: &Bulletin) -> Notice {
    Notice {
        url: bulletin.url.clone(),
        guid: None,
        title: bulletin.title.clone(),
        published: bulletin.published,
        updated: None,
        summary: None,
        publisher: None,
        pinned: false,
    }
}

/// Returns whether the article is gone for an hour and off its list, while the list is healthy and most of its
/// neighbours answer.
async fn is_withdrawn(store: &Store, reader: &Reader<'_>, known: &Reread) -> bool {
    let Some(neighbours) = &known.neighbours else {
        return false;
    };
    let source = &reader.source.id;
    if store.read_poll_state(source, |state| state.failures > 0 || state.rows.is_none()) {
        return false;
    }
    let pages = neighbours.iter().filter_map(|url| Url::parse(url).ok());
    let pages = pages.filter(|url| !articles::is_file(url)).take(MOST_ASKED);
    let (mut asked, mut answered) = (0, 0);
    for url in pages {
        asked += 1;
        let answer = reader.get(&url, Validators::default(), true).await;
        answered += usize::from(answer.is_ok());
    }
    answered * 2 > asked
}
