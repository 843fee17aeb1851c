//! Finds the dates in the lines around the text, and how surely each is the day of publication.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::{
    block::{block_line, label_before},
    event::states_event,
    labels::is_labelled,
    parts::{Parts, near},
};
use crate::{
    bulletin::Moment,
    source::{
        date::{self, Called},
        reading::Context,
        text,
    },
};

/// A date, how surely it is the day of publication, and the block that holds it.
pub(super) struct DateCandidate {
    pub(super) moment: Moment,
    pub(super) score: f32,
    pub(super) block: Option<usize>,
    /// The kind of evidence for it.
    pub(super) by: &'static str,
}

/// Returns the dates in the lines around the text.
pub(super) fn shown(parts: &Parts<'_>, context: &Context<'_>) -> Vec<DateCandidate> {
    let below = dates_below(parts, context);
    let is_short = |at: &usize| {
        let block = &parts.layout.blocks[*at];
        block.units <= 160.0 && (block.link_share() <= 0.9 || block.units <= 15.0)
    };
    let lines = near(parts).into_iter().filter(is_short);
    lines
        .flat_map(|at| shown_at(parts, at, below.contains(&at), context))
        .collect()
}

/// Returns the dates in one line.
fn shown_at(
    parts: &Parts<'_>,
    at: usize,
    is_below: bool,
    context: &Context<'_>,
) -> Vec<DateCandidate> {
    let layout = parts.layout;
    let line = block_line(layout, at);
    let before = label_before(layout, at).unwrap_or_default();
    let event = states_event(layout, at, context);
    let mut last: Option<(usize, f32)> = None;
    let mut found = Vec::new();
    for (range, moment) in dates(parts, at, line, context) {
        let label = format!("{before}{}", &line[..range.start]);
        let before = last.map(|(end, worth)| (&line[end..range.start], worth));
        let mut worth = labelled(&label, &line[range.end..], before);
        // In `报名时间：… 来源：… 时间：…` the first label is that of the event.
        if event && last.is_none() && date::called(&label) == Called::Bare {
            worth = OTHER_DAY;
        }
        last = Some((range.end, worth));
        let date = ShownDate {
            at,
            line,
            range,
            worth,
        };
        found.push(DateCandidate {
            moment,
            score: date.in_text(parts, date.on_page(parts, is_below)),
            block: Some(at),
            by: "a line",
        });
    }
    found
}

/// A date in its line.
struct ShownDate<'a> {
    /// The block of the line.
    at: usize,
    line: &'a str,
    range: Range<usize>,
    /// The worth of the date by its label.
    worth: f32,
}

impl ShownDate<'_> {
    /// Returns the worth of the date by its spelling and its place on the page.
    fn on_page(&self, parts: &Parts<'_>, is_below: bool) -> f32 {
        let layout = parts.layout;
        let block = &layout.blocks[self.at];
        let written = &self.line[self.range.clone()];
        let mut score = self.worth;
        if !has_year(written) {
            score -= 6.0;
        } else if !written.contains(|c: char| c.is_ascii_digit()) {
            // "昨天" is true on the day of writing; a date elsewhere stays true.
            score -= 2.0;
        }
        // A line that names another notice has that notice's date.
        let elsewhere = block.link_share() > 0.5 && block.linked >= 8.0 && !is_labelled(self.line);
        if elsewhere || is_below && score <= UNLABELLED {
            score -= 4.0;
        }
        let fact = layout.fact(self.at);
        if fact.item || fact.aside != 0 && score < 7.0 {
            score -= 2.0;
        }
        let title = parts.title.blocks.as_ref();
        let before_title = title.is_some_and(|title| self.at < title.start);
        if before_title && is_today(self.line) {
            score -= 6.0;
        }
        score
    }

    /// Adjusts the worth by the place of the date in the text, or its distance from it.
    fn in_text(&self, parts: &Parts<'_>, mut score: f32) -> f32 {
        let written = &self.line[self.range.clone()];
        let is_other = self.worth <= OTHER_DAY;
        let start = parts.text_range().map(|range| range.start);
        let inside = is_within(parts, self.at, self.line);
        let signature = inside && is_signature(parts, self.at, self.line, written);
        if inside && start.is_some_and(|start| self.at > start + 1) {
            // A date within the text is the day of publication only in a signature at the end.
            score = if signature && !is_other { 2.5 } else { -1.0 };
        } else if inside && !is_other && is_dateline(self.line, &self.range) {
            score = 3.0;
        } else if inside && self.line.len() > written.len() + 40 && score < 7.0 {
            score -= 4.0;
        }
        // A signature is the last line of a text, however long that is.
        if signature {
            return score;
        }
        let anchor = parts.anchor();
        let distance = anchor.map_or(0.0, |anchor| anchor.abs_diff(self.at) as f32);
        score - distance.min(10.0) * 0.1
    }
}

/// Returns the lines below the text with only a date, if there are several: rows of other notices.
fn dates_below(parts: &Parts<'_>, context: &Context<'_>) -> Vec<usize> {
    let Some(text) = parts.text_range() else {
        return Vec::new();
    };
    let is_dated = |at: &usize| {
        let line = block_line(parts.layout, *at);
        *at >= text.end && !is_labelled(line) && !dates(parts, *at, line, context).is_empty()
    };
    let below: Vec<usize> = near(parts).into_iter().filter(is_dated).collect();
    if below.len() > 1 { below } else { Vec::new() }
}

