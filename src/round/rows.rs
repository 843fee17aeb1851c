//! Holds the rows of a page as read, and joins those of several pages into one list.

use std::collections::HashSet;

use tokio::sync::SemaphorePermit;
use url::Url;

use super::{fault::Fault, reader::Reader};
use crate::{
    bulletin::{Article, Notice, SeenKey, canonical_url},
    source::{Instead, NoticeFeed, NoticeList, ReadError, Reading},
};

/// The rows as read, and the address of the next page.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The notices in page order.
    pub(super) notices: Vec<Notice>,
    /// The articles that a feed contains in full, by the row's place.
    pub(super) articles: Vec<Option<Article>>,
    pub(super) next_page: Option<Url>,
    /// The feeds that the page announces.
    pub(super) feeds: Vec<Url>,
    pub(super) is_feed: bool,
    /// True if the body breaks off within a row.
    pub(super) is_cut: bool,
    /// The number of rows past the most that are read.
    pub(super) left_out: usize,
    /// The turn, which is given back once the rows are judged.
    pub(super) turn: Option<SemaphorePermit<'static>>,
}

/// Reads a feed of a source, unconditionally.
pub(super) async fn read_further(reader: &Reader<'_>, url: &Url) -> Result<Rows, Fault> {
    let page = reader.get_new(url).await?;
    Ok(Rows::try_from(reader.reading(page).await?.what)?)
}

/// Reads another page of a source's list, unconditionally.
pub(super) async fn read_next(reader: &Reader<'_>, url: &Url) -> Result<Rows, Fault> {
    let page = reader.list_page(url).await?;
    Ok(Rows::try_from(reader.reading(page).await?.what)?)
}

impl Rows {
    /// Adds the rows of a further page that are not there yet: lists move down while they are read. A page without
    /// any is the end.
    pub(super) fn append(&mut self, further: Self) {
        let row = |row: &Notice| {
            let titled = SeenKey::titled(&row.title, row.published.as_ref());
            (canonical_url(&row.url), titled)
        };
        let have: HashSet<_> = self.notices.iter().map(row).collect();
        let before = self.notices.len();
        self.add(further.notices, further.articles, |new| {
            !have.contains(&row(new))
        });
        self.next_page = further.next_page.filter(|_| self.notices.len() > before);
    }

    fn add(
        &mut self,
        notices: Vec<Notice>,
        articles: Vec<Option<Article>>,
        is_new: impl Fn(&Notice) -> bool,
    ) {
        let rows = notices.into_iter().zip(articles);
        for (notice, article) in rows.filter(|(notice, _)| is_new(notice)) {
            self.notices.push(notice);
            self.articles.push(article);
        }
    }

    /// Returns a feed's entries, then the page's rows that it lacks, so that these are known if the page is read
    /// again.
    pub(super) fn with_page_rows(mut self, page: Self) -> Self {
        let entries = self.addresses();
        let is_new = |row: &Notice| !entries.contains(&canonical_url(&row.url));
        self.add(page.notices, page.articles, is_new);
        self.next_page = None;
        self
    }

    /// Returns whether most rows of `page` are here too.
    pub(super) fn holds_most_of(&self, page: &Self) -> bool {
        let entries = self.addresses();
        let shared = page
            .notices
            .iter()
            .filter(|row| entries.contains(&canonical_url(&row.url)));
        shared.count() * 2 > page.notices.len()
    }

    fn addresses(&self) -> HashSet<String> {
        let rows = self.notices.iter();
        rows.map(|row| canonical_url(&row.url)).collect()
    }
}

impl TryFrom<Reading> for Rows {
    type Error = ReadError;

    fn try_from(reading: Reading) -> Result<Self, ReadError> {
        match reading {
            Reading::List(list) => Ok(list.into()),
            Reading::Feed(feed) => Ok(feed.into()),
            Reading::Article(article) => Err(ReadError::NotAList(Instead::Article {
                title: article.title,
            })),
        }
    }
}

impl From<NoticeList> for Rows {
    fn from(list: NoticeList) -> Self {
        Self {
            articles: vec![None; list.notices.len()],
            notices: list.notices,
            next_page: list.next_page,
            feeds: list.feeds,
            is_feed: false,
            is_cut: list.is_cut,
            left_out: list.left_out,
            turn: None,
        }
    }
}

impl From<NoticeFeed> for Rows {
    fn from(feed: NoticeFeed) -> Self {
        let mut articles = feed.articles;
        articles.resize(feed.notices.len(), None);
        Self {
            notices: feed.notices,
            articles,
            is_feed: true,
            is_cut: feed.is_cut,
            left_out: feed.left_out,
            ..Self::default()
        }
    }
}
