//! The text of a document, and the rules for joining its lines.

use serde::{Deserialize, Serialize};

/// The number of characters after which nothing more is read.
pub(super) const MOST_CHARACTERS: usize = 200_000;

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentText {
    /// The title above the text, else the one in the document's properties.
    pub title: Option<String>,
    /// The paragraphs without the title.
    pub paragraphs: Vec<String>,
    /// True if it continues past the limit.
    pub is_cut: bool,
}

/// Returns the words of a text, separated by single blanks.
pub(super) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a character is from a script without blanks between words, or its punctuation.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—')
}

/// Appends a line to a text: words stay separate, and a hyphenated word is joined.
pub(super) fn join(text: &mut String, line: &str) {
    let (last, first) = (text.chars().next_back(), line.chars().next());
    let is_wide = |c: Option<char>| c.is_none_or(is_wide);
    if last == Some('-') && first.is_some_and(char::is_lowercase) {
        text.pop();
    } else if !is_wide(last) && !is_wide(first) {
        text.push(' ');
    }
    text.push_str(line);
}
