//! Turns the bytes of a document into its text, in this process.

use super::{
    office, pdf,
    text::{DocumentText, words},
};
use crate::source::reading::ReadError;

/// Returns whether bytes are a document that [`extract`] knows, whatever content type it was served with.
#[must_use]
pub fn is_document(bytes: &[u8]) -> bool {
    is_pdf(bytes) || bytes.starts_with(b"PK\x03\x04")
}

/// Returns whether bytes are a PDF. The header may follow a few other bytes (ISO 32000-1, annex H, note 13).
fn is_pdf(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    !head.starts_with(b"<") && head.windows(5).any(|five| five == b"%PDF-")
}

/// Reads a document in this process; for documents of unknown origin call [`read`](super::read).
///
/// # Errors
/// Fails if the document is broken, of another kind, or without text.
pub fn extract(bytes: &[u8]) -> Result<DocumentText, ReadError> {
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
