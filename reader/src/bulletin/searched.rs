//! The folded text of a bulletin that a search reads: a search and its index must agree on each character.

use super::{fold, notice::Attachment};

/// The parts of a bulletin that are searched in addition to its text.
#[derive(Debug, Clone, Copy)]
pub struct SearchedParts<'a> {
    pub title: &'a str,
    pub summary: Option<&'a str>,
    pub publisher: Option<&'a str>,
    pub files: &'a [Attachment],
}

impl SearchedParts<'_> {
    /// Returns the parts folded, each on its own line, so that no word spans two parts.
    #[must_use]
    pub fn folded(&self) -> String {
        let files = self.files.iter().map(|file| file.name.as_str());
        let parts = [Some(self.title), self.summary, self.publisher];
        let parts = parts.into_iter().flatten().chain(files);
        parts.map(|part| fold(part) + "\n").collect()
    }
}
