//! One polite GET: conditional, bounded, guarded.
//!
//! Owns connections, the limits for each host, and the requests in flight. Knows nothing of what
//! a page says. Read [`Fetcher::get`] first, then `Shared::follow` and `Shared::exchange`.

mod clients;
mod exchange;
mod fault;
mod flight;
mod hosts;
mod robots;
mod trust;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use futures::FutureExt;
use reqwest::{
    Client, Method, Response, StatusCode,
    header::{ACCEPT_ENCODING, CONNECTION, HeaderMap, HeaderValue},
};
use tokio::{sync::Semaphore, time::timeout_at};
use url::Url;

pub(crate) use self::fault::Shown;
use self::{
    clients::Clients,
    exchange::{Answer, Limit, answered, headers, page, paused, redirect, validators},
    flight::InFlight,
    hosts::{Host, Hosts},
    robots::Rules,
};
use super::guard::Guard;
use crate::bulletin::{FetchSettings, Source, Validators};

/// Redirects that one request follows.
const MAX_REDIRECTS: usize = 10;

/// What is asked for, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    pub url: Url,
    pub validators: Validators,
    pub via: Via,
    /// Whether the connection waits for further requests. It keeps the buffers that a whole page
    /// needed as long as it lives: a first look, mostly one of many, does without.
    pub keep_alive: bool,
}

/// How a source's pages are reached; its article pages are reached the same way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Via {
    pub proxy: Option<Url>,
    pub headers: BTreeMap<String, String>,
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
            ca: source.ca.clone(),
            verify: source.verify,
            robots: source.robots,
        }
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
    /// After redirects.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: Bytes,
    pub validators: Validators,
    /// Bytes, where the server said so before it sent them.
    pub size: Option<u64>,
    /// Where a permanent redirect of the asked address leads: the edit to make.
    pub moved_to: Option<Url>,
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
    guard: Arc<Guard>,
    clients: Clients,
    hosts: Hosts,
    /// Requests that may be open at once, all hosts together.
    open: Semaphore,
    in_flight: InFlight<(Request, Pauses), Result<Fetched, FetchError>>,
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
            clients: Clients::new(settings, guard.clone())?,
            guard,
            hosts: Hosts::new(settings.per_host),
            open: Semaphore::new(settings.concurrency.clamp(1, Semaphore::MAX_PERMITS)),
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
        self.fetch(request, Limit::Refuse(most)).await
    }

    /// What the server says of a file without sending it: its `size` and type.
    ///
    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn head(&self, request: &Request) -> Result<Page, FetchError> {
        self.fetch(request, Limit::Head).await
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
                let limit = Limit::Refuse(shared.max_body);
                shared.follow(request, *pauses, limit).await
            }
            .boxed()
        });
        flight.await
    }
}

impl Shared {
    /// A request and the redirects that it meets.
    async fn follow(
        &self,
        request: &Request,
        pauses: Pauses,
        limit: Limit,
    ) -> Result<Fetched, FetchError> {
        let mut url = request.url.clone();
        url.set_fragment(None);
        let mut met = Vec::new();
        let mut left = self.timeout;
        let (mut permanent, mut moved_to) = (true, None);
        while met.len() <= MAX_REDIRECTS {
            self.guard
                .admit(&url)
                .map_err(|refusal| FetchError::refused(&url, refusal))?;
            if request.via.robots {
                Box::pin(self.ask_robots(&url, &request.via, pauses)).await?;
            }
            match self
                .in_turn(request, &url, pauses, limit, &mut left)
                .await?
            {
                Answer::NotModified(validators) => return Ok(Fetched::NotModified(validators)),
                Answer::Page(page) => return Ok(Fetched::Page(Page { moved_to, ..page })),
                Answer::Redirect {
                    to,
                    permanent: this,
                } => {
                    met.push(std::mem::replace(&mut url, to));
                    if met.contains(&url) {
                        let what = format!("{}: redirects in a circle", Shown(&url));
                        return Err(FetchError::failed(what));
                    }
                    permanent &= this;
                    if permanent {
                        moved_to = Some(url.clone());
                    }
                }
            }
        }
        let what = format!(
            "{}: more than {MAX_REDIRECTS} redirects",
            Shown(&request.url)
        );
        Err(FetchError::failed(what))
    }

    /// One exchange, when it is this request's turn at the host; waiting does not count as time.
    async fn in_turn(
        &self,
        request: &Request,
        url: &Url,
        pauses: Pauses,
        limit: Limit,
        left: &mut Duration,
    ) -> Result<Answer, FetchError> {
        let host = self.hosts.get(url);
        let _turn = host.gate.acquire().await;
        let _open = self.open.acquire().await;
        let began = Instant::now();
        if let (Pauses::Keep, Some(pause)) = (pauses, host.pause(began)) {
            return Err(paused(url, pause, began));
        }
        let result = self.exchange(request, url, limit, *left, &host).await;
        *left = left.saturating_sub(began.elapsed());
        result
    }

    async fn exchange(
        &self,
        request: &Request,
        url: &Url,
        limit: Limit,
        left: Duration,
        host: &Host,
    ) -> Result<Answer, FetchError> {
        let client = self.clients.get(&request.via, url)?;
        let mut headers = headers(request, url)?;
        if !host.keeps_connection() || !request.keep_alive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let deadline = tokio::time::Instant::now() + left;
        let method = limit.method();
        if method == Method::HEAD {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let response = timeout_at(
            deadline,
            self.send(&client, (method, url), headers, &request.via),
        )
        .await
        .map_err(|_| FetchError::timed_out(url, self.timeout, "waiting for the answer"))??;
        match response.status() {
            StatusCode::NOT_MODIFIED => Ok(Answer::NotModified(validators(response.headers()))),
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => redirect(&response, url),
            status if status.is_success() => {
                let page = timeout_at(deadline, page(response, url, limit));
                let slow = |_| FetchError::timed_out(url, self.timeout, "reading the body");
                Ok(Answer::Page(page.await.map_err(slow)??))
            }
            status => Err(answered(&response, status, url, host)),
        }
    }

    async fn send(
        &self,
        client: &Client,
        (method, url): (Method, &Url),
        headers: HeaderMap,
        via: &Via,
    ) -> Result<Response, FetchError> {
        let request = || client.request(method.clone(), url.clone());
        let send = |headers| request().headers(headers).send();
        let error = match send(headers.clone()).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let unanswered = |error| {
            let by_proxy = self.clients.is_by_proxy(via, url);
            FetchError::unanswered(url, error, self.clients.connect_within(), by_proxy)
        };
        if error.is_connect() || error.is_timeout() {
            return Err(unanswered(error));
        }
        // A server may close a connection that was kept at the moment when it is used again.
        send(headers).await.map_err(unanswered)
    }

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
