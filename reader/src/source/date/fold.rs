//! Converts full-width forms and odd spaces to plain ones, and maps places back to the original bytes.

use std::{borrow::Cow, ops::Range};

/// A text for pattern matching: full-width ASCII is plain, spaces are plain, nothing is invisible.
#[derive(Debug)]
pub(super) struct FoldedText<'a> {
    pub(super) text: Cow<'a, str>,
    /// The place in the original for each byte of `text` and its end. Empty if both are equal.
    origin: Vec<usize>,
}

impl<'a> FoldedText<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        if !text.chars().any(|c| fold(c) != Some(c)) {
            return Self {
                text: Cow::Borrowed(text),
                origin: Vec::new(),
            };
        }
        let mut folded = String::with_capacity(text.len());
        let mut origin = Vec::with_capacity(text.len() + 1);
        for (at, c) in text.char_indices() {
            if let Some(c) = fold(c) {
                folded.push(c);
                origin.resize(folded.len(), at);
            }
        }
        origin.push(text.len());
        Self {
            text: Cow::Owned(folded),
            origin,
        }
    }

    /// Returns the same range in the original text.
    pub(super) fn original(&self, range: &Range<usize>) -> Range<usize> {
        if self.origin.is_empty() {
            return range.clone();
        }
        // The end is where the next kept character begins, or the end of the text.
        self.origin[range.start]..self.origin[range.end]
    }
}

fn fold(c: char) -> Option<char> {
    match c {
        '\u{20}'..='\u{7e}' => Some(c),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '【' | '〔' | '「' | '『' => Some('['),
        '】' | '〕' | '」' | '』' => Some(']'),
        '–' | '—' | '‐' | '‑' | '−' | '―' => Some('-'),
        '\u{660}'..='\u{669}' => char::from_u32(u32::from(c) - 0x630),
        '\u{6f0}'..='\u{6f9}' => char::from_u32(u32::from(c) - 0x6c0),
        '년' => Some('年'),
        '월' => Some('月'),
        '일' => Some('日'),
        c if c.is_whitespace() => Some(' '),
        c => Some(c),
    }
}
