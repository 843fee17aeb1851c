//! The first page of a source: asked for conditionally, and read only where it changed.

use chrono::{DateTime, Utc};
use url::Url;

use super::fault::Fault;
use crate::{
    bulletin::{Article, Notice, ReadAs, Source, Validators, canonical_url},
    source::{
        self, Context, Feed, List, ReadError, Reading, charset,
        fetch::{Fetched, Fetcher, Page, Request, Via},
    },
    store::LookState,
};

/// What the first page says.
#[derive(Debug)]
pub(super) enum Front {
    /// The same answer, body, or rows as at the last good look.
    Unchanged(LookState),
    Rows(Rows, LookState),
}

/// Rows as read, and where they go on.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// In page order.
    pub(super) notices: Vec<Notice>,
    /// What a feed says in full, by the row's place.
    pub(super) articles: Vec<Option<Article>>,
    pub(super) next_page: Option<Url>,
    feeds: Vec<Url>,
    is_feed: bool,
}

/// Looks at the source's feed, where one is known, else at its address.
pub(super) async fn read(
    fetcher: &Fetcher,
    source: &Source,
    before: &LookState,
    now: DateTime<Utc>,
) -> Result<Front, Fault> {
    let known_feed = before
        .feed
        .as_deref()
        .and_then(|feed| Url::parse(feed).ok());
    let Some(feed) = known_feed.filter(|feed| *feed != source.url) else {
        return read_at(fetcher, source, &source.url, before.clone(), now).await;
    };
    match read_at(fetcher, source, &feed, before.clone(), now).await {
        Err(fault) if fault.is_elsewhere => {
            tracing::warn!(source = %source.id, "its feed {feed} is no more ({}); the page is read again", fault.what);
            let forgotten = LookState {
                feed: None,
                validators: Validators::default(),
                body: None,
                ..before.clone()
            };
            read_at(fetcher, source, &source.url, forgotten, now).await
        }
        answer => answer,
    }
}

async fn read_at(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    mut state: LookState,
    now: DateTime<Utc>,
) -> Result<Front, Fault> {
    let request = Request {
        url: url.clone(),
        validators: state.validators.clone(),
        via: Via::from(source),
    };
    let page = match fetcher.get(&request).await? {
        Fetched::NotModified => return Ok(Front::Unchanged(state)),
        Fetched::Page(page) => page,
    };
    let body = hash_of(&page.body);
    let same_body = state.body == Some(body);
    let validators = page.validators.clone();
    if *url == source.url {
        state.moved_to = page.moved_to.as_ref().map(ToString::to_string);
    }
    if same_body {
        state.validators = validators;
        return Ok(Front::Unchanged(state));
    }
    let mut rows = read_rows(source, page, now).await?;
    if rows.notices.is_empty() && (state.rows.is_some() || !rows.is_feed) {
        return Err(Fault::unreadable(format!(
            "{url} shows no notices where its list should be"
        )));
    }
    (state.validators, state.body) = (validators, Some(body));
    if rows.is_feed {
        state.feed = Some(url.to_string());
    } else if state.rows.is_none()
        && source.kind == ReadAs::Auto
        && let Some((feed, entries)) = announced(fetcher, source, &rows, now).await
    {
        state.feed = Some(feed.to_string());
        // They belong to the page; the feed's own come with the next look.
        (state.validators, state.body) = (Validators::default(), None);
        rows = with_page_rows(entries, rows);
    }
    let rows_hash = hash_of_rows(&rows.notices);
    if state.rows.replace(rows_hash) == Some(rows_hash) {
        return Ok(Front::Unchanged(state));
    }
    Ok(Front::Rows(rows, state))
}

/// The first feed announced by the page that holds most of the page's own rows.
async fn announced(
    fetcher: &Fetcher,
    source: &Source,
    page: &Rows,
    now: DateTime<Utc>,
) -> Option<(Url, Rows)> {
    const MOST_TRIED: usize = 3;
    for feed in page.feeds.iter().take(MOST_TRIED) {
        match read_further(fetcher, source, feed, now).await {
            Ok(rows) if rows.is_feed && holds_most(&rows, page) => {
                return Some((feed.clone(), rows));
            }
            Ok(_) => tracing::debug!(source = %source.id, "the feed {feed} is not this page's own"),
            Err(fault) => tracing::debug!(source = %source.id, "the feed {feed}: {}", fault.what),
        }
    }
    None
}

