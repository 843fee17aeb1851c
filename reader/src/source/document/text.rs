//! The text of a document, and how its lines are put together.

use serde::{Deserialize, Serialize};

/// Characters in all, after which nothing more is read.
pub(super) const MOST_CHARACTERS: usize = 200_000;

/// The text of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DocumentText {
    /// As it stands above the text, else in the document's properties.
    pub title: Option<String>,
    /// Without the title.
    pub paragraphs: Vec<String>,
    /// It goes on past the most that is read.
    pub is_cut: bool,
}

/// The words of a text, one blank between each two.
pub(super) fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Scripts without blanks between words, and their punctuation.
pub(super) fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FF60}' | '\u{20000}'..='\u{3FFFF}')
        || matches!(c, '“' | '”' | '‘' | '’' | '…' | '—')
}

/// Puts a further line to a text: words stay apart, and a word that was broken is whole again.
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
