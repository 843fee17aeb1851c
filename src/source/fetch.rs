//! One polite GET: conditional, bounded, guarded.
//!
//! Owns connections, the limits for each host, and the requests in flight. Of what a page says it knows
//! only whether it leads on to another one. Read [`Fetcher::get`] first, then `journey`.

mod client;
mod clients;
mod connect;
mod cookies;
mod exchange;
mod fault;
mod flight;
mod hosts;
mod journey;
mod places;
mod render;
mod robots;
mod trust;
mod unpack;
mod way;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::FutureExt;
use url::{Origin, Url};

pub(crate) use self::fault::Shown;
use self::{
    clients::Clients, exchange::Limit, flight::InFlight, hosts::Hosts, places::Places,
    robots::Rules,
};
use super::{browser::Browser, guard::Guard};
use crate::bulletin::{FetchSettings, Login, ReadAs, Source, Validators};

/// What is asked for, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    pub url: Url,
    pub validators: Validators,
    pub via: Via,
    pub wants: Wants,
    /// Whether the connection waits for further requests. It keeps the buffers that a whole page
    /// needed as long as it lives: a first look, mostly one of many, does without.
    pub keep_alive: bool,
}

/// What is asked for first, where a server has several forms of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Wants {
    #[default]
    Page,
    Feed,
    Json,
    /// The page as scripts build it, in the browser of `[fetch] browser`.
    Rendered,
}

impl From<ReadAs> for Wants {
    fn from(kind: ReadAs) -> Self {
        match kind {
            ReadAs::Feed => Self::Feed,
            ReadAs::Json => Self::Json,
            ReadAs::Auto | ReadAs::List | ReadAs::Desk | ReadAs::Article => Self::Page,
        }
    }
}

impl From<&Source> for Wants {
    /// What is wanted of a source's own pages: its list.
    fn from(source: &Source) -> Self {
        match source.kind {
            ReadAs::Auto | ReadAs::List if source.browser => Self::Rendered,
            kind => kind.into(),
        }
    }
}

/// How a source's pages are reached; its article pages are reached the same way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Via {
    pub proxy: Option<Url>,
    /// These and `login` may be secret: they go to `origin` alone.
    pub headers: BTreeMap<String, String>,
    pub login: Option<Login>,
    /// None: that of the address that is asked for.
    pub origin: Option<Origin>,
    pub ca: Option<PathBuf>,
    pub verify: bool,
    /// Ask robots.txt first.
    pub robots: bool,
}

impl Default for Via {
    fn default() -> Self {
        Self {
            proxy: None,
            headers: BTreeMap::new(),
            login: None,
            origin: None,
            ca: None,
            verify: true,
            robots: false,
        }
    }
}

impl From<&Source> for Via {
    fn from(source: &Source) -> Self {
        Self {
            proxy: source.proxy.clone(),
            headers: source.headers.clone(),
            login: source.login.clone(),
            origin: Some(source.url.origin()),
            ca: source.ca.clone(),
            verify: source.verify,
            robots: source.robots,
        }
    }
}

impl Via {
    fn origin_or(&self, url: &Url) -> Origin {
        self.origin.clone().unwrap_or_else(|| url.origin())
    }
}

/// What came.
#[derive(Debug, Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "one lives for one look; a box would be one more allocation"
)]
pub enum Fetched {
    /// 304: as at the last look. What it says of validators replaces what is known.
    NotModified(Validators),
    Page(Page),
}

/// A body as it was received, decompressed.
#[derive(Debug, Clone)]
pub struct Page {
    /// After redirects; without user and password.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Bytes,
    pub validators: Validators,
    /// Bytes, where the server said so before it sent them.
    pub size: Option<u64>,
    /// Where a permanent redirect of the asked address leads: the edit to make.
    pub moved_to: Option<Url>,
    /// It says nothing itself and leads on to this page of another host.
    pub leads_to: Option<Url>,
}

/// What a page in the browser asked a server for by its address alone.
#[derive(Debug, Clone)]
pub struct Endpoint {
    pub url: Url,
    pub body: String,
}

/// Why nothing came. `Display` says what and what to do; it shows no header, proxy password or query secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct FetchError {
    pub what: String,
    pub kind: FetchErrorKind,
    /// Retry-After of a 429 or 503, at most a day.
    pub retry_after: Option<Duration>,
}

/// What callers act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// The guard or robots.txt refused the address.
    Refused,
    TooLarge,
    /// The server answered with this status.
    Status(u16),
    /// DNS, TLS, connection, time out, redirect loop, broken body.
    Failed,
}

/// Fetches pages; clones share connections, limits and the requests in flight. Equal requests in
/// flight at the same time are made once.
#[derive(Debug, Clone)]
pub struct Fetcher(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    browser: Browser,
    guard: Arc<Guard>,
    clients: Clients,
    hosts: Hosts,
    /// For requests that are open at once, all hosts together.
    places: Places,
    in_flight: InFlight<(Request, Pauses), Result<Fetched, FetchError>>,
    /// Between any two parts of an answer.
    timeout: Duration,
    max_body: u64,
    /// The product token that robots.txt is asked about.
    agent: String,
}

