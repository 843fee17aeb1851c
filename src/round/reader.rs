//! Fetches, decodes and reads pages for one round, all in the same way.

use std::{collections::HashSet, num::NonZero, sync::LazyLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use super::fault::Fault;
use crate::{
    bulletin::{Article, Source, Validators},
    source::{
        self, Context, OtherList, ReadError, Reading, article, charset, document,
        fetch::{FetchRequest, Fetched, FetchedPage, Fetcher, Shown, Via, Wants},
        list::{self, PageCopy, Proposal},
        onward,
    },
};

/// The requester of a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The schedule: a pause that the host requested is respected.
    BySchedule,
    /// A person, now, regardless of what the host requested.
    ByHand,
}

/// The limit of pages that are read at a time, which is the number of cores: more would be no faster.
static CORES: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)));

/// The result of reading, and the turn that it took. A round that keeps its turn until the rows are judged prevents
/// others from reading ahead of the store: at a first poll of many, rows would pile up in memory. It must be given
/// back before anything else is fetched or read.
#[derive(Debug)]
pub(super) struct Read<T> {
    pub(super) what: T,
    pub(super) turn: SemaphorePermit<'static>,
}

/// The settings by which this round reads its source's pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) fetcher: &'a Fetcher,
    pub(super) source: &'a Source,
    pub(super) asked: Asked,
    pub(super) now: DateTime<Utc>,
}

