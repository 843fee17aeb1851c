//! A list page: the one real list among menus, side bars, pagers and footers.

use super::{Context, List, ReadError};

/// Reads the list of an HTML page.
///
/// # Errors
/// [`ReadError::NotAList`] says what the page is instead.
pub fn read(_html: &str, _context: &Context<'_>) -> Result<List, ReadError> {
    todo!()
}

/// Reads the list of a JSON endpoint's answer.
///
/// # Errors
/// [`ReadError::NotAList`], [`ReadError::Unreadable`].
pub fn read_json(_json: &str, _context: &Context<'_>) -> Result<List, ReadError> {
    todo!()
}
