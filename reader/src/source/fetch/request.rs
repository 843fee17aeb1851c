//! A request, and the way that it takes.

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
    /// Whether the connection waits for further requests. It keeps the buffers that a whole page
    /// needed as long as it lives: the first poll of a source, mostly one of many, does without.
    pub keep_alive: bool,
}

/// The request waits for a pause that its server asked for, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Pauses {
    Keep,
    Ignore,
}

/// The form of a page that is asked for first, where a server has several.
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
    /// A source's own page: its list.
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
    pub(super) fn origin_or(&self, url: &Url) -> Origin {
        self.origin.clone().unwrap_or_else(|| url.origin())
    }
}
