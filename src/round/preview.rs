//! Shows a page as a source would read it; nothing is stored.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    fault::Fault,
    reader::{Asked, Reader},
    rows::Rows,
};
use crate::{
    bulletin::{Article, Moment, Notice, PageFault, ReadAs, Select, Source},
    source::{
        NoticeList, OtherList, Reading, document,
        fetch::{FetchedPage, Fetcher},
        list::PageCopy,
        summary::summarise,
    },
};

/// The reason why nothing is found on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The kind of fault; for [`PageFault::Private`], the reason states where an inner name leads.
    pub fault: PageFault,
    /// The reason in English, with the details.
    pub why: String,
    /// The lists that a selector may choose instead.
    pub others: Vec<OtherChoice>,
}

impl From<Fault> for Unread {
    fn from(fault: Fault) -> Self {
        Self {
            fault: fault.kind,
            why: fault.what,
            others: Vec::new(),
        }
    }
}

/// An input as `preview --json` prints it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Preview {
    pub input: String,
    #[serde(flatten)]
    pub what: PreviewKind,
}

/// The reading of an input: a list, a feed, or one article.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum PreviewKind {
    List {
        #[schema(required)]
        title: Option<String>,
        #[schema(required)]
        feed: Option<String>,
        bulletins: Vec<PreviewRow>,
    },
    Feed {
        #[schema(required)]
        title: Option<String>,
        bulletins: Vec<PreviewEntry>,
        warnings: Vec<String>,
    },
    Article {
        #[schema(required)]
        title: Option<String>,
        #[schema(required)]
        published: Option<Moment>,
        #[schema(required)]
        author: Option<String>,
        #[schema(required)]
        publisher: Option<String>,
        text: String,
        #[schema(required)]
        summary: Option<String>,
        #[schema(required)]
        deadline: Option<Moment>,
        attachments: Vec<FileLink>,
        warnings: Vec<String>,
    },
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewRow {
    pub url: String,
    pub title: String,
    #[schema(required)]
    pub published: Option<Moment>,
}

/// An entry of a feed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PreviewEntry {
    pub id: String,
    pub url: String,
    pub title: String,
    #[schema(required)]
    pub published: Option<Moment>,
    #[schema(required)]
    pub updated: Option<Moment>,
    #[schema(required)]
    pub summary: Option<String>,
}

/// A file that an article links to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FileLink {
    pub url: String,
    pub name: String,
}

/// Selectors, as `[source.select]` has them.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SelectKeys {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// Another group of links on the page, which a selector can choose.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OtherChoice {
    #[schema(required)]
    pub title: Option<String>,
    pub links: usize,
    /// The text of its first link.
    pub first: String,
    /// The reason why it was rejected.
    pub why: String,
    /// True if it is also a list of notices, and not a menu or sidebar.
    pub is_list: bool,
    #[schema(required)]
    pub select: Option<SelectKeys>,
}

