//! Serves the demo's own site: a company's news pages over real HTTP on loopback.
//!
//! It represents any site, so it knows nothing of the rest of noticast. Its publications are a function of a number and
//! a time: read [`story::Story::new`] first, then [`ledger`].

mod edition;
mod english;
mod ledger;
mod pages;
mod phrases;
mod story;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    extract::{Path as Route, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use edition::NewsroomLanguage;
use edition::Section;
use ledger::Ledger;
use pages::SiteBody;

/// The time for requests in progress at the end.
const GRACE: Duration = Duration::from_secs(1);

/// A page of the newsroom that can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newsdesk {
    pub id: &'static str,
    pub name: &'static str,
    /// The path from the root, such as `/jtyw/index.html`.
    pub path: &'static str,
}

/// Returns the pages of the newsroom: two lists (in Chinese, the second is in GBK) and a feed.
#[must_use]
pub fn desks(language: NewsroomLanguage) -> Vec<Newsdesk> {
    let desks = language.edition().sections.iter().map(|section| Newsdesk {
        id: section.id,
        name: section.name,
        path: section.watched,
    });
    desks.collect()
}

/// The time zone that its pages state times in.
#[must_use]
pub fn time_zone(language: NewsroomLanguage) -> Tz {
    language.edition().time_zone
}

/// Serves and publishes a bulletin every `every`, on one desk after the other, until stopped.
///
/// `ledger` is its own file, in which it records its publications: a restart shows the same archive and continues with
/// the next number, also under another port.
///
/// # Errors
/// Fails if the listener fails, or if the ledger cannot be read or written.
pub async fn serve(
    listener: TcpListener,
    every: Duration,
    ledger: PathBuf,
    language: NewsroomLanguage,
    stop: CancellationToken,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    let mut book = open(&ledger).await?;
    book.advance(Utc::now(), every);
    save(&ledger, &book).await?;
    let site = Arc::new(NewsroomSite {
        language,
        root: format!("http://{address}"),
        ledger: Mutex::new(book),
    });
    let served = axum::serve(listener, router(site.clone()))
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    let slow_readers_cut = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = served => served,
        published = publish(&site, every, &ledger) => published,
        () = slow_readers_cut => Ok(()),
    }
}

struct NewsroomSite {
    language: NewsroomLanguage,
    /// The newsroom's own address, for the feed.
    root: String,
    ledger: Mutex<Ledger>,
}

impl NewsroomSite {
    fn ledger(&self) -> Ledger {
        let ledger = self.ledger.lock();
        ledger.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn publish(site: &NewsroomSite, every: Duration, path: &Path) -> io::Result<()> {
    loop {
        let mut ledger = site.ledger();
        let next = ledger.time(ledger.last()) + TimeDelta::from_std(every).unwrap_or_default();
        let wait = next.signed_duration_since(Utc::now()).to_std();
        // At least a moment, and never past a change of the clock.
        let wait = wait.unwrap_or_default().max(Duration::from_millis(5));
        tokio::time::sleep(wait.min(every)).await;
        if ledger.advance(Utc::now(), every) {
            // Saved before it is shown: a number that was seen must never be another story.
            save(path, &ledger).await?;
            *site.ledger.lock().unwrap_or_else(PoisonError::into_inner) = ledger;
        }
    }
}

async fn open(path: &Path) -> io::Result<Ledger> {
    let bytes = match tokio::fs::read(path).await {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok(Ledger::new(Utc::now()));
        }
        Err(error) => return Err(explained(path, &error, "`--fresh` deletes it")),
    };
    serde_json::from_slice(&bytes).map_err(|error| explained(path, &error, "`--fresh` deletes it"))
}

async fn save(path: &Path, ledger: &Ledger) -> io::Result<()> {
    let written = async {
        let fresh = path.with_extension("new");
        tokio::fs::write(&fresh, serde_json::to_vec(ledger)?).await?;
        tokio::fs::rename(&fresh, path).await
    };
    let advice = "free some space or allow writing there, then start it again";
    written
        .await
        .map_err(|error| explained(path, &error, advice))
}

fn explained(path: &Path, error: &dyn std::fmt::Display, advice: &str) -> io::Error {
    io::Error::other(format!(
        "the newsroom's ledger {}: {error}; {advice}",
        path.display()
    ))
}

fn router(site: Arc<NewsroomSite>) -> Router {
    let mut router = Router::new()
        .route("/", get(home))
        .route("/style.css", get(style))
        .route("/files/{file}", get(file));
    for section in &site.language.edition().sections {
        let list = move |State(site): State<Arc<NewsroomSite>>, headers: HeaderMap, page| {
            answer_page(site, headers, section, page)
        };
        let path = format!("/{}/{{page}}", section.folder);
        router = router.route(&path, get(list));
    }
    router.with_state(site)
}

async fn home(State(site): State<Arc<NewsroomSite>>, headers: HeaderMap) -> Response {
    let ledger = site.ledger();
    answer(&headers, pages::home(site.language, &ledger))
}

async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css")], pages::STYLE).into_response()
}

/// Serves `index.html`, `index_2.html` …, `feed.xml`, `1042.html`.
async fn answer_page(
    site: Arc<NewsroomSite>,
    headers: HeaderMap,
    section: &'static Section,
    Route(page): Route<String>,
) -> Response {
    let ledger = site.ledger();
    let body = match page.strip_suffix(".html") {
        Some("index") => section.list(&ledger, 1),
        Some(name) => match name.strip_prefix("index_") {
            Some(page) => page
                .parse()
                .ok()
                .and_then(|page| section.list(&ledger, page)),
            None => name.parse().ok().and_then(|n| section.article(&ledger, n)),
        },
        None => (page == "feed.xml").then(|| section.feed(&ledger, &site.root)),
    };
    body.map_or_else(missing, |body| answer(&headers, body))
}

/// Serves `1042-1.pdf`.
async fn file(State(site): State<Arc<NewsroomSite>>, Route(file): Route<String>) -> Response {
    let number = file
        .split('-')
        .next()
        .and_then(|number| number.parse().ok());
    let ledger = site.ledger();
    let body = number.and_then(|number| pages::file(site.language, &ledger, (number, &file)));
    let Some((media, bytes)) = body else {
        return missing();
    };
    ([(header::CONTENT_TYPE, media)], bytes).into_response()
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "404 Not Found").into_response()
}

/// Answers with validators, and without a body if those of the client are current.
fn answer(headers: &HeaderMap, body: SiteBody) -> Response {
    let etag = format!("\"{}\"", &blake3::hash(&body.bytes).to_hex()[..16]);
    let modified = body
        .modified
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    let is = |name, value: &str| {
        headers
            .get(name)
            .is_some_and(|got| got.as_bytes() == value.as_bytes())
    };
    let still_holds = if headers.contains_key(header::IF_NONE_MATCH) {
        is(header::IF_NONE_MATCH, &etag)
    } else {
        is(header::IF_MODIFIED_SINCE, &modified)
    };
    let validators = [(header::ETAG, etag), (header::LAST_MODIFIED, modified)];
    if still_holds {
        return (StatusCode::NOT_MODIFIED, validators).into_response();
    }
    (validators, [(header::CONTENT_TYPE, body.media)], body.bytes).into_response()
}
