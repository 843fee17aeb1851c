//! Parses words and `off` as people type them on a phone. Pure.

use crate::{bulletin::Language, words};

/// Returns whether this removes a setting, in any language.
pub(super) fn is_off(what: &str) -> bool {
    let what = what.to_lowercase();
    let mut all = Language::ALL.into_iter();
    all.any(|language| words::of(language).heard.off.contains(&what.as_str()))
}

/// Returns whether a character separates words: a phone's Chinese keyboard offers commas sooner than spaces, and no
/// notice contains a word with one in it.
fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '、' | '；')
}

/// Parses words to include (`+word` or `word`) and to exclude (`-word`), each once; `/a regex/` may contain spaces.
pub(super) fn signed_words(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut include, mut exclude) = (Vec::<String>::new(), Vec::<String>::new());
    let mut rest = text.trim_start_matches(parts_words);
    while !rest.is_empty() {
        let excludes = rest.starts_with(['-', '－']);
        let word = rest.strip_prefix(['-', '－', '+', '＋']).unwrap_or(rest);
        let end = match word.starts_with('/') {
            true => regex_end(word),
            false => word.find(parts_words).unwrap_or(word.len()),
        };
        let (word, after) = word.split_at(end);
        let list = if excludes { &mut exclude } else { &mut include };
        if !word.is_empty() && !list.iter().any(|known| known == word) {
            list.push(word.to_owned());
        }
        rest = after.trim_start_matches(parts_words);
    }
    (include, exclude)
}

/// Returns the end of `/a regex/`: behind a slash and its flags, if nothing or a separator follows; otherwise the end
/// of the text.
fn regex_end(word: &str) -> usize {
    let slashes = word.char_indices().skip(1).filter(|(_, c)| *c == '/');
    let mut ends = slashes.map(|(at, _)| {
        let rest = &word[at + 1..];
        let flags = rest.find(|c: char| !c.is_ascii_alphabetic());
        at + 1 + flags.unwrap_or(rest.len())
    });
    ends.find(|end| word[*end..].chars().next().is_none_or(parts_words))
        .unwrap_or(word.len())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn filter(text: &str) -> (Vec<String>, Vec<String>) {
        signed_words(text)
    }

    #[test]
    fn signs_say_what_is_wanted_and_what_is_not() {
        let owned = |words: &[&str]| words.iter().map(|&w| w.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            filter("+放假 停电 -招标 －采购 ＋/第\\d+ 号/ -/a b/"),
            (
                owned(&["放假", "停电", "/第\\d+ 号/"]),
                owned(&["招标", "采购", "/a b/"])
            )
        );
        assert_eq!(filter("+ - x"), (owned(&["x"]), owned(&[])));
        assert_eq!(
            filter("+放假，停电、-招标,放假 /a,b/，"),
            (owned(&["放假", "停电", "/a,b/"]), owned(&["招标"]))
        );
        assert_eq!(
            filter("/trailer|检修 通知/i -/Sale/gi 放假"),
            (
                owned(&["/trailer|检修 通知/i", "放假"]),
                owned(&["/Sale/gi"])
            )
        );
    }

    proptest! {
        #[test]
        fn any_filter_is_read(text in "[-+/ 放a\\\\]{0,60}") {
            let _ = filter(&text);
        }
    }
}
