//! Opens the articles of new rows: bounded, politely, and never at the notice's expense.

use std::time::Duration;

use futures::{StreamExt, stream};
use url::Url;

use super::{
    documents::{self, file},
    fault::Fault,
    front::hash_of,
    pages::JudgedList,
    reader::Reader,
    summary,
};
use crate::{
    bulletin::{Article, BulletinId, BulletinState, Notice, Opened, is_same_page},
    ops::{Found, Ruling, Store},
    source::{document, fetch::FetchedPage},
};

/// The time for opening; a row that is not opened by then is admitted with the content of the list.
const LONGEST: Duration = Duration::from_secs(30);
/// The number of articles of one poll that are opened at a time; the fetcher still requests one page at a time from
/// each host.
const AT_ONCE: usize = 4;
/// The most articles that one poll opens.
const MOST_OPENED: usize = 60;
/// The most pages of one article.
const MOST_PAGES: usize = 10;

/// Opens the article of each row that is to be pushed, now or once an admin publishes it, if the source requires it,
/// and of each that has another title: the rest of it may be new too.
pub(super) async fn open(store: &Store, reader: &Reader<'_>, list: JudgedList) -> Vec<Found> {
    let source = reader.source;
    let mut articles = list.articles;
    let judged = &list.judged;
    let news = (0..list.notices.len()).filter(|&place| is_news(&judged.rulings[place]));
    let to_open: Vec<usize> = news
        .chain(judged.retitled.iter().copied())
        .filter(|&place| source.full_text && articles[place].is_none())
        .filter(|&place| !is_within(&source.url, &list.notices[place].url))
        // A page that several notices share is not the article of any.
        .filter(|&place| !judged.shares_address[place])
        .take(MOST_OPENED)
        .collect();
    let notices = &list.notices;
    let mut opening = stream::iter(to_open)
        .map(|place| async move {
            let mut opened = match judged.rulings[place] {
                Ruling::Known(id) => open_again(store, reader, &notices[place], id).await,
                _ => open_one(reader, &notices[place]).await,
            };
            if let Ok(article) = &mut opened {
                measure(reader, article).await;
            }
            (place, opened)
        })
        .buffer_unordered(AT_ONCE);
    let end = tokio::time::Instant::now() + LONGEST;
    let mut opened = vec![false; notices.len()];
    while let Ok(Some((place, article))) = tokio::time::timeout_at(end, opening.next()).await {
        match article {
            Ok(article) => {
                articles[place] = Some(article);
                opened[place] = true;
            }
            Err(fault) => {
                tracing::warn!(source = %source.id, "an article could not be opened, so the row of the list is used: {}: {}", notices[place].url, fault.what);
            }
        }
    }
    drop(opening);
    // Files are read last, so that no article waits for the files of another.
    let end = documents::end();
    let mut found = Vec::with_capacity(articles.len());
    for (place, (notice, article)) in list.notices.into_iter().zip(articles).enumerate() {
        let mut files = Vec::new();
        if let Some(article) = article.as_ref().filter(|_| opened[place]) {
            files = documents::beside(reader, article, end).await;
        }
        found.push(summary::join(reader, notice, article, &files));
    }
    found
}

fn is_news(ruling: &Ruling) -> bool {
    matches!(
        ruling,
        Ruling::Unknown(BulletinState::Published | BulletinState::Held, _)
    )
}

/// Returns whether an address is a place in the list's own page, which has nothing more about its row.
pub(super) fn is_within(list: &Url, row: &str) -> bool {
    let (page, _) = row.split_once('#').unwrap_or_default();
    let own = list.as_str().split('#').next().unwrap_or_default();
    !page.is_empty() && page == own
}

/// Opens the article of a known notice, if its page is still about it.
async fn open_again(
    store: &Store,
    reader: &Reader<'_>,
    notice: &Notice,
    id: BulletinId,
) -> Result<Article, Fault> {
    let article = open_one(reader, notice).await?;
    let before = store.text(id).await;
    let before = before.map_err(|error| Fault::unreadable(error.to_string()))?;
    let (now, text) = (article.title.as_deref(), &article.text);
    match before.is_none_or(|before| is_same_page(&notice.title, now, &before, text)) {
        true => Ok(article),
        false => Err(Fault::unreadable(
            "it is about something else now".to_owned(),
        )),
    }
}

async fn open_one(reader: &Reader<'_>, notice: &Notice) -> Result<Article, Fault> {
    let url = Url::parse(&notice.url).map_err(|error| Fault::unreadable(error.to_string()))?;
    if is_closed_file(&url) {
        return Ok(file(notice, None));
    }
    if is_file(&url) {
        return Ok(document(reader, notice, &url).await);
    }
    let page = reader.get_new(&url).await?;
    read(reader, notice, &url, page).await
}

