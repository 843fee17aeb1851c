//! RSS of every version, Atom, RDF, JSON Feed; lenient about what real feeds get wrong.

use super::{Context, Feed, ReadError};

/// Reads a feed from its decoded text.
///
/// # Errors
/// [`ReadError::NotAFeed`].
pub fn read(_text: &str, _context: &Context<'_>) -> Result<Feed, ReadError> {
    todo!()
}
