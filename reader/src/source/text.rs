//! Cleans text for reading: white space, width, junk, glosses, mojibake.
//!
//! [`one_line`] is for titles, names and paragraphs. Longer texts go through [`repair`] as a whole,
//! since a gloss is distinguished from a name in brackets by the words around it.

mod gloss;
mod han;
mod mojibake;
mod tidy;

use std::{borrow::Cow, sync::LazyLock};

use ferrous_opencc::{OpenCC, config::BuiltinConfig};
use unicode_segmentation::UnicodeSegmentation;

pub(crate) use self::gloss::{drop_glosses, is_glossed};
pub(crate) use self::han::is_han;
pub(crate) use self::tidy::tidy;

/// Returns one line, trimmed, with white space of every kind folded, control and zero-width characters dropped, inline
/// pinyin glosses dropped, mojibake undone.
#[must_use]
pub fn one_line(text: &str) -> String {
    if is_plain(text) {
        return mojibake::undo(text).into_owned();
    }
    let text = tidy(&mojibake::undo(text));
    let text = drop_glosses(&text, is_glossed(&text));
    text.split('\n')
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Joins the lines of a title as they are read: a line that ends within a Chinese word does not end the word.
pub(crate) fn joined_lines(title: &str) -> String {
    title
        .lines()
        .map(str::trim)
        .fold(String::new(), |mut whole, line| {
            let goes_on = whole.ends_with(is_han) && line.starts_with(is_han);
            if !(whole.is_empty() || line.is_empty() || goes_on) {
                whole.push(' ');
            }
            whole + line
        })
}

/// Returns the last place up to `end` that does not split a user-perceived character.
pub(crate) fn whole_until(text: &str, end: usize) -> usize {
    let begins = text.grapheme_indices(true).map(|(at, _)| at);
    let ends = begins.chain([text.len()]).take_while(|at| *at <= end);
    ends.last().unwrap_or_default()
}

/// Returns whether nothing in a text can be noise or a gloss, as in most titles: Chinese characters, their own marks,
/// ASCII without brackets and entities, single spaces.
fn is_plain(text: &str) -> bool {
    let mut last = ' ';
    let plain = text.chars().all(|c| {
        let before = std::mem::replace(&mut last, c);
        match c {
            ' ' => before != ' ',
            '&' | '(' | ')' => false,
            '!'..='~'
            | '\u{4e00}'..='\u{9fff}'
            | '、'
            | '。'
            | '《'
            | '》'
            | '，'
            | '：'
            | '；'
            | '！' => true,
            _ => false,
        }
    });
    plain && last != ' '
}

/// Repairs lines of text that a wrong charset or a mirror damaged: mojibake undone, pinyin glosses dropped, white space
/// as in [`one_line`] within each line, empty lines left out.
#[must_use]
pub fn repair(text: &str) -> String {
    repair_keeping(text).0
}

/// Repairs text like [`repair`], and also returns the text with only its white space cleaned.
pub(crate) fn repair_keeping(text: &str) -> (String, String) {
    let tidied = tidy(text);
    let repaired = match mojibake::undo(text) {
        Cow::Borrowed(_) => drop_glosses(&tidied, is_glossed(&tidied)),
        Cow::Owned(undone) => {
            let undone = tidy(&undone);
            drop_glosses(&undone, is_glossed(&undone))
        }
    };
    (repaired, tidied)
}

/// Converts traditional to simplified characters, by phrase.
#[must_use]
pub fn simplify(text: &str) -> String {
    static CONVERTER: LazyLock<Option<OpenCC>> =
        LazyLock::new(|| OpenCC::from_config(BuiltinConfig::T2s).ok());
    match &*CONVERTER {
        Some(converter) => converter.convert(text),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
