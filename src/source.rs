//! From an address to notices and article text: fetch, decode, read, clean, summarise.

pub mod article;
pub mod browser;
#[cfg(test)]
mod cases;
pub mod charset;
mod css;
pub mod date;
pub mod document;
mod download;
#[cfg(test)]
mod drawn;
#[cfg(test)]
mod facts;
pub mod feed;
pub mod fetch;
pub(crate) mod guard;
mod kind;
mod links;
pub mod list;
pub(crate) mod onward;
mod page;
pub mod summary;
pub mod text;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use crate::bulletin::{Article, Notice, ReadAs, Select};

/// What readers must know beside the page itself. Readers are pure: time is given.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The page's own address (after redirects); `<base>` is the reader's business.
    pub base: &'a Url,
    pub time_zone: Tz,
    pub now: DateTime<Utc>,
    pub select: &'a Select,
    /// Traditional to simplified characters.
    pub simplify: bool,
}

impl Context<'_> {
    /// A page as its readers see it. Where the operator chooses parts of it, it is left as it is.
    fn parse(&self, html: &str) -> page::Page {
        let page = page::Page::parse(html);
        match *self.select == Select::default() {
            true => page.without_foreign_boxes(),
            false => page,
        }
    }
}

/// A list page as read.
#[derive(Debug, Clone, PartialEq)]
pub struct List {
    /// The page's or the list's own heading.
    pub title: Option<String>,
    /// In page order.
    pub notices: Vec<Notice>,
    /// The page breaks off within a row, which is left out.
    pub is_cut: bool,
    /// Rows past the most that are read.
    pub left_out: usize,
    /// 0 to 1: how sure the reader is that this is the page's one real list.
    pub confidence: f32,
    /// The next page of the same list.
    pub next_page: Option<Url>,
    /// Feeds that the page announces.
    pub feeds: Vec<Url>,
    /// Selectors that find this list again, for `preview --suggest`.
    pub select: Option<Select>,
    /// Other groups of links that were looked at and not taken, best first, for `preview -v`.
    pub others: Vec<OtherList>,
}

/// A group of links that is not the list.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherList {
    pub title: Option<String>,
    pub links: usize,
    pub first: String,
    /// Why it was not taken.
    pub why: String,
    /// Whether it is a real list too (another section of a portal page), not a menu or side bar.
    pub is_list: bool,
}

/// A page as one of the readers understood it.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    List(List),
    Feed(Feed),
    Article(Article),
}

/// A feed as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    pub title: Option<String>,
    /// In feed order.
    pub notices: Vec<Notice>,
    /// The full content of each entry that has one, by the entry's place.
    pub articles: Vec<Option<Article>>,
    /// What could not be read as it stands, each once.
    pub warnings: Vec<String>,
    /// It breaks off within an entry, which is left out.
    pub is_cut: bool,
    /// Entries past the most that are read.
    pub left_out: usize,
}

/// Reads a decoded body as what `read_as` says; `Auto` works out what it is.
///
/// A JSON endpoint reads as [`Reading::List`]. An HTML page that announces a feed reads as itself:
/// whether to follow [`List::feeds`] is the round's decision.
///
/// # Errors
/// The page is not what it was asked for, or nothing that can be read.
pub fn read(
    text: &str,
    content_type: Option<&str>,
    read_as: ReadAs,
    context: &Context<'_>,
) -> Result<Reading, ReadError> {
    let mut reading = kind::read(text, content_type, read_as, context)?;
    links::take_logins_off(&mut reading);
    Ok(reading)
}

/// The running program, also where its file has been replaced since: it calls itself for what may break.
fn own_program() -> std::io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    match running.exists() {
        true => Ok(running),
        false => std::env::current_exe(),
    }
}

/// Why a page cannot be read as what it was asked for. Each maps to an `error.code` of `preview`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// What the page is instead: an article, a sign-in page, a captcha, an error, …
    #[error("not a list of notices: {0}")]
    NotAList(String),
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
