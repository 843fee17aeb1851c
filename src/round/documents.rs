//! Reads the documents of a notice: one that is the notice itself, and those of an article.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{fault::Fault, reader::Reader};
use crate::{
    bulletin::{Article, Attachment, Notice},
    source::{document, fetch::FetchedPage},
};

/// The most files of one article that are read.
const MOST_FILES: usize = 3;
/// The most characters of one file that are stored with its article.
const MOST_CHARACTERS: usize = 20_000;
/// The time for reading files; a file that is not read by then is known only by its name: news cannot wait for its
/// files.
const LONGEST: Duration = Duration::from_secs(15);
/// The length, in characters, below which an article states little more than that there are files.
const LITTLE: usize = 60;

/// The text of a file of an article.
#[derive(Debug, Clone)]
pub(super) struct FileText {
    name: String,
    text: String,
}

impl FileText {
    /// Returns the line above its text, where that is stored with the text of its article.
    fn heading(file: &Attachment) -> String {
        format!("【{}】", file.name)
    }
}

/// Returns the time until which the files of a poll's articles may be read.
pub(super) fn end() -> Instant {
    Instant::now() + LONGEST
}

/// Returns the article of a page that is a document: the notice itself is in it. A document that cannot be read is a
/// file to open.
pub(super) async fn notice(reader: &Reader<'_>, notice: &Notice, page: FetchedPage) -> Article {
    let size = Some(page.body.len() as u64);
    let url = page.url.clone();
    let itself = file(notice, size);
    match reader.document(page).await {
        Ok(article) => Article {
            attachments: itself.attachments,
            ..article
        },
        Err(fault) => {
            tracing::warn!(source = %reader.source.id, "{url} is kept as a file: {}", fault.what);
            Article {
                warnings: vec![fault.what],
                ..itself
            }
        }
    }
}

/// Returns the article of a notice that is a document itself.
pub(super) fn file(notice: &Notice, size: Option<u64>) -> Article {
    Article {
        attachments: vec![Attachment {
            url: notice.url.clone(),
            name: notice.title.clone(),
            size,
        }],
        ..Article::default()
    }
}

/// Reads the files of an article whose text is readable.
pub(super) async fn beside(reader: &Reader<'_>, article: &Article, end: Instant) -> Vec<FileText> {
    let mut texts = Vec::new();
    for file in readable(article).take(MOST_FILES) {
        match timeout_at(end, text(reader, file)).await {
            Ok(Ok(text)) => texts.push(text),
            Ok(Err(fault)) => note(reader, file, &fault.what),
            Err(_) => {
                note(reader, file, "it took too long");
                break;
            }
        }
    }
    texts
}

/// Reads the files of an article again, if their texts were stored or they are new; `None` if one of the stored ones
/// cannot be read now, so that the content of the article is unknown.
pub(super) async fn again(
    reader: &Reader<'_>,
    article: &Article,
    known: &[Attachment],
    before: &str,
) -> Option<Vec<FileText>> {
    let mut texts = Vec::new();
    for file in readable(article).take(MOST_FILES) {
        let was_kept = before.contains(&FileText::heading(file));
        if !was_kept && known.iter().any(|known| known.url == file.url) {
            continue;
        }
        match timeout_at(end(), text(reader, file)).await {
            Ok(Ok(text)) => texts.push(text),
            _ if was_kept => return None,
            _ => note(reader, file, "it could not be read"),
        }
    }
    Some(texts)
}

fn note(reader: &Reader<'_>, file: &Attachment, why: &str) {
    tracing::debug!(source = %reader.source.id, "the file {} is known only by its name: {why}", file.url);
}

/// Returns the files of an article whose text is readable. An article that is a document links to itself.
fn readable(article: &Article) -> impl Iterator<Item = &Attachment> {
    let small = |file: &&Attachment| file.size.is_none_or(|size| size <= document::LARGEST);
    let is_known = |file: &&Attachment| {
        let url = Url::parse(&file.url);
        url.is_ok_and(|url| is_readable(url.path())) || is_readable(&file.name)
    };
    let files = article.attachments.iter();
    files.filter(small).filter(is_known)
}

/// Returns whether a name ends like that of a document whose text is readable.
pub(super) fn is_readable(name: &str) -> bool {
    const ENDINGS: [&str; 7] = ["pdf", "docx", "xlsx", "pptx", "ofd", "odt", "zip"];
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

async fn text(reader: &Reader<'_>, file: &Attachment) -> Result<FileText, Fault> {
    let url = Url::parse(&file.url).map_err(|error| Fault::unreadable(error.to_string()))?;
    let page = reader.file(url, document::LARGEST).await?;
    let read = document::read(&page.body).await?;
    let title = read.title.into_iter();
    let mut text = title.chain(read.paragraphs).collect::<Vec<_>>().join("\n");
    if let Some((end, _)) = text.char_indices().nth(MOST_CHARACTERS) {
        text.truncate(end);
    }
    Ok(FileText {
        name: FileText::heading(file),
        text,
    })
}

/// Returns the files' text if the article itself has next to no text: the summary is made of it.
pub(super) fn in_place_of<'a>(article: &Article, files: &'a [FileText]) -> Option<&'a str> {
    let first = files.first().filter(|_| says_little(article))?;
    Some(&first.text)
}

/// Returns whether an article itself has next to no text.
pub(super) fn says_little(article: &Article) -> bool {
    article.text.chars().count() < LITTLE
}

/// Appends the files' texts to that of their article, for search.
pub(super) fn append(article: &mut Article, files: &[FileText]) {
    for file in files {
        let below = format!("\n{}\n{}", file.name, file.text);
        article.text.push_str(&below);
        if let Some(as_published) = &mut article.text_as_published {
            as_published.push_str(&below);
        }
    }
    if article.text.starts_with('\n') {
        article.text.remove(0);
    }
}
