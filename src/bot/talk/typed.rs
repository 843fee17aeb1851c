//! Hours, words and `off` as people type them on a phone. Pure.

use crate::{bulletin::Language, words};

/// Returns whether that takes a setting away, in whatever language.
pub(super) fn is_off(what: &str) -> bool {
    let what = what.to_lowercase();
    let mut all = Language::ALL.into_iter();
    all.any(|language| words::of(language).heard.off.contains(&what.as_str()))
}

/// `0 18 * * *` as `18:00`.
pub(super) fn shown_digest(line: &str) -> String {
    let mut fields = line
        .split(' ')
        .map(|field| field.parse::<u32>().unwrap_or(0));
    let (minute, hour) = (fields.next().unwrap_or(0), fields.next().unwrap_or(0));
    format!("{hour:02}:{minute:02}")
}

/// Full-width digits, colons and dashes as they are on a phone's Chinese keyboard.
pub(super) fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '：' => ':',
        '－' | '—' | '–' | '~' | '～' | '至' => '-',
        '０'..='９' => char::from(b'0' + u8::try_from(c as u32 - '０' as u32).unwrap_or(0)),
        c => c,
    };
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace())
        .collect()
}

/// `22-7` and `22点-7点` as `22:00-07:00`; what is something else stays as it is.
pub(super) fn hours(text: &str) -> String {
    let text = narrow(text);
    let ends = text
        .split_once('-')
        .map(|(from, to)| (clock(from), clock(to)));
    match ends {
        Some((Some((from, at)), Some((to, by)))) => format!("{from:02}:{at:02}-{to:02}:{by:02}"),
        _ => text,
    }
}

/// `18:30`, `18`, `18点`, `18点半`.
pub(super) fn clock(text: &str) -> Option<(u32, u32)> {
    let text = narrow(text).replace(['点', '时'], ":").replace('半', "30");
    let text = text.trim_end_matches(['分', ':']);
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let is_number =
        |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !is_number(hour) || !is_number(minute) {
        return None;
    }
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then_some((hour, minute))
}

/// Between words: a phone's Chinese keyboard offers commas sooner than spaces, and no notice holds a word
/// with one in it.
fn parts_words(c: char) -> bool {
    c.is_whitespace() || matches!(c, ',' | '，' | '、' | '；')
}

/// Words to include (`+word` or `word`) and to exclude (`-word`), each once; `/a regex/` may hold spaces.
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

/// Where `/a regex/` ends: behind a slash and its flags, where nothing follows or what parts words; else
/// with the text.
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
    fn signs_tell_what_is_wanted_and_what_is_not() {
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

    #[test]
    fn hours_are_read_however_they_are_typed() {
        assert_eq!(clock("18:00"), Some((18, 0)));
        assert_eq!(clock(" ８：０５ "), Some((8, 5)));
        assert_eq!(
            (clock("18"), clock("18点半")),
            (Some((18, 0)), Some((18, 30)))
        );
        assert_eq!(hours("22点 至 ７:30"), "22:00-07:30");
        assert_eq!(hours("never"), "never");
        for wrong in ["24:00", "25", "18:60", "", "1:2:3", "+1:00"] {
            assert_eq!(clock(wrong), None, "{wrong}");
        }
        assert_eq!(narrow("22：00 — 07：00"), "22:00-07:00");
        assert_eq!(shown_digest("5 8 * * *"), "08:05");
    }

    proptest! {
        #[test]
        fn any_filter_is_read(text in "[-+/ 放a\\\\]{0,60}") {
            let _ = filter(&text);
        }
    }
}