/// Returns the dates of a line; if it has none, one whose day is separate from month and year.
fn dates(
    parts: &Parts<'_>,
    at: usize,
    line: &str,
    context: &Context<'_>,
) -> Vec<(Range<usize>, Moment)> {
    let found = date::find_all(line, context.time_zone, context.now);
    let layout = parts.layout;
    let page = layout.page;
    if !found.is_empty() || layout.blocks[at].units > 6.0 {
        return found;
    }
    let runs = &layout.blocks[at].runs;
    let pair = |first: usize| {
        let (first, second) = (page.run_text(first), page.run_text(first + 1));
        let year = [first, second].iter().any(|part| has_year(part));
        let short = first.len() <= 16 && second.len() <= 16;
        (short && year).then(|| date::pair(first, second, context.time_zone, context.now))?
    };
    let last = page.runs.len().saturating_sub(1);
    let pair = runs
        .clone()
        .take(3)
        .filter(|run| *run < last)
        .find_map(pair);
    pair.map(|moment| (0..line.len(), moment))
        .into_iter()
        .collect()
}

/// Returns whether a line is part of the text, and not a labelled statement at its edge.
fn is_within(parts: &Parts<'_>, at: usize, line: &str) -> bool {
    let blocks = parts.body_blocks();
    let Ok(place) = blocks.binary_search(&at) else {
        return false;
    };
    let at_edge = place < 2 || place + 3 >= blocks.len();
    !(at_edge && is_labelled(line))
}

/// The worth of a date without a label.
const UNLABELLED: f32 = 4.5;

/// The worth of a date that is the day of something else.
const OTHER_DAY: f32 = -8.0;

/// Returns how surely the text around a date calls it the day of publication. `last` is the date before it on its line,
/// with its worth: the label of the first of several dates applies to all of them.
fn labelled(before: &str, after: &str, last: Option<(&str, f32)>) -> f32 {
    static ENDS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s?(?:[（(][^）)]{0,12}[）)])?\s?(?:之前|以前|前|止|为止|起|至|到|(?:截止|开始|结束|召开|举行)(?:$|[^:：时日])|[—–~～-]{1,2}\s?(?:(?:19|20)\d\d\s?[-/.年]|\d{1,2}\s?[月日]))")
            .expect("a fixed pattern")
    });
    if ENDS.is_match(after) {
        return OTHER_DAY;
    }
    match date::called(before) {
        Called::Published => 10.0,
        Called::Bare => 8.0,
        Called::Updated => 6.0,
        Called::Written => 5.5,
        Called::Other => OTHER_DAY,
        Called::Nothing => match last {
            Some((between, worth)) if worth < 0.0 && goes_on(between) => worth,
            _ if is_labelled_otherwise(before) => OTHER_DAY,
            _ => UNLABELLED,
        },
    }
}

/// Returns whether a date has its own label right before it that is not one of those that describe the article:
/// `预计上线：`.
pub(super) fn is_labelled_otherwise(before: &str) -> bool {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:^|[^\p{L}])\p{Han}{2,8}[:：]\s*$").expect("a fixed pattern")
    });
    LABEL
        .find(before)
        .is_some_and(|label| !is_labelled(label.as_str()))
}

/// Returns whether two dates of a line share one label: `报名时间：1月5日上午9:00至1月8日`. With only a space between them they do
/// not.
fn goes_on(between: &str) -> bool {
    const LINKS: [char; 13] = [
        '、', ',', '，', '~', '～', '—', '–', '-', '至', '到', '和', '及', '与',
    ];
    static LINK: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[\s\d:：()（）、,，~～—–-]|上午|下午|晚上|中午|星期.|周.|[日号时点分至到和及与]|to|and){0,24}$")
            .expect("a fixed pattern")
    });
    let is_joined = between.contains(LINKS) || between.contains("to") || between.contains("and");
    is_joined && LINK.is_match(between)
}

/// Returns whether a date has its year, or is relative to now.
fn has_year(written: &str) -> bool {
    let digits = written
        .split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() >= 4);
    let named = [
        "年",
        "前",
        "天",
        "日前",
        "刚",
        "ago",
        "today",
        "yesterday",
        "民",
    ]
    .iter()
    .any(|word| written.to_lowercase().contains(word));
    let two_digit = written.matches(['-', '/', '.']).count() >= 2;
    digits || named || two_digit
}

/// Returns whether a line is today's date in a page's header, which has the weekday with it.
fn is_today(line: &str) -> bool {
    line.contains("星期") || line.contains("今天是") || line.contains("周")
}

/// Returns whether a date is in a dateline: `LEEDS, England, June 18, 2024 (AGENCY) -- The company …`
fn is_dateline(line: &str, date: &Range<usize>) -> bool {
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\s*(?:[(（/][^()（）/]{2,40}[)）/]\s*)?(?:--|—|–|-\s)")
            .expect("a fixed pattern")
    });
    date.start < 80 && has_year(&line[date.clone()]) && AFTER.is_match(&line[date.end..])
}

/// Returns whether the line is the date under a signature at the end of the text, or after one.
fn is_signature(parts: &Parts<'_>, at: usize, line: &str, written: &str) -> bool {
    const LONGEST_NAME: usize = 30;
    let blocks = parts.body_blocks();
    let last = blocks.len().saturating_sub(3);
    let rest = || line.strip_suffix(written).map(str::trim_end);
    let signed =
        || rest().is_some_and(|name| name.chars().count() <= LONGEST_NAME && is_words(name));
    blocks[last..].contains(&at)
        && (line.chars().count() <= written.chars().count() + 3 || signed())
}

/// Returns whether a name consists of Chinese words without a mark between them, as names do.
fn is_words(name: &str) -> bool {
    name.chars().all(|c| text::is_han(c) || c.is_whitespace())
}
