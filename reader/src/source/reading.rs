//! The input of readers in addition to a page, and their result.

use std::fmt;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::page::PageTree;
use crate::bulletin::{Article, Notice, PageFault, PageKind, Select};

/// The input of readers in addition to the page itself. Readers are pure: the time is passed in.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The page's own address (after redirects); the readers handle `<base>`.
    pub base: &'a Url,
    pub time_zone: Tz,
    pub now: DateTime<Utc>,
    pub select: &'a Select,
    /// True if traditional characters are converted to simplified ones.
    pub simplify: bool,
}

impl Context<'_> {
    /// Parses a page for its readers. If the operator selects parts of it, it is left as it is.
    pub(super) fn parse(&self, html: &str) -> PageTree {
        let page = PageTree::parse(html);
        match *self.select == Select::default() {
            true => page.without_foreign_boxes(),
            false => page,
        }
    }
}

/// A list page that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeList {
    /// The page's or the list's own heading.
    pub title: Option<String>,
    /// The notices, in page order.
    pub notices: Vec<Notice>,
    /// True if the page breaks off within a row, which is left out.
    pub is_cut: bool,
    /// The number of rows past the most that are read.
    pub left_out: usize,
    /// The certainty that this is the page's one real list, 0 to 1.
    pub confidence: f32,
    /// The next page of the same list.
    pub next_page: Option<Url>,
    /// Feeds that the page announces.
    pub feeds: Vec<Url>,
    /// Selectors that find this list again, for `preview --suggest`.
    pub select: Option<Select>,
    /// Other groups of links that were considered and not taken, best first, for `preview -v`.
    pub others: Vec<OtherList>,
}

/// A group of links that is not the list.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherList {
    pub title: Option<String>,
    pub links: usize,
    pub first: String,
    /// The reason why it was rejected.
    pub why: String,
    /// True if it is a real list too (another section of a portal page), not a menu or side bar.
    pub is_list: bool,
    /// Selectors that find it, if the operator may choose it ([`super::list::rejected`]).
    pub select: Option<Select>,
}

/// The result of one step of reading, for `preview -v`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadStep {
    pub name: &'static str,
    /// The lines of the result, the most important first.
    pub said: Vec<String>,
}

impl ReadStep {
    pub(super) fn new(name: &'static str, said: Vec<String>) -> Self {
        Self { name, said }
    }
}

/// A page as one of the readers understood it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    List(NoticeList),
    Feed(NoticeFeed),
    Article(Article),
}

/// A feed that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct NoticeFeed {
    pub title: Option<String>,
    /// The notices, in feed order.
    pub notices: Vec<Notice>,
    /// The full content of each entry that has one, by the entry's place.
    pub articles: Vec<Option<Article>>,
    /// The problems that were found in reading, each once.
    pub warnings: Vec<String>,
    /// True if the feed breaks off within an entry, which is left out.
    pub is_cut: bool,
    /// The number of entries past the most that are read.
    pub left_out: usize,
}

/// A kind of page that is not a list of notices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    Page(PageKind),
    /// An article that was read.
    Article {
        title: Option<String>,
    },
    /// A description, if it is none of these.
    Said(String),
}

impl fmt::Display for Instead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page(kind) => kind.fmt(f),
            Self::Article { title: Some(title) } => write!(f, "the page is an article (`{title}`)"),
            Self::Article { title: None } => f.write_str("the page is an article"),
            Self::Said(what) => f.write_str(what),
        }
    }
}

impl From<PageKind> for Instead {
    fn from(kind: PageKind) -> Self {
        Self::Page(kind)
    }
}

impl From<String> for Instead {
    fn from(what: String) -> Self {
        Self::Said(what)
    }
}

impl From<&str> for Instead {
    fn from(what: &str) -> Self {
        Self::Said(what.to_owned())
    }
}

/// The reason why a page cannot be read as the requested kind. Each maps to an `error.code` of `preview`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    #[error("not a list of notices: {0}")]
    NotAList(Instead),
    #[error("not a feed: {0}")]
    NotAFeed(String),
    #[error("no text: {0}")]
    NoText(String),
    /// Binary, empty, or in no charset that makes sense.
    #[error("unreadable: {0}")]
    Unreadable(String),
    #[error("too large: {0}")]
    TooLarge(String),
}

impl ReadError {
    #[must_use]
    pub fn fault(&self) -> PageFault {
        match self {
            Self::NotAList(Instead::Page(kind)) => PageFault::Instead(*kind),
            Self::NotAList(Instead::Article { .. }) => PageFault::Instead(PageKind::Article),
            Self::NotAList(Instead::Said(_)) => PageFault::NoList,
            Self::NotAFeed(_) => PageFault::NotAFeed,
            Self::NoText(_) => PageFault::NoText,
            Self::Unreadable(_) => PageFault::Unreadable,
            Self::TooLarge(_) => PageFault::TooLarge,
        }
    }
}
