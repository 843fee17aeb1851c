//! Removes the row's own day at the end of its title: `关于停水检修的提示[2026-03-02]`.

use crate::source::date;
use crate::{bulletin::Moment, source::reading::Context};

/// Names of daily publications, which are distinguished by the day in their title.
const DAILY: [&str; 10] = [
    "日报", "简报", "快报", "播报", "行情", "价格", "牌价", "预报", "食谱", "值班",
];
/// The length below which a title keeps its day.
const SHORTEST: usize = 8;

/// Returns a title without the day at its end, if that is the date that its row shows.
pub(in crate::source::list) fn without_own_date<'a>(
    title: &'a str,
    shown: Option<Moment>,
    context: &Context<'_>,
) -> &'a str {
    let own = || {
        let day = shown?.day();
        let found = date::find_all(title, context.time_zone, context.now);
        let (range, moment) = found.into_iter().next_back()?;
        let rest = title[range.end..].trim();
        let head = title[..range.start].trim_end();
        let is_closed = rest.is_empty() || matches!(rest, "]" | "】" | "）" | ")" | "〕");
        let opens = ['[', '【', '（', '(', '〔'];
        let name = head.trim_end_matches(opens).trim_end();
        let is_bracketed = head.len() > name.len();
        // The day is part of a sentence: `(версия от 06.02.2014)`, `minutes of 3 March`.
        let is_reached = !is_bracketed && (!rest.is_empty() || name.ends_with(char::is_lowercase));
        let is_apart = is_bracketed || head.len() < range.start;
        let is_daily = DAILY.iter().any(|word| name.ends_with(word));
        let says = name.chars().count() >= SHORTEST;
        (is_closed && is_apart && !is_reached && says && !is_daily && moment.day() == day)
            .then_some(name)
    };
    if title.ends_with(|c: char| c.is_ascii_digit() || "]】）)〕日".contains(c)) {
        own().unwrap_or(title)
    } else {
        title
    }
}
