//! Reads the first page of a source: it is requested conditionally, and parsed only if it changed.

use tokio::sync::SemaphorePermit;
use url::Url;

use super::{
    fault::Fault,
    reader::{Read, Reader},
    rows::{Rows, read_further},
};
use crate::{
    bulletin::{Came, Notice, PageFault, PageKind, ReadAs, Trust, Validators, canonical_url},
    ops::PollState,
    source::fetch::{Fetched, FetchedPage, Shown},
};

/// The most announced feeds of a page that are tried.
const MOST_TRIED: usize = 3;

/// The result of reading the first page.
#[derive(Debug)]
pub(super) enum Front {
    /// The answer, body, or rows are the same as at the last good poll.
    Unchanged(PollState),
    Rows(Rows, PollState),
}

/// Polls the source's feed, if one is known, else its address.
pub(super) async fn read(reader: &Reader<'_>, before: PollState) -> Result<Front, Fault> {
    let source = reader.source;
    let known_feed = before
        .feed
        .as_deref()
        .and_then(|feed| Url::parse(feed).ok());
    let Some(feed) = known_feed.filter(|feed| *feed != source.url) else {
        return read_at(reader, &source.url, before).await;
    };
    match read_at(reader, &feed, before.clone()).await {
        Err(fault) if fault.is_elsewhere => {
            let why = fault.what;
            let feed = Shown(&feed);
            tracing::warn!(source = %source.id, "its feed {feed} is gone ({why}); the page is read again");
            let forgotten = PollState {
                feed: None,
                validators: Validators::default(),
                trust: Trust::default(),
                body: None,
                ..before
            };
            Box::pin(read_at(reader, &source.url, forgotten)).await
        }
        answer => answer,
    }
}

async fn read_at(reader: &Reader<'_>, url: &Url, mut state: PollState) -> Result<Front, Fault> {
    let conditions = state.trust.conditions(&state.validators, reader.now);
    let is_whole = conditions == Validators::default();
    let is_known = state.body.is_some();
    let (page, is_whole) = match reader.get(url, conditions, is_known).await? {
        Fetched::Page(page) => (page, is_whole),
        Fetched::NotModified(_) if !is_known => {
            let what = format!(
                "{}: answered 304 Not Modified although it was never read before",
                Shown(url)
            );
            return Err(Fault::unreadable(what));
        }
        Fetched::NotModified(validators) => match doubted(reader, url, &state, &validators).await {
            Some(page) => (page, true),
            None => {
                state.validators = validators.or(&state.validators);
                return Ok(Front::Unchanged(state));
            }
        },
    };
    if *url == reader.source.url {
        note_move(reader, &page, &mut state);
    }
    let body = Some(hash_of(&page.body));
    let before = std::mem::replace(&mut state.body, body);
    let came = Came {
        validators: &page.validators,
        is_changed: before.map(|before| Some(before) != body),
        is_whole,
        at: reader.now,
    };
    state.validators = state.trust.take(&state.validators, came);
    if before == body {
        return Ok(Front::Unchanged(state));
    }
    Box::pin(read_changed(reader, url, page, state)).await
}

/// Requests the page itself, if a 304 cannot be trusted yet.
async fn doubted(
    reader: &Reader<'_>,
    url: &Url,
    state: &PollState,
    answered: &Validators,
) -> Option<FetchedPage> {
    let trust = &state.trust;
    if !trust.doubts(&state.validators, answered, reader.now) {
        return None;
    }
    match reader.get(url, Validators::default(), true).await {
        Ok(Fetched::Page(page)) => Some(page),
        // The 304 is accepted for now.
        Ok(Fetched::NotModified(_)) | Err(_) => None,
    }
}

/// Records the address to which a page has moved permanently, and reports it once.
fn note_move(reader: &Reader<'_>, page: &FetchedPage, state: &mut PollState) {
    let moved_to = page.moved_to.as_ref().map(|to| Shown(to).to_string());
    if let Some(to) = moved_to.as_ref().filter(|_| moved_to != state.moved_to) {
        let source = &reader.source.id;
        tracing::warn!(%source, "its page has moved permanently; if that is right, set `url = \"{to}\"`");
    }
    state.moved_to = moved_to;
}

