//! A request, and the way to its server.

use std::{collections::BTreeMap, path::PathBuf};

use url::{Origin, Url};

use crate::bulletin::{Login, ReadAs, Source, Validators};

/// A request for one address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FetchRequest {
    pub url: Url,
    pub validators: Validators,
    pub via: Via,
    pub wants: Wants,
    /// True if the connection waits for further requests. While open, it keeps the buffers that a whole page needed, so
    /// the first poll of a source, mostly one of many, does not keep it.
    pub keep_alive: bool,
}

/// The treatment of a pause that a server requested: the request observes it, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Pauses {
    Keep,
    Ignore,
}

/// The preferred form of a page, where a server has several.
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
    /// Returns the form of a source's own page: its list.
    fn from(source: &Source) -> Self {
        match source.kind {
            ReadAs::Auto | ReadAs::List if source.browser => Self::Rendered,
            kind => kind.into(),
        }
    }
}

/// The way to a source's pages, its article pages included.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Via {
    pub proxy: Option<Url>,
    /// The headers of the source. These and `login` may be secret: they are sent only to `origin`.
    pub headers: BTreeMap<String, String>,
    pub login: Option<Login>,
    /// The origin for the secrets; `None` for that of the requested address.
    pub origin: Option<Origin>,
    pub ca: Option<PathBuf>,
    pub verify: bool,
    /// True if robots.txt is fetched first.
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
    pub(super) fn origin_or(&self, url: &Url) -> Origin {
        self.origin.clone().unwrap_or_else(|| url.origin())
    }
}
