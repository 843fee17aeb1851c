//! Shows, names and removes the words of a chat's filter. Pure.

use super::button::Button;
use crate::{
    bulletin::Chat,
    push::card::{clean_line, cut, escape},
};

/// The maximum length, in characters, of a word on its button.
const LABEL: usize = 20;

pub(super) fn signed(chat: &Chat) -> impl Iterator<Item = (char, &str)> {
    with_signs(&chat.include, &chat.exclude)
}

fn with_signs<'a>(
    include: &'a [String],
    exclude: &'a [String],
) -> impl Iterator<Item = (char, &'a str)> {
    let include = include.iter().map(|word| ('+', word.as_str()));
    include.chain(exclude.iter().map(|word| ('-', word.as_str())))
}

/// Returns a button for each word, which removes it.
pub(super) fn drop_buttons(chat: &Chat) -> Vec<(String, Button)> {
    signed(chat)
        .map(|(sign, word)| drop_button(sign, word))
        .collect()
}

fn drop_button(sign: char, word: &str) -> (String, Button) {
    let label = format!("✕ {sign}{}", cut(&clean_line(word), LABEL));
    (label, Button::DropWord(hash_of(sign, word)))
}

/// Returns a word's name in the data of a button, which has no room for the word.
pub(super) fn hash_of(sign: char, word: &str) -> String {
    let hash = blake3::hash(format!("{sign}{word}").as_bytes());
    hash.to_hex()[..12].to_owned()
}

/// Returns a chat's filter as one line, escaped; `None` if it has none.
pub(super) fn shown(chat: &Chat) -> Option<String> {
    shown_words(&chat.include, &chat.exclude)
}

/// Returns the words as one line, like [`shown`].
pub(super) fn shown_words(include: &[String], exclude: &[String]) -> Option<String> {
    let all: Vec<String> = with_signs(include, exclude)
        .map(|(sign, word)| format!("{sign}{word}"))
        .collect();
    (!all.is_empty()).then(|| escape(&cut(&clean_line(&all.join(" ")), 500)))
}
