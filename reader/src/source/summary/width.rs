//! The width of a text on a card.

/// The longest summary: 120 Chinese characters, or 360 others, which carry about as much.
pub(super) const LIMIT: usize = 360;
/// The longest summary that would otherwise have to be cut within a sentence: readers who compared them missed the part
/// that was cut off, and hardly minded another half.
pub(super) const WHOLE: usize = LIMIT + LIMIT / 2;

/// Returns the width of a text; a Chinese character or mark counts three.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

pub(super) fn char_width(c: char) -> usize {
    if c.is_ascii() || c < '\u{1100}' && !"“”‘’…—".contains(c) {
        1
    } else {
        3
    }
}