/// Whether a pause that a server asked for is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Pauses {
    Keep,
    Ignore,
}

impl Fetcher {
    /// `typed` are hosts from the command line, which may be private (`watch`, `preview`).
    ///
    /// # Errors
    /// A proxy or user agent that cannot be used.
    pub fn new(settings: &FetchSettings, typed: &[String]) -> Result<Self, FetchError> {
        let guard = Arc::new(Guard::new(settings.allow_private.clone(), typed));
        let agent = settings
            .user_agent
            .split(['/', ' '])
            .next()
            .unwrap_or_default();
        Ok(Self(Arc::new(Shared {
            browser: Browser::new(&settings.browser),
            clients: Clients::new(settings, guard.clone())?,
            guard,
            hosts: Hosts::new(settings.per_host),
            places: Places::new(settings.concurrency),
            in_flight: InFlight::new(),
            timeout: settings.timeout,
            max_body: settings.max_body,
            agent: agent.to_owned(),
        })))
    }

    /// The page at an address. While its host is under a Retry-After, the answer is the error that
    /// it gave, with the rest of the pause, and nothing is sent.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get(&self, request: &Request) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Keep).await
    }

    /// The same, whatever pause the host asked for: somebody who may decide that wants it now.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get_now(&self, request: &Request) -> Result<Fetched, FetchError> {
        self.join(request, Pauses::Ignore).await
    }

    /// A file of at most `most` bytes, whatever `max_body` says of pages; the pauses of its host are kept.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn file(&self, request: &Request, most: u64) -> Result<Page, FetchError> {
        self.fetch(request, Limit::File(most)).await
    }

    /// Returns what the server says of a file without sending it: its `size` and type.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn head(&self, request: &Request) -> Result<Page, FetchError> {
        self.fetch(request, Limit::Head).await
    }

    /// A page as scripts build it, with the data that it asked for meanwhile.
    ///
    /// # Errors
    /// See [`FetchErrorKind`]; also where there is no browser.
    pub async fn rendered(&self, request: &Request) -> Result<(Page, Vec<Endpoint>), FetchError> {
        self.0.render(request, Pauses::Ignore, true).await
    }

    async fn fetch(&self, request: &Request, limit: Limit) -> Result<Page, FetchError> {
        match self.0.follow(request, Pauses::Keep, limit).await? {
            Fetched::Page(page) => Ok(page),
            Fetched::NotModified(_) => Err(FetchError::failed(format!(
                "{}: answered 304 to a request without conditions",
                Shown(&request.url)
            ))),
        }
    }

    async fn join(&self, request: &Request, pauses: Pauses) -> Result<Fetched, FetchError> {
        let shared = self.0.clone();
        let key = (request.clone(), pauses);
        let flight = self.0.in_flight.join(key, |key| {
            async move {
                let (request, pauses) = &*key;
                if request.wants == Wants::Rendered {
                    let rendered = shared.render(request, *pauses, false).await;
                    return rendered.map(|(page, _)| Fetched::Page(page));
                }
                let limit = Limit::Page(shared.max_body);
                shared.follow(request, *pauses, limit).await
            }
            .boxed()
        });
        flight.await
    }
}

impl Shared {
    async fn ask_robots(&self, url: &Url, via: &Via, pauses: Pauses) -> Result<(), FetchError> {
        let host = self.hosts.get(url);
        let origin = format!("{}:{:?}", url.scheme(), url.port_or_known_default());
        let rules = match host.robots(&origin, Instant::now()) {
            Some(rules) => rules,
            None => {
                let rules = Arc::new(self.read_robots(url, via, pauses).await?);
                host.keep_robots(origin, rules.clone(), Instant::now());
                rules
            }
        };
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        if rules.allow(path) {
            return Ok(());
        }
        Err(FetchError::refused(
            url,
            "the site's robots.txt asks programs to stay away; `robots = false` does not ask",
        ))
    }

    async fn read_robots(&self, url: &Url, via: &Via, pauses: Pauses) -> Result<Rules, FetchError> {
        let mut robots = url.clone();
        robots.set_path("/robots.txt");
        robots.set_query(None);
        let request = Request {
            url: robots,
            validators: Validators::default(),
            via: Via {
                robots: false,
                ..via.clone()
            },
            wants: Wants::default(),
            keep_alive: true,
        };
        match self
            .follow(&request, pauses, Limit::Cut(robots::MAX_ROBOTS))
            .await
        {
            Ok(Fetched::Page(page)) => Ok(Rules::parse(
                &String::from_utf8_lossy(&page.body),
                &self.agent,
            )),
            Ok(Fetched::NotModified(_)) => Ok(Rules::default()),
            // A site without one allows all (RFC 9309, section 2.3.1.3).
            Err(error) => match error.kind {
                FetchErrorKind::Status(status) if (400..500).contains(&status) && status != 429 => {
                    Ok(Rules::default())
                }
                _ => Err(FetchError {
                    what: format!("robots.txt is asked first: {}", error.what),
                    ..error
                }),
            },
        }
    }
}
