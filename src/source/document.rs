//! Documents that are no pages: PDF, Office files, archives.
//!
//! [`extract`] turns one into text and is pure; it runs in a process of its own, which [`read`] starts: a document
//! that hangs, eats memory or breaks its reader ends that process alone. [`article()`] reads what came out as if it had
//! been a page, by the same rules.

mod headline;
mod office;
mod pdf;
mod process;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

pub use self::process::answer;
use super::{Context, ReadError, article, text};
use crate::bulletin::Article;

/// Of this many bytes are the longest documents that are read.
pub const LARGEST: u64 = 16 << 20;

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Document {
    /// As it stands above the text, else in the document's properties.
    pub title: Option<String>,
    /// Without the title.
    pub paragraphs: Vec<String>,
    /// It goes on past the most that is read.
    pub is_cut: bool,
}

/// Returns whether bytes are a document that [`extract`] knows, whatever it was served as.
#[must_use]
pub fn is_document(bytes: &[u8]) -> bool {
    is_pdf(bytes) || bytes.starts_with(b"PK\x03\x04")
}

/// The header may stand behind a few other bytes (ISO 32000-1, annex H, note 13).
fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    !head.starts_with(b"<") && head.windows(5).any(|five| five == b"%PDF-")
}

/// Reads a document here and now; whoever does not know where it comes from calls [`read`].
///
/// # Errors
/// It is broken, of another kind, or without text.
pub fn extract(bytes: &[u8]) -> Result<Document, ReadError> {
    let mut document = match is_pdf(bytes) {
        true => pdf::read(bytes)?,
        false => office::read(bytes)?,
    };
    for paragraph in &mut document.paragraphs {
        *paragraph = words(paragraph);
    }
    document
        .paragraphs
        .retain(|paragraph| !paragraph.is_empty());
    Ok(document)
}

/// Reads a document in a process of its own, one at a time.
///
/// # Errors
/// As [`extract`]; also where it needs too much time or memory.
pub async fn read(bytes: &Bytes) -> Result<Document, ReadError> {
    if bytes.len() as u64 > LARGEST {
        let most = LARGEST >> 20;
        return Err(ReadError::TooLarge(format!(
            "a document of over {most} MiB is not read"
        )));
    }
    process::read(bytes).await
}

/// Reads a document's text as that of an article: its day, who issued it, until when people must act.
///
/// # Errors
/// [`ReadError::NoText`].
pub fn article(document: &Document, context: &Context<'_>) -> Result<Article, ReadError> {
    let mut article = article::read(&page(document), context)?;
    let style = |text: String| match context.simplify {
        true => text::simplify(&text),
        false => text,
    };
    article.title = document.title.clone().map(style);
    article.text = style(document.paragraphs.join("\n"));
    article.text_as_published = None;
    if document.is_cut {
        let warning = "the document goes on; its first pages were read";
        article.warnings.push(warning.to_owned());
    }
    Ok(article)
}

/// A page that says what a document says.
fn page(document: &Document) -> String {
    use quick_xml::escape::escape;
    let title = document.title.as_deref().unwrap_or_default();
    let title = escape(title);
    let mut page = format!(
        "<!doctype html><meta charset=utf-8><title>{title}</title><body><article><h1>{title}</h1>"
    );
    for paragraph in &document.paragraphs {
        page.push_str("<p>");
        page.push_str(&escape(paragraph.as_str()));
        page.push_str("</p>\n");
    }
    page.push_str("</article></body>");
    page
}

/// The words of a text, one blank between each two.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Scripts without blanks between words, and their punctuation.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—')
}

/// Puts a further line to a text: words stay apart, and a word that was broken is whole again.
fn join(text: &mut String, line: &str) {
    let (last, first) = (text.chars().next_back(), line.chars().next());
    let is_wide = |c: Option<char>| c.is_none_or(is_wide);
    if last == Some('-') && first.is_some_and(char::is_lowercase) {
        text.pop();
    } else if !is_wide(last) && !is_wide(first) {
        text.push(' ');
    }
    text.push_str(line);
}

#[cfg(test)]
mod tests;
