//! Splits a text into lines, each with the words that explain its day: a label in the line before, and the heading
//! above.

use std::sync::LazyLock;

use regex::Regex;

/// The length up to which a text is read.
const MOST: usize = 200_000;

/// A line, with the heading above it and the label in the line before.
pub(super) struct Line {
    pub heading: String,
    pub text: String,
}

/// Returns the lines of a text; a short one that ends in a colon, or names a day as a heading does, is the label of the
/// next.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line> {
    let mut taken = 0;
    let mut label = String::new();
    let mut heading = String::new();
    let lines = text.split('\n').take_while(move |line| {
        taken += line.len();
        taken <= MOST
    });
    lines.filter_map(move |line| {
        let line = line.trim();
        let next = label_of_next(line);
        if next.is_none() && is_heading(line) {
            heading = format!("{line}：");
        }
        let is_label = next.is_some();
        let before = std::mem::replace(&mut label, next.unwrap_or_default());
        (!is_label).then(|| Line {
            heading: heading.clone(),
            text: format!("{before}{line}"),
        })
    })
}

/// Returns the label that a line gives the one after it, with a colon: `一、申报时间`.
fn label_of_next(line: &str) -> Option<String> {
    const LONGEST: usize = 60;
    const NAMES: [&str; 6] = ["时间", "時間", "日期", "期限", "截止", "截稿"];
    if line.len() > LONGEST {
        return None;
    }
    let name = line.trim_end_matches(['】', ']', '*', '　']);
    // This is for `四、提交投标文件截止时间、开标时间和地点`.
    let is_cut = || name.contains("截止时间") && !name.contains(|c: char| c.is_ascii_digit());
    let names_day = || NAMES.iter().any(|end| name.ends_with(end)) || is_cut();
    match line.ends_with([':', '：']) {
        true => Some(line.to_owned()),
        false => names_day().then(|| format!("{name}：")),
    }
}

/// Returns whether a line is a heading: `二、网上报名`.
fn is_heading(line: &str) -> bool {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        fixed(
            r"^(?:[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[、.．])?\s?[\p{Han}与、（）()]{2,20}$",
        )
    });
    HEADING.is_match(line)
}

fn fixed(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a fixed pattern")
}