/// Reads a page with another body than at the last good poll. `state` is the one after this poll.
async fn read_changed(
    reader: &Reader<'_>,
    url: &Url,
    page: FetchedPage,
    mut state: PollState,
) -> Result<Front, Fault> {
    let (mut rows, turn) = match rows_of(reader, url, &page, state.rows.is_some()).await {
        Ok(rows) => rows,
        Err(fault) => {
            if let Some((feed, rows)) = feed_of(reader, url, &page).await {
                // The feed is requested directly from now on.
                (state.validators, state.body) = (Validators::default(), None);
                (state.trust, state.feed) = (Trust::default(), Some(feed.to_string()));
                return Ok(changed(rows, state));
            }
            let seen = Some(Box::new(page));
            return Err(Fault { seen, ..fault });
        }
    };
    if rows.is_feed {
        state.feed = Some(url.to_string());
    }
    if rows.is_cut {
        let source = &reader.source.id;
        tracing::warn!(%source, "{url} ends in the middle of a notice, which waits for the next poll");
        // The rest may arrive under the same validators.
        (state.validators, state.body) = (Validators::default(), None);
    }
    let is_first = state.rows.is_none();
    if rows.feeds.is_empty() || !is_first || reader.source.kind != ReadAs::Auto {
        rows.turn = Some(turn);
    } else {
        drop(turn);
        if let Some((feed, entries)) = announced(reader, &rows).await {
            state.feed = Some(feed.to_string());
            // These belong to the page; the feed's own are set by the next poll.
            (state.validators, state.body) = (Validators::default(), None);
            state.trust = Trust::default();
            rows = entries.with_page_rows(rows);
        }
    }
    Ok(changed(rows, state))
}

fn changed(rows: Rows, mut state: PollState) -> Front {
    let rows_hash = hash_of_rows(&rows.notices);
    match state.rows.replace(rows_hash) == Some(rows_hash) {
        true => Front::Unchanged(state),
        false => Front::Rows(rows, state),
    }
}

/// Returns the first feed that a page announces, if a feed is wanted and the page is not one.
async fn feed_of(reader: &Reader<'_>, url: &Url, page: &FetchedPage) -> Option<(Url, Rows)> {
    if reader.source.kind != ReadAs::Feed || *url != reader.source.url {
        return None;
    }
    let feeds = reader.feeds_of(page.clone()).await;
    for feed in feeds.into_iter().take(MOST_TRIED) {
        match read_further(reader, &feed).await {
            Ok(rows) => return Some((feed, rows)),
            Err(fault) => {
                let source = &reader.source.id;
                tracing::debug!(%source, "the feed {}: {}", Shown(&feed), fault.what);
            }
        }
    }
    None
}

async fn rows_of(
    reader: &Reader<'_>,
    url: &Url,
    page: &FetchedPage,
    had_rows: bool,
) -> Result<(Rows, SemaphorePermit<'static>), Fault> {
    let Read { what, turn } = reader.reading(page.clone()).await?;
    let rows = Rows::try_from(what)?;
    if rows.notices.is_empty() && rows.is_cut {
        return Err(Fault::unreadable(format!(
            "{url} breaks off within its first notice; it is read again at the next poll"
        )));
    }
    if rows.notices.is_empty() && (had_rows || !rows.is_feed) {
        let what = format!("{} shows no notices where its list should be", Shown(url));
        return Err(Fault {
            kind: PageFault::Instead(PageKind::EmptyList),
            ..Fault::unreadable(what)
        });
    }
    Ok((rows, turn))
}

/// Returns the first feed announced by the page that holds most of the page's own rows.
async fn announced(reader: &Reader<'_>, page: &Rows) -> Option<(Url, Rows)> {
    let source = &reader.source.id;
    for feed in page.feeds.iter().take(MOST_TRIED) {
        match read_further(reader, feed).await {
            Ok(rows) if rows.is_feed && rows.holds_most_of(page) => {
                return Some((feed.clone(), rows));
            }
            Ok(_) => tracing::debug!(%source, "the feed {} is not this page's own", Shown(feed)),
            Err(fault) => tracing::debug!(%source, "the feed {}: {}", Shown(feed), fault.what),
        }
    }
    None
}

pub(super) fn hash_of(body: &[u8]) -> [u8; 16] {
    half(&blake3::hash(body))
}

/// Hashes the fields by which a row is identified and shown, so that visit counters and tracking parameters change
/// nothing.
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
