//! Reads documents that are not pages: PDF, Office files, archives.
//!
//! [`extract`] turns one into text and is pure; it runs in a separate process, which [`read`] starts: a document that
//! hangs, uses up memory or crashes its reader ends only that process. [`article()`] reads the result as if it were a
//! page, by the same rules.

mod extract;
mod headline;
mod office;
mod pdf;
mod process;
mod text;

use bytes::Bytes;

pub use self::{
    extract::{extract, is_document},
    process::answer,
    text::DocumentText,
};
use super::{
    article,
    reading::{Context, ReadError},
    text::simplify,
};
use crate::bulletin::Article;

/// The largest document that is read, in bytes.
pub const LARGEST: u64 = 16 << 20;

/// Reads a document in a separate process, one at a time.
///
/// # Errors
/// Fails like [`extract`]; also if it needs too much time or memory.
pub async fn read(bytes: &Bytes) -> Result<DocumentText, ReadError> {
    if bytes.len() as u64 > LARGEST {
        let most = LARGEST >> 20;
        return Err(ReadError::TooLarge(format!(
            "a document of over {most} MiB is not read"
        )));
    }
    process::read(bytes).await
}

/// Reads a document's text like that of an article: its day, its issuer, its deadline.
///
/// # Errors
/// Returns [`ReadError::NoText`] if there is no text.
pub fn article(document: &DocumentText, context: &Context<'_>) -> Result<Article, ReadError> {
    let mut article = article::read(&page(document), context)?;
    let style = |text: String| match context.simplify {
        true => simplify(&text),
        false => text,
    };
    article.title = document.title.clone().map(style);
    article.text = style(document.paragraphs.join("\n"));
    article.text_as_published = None;
    if document.is_cut {
        let warning = "the document is longer; only its first pages were read";
        article.warnings.push(warning.to_owned());
    }
    Ok(article)
}

/// Returns a page with the content of a document.
fn page(document: &DocumentText) -> String {
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

#[cfg(test)]
mod tests;
