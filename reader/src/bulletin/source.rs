//! A source as the checked config describes it.

use std::{collections::BTreeMap, path::PathBuf};

use chrono_tz::Tz;
use url::Url;

use super::{filter::Filter, id::SourceId, login::Login};
use crate::schedule::Schedule;

/// A configured place to watch. All values are checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    /// The group that the source is listed under on pages and in feeds.
    pub group: Option<String>,
    /// The address without user and password, which are its `login`.
    pub url: Url,
    /// The login, which, like `headers`, is sent only to the origin of `url`.
    pub login: Option<Login>,
    pub schedule: Schedule,
    pub time_zone: Tz,
    pub kind: ReadAs,
    pub filter: Filter,
    /// The number of newest bulletins that the first poll pushes.
    pub announce_first: usize,
    /// True if each new article is opened for text and summary.
    pub full_text: bool,
    /// True if traditional characters are converted to simplified ones.
    pub simplify: bool,
    /// The number of pages of the list to read, at least 1.
    pub depth: usize,
    /// False if it is excluded from pages, feeds, `/latest` and search without a token.
    pub public: bool,
    /// The proxy for only this source; `None` for the global one, else the environment's.
    pub proxy: Option<Url>,
    pub headers: BTreeMap<String, String>,
    /// A charset label that overrides the one that the page states.
    pub charset: Option<String>,
    /// The source's own authority, PEM.
    pub ca: Option<PathBuf>,
    /// False if the server's certificate is not checked.
    pub verify: bool,
    /// True if robots.txt is obeyed.
    pub robots: bool,
    /// True if its pages are rendered in the browser of `[fetch]` before they are read.
    pub browser: bool,
    pub select: Select,
}

impl Source {
    /// The interval of sources without their own schedule.
    pub const SCHEDULE: &'static str = "every 10m";

    /// Creates a source with everything else as in the config if a key is absent.
    #[must_use]
    pub fn new(id: SourceId, mut url: Url) -> Self {
        Self {
            name: id.to_string(),
            group: None,
            id,
            login: Login::take_from(&mut url),
            url,
            schedule: Self::SCHEDULE
                .parse()
                .expect("the default is a schedule, a test reads it"),
            time_zone: Tz::Asia__Shanghai,
            kind: ReadAs::Auto,
            filter: Filter::default(),
            announce_first: 0,
            full_text: true,
            simplify: false,
            depth: 1,
            public: true,
            proxy: None,
            headers: BTreeMap::new(),
            charset: None,
            ca: None,
            verify: true,
            robots: false,
            browser: false,
            select: Select::default(),
        }
    }

    /// Creates a source without a page: its notices are published by us.
    #[must_use]
    pub fn desk(id: SourceId) -> Self {
        let nowhere = Url::parse("about:blank").expect("an address");
        Self {
            kind: ReadAs::Desk,
            ..Self::new(id, nowhere)
        }
    }

    /// Returns the page that is polled; `None` if it is a desk.
    #[must_use]
    pub fn address(&self) -> Option<&Url> {
        (self.kind != ReadAs::Desk).then_some(&self.url)
    }
}

/// The kind of document at a source's address, if it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadAs {
    #[default]
    Auto,
    List,
    Feed,
    Json,
    /// There is no address: bulletins are published here, by the command line, the API or the desk.
    Desk,
    /// This kind is only for previews.
    Article,
}

/// CSS selectors, each for one part, for pages where detection needs help.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Select {
    pub item: Option<String>,
    pub title: Option<String>,
    pub link: Option<String>,
    pub date: Option<String>,
    pub body: Option<String>,
}

impl Select {
    /// Returns whether `text` is a CSS selector that the reader of lists understands.
    #[must_use]
    pub fn understands(text: &str) -> bool {
        dom_query::Matcher::new(text).is_ok()
    }
}
