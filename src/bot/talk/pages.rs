//! Splits long lists: a part of them in a message, and buttons that show another part in its place. Pure.
//!
//! The bot remembers nothing for a list: the search words are in the first line of the message itself, and are returned
//! with the press.

use super::{
    button::Button,
    words::{BotWords, fill},
};
use crate::push::card::clean_line;

/// The sign in front of the search words.
const LENS: &str = "🔎 ";
/// The maximum number of characters of the search words that are kept.
const LONGEST: usize = 100;

/// Returns the first line of a list of search results; escaped by the caller.
pub(super) fn head(search_words: &str) -> String {
    format!("{LENS}{search_words}")
}

/// Returns the search words as one line, which [`asked`] returns.
pub(super) fn kept(search_words: &str) -> String {
    let line = clean_line(search_words);
    line.chars()
        .take(LONGEST)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Returns the search words from a message; empty if there were none.
pub(super) fn asked(message: &str) -> String {
    let first = message.lines().next().unwrap_or_default();
    first.strip_prefix(LENS).unwrap_or_default().to_owned()
}

/// Returns the `items` of a page, its number (that of the last page if there is no such page), and the number of the
/// last page.
pub(super) fn part<T>(items: &[T], size: usize, page: usize) -> (&[T], usize, usize) {
    let last = items.len().saturating_sub(1) / size;
    let page = page.min(last);
    let from = (page * size).min(items.len());
    let to = (from + size).min(items.len());
    (&items[from..to], page, last)
}

/// Returns a heading with the number of its page and of the last one, as readers count them.
pub(super) fn numbered(words: &BotWords, heading: &str, page: usize, last: usize) -> String {
    let [page, last] = [page, last].map(|number| (number + 1).to_string());
    let parts = [
        ("heading", heading),
        ("page", page.as_str()),
        ("last", last.as_str()),
    ];
    fill(words.numbered, &parts)
}

/// Returns buttons to the pages before and after this one.
pub(super) fn row(
    page: usize,
    has_next: bool,
    (before, after): (&str, &str),
    button: impl Fn(usize) -> Button,
) -> Vec<(String, Button)> {
    let mut row = Vec::new();
    if let Some(previous) = page.checked_sub(1) {
        row.push((format!("‹ {before}"), button(previous)));
    }
    if has_next {
        row.push((format!("{after} ›"), button(page + 1)));
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_no_more_is_the_last_one() {
        let items: Vec<u32> = (0..10).collect();
        assert_eq!(part(&items, 4, 0), (&items[0..4], 0, 2));
        assert_eq!(part(&items, 4, 2), (&items[8..], 2, 2));
        assert_eq!(part(&items, 4, 99), (&items[8..], 2, 2));
        assert_eq!(part::<u32>(&[], 4, 1), (&[][..], 0, 0));
    }

    #[test]
    fn search_words_are_read_back() {
        assert_eq!(asked(&head(&kept("放假\n 通知 "))), "放假 通知");
        assert_eq!(asked("来源\n🔎 x"), "");
    }
}
