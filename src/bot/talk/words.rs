//! Prepares quotes of pages and servers for the bot's texts.

pub(super) use crate::words::{BotWords, fill};
use crate::{
    bulletin::{Language, quiet},
    push::card::{clean_line, cut},
    words,
};

pub(in crate::bot) fn of(language: Language) -> &'static BotWords {
    &words::of(language).bot
}

/// Returns a source's name cut for messages and buttons, without markup. It may be the title of a page.
pub(super) fn shown_name(name: &str) -> String {
    const LONGEST: usize = 40;
    page_words(name, LONGEST)
}

/// Returns names in a row, with the total number if these are only the first.
pub(super) fn in_a_row(words: &BotWords, names: &[String], all: usize) -> String {
    let shown = names.join(words.between_names);
    match all > names.len() {
        true => fill(
            words.and_more,
            &[("names", shown), ("count", all.to_string())],
        ),
        false => shown,
    }
}

/// Returns text of a page or server on one line of at most `longest` characters: it mentions no one.
pub(super) fn page_words(said: &str, longest: usize) -> String {
    quiet(&cut(&clean_line(said), longest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_row_are_parted_as_their_language_parts_them() {
        let names = ["甲".to_owned(), "乙".to_owned()];
        let row = |language, all| in_a_row(of(language), &names, all);
        assert_eq!(row(Language::Zh, 2), "甲、乙");
        assert_eq!(row(Language::Zh, 12), "甲、乙等 12 个");
        assert_eq!(row(Language::En, 12), "甲 · 乙 … (12)");
    }

    #[test]
    fn a_source_named_by_a_page_calls_nobody() {
        assert_eq!(
            shown_name("@boss /stop 站"),
            "@\u{200c}boss /\u{200c}stop 站"
        );
        assert_eq!(page_words("@all 出错", 300), "@\u{200c}all 出错");
    }
}