fn holds_most(feed: &Rows, page: &Rows) -> bool {
    let entries: std::collections::HashSet<String> = feed
        .notices
        .iter()
        .map(|row| canonical_url(&row.url))
        .collect();
    let shared = page
        .notices
        .iter()
        .filter(|row| entries.contains(&canonical_url(&row.url)));
    shared.count() * 2 > page.notices.len()
}

/// A feed's entries, then the page's rows that it lacks: known too, should the page be read again.
fn with_page_rows(mut feed: Rows, page: Rows) -> Rows {
    super::pages::append(&mut feed, page);
    feed.next_page = None;
    feed
}

/// Reads another page of a source, unconditionally.
pub(super) async fn read_further(
    fetcher: &Fetcher,
    source: &Source,
    url: &Url,
    now: DateTime<Utc>,
) -> Result<Rows, Fault> {
    let request = Request {
        url: url.clone(),
        validators: Validators::default(),
        via: Via::from(source),
    };
    match fetcher.get(&request).await? {
        Fetched::Page(page) => read_rows(source, page, now).await,
        Fetched::NotModified => Ok(Rows::default()),
    }
}

/// Decodes and reads a page. On a thread that may block: a large page takes milliseconds.
async fn read_rows(source: &Source, page: Page, now: DateTime<Utc>) -> Result<Rows, Fault> {
    let source = source.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let content_type = page.content_type.as_deref();
        let decoded = charset::decode(&page.body, content_type, source.charset.as_deref());
        if let Some(warning) = &decoded.warning {
            tracing::debug!(source = %source.id, "{warning}");
        }
        let context = Context {
            base: &page.url,
            time_zone: source.time_zone,
            now,
            select: &source.select,
            simplify: source.simplify,
        };
        source::read(&decoded.text, content_type, source.kind, &context)
    });
    match reading.await {
        Ok(reading) => Ok(Rows::try_from(reading?)?),
        Err(panic) => Err(Fault::unreadable(format!(
            "the page broke its reader: {panic}"
        ))),
    }
}

impl TryFrom<Reading> for Rows {
    type Error = ReadError;

    fn try_from(reading: Reading) -> Result<Self, ReadError> {
        match reading {
            Reading::List(list) => Ok(list.into()),
            Reading::Feed(feed) => Ok(feed.into()),
            Reading::Article(article) => Err(ReadError::NotAList(format!(
                "the page is an article{}",
                article
                    .title
                    .map(|title| format!(" (`{title}`)"))
                    .unwrap_or_default()
            ))),
        }
    }
}

impl From<List> for Rows {
    fn from(list: List) -> Self {
        Self {
            articles: vec![None; list.notices.len()],
            notices: list.notices,
            next_page: list.next_page,
            feeds: list.feeds,
            is_feed: false,
        }
    }
}

impl From<Feed> for Rows {
    fn from(feed: Feed) -> Self {
        let mut articles = feed.articles;
        articles.resize(feed.notices.len(), None);
        Self {
            notices: feed.notices,
            articles,
            is_feed: true,
            ..Self::default()
        }
    }
}

fn hash_of(body: &[u8]) -> [u8; 16] {
    half(&blake3::hash(body))
}

/// What a row is known and shown by, so that visit counters and tracking parameters change nothing.
fn hash_of_rows(notices: &[Notice]) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    for notice in notices {
        let dates = [notice.published, notice.updated].map(|date| date.map(|d| d.to_string()));
        let parts = [
            Some(canonical_url(&notice.url)),
            notice.guid.clone(),
            Some(notice.title.clone()),
        ];
        for part in parts.iter().chain(&dates) {
            hasher.update(part.as_deref().unwrap_or_default().as_bytes());
            hasher.update(&[0]);
        }
    }
    half(&hasher.finalize())
}

fn half(hash: &blake3::Hash) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.as_bytes()[..16]);
    half
}