/// Reads a page as a source would, with the selectors that find its list again and its other lists.
///
/// # Errors
/// Fails with the reason why there is nothing to show.
pub async fn preview(
    fetcher: &Fetcher,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<(Preview, Option<SelectKeys>, Vec<OtherChoice>), Unread> {
    let reader = Reader {
        fetcher,
        source,
        asked: Asked::ByHand,
        now,
    };
    let page = reader.list_page(&source.url).await?;
    if source.kind == ReadAs::Auto && document::is_document(&page.body) {
        let article = reader.document(page).await?;
        let reading = Reading::Article(article);
        return Ok((shown(source.url.as_str(), &reading, None), None, Vec::new()));
    }
    match read(&reader, page.clone()).await {
        Ok(reading) => {
            let others = match &reading {
                Reading::List(list) if !list.others.is_empty() => {
                    chosen_among(&list.others, &reader.rejected(page).await)
                }
                // The page itself is not a list: a user who wants to watch it has to choose one.
                Reading::Article(_) => {
                    let groups = reader.rejected(page).await;
                    groups.iter().map(OtherChoice::from).collect()
                }
                Reading::List(_) | Reading::Feed(_) => Vec::new(),
            };
            let select = select_of(source, &reading);
            Ok((shown(source.url.as_str(), &reading, None), select, others))
        }
        Err(fault) => {
            let others = reader.rejected(page).await;
            Err(Unread {
                others: others.iter().map(OtherChoice::from).collect(),
                ..Unread::from(fault)
            })
        }
    }
}

/// Returns a copy of a page, for a user to point at the rows that a source is to have; nothing is stored.
///
/// # Errors
/// Fails with the reason why there is nothing to show.
pub async fn copy(
    fetcher: &Fetcher,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<PageCopy, Unread> {
    let reader = Reader {
        fetcher,
        source,
        asked: Asked::ByHand,
        now,
    };
    let page = reader.list_page(&source.url).await?;
    Ok(reader.copy(page).await?)
}

/// Returns the title of a page and the notices that a poll of it would find; nothing is stored. An error states why
/// there are none.
///
/// # Errors
/// Fails if the page cannot be fetched, or is neither a list nor a feed.
pub async fn notices(
    fetcher: &Fetcher,
    source: &Source,
    now: DateTime<Utc>,
) -> Result<(Option<String>, Vec<Notice>), Unread> {
    let reader = Reader {
        fetcher,
        source,
        asked: Asked::BySchedule,
        now,
    };
    let page = reader.list_page(&source.url).await?;
    let reading = read(&reader, page).await?;
    let title = match &reading {
        Reading::List(list) => list.title.clone(),
        Reading::Feed(feed) => feed.title.clone(),
        Reading::Article(_) => None,
    };
    let rows = Rows::try_from(reading).map_err(Fault::from)?;
    Ok((title, rows.notices))
}

/// Reads a page, and gives back the turn that reading took.
async fn read(reader: &Reader<'_>, page: FetchedPage) -> Result<Reading, Fault> {
    Ok(reader.reading(page).await?.what)
}

/// Returns the selectors by which a source finds this list again: its own, else those that were found.
fn select_of(source: &Source, reading: &Reading) -> Option<SelectKeys> {
    match reading {
        _ if source.select != Select::default() => Some(SelectKeys::from(&source.select)),
        Reading::List(NoticeList { select, .. }) => select.as_ref().map(SelectKeys::from),
        Reading::Feed(_) | Reading::Article(_) => None,
    }
}

/// Returns the lists that were not chosen, each with the selectors that were found for it.
fn chosen_among(others: &[OtherList], groups: &[OtherList]) -> Vec<OtherChoice> {
    let is_same = |a: &OtherList, b: &OtherList| {
        (&a.title, a.links, &a.first) == (&b.title, b.links, &b.first)
    };
    let choice = |other: &OtherList| {
        let group = groups.iter().find(|group| is_same(group, other));
        let select = group.and_then(|group| group.select.as_ref());
        OtherChoice {
            select: select.map(SelectKeys::from),
            ..OtherChoice::from(other)
        }
    };
    others.iter().map(choice).collect()
}

/// Converts a reading to the form of the contract.
#[must_use]
pub fn shown(input: &str, reading: &Reading, doubt: Option<&String>) -> Preview {
    let doubts = |warnings: &[String]| doubt.into_iter().chain(warnings).cloned().collect();
    let what = match reading {
        Reading::List(list) => PreviewKind::List {
            title: list.title.clone(),
            feed: list.feeds.first().map(ToString::to_string),
            bulletins: list.notices.iter().map(PreviewRow::from).collect(),
        },
        Reading::Feed(feed) => PreviewKind::Feed {
            title: feed.title.clone(),
            bulletins: feed.notices.iter().map(PreviewEntry::from).collect(),
            warnings: doubts(&feed.warnings),
        },
        Reading::Article(article) => PreviewKind::Article {
            title: article.title.clone(),
            published: article.published,
            author: article.author.clone(),
            publisher: article.publisher.clone(),
            text: article.text.clone(),
            summary: summary_of(article),
            deadline: article.deadline,
            attachments: article
                .attachments
                .iter()
                .map(|file| FileLink {
                    url: file.url.clone(),
                    name: file.name.clone(),
                })
                .collect(),
            warnings: doubts(&article.warnings),
        },
    };
    Preview {
        input: input.to_owned(),
        what,
    }
}

/// Returns the article's own summary, else one that is made of its text.
#[must_use]
pub fn summary_of(article: &Article) -> Option<String> {
    let title = article.title.as_deref().unwrap_or_default();
    let own = article.summary.clone();
    own.or_else(|| summarise(title, None, &article.text, None))
}

impl From<&Notice> for PreviewRow {
    fn from(notice: &Notice) -> Self {
        Self {
            url: notice.url.clone(),
            title: notice.title.clone(),
            published: notice.published,
        }
    }
}

impl From<&Notice> for PreviewEntry {
    fn from(notice: &Notice) -> Self {
        Self {
            id: notice.guid.as_ref().unwrap_or(&notice.url).clone(),
            url: notice.url.clone(),
            title: notice.title.clone(),
            published: notice.published,
            updated: notice.updated,
            summary: notice.summary.clone(),
        }
    }
}

impl From<&Select> for SelectKeys {
    fn from(select: &Select) -> Self {
        let select = select.clone();
        Self {
            item: select.item,
            title: select.title,
            link: select.link,
            date: select.date,
            body: select.body,
        }
    }
}

impl From<&OtherList> for OtherChoice {
    fn from(other: &OtherList) -> Self {
        Self {
            title: other.title.clone(),
            links: other.links,
            first: other.first.clone(),
            why: other.why.clone(),
            is_list: other.is_list,
            select: other.select.as_ref().map(SelectKeys::from),
        }
    }
}
