//! Compares two titles: the same, grown, the next of a series, or another one.
//!
//! A counter or a mark that appears, disappears or counts on does not make another title. Read [`compare`].

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::{
    likeness::likeness,
    title::{clean_title, without_count},
};

/// The relation of a title to another one that was seen in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retitled {
    /// The same, except for marks, counters, spaces, case and width.
    Same,
    /// One is the other with words added: `（更正）`.
    Grown,
    /// The same words with other numbers, except days and hours: 第22批 and 第23批.
    Next,
    Other,
    /// Hardly any words in common.
    Unlike,
}

/// Titles that have less than this in common are alike by chance: 关于 and 通知 are in most titles.
const CHANCE: f64 = 0.15;

/// Returns the form in which titles are compared: cleaned, without spaces, letter case, character width and a final
/// ellipsis. Keys of the store are built from it, so it may not change for a title without marks.
#[must_use]
pub fn plain_title(title: &str) -> String {
    let plain: String = spaced_title(title).split(' ').collect();
    plain.trim_end_matches('.').to_owned()
}

/// Returns the same form with single spaces, which separate a count from the words next to it.
#[must_use]
pub fn spaced_title(title: &str) -> String {
    let folded: String = clean_title(title)
        .nfkc()
        .flat_map(char::to_lowercase)
        .collect();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ")
}

/// Returns whether a title was cut by the page that shows it.
#[must_use]
pub fn is_cut_title(title: &str) -> bool {
    let title = title.trim_end();
    title.ends_with('…') || title.ends_with("..")
}

/// Returns the relation of `now` to `before`.
#[must_use]
pub fn compare(before: &str, now: &str) -> Retitled {
    let (before, now) = (plain_title(before), plain_title(now));
    if before == now || without_count(&before) == without_count(&now) {
        return Retitled::Same;
    }
    let (short, long) = match before.len() < now.len() {
        true => (&before, &now),
        false => (&now, &before),
    };
    let numbers_of_long = numbers(long);
    let has_numbers = |number: &String| numbers_of_long.contains(number);
    if long.contains(short.as_str()) && numbers(short).iter().all(has_numbers) {
        return Retitled::Grown;
    }
    if likeness(&before, &now) < CHANCE {
        return Retitled::Unlike;
    }
    let (before, now) = (without_days(&before), without_days(&now));
    match (skeleton(&before), skeleton(&now)) {
        (Some(words), Some(words_now)) if words == words_now && before != now => Retitled::Next,
        _ => Retitled::Other,
    }
}

/// Returns a title without days and hours, which a correction may well move.
fn without_days(title: &str) -> String {
    static DAYS: LazyLock<Regex> = LazyLock::new(|| {
        let pattern = r"(\d{4}年)?\d{1,2}月\d{1,2}[日号]|\d{1,2}日|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[:：]\d{2}|\d{1,2}[时点]";
        Regex::new(pattern).expect("a pattern, a test reads it")
    });
    DAYS.replace_all(title, "").into_owned()
}

const NUMERALS: &str = "〇零一二三四五六七八九十百千两";

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || NUMERALS.contains(c)
}

fn numbers(title: &str) -> Vec<String> {
    let numbers = title.split(|c| !is_numeral(c));
    let numbers = numbers.filter(|number| !number.is_empty());
    numbers.map(str::to_owned).collect()
}

/// Returns the words of a title, with a place for each number.
fn skeleton(title: &str) -> Option<String> {
    let mut skeleton = String::new();
    for c in title.chars() {
        match is_numeral(c) {
            true if skeleton.ends_with('0') => {}
            true => skeleton.push('0'),
            false => skeleton.push(c),
        }
    }
    skeleton.contains('0').then_some(skeleton)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_compared_by_what_it_says() {
        let table = [
            ("关于放假的通知", "【置顶】关于 放假的通知", Retitled::Same),
            ("关于放假的通知(127)", "关于放假的通知(128)", Retitled::Same),
            ("停水通知56次", "停水通知131次", Retitled::Same),
            ("Water off 5 views", "Water off 6 views", Retitled::Same),
            ("拟招聘12人", "拟招聘15人", Retitled::Next),
            ("关于放假的通知", "关于放假的通知（更正）", Retitled::Grown),
            (
                "关于第22批检修的通知",
                "关于第23批检修的通知",
                Retitled::Next,
            ),
            ("第二期简报", "第三期简报", Retitled::Next),
            ("11月菜单", "12月菜单", Retitled::Next),
            (
                "关于12月11日停水的通知",
                "关于12月14日停水的通知",
                Retitled::Other,
            ),
            ("通知1", "通知12", Retitled::Next),
            ("关于放假的通知", "关于放暑假的公告", Retitled::Other),
            ("关于放假的通知", "食堂菜单", Retitled::Unlike),
            ("系统运行正常公告", "校园网中断", Retitled::Unlike),
        ];
        for (before, now, expected) in table {
            assert_eq!(compare(before, now), expected, "{before} → {now}");
        }
    }
}