impl Reader<'_> {
    pub(super) async fn get(
        &self,
        url: &Url,
        validators: Validators,
        keep_alive: bool,
    ) -> Result<Fetched, Fault> {
        let wants = match *url == self.source.url {
            true => self.source.into(),
            false => Wants::Page,
        };
        let request = FetchRequest {
            validators,
            wants,
            keep_alive,
            ..self.request(url.clone())
        };
        self.fetched(request).await
    }

    /// Fetches a page of the source's list.
    pub(super) async fn list_page(&self, url: &Url) -> Result<FetchedPage, Fault> {
        self.get_as(url, self.source.into()).await
    }

    /// Fetches a page as scripts build it.
    pub(super) async fn rendered(&self, url: &Url) -> Result<FetchedPage, Fault> {
        self.get_as(url, Wants::Rendered).await
    }

    async fn get_as(&self, url: &Url, wants: Wants) -> Result<FetchedPage, Fault> {
        let request = FetchRequest {
            wants,
            ..self.request(url.clone())
        };
        whole(url, self.fetched(request).await?)
    }

    async fn fetched(&self, request: FetchRequest) -> Result<Fetched, Fault> {
        let fetched = match self.asked {
            Asked::BySchedule => self.fetcher.get(&request).await,
            Asked::ByHand => self.fetcher.get_now(&request).await,
        };
        Ok(fetched?)
    }

    /// Fetches a page that was not requested before.
    pub(super) async fn get_new(&self, url: &Url) -> Result<FetchedPage, Fault> {
        whole(url, self.get(url, Validators::default(), true).await?)
    }

    /// Returns the size of a file, as its server states it.
    pub(super) async fn size(&self, url: Url) -> Option<u64> {
        let file = self.fetcher.head(&self.request(url)).await.ok()?;
        // A page in its place means that it is not there.
        let kind = file.content_type.unwrap_or_default();
        file.size.filter(|_| !kind.starts_with("text/html"))
    }

    /// Fetches a file of at most `most` bytes.
    pub(super) async fn file(&self, url: Url, most: u64) -> Result<FetchedPage, Fault> {
        Ok(self.fetcher.file(&self.request(url), most).await?)
    }

    fn request(&self, url: Url) -> FetchRequest {
        FetchRequest {
            url,
            validators: Validators::default(),
            via: Via::from(self.source),
            wants: Wants::Page,
            keep_alive: true,
        }
    }

    pub(super) async fn reading(&self, page: FetchedPage) -> Result<Read<Reading>, Fault> {
        let (kind, leads_to) = (self.source.kind, page.leads_to.clone());
        let read = self.read(page, move |text, content_type, context| {
            source::read(text, content_type, kind, context)
        });
        let read = read.await.map_err(|mut fault| {
            if let Some(to) = leads_to {
                fault.what = format!("{}; {}", fault.what, onward::advice(&to));
            }
            fault
        })?;
        if let Reading::Feed(feed) = &read.what {
            for warning in &feed.warnings {
                tracing::warn!(source = %self.source.id, "{warning}");
            }
        }
        Ok(read)
    }

    /// Returns the feeds that a page announces.
    pub(super) async fn feeds_of(&self, page: FetchedPage) -> Vec<Url> {
        let read = self.read(page, |text, _, context| Ok(list::feeds_of(text, context)));
        read.await.map(|read| read.what).unwrap_or_default()
    }

    /// Returns the groups of links of a page, and why each is not its list.
    pub(super) async fn rejected(&self, page: FetchedPage) -> Vec<OtherList> {
        let read = self.read(page, |text, _, context| Ok(list::rejected(text, context)));
        read.await.map(|read| read.what).unwrap_or_default()
    }

    /// Returns the texts of a page, for a user to point at.
    pub(super) async fn copy(&self, page: FetchedPage) -> Result<PageCopy, Fault> {
        let read = self.read(page, |text, _, context| list::copy(text, context));
        Ok(read.await?.what)
    }

    /// Returns the article of a notice whose title is `title` so far.
    pub(super) async fn article(&self, page: FetchedPage, title: &str) -> Result<Article, Fault> {
        let title = title.to_owned();
        let read = self.read(page, move |text, _, context| {
            article::read_called(text, Some(&title), context)
        });
        Ok(read.await?.what)
    }

    /// Returns a page that is a document, read as an article.
    pub(super) async fn document(&self, page: FetchedPage) -> Result<Article, Fault> {
        let document = document::read(&page.body).await?;
        let page = FetchedPage {
            body: Bytes::new(),
            ..page
        };
        let read = self.read(page, move |_, _, context| {
            document::article(&document, context)
        });
        Ok(read.await?.what)
    }

    /// Returns the rule for a page that is not recognized as a list.
    pub(super) async fn proposal(
        &self,
        page: FetchedPage,
        known: HashSet<String>,
    ) -> Result<Option<Proposal>, Fault> {
        let read = self.read(page, move |text, _, context| {
            Ok(list::propose(text, context, &known))
        });
        Ok(read.await?.what)
    }

    /// Reads on a thread that may block: a large page takes milliseconds.
    async fn read<T: Send + 'static>(
        &self,
        page: FetchedPage,
        read: impl FnOnce(&str, Option<&str>, &Context<'_>) -> Result<T, ReadError> + Send + 'static,
    ) -> Result<Read<T>, Fault> {
        let (source, now) = (self.source.clone(), self.now);
        let turn = CORES.acquire().await.expect("it is never closed");
        let reading = tokio::task::spawn_blocking(move || {
            let content_type = page.content_type.as_deref();
            let decoded = charset::decode(&page.body, content_type, source.charset.as_deref());
            if let Some(warning) = &decoded.warning {
                tracing::debug!(source = %source.id, "{warning}");
            }
            let context = Context {
                base: &page.url,
                time_zone: source.time_zone,
                now,
                select: &source.select,
                simplify: source.simplify,
            };
            read(&decoded.text, content_type, &context)
        });
        match reading.await {
            Ok(read) => Ok(Read { what: read?, turn }),
            Err(panic) => Err(Fault::unreadable(format!(
                "an internal error occurred while reading the page: {panic}"
            ))),
        }
    }
}

/// Returns the page that answers a request without conditions.
fn whole(url: &Url, fetched: Fetched) -> Result<FetchedPage, Fault> {
    match fetched {
        Fetched::Page(page) => Ok(page),
        Fetched::NotModified(_) => Err(Fault::unreadable(format!(
            "{}: answered 304 to a request without conditions",
            Shown(url)
        ))),
    }
}
