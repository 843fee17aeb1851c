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
    /// The group that the source stands under on pages and in feeds.
    pub group: Option<String>,
    /// Without user and password, which are its `login`.
    pub url: Url,
    /// Goes to the origin of `url` alone, as `headers` do.
    pub login: Option<Login>,
    pub schedule: Schedule,
    pub time_zone: Tz,
    pub kind: ReadAs,
    pub filter: Filter,
    /// The number of newest bulletins that the first poll pushes.
    pub announce_first: usize,
    /// Open each new article for text and summary.
    pub full_text: bool,
    /// Traditional to simplified characters.
    pub simplify: bool,
    /// Pages of the list to read, at least 1.
    pub depth: usize,
    /// False: kept from pages, feeds, `/latest` and search without a token.
    pub public: bool,
    /// For this source alone; None: the global one, else the environment's.
    pub proxy: Option<Url>,
    pub headers: BTreeMap<String, String>,
    /// A charset label that overrides what the page says.
    pub charset: Option<String>,
    /// An authority of its own, PEM.
    pub ca: Option<PathBuf>,
    /// False: the server's certificate is not checked.
    pub verify: bool,
    /// True where robots.txt is obeyed.
    pub robots: bool,
    /// Its pages are rendered in the browser of `[fetch]` before they are read.
    pub browser: bool,
    pub select: Select,
}

impl Source {
    /// The interval of sources that have no schedule of their own.
    pub const SCHEDULE: &'static str = "every 10m";

    /// A source with everything else as the config has it where a key is absent.
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

    /// A source that has no page: what stands there is published by us.
    #[must_use]
    pub fn desk(id: SourceId) -> Self {
        let nowhere = Url::parse("about:blank").expect("an address");
        Self {
            kind: ReadAs::Desk,
            ..Self::new(id, nowhere)
        }
    }

    /// The page that is polled; None: it is a desk.
    #[must_use]
    pub fn address(&self) -> Option<&Url> {
        (self.kind != ReadAs::Desk).then_some(&self.url)
    }
}

/// The kind of document at a source's address, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReadAs {
    #[default]
    Auto,
    List,
    Feed,
    Json,
    /// No address: bulletins are published here, by the command line, the API or the desk.
    Desk,
    /// Only for previews.
    Article,
}

/// CSS selectors, each for one part, where detection needs help.
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
