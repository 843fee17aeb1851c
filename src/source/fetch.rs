//! One polite GET: conditional, bounded, guarded.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use url::Url;

use crate::bulletin::{FetchSettings, Source, Validators};

/// What is asked for, and how.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Request {
    pub url: Url,
    pub validators: Validators,
    pub via: Via,
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
pub enum Fetched {
    /// 304: as at the last look.
    NotModified,
    Page(Page),
}

/// A body as it was received, decompressed.
#[derive(Debug, Clone)]
pub struct Page {
    /// After redirects.
    pub url: Url,
    pub content_type: Option<String>,
    pub body: bytes::Bytes,
    pub validators: Validators,
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
pub struct Fetcher;

impl Fetcher {
    /// `typed` are hosts from the command line, which may be private (`watch`, `preview`).
    ///
    /// # Errors
    /// A proxy or user agent that cannot be used.
    pub fn new(_settings: &FetchSettings, _typed: &[String]) -> Result<Self, FetchError> {
        todo!()
    }

    /// # Errors
    /// See [`FetchErrorKind`].
    pub async fn get(&self, _request: &Request) -> Result<Fetched, FetchError> {
        todo!()
    }
}
