//! An article page: title, date, issuing body, text, attachments.

use super::{Context, ReadError};
use crate::bulletin::Article;

/// Reads an article from a page's text.
///
/// # Errors
/// [`ReadError::NoText`] where the page has neither text nor attachments.
pub fn read(_html: &str, _context: &Context<'_>) -> Result<Article, ReadError> {
    Err(ReadError::NoText("articles are not read yet".into()))
}
