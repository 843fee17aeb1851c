//! Limits how many pages, and fewer searches, are made at a time, so that a client that requests thousands delays no
//! other part.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use url::form_urlencoded;

use super::problem::Problem;
use crate::{
    bulletin::Bulletin,
    ops::{BulletinQuery, Hits, Page, Store},
};

/// The maximum number of pages at a time: more would only take the processor from polls and sends.
const PAGES_AT_A_TIME: usize = 8;
/// The maximum number of searches at a time: without an index a search reads the whole archive.
const SEARCHES_AT_A_TIME: usize = 2;
/// The longest that a page or a search waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct Turns {
    pages: Arc<Semaphore>,
    searches: Arc<Semaphore>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            pages: Arc::new(Semaphore::new(PAGES_AT_A_TIME)),
            searches: Arc::new(Semaphore::new(SEARCHES_AT_A_TIME)),
        }
    }
}

/// Takes a turn for a page. Searches have their own turn, which they take when they begin.
pub(super) async fn take(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    if is_search(&request) {
        return next.run(request).await;
    }
    match turn(&turns.pages).await {
        Ok(_turn) => next.run(request).await,
        Err(busy) => busy.into_response(),
    }
}

fn is_search(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default().as_bytes();
    let mut wishes = form_urlencoded::parse(query);
    let path = request.uri().path();
    (path == "/" || path.contains("/feed."))
        && wishes.any(|(name, words)| name == "q" && !words.trim().is_empty())
}

impl Turns {
    /// Runs a query. A search or a list of deadlines reads through the archive: it keeps its turn until it has ended,
    /// and it ends once no request waits for it any longer.
    pub(super) async fn listed(
        &self,
        store: &Store,
        query: BulletinQuery,
    ) -> Result<Page<Bulletin>, Problem> {
        Ok(self.found(store, query).await?.page)
    }

    /// Runs a query like [`Self::listed`], with the count of a search.
    pub(super) async fn found(
        &self,
        store: &Store,
        mut query: BulletinQuery,
    ) -> Result<Hits, Problem> {
        let store = store.clone();
        if query.words.is_empty() && query.due_from.is_none() {
            return Ok(store.search(&query).await?);
        }
        let turn = turn(&self.searches).await?;
        let given_up = CancellationToken::new();
        query.given_up = given_up.clone();
        let _attended = given_up.drop_guard();
        let found = tokio::spawn(async move {
            let _turn = turn;
            store.search(&query).await
        });
        let found = found.await.map_err(|error| {
            tracing::error!("a search was interrupted: {error}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "the search failed")
        })?;
        Ok(found?)
    }
}

async fn turn(of: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
    let turn = tokio::time::timeout(PATIENCE, Arc::clone(of).acquire_owned()).await;
    let busy = || {
        let detail = "too many simultaneous requests; try again in a moment";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).after(PATIENCE.as_secs())
    };
    turn.map_err(|_| busy())?.map_err(|_| busy())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    #[test]
    fn words_to_search_for_take_no_other_page_out_of_the_row() {
        for (address, expected) in [
            ("/?q=%E6%94%BE%E5%81%87", true),
            ("/?source=news&q=x", true),
            ("/", false),
            ("/?q=", false),
            ("/?q=%20+", false),
            ("/feed.atom?q=x", true),
            ("/g/a/feed.rss?q=x", true),
            ("/feed.atom", false),
            ("/b/1?q=x", false),
        ] {
            let request = Request::get(address).body(Body::empty()).unwrap();
            assert_eq!(is_search(&request), expected, "{address}");
        }
    }
}
