//! Texts of the bot, one file a language. `{…}` stands for what is put in; all of it is HTML but for
//! the labels of buttons and the notes at them.

mod en;
mod phrases;
mod zh;

pub(in crate::bot) use self::phrases::Phrases;
use crate::{
    bulletin::{Language, quiet},
    push::card::{clean_line, cut},
};

pub(in crate::bot) fn of(language: Language) -> &'static Phrases {
    match language {
        Language::Zh => &zh::WORDS,
        Language::En => &en::WORDS,
    }
}

/// A text with its `{names}` replaced; what is put in is never looked at again.
pub(super) fn fill(text: &str, parts: &[(&str, impl AsRef<str>)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find('{') {
        filled += &rest[..begin];
        rest = &rest[begin..];
        let end = rest.find('}').map_or(rest.len(), |end| end + 1);
        let name = rest[..end].trim_matches(['{', '}']);
        let part = parts.iter().find(|(known, _)| *known == name);
        filled += part.map_or(&rest[..end], |(_, part)| part.as_ref());
        rest = &rest[end..];
    }
    filled + rest
}

/// A source's name as messages and buttons have room for it, without markup. It may be the title of a page.
pub(super) fn shown_name(name: &str) -> String {
    const LONGEST: usize = 40;
    page_words(name, LONGEST)
}

/// Returns what a page or server says, on one line of so many characters: it calls nobody.
pub(super) fn page_words(said: &str, longest: usize) -> String {
    quiet(&cut(&clean_line(said), longest))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn gaps(text: &str) -> BTreeSet<&str> {
        let ends = text.split('{').skip(1);
        ends.filter_map(|part| part.split_once('}'))
            .map(|(name, _)| name)
            .collect()
    }

    fn has_chinese(text: &str) -> bool {
        text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
    }

    /// Nothing but gaps, and the signs between them.
    const WITHOUT: &[&str] = &["setting_line", "rule", "of_a_chat"];

    #[test]
    fn both_languages_say_everything_and_nothing_is_left_in_the_other_one() {
        let (zh, en) = (of(Language::Zh).all(), of(Language::En).all());
        for ((name, zh), (_, en)) in zh.into_iter().zip(en) {
            assert!(!zh.trim().is_empty() && !en.trim().is_empty(), "{name}");
            assert_eq!(gaps(zh), gaps(en), "{name}");
            assert_ne!(zh, en, "{name}");
            assert!(has_chinese(zh) || WITHOUT.contains(&name), "{name}: {zh}");
            assert!(!has_chinese(en), "{name}: {en}");
        }
    }

    #[test]
    fn a_source_named_by_a_page_calls_nobody() {
        assert_eq!(
            shown_name("@boss /stop 站"),
            "@\u{200c}boss /\u{200c}stop 站"
        );
        assert_eq!(page_words("@all 出错", 300), "@\u{200c}all 出错");
    }

    #[test]
    fn the_menus_are_the_same_and_as_telegram_takes_them() {
        let menus = |words: &Phrases| [words.commands, words.admin_commands].concat();
        let (zh, en) = (menus(of(Language::Zh)), menus(of(Language::En)));
        assert_eq!(zh.len(), en.len());
        for ((name, zh), (other, en)) in zh.into_iter().zip(en) {
            assert_eq!(name, other);
            assert!(name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase()));
            assert!(has_chinese(zh) && !has_chinese(en), "{name}");
            assert!(zh.chars().count() <= 256 && en.chars().count() <= 256);
        }
    }

    #[test]
    fn what_is_put_in_is_not_read_as_a_gap() {
        let parts = [("a", "{b}"), ("b", "2")];
        assert_eq!(fill("{a} {b} {c} {", &parts), "{b} 2 {c} {");
    }
}
