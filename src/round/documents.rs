//! Documents of a notice: one that is the notice itself, and those beside an article.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{fault::Fault, reader::Reader};
use crate::{
    bulletin::{Article, Attachment, Notice},
    source::{document, fetch::FetchedPage},
};

/// Files of one article that are read.
const MOST_FILES: usize = 3;
/// Characters of one file that are kept with its article.
const MOST_CHARACTERS: usize = 20_000;
/// What is not read by then is known by its name alone: news cannot wait for its files.
const LONGEST: Duration = Duration::from_secs(15);
/// An article of fewer characters says little more than that there are files.
const LITTLE: usize = 60;

/// What a file beside an article says.
#[derive(Debug, Clone)]
pub(super) struct FileText {
    name: String,
    text: String,
}

impl FileText {
    /// The line above its text, where that is kept with the text of its article.
    fn heading(file: &Attachment) -> String {
        format!("【{}】", file.name)
    }
}

/// Returns until when the files of a poll's articles may be read.
pub(super) fn end() -> Instant {
    Instant::now() + LONGEST
}

/// A page that is a document: the notice itself is in it. One that cannot be read is a file to open.
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

/// A notice that is a document itself.
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

/// Reads the files beside an article of which text can be had.
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

/// Reads the files of an article again, as far as their texts were kept or they are new; None: one
/// of those that were kept cannot be read now, so that nobody knows what the article says.
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

/// Files beside an article whose text can be had. What an article that is a document links to is itself.
fn readable(article: &Article) -> impl Iterator<Item = &Attachment> {
    let small = |file: &&Attachment| file.size.is_none_or(|size| size <= document::LARGEST);
    let is_known = |file: &&Attachment| {
        let url = Url::parse(&file.url);
        url.is_ok_and(|url| is_readable(url.path())) || is_readable(&file.name)
    };
    let files = article.attachments.iter();
    files.filter(small).filter(is_known)
}

/// Returns whether a name ends as that of a document whose text can be had.
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

/// The files' text where the article itself says next to nothing: it is what its summary is made of.
pub(super) fn in_place_of<'a>(article: &Article, files: &'a [FileText]) -> Option<&'a str> {
    let first = files.first().filter(|_| says_little(article))?;
    Some(&first.text)
}

/// Returns whether an article says next to nothing by itself.
pub(super) fn says_little(article: &Article) -> bool {
    article.text.chars().count() < LITTLE
}

/// Puts the files' texts below that of their article, for search.
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