/// Opens a notice whose address is that of a document. A document that cannot be fetched is a file to open.
async fn document(reader: &Reader<'_>, notice: &Notice, url: &Url) -> Article {
    let opened = async { read(reader, notice, url, reader.get_new(url).await?).await };
    opened.await.unwrap_or_else(|fault| {
        tracing::debug!(source = %reader.source.id, "{url} is kept as a file: {}", fault.what);
        file(notice, None)
    })
}

/// Reads an article from its first page on.
pub(super) async fn read(
    reader: &Reader<'_>,
    notice: &Notice,
    url: &Url,
    page: FetchedPage,
) -> Result<Article, Fault> {
    let source = reader.source;
    let opened = Opened {
        validators: page.validators.clone(),
        body: hash_of(&page.body),
    };
    let mut article = read_page(reader, notice, page).await?;
    article.opened = Some(opened);
    let mut visited = vec![url.to_string()];
    while let Some(next) = article
        .next_page
        .take()
        .filter(|url| !visited.contains(url))
    {
        let Ok(url) = Url::parse(&next) else { break };
        let further = async { read_page(reader, notice, reader.get_new(&url).await?).await };
        match further.await {
            Ok(further) => join(&mut article, further),
            Err(fault) => {
                tracing::warn!(source = %source.id, "the text continues at {next}, which could not be fetched: {}", fault.what);
                break;
            }
        }
        visited.push(next);
        if visited.len() >= MOST_PAGES {
            break;
        }
    }
    if visited.len() > 1 {
        // These belong to the first page; the rest may state a deadline.
        (article.summary, article.deadline) = (None, None);
    }
    Ok(article)
}

fn join(article: &mut Article, further: Article) {
    if let Some(text) = &mut article.text_as_published {
        text.push('\n');
        text.push_str(
            further
                .text_as_published
                .as_deref()
                .unwrap_or(&further.text),
        );
    } else if let Some(text) = &further.text_as_published {
        article.text_as_published = Some(format!("{}\n{text}", article.text));
    }
    article.text.push('\n');
    article.text.push_str(&further.text);
    for attachment in further.attachments {
        if !article.attachments.contains(&attachment) {
            article.attachments.push(attachment);
        }
    }
    article.next_page = further.next_page;
}

async fn read_page(
    reader: &Reader<'_>,
    notice: &Notice,
    page: FetchedPage,
) -> Result<Article, Fault> {
    if document::is_document(&page.body) {
        return Ok(documents::notice(reader, notice, page).await);
    }
    if !is_text(page.content_type.as_deref()) {
        return Ok(file(notice, Some(page.body.len() as u64)));
    }
    let url = page.url.clone();
    let plain = reader.article(page, &notice.title).await;
    let is_enough = |article: &Article| !documents::says_little(article);
    if !reader.source.browser || plain.as_ref().is_ok_and(is_enough) {
        return plain;
    }
    // The rendered page may hide the plain content, so the plain article is the fallback.
    match reader.rendered(&url).await {
        Ok(page) => reader.article(page, &notice.title).await.or(plain),
        Err(fault) => {
            tracing::warn!(source = %reader.source.id, "{url} is read without its scripts: {}", fault.what);
            plain
        }
    }
}

/// Requests the sizes of files that no page states: few, and no longer than news can wait.
pub(super) async fn measure(reader: &Reader<'_>, article: &mut Article) {
    const MOST: usize = 5;
    const PATIENCE: Duration = Duration::from_secs(5);
    let files = article.attachments.iter_mut().take(MOST);
    let end = tokio::time::Instant::now() + PATIENCE;
    for file in files.filter(|file| file.size.is_none()) {
        let Ok(url) = Url::parse(&file.url) else {
            continue;
        };
        match tokio::time::timeout_at(end, reader.size(url)).await {
            Ok(size) => file.size = size,
            Err(_) => break,
        }
    }
}

/// Returns whether an address is that of a file whose text cannot be read.
pub(super) fn is_closed_file(url: &Url) -> bool {
    is_file(url) && !documents::is_readable(url.path())
}

pub(super) fn is_file(url: &Url) -> bool {
    const ENDINGS: [&str; 11] = [
        "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "ofd", "zip", "rar",
    ];
    let ending = url
        .path()
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn is_text(content_type: Option<&str>) -> bool {
    let Some(kind) = content_type else {
        return true;
    };
    let kind = kind.trim_start().to_ascii_lowercase();
    kind.starts_with("text/")
        || kind.contains("html")
        || kind.contains("xml")
        || kind.contains("json")
}
