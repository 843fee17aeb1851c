//! Lines that say when something takes place, or by when to act: `会议时间：…`, `时间：12月3日14:00`.
//!
//! Such lines are the ones that people need most, and they say nothing of the publication. A bare `时间：` may be either;
//! its value and the lines around it decide.

use std::sync::LazyLock;

use regex::Regex;

use super::layout::Layout;
use super::line::labels;
use super::{block_line, label_before};
use crate::source::{
    date::{self, Called},
    reading::Context,
};

/// Returns whether a line alone shows that it speaks of an event.
pub(super) fn is_event(line: &str) -> bool {
    match labelled(line) {
        Some((Called::Other, _)) => true,
        Some((Called::Bare, value)) => {
            is_meeting(value) || !tells_more(line, value) && is_occasion(value)
        }
        _ => false,
    }
}

/// Returns whether a line must stay with the text: it is an event's, or tells beside the day of publication by when to act.
pub(super) fn is_kept(line: &str) -> bool {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:截止|截至|报名|申报|投标|开标|考试|面试|会议|讲座|活动|公示)\p{Han}{0,4}\s*[:：][^:：]{0,4}\d")
            .expect("a fixed pattern")
    });
    is_event(line) || KEPT.is_match(line)
}

/// Returns whether a line tells more of the notice than when, or tells it to the second.
fn tells_more(line: &str, value: &str) -> bool {
    static SECONDS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d:\d\d:\d\d").expect("a fixed pattern"));
    labels(line) > 1 || SECONDS.is_match(value)
}

/// Returns whether a block speaks of an event, as the blocks around it show: the one before may be its label, and a bare
/// `时间：` is an event's where a place stands beside it.
pub(super) fn tells_event(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> bool {
    let own = block_line(layout, at);
    let labelled = label_before(layout, at).map(|label| format!("{label}{own}"));
    let follows = own.ends_with([':', '：']) && at + 1 < layout.blocks.len();
    let completed = follows.then(|| format!("{own}{}", block_line(layout, at + 1)));
    [Some(own), labelled, completed]
        .iter()
        .flatten()
        .any(|line| is_event(line) || is_bare_event(layout, at, line, context))
        && !is_in_byline(layout, at, context)
}

/// Returns whether a bare label with a past day and an hour is one of several lines that tell of the notice: `来源：…` stands
/// right beside it, and no place.
fn is_in_byline(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> bool {
    let own = block_line(layout, at);
    let Some((Called::Bare, value)) = labelled(&own) else {
        return false;
    };
    let Some((_, moment)) = date::find(value, context.time_zone, context.now) else {
        return false;
    };
    let beside = [at.checked_sub(1), Some(at + 1)];
    let beside = || {
        let known = |by: &usize| *by < layout.blocks.len();
        beside.into_iter().flatten().filter(known)
    };
    let tells = |by: usize| {
        let line = block_line(layout, by);
        labels(&line) > 0 && labelled(&line).is_none_or(|(called, _)| called == Called::Nothing)
    };
    YEAR.is_match(value)
        && !is_meeting(value)
        && !HALF_DAY.is_match(value)
        && moment.day() <= today(context)
        && beside().any(tells)
        && !beside()
            .any(|by| names_place(layout, by) || published_on(layout, by, context).is_some())
}

fn today(context: &Context<'_>) -> chrono::NaiveDate {
    context.now.with_timezone(&context.time_zone).date_naive()
}

/// Returns whether a bare label is that of an event: beside a place, for a day to come, or below the line that says when the
/// notice was published.
fn is_bare_event(layout: &Layout<'_>, at: usize, line: &str, context: &Context<'_>) -> bool {
    const BELOW: usize = 3;
    const ABOVE: usize = 8;
    const LONG_AGO: i64 = 240;
    let Some((Called::Bare, value)) = labelled(line) else {
        return false;
    };
    let more = tells_more(line, value);
    let mut around = at.saturating_sub(1)..(at + 1 + BELOW).min(layout.blocks.len());
    if !more && around.any(|by| names_place(layout, by)) {
        return true;
    }
    let Some((_, moment)) = date::find(value, context.time_zone, context.now) else {
        return false;
    };
    let (day, today) = (moment.day(), today(context));
    if more {
        // What tells of the notice is published by tomorrow, and says the year once that was long ago.
        let ahead = (day - today).num_days();
        return ahead > 1 || ahead < -LONG_AGO && !YEAR.is_match(value);
    }
    // One that repeats the day of publication is about the notice.
    let published = |above: usize| published_on(layout, above, context);
    day > today
        || (at.saturating_sub(ABOVE)..at)
            .filter_map(published)
            .any(|other| other != day)
}

/// The day that a block labels as that of publication.
fn published_on(
    layout: &Layout<'_>,
    at: usize,
    context: &Context<'_>,
) -> Option<chrono::NaiveDate> {
    const LONGEST: f32 = 80.0;
    if layout.blocks[at].units > LONGEST {
        return None;
    }
    let label = label_before(layout, at).unwrap_or_default();
    let line = format!("{label}{}", block_line(layout, at));
    date::find_all(&line, context.time_zone, context.now)
        .into_iter()
        .find(|(range, _)| date::called(&line[..range.start]) == Called::Published)
        .map(|(_, moment)| moment.day())
}

/// Returns what the label at the start of a line calls its value; None where the line is no such statement.
fn labelled(line: &str) -> Option<(Called, &str)> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:[^\p{L}]|[一二三四五六七八九十]){0,8}([\p{L}\s/、]{1,24}?)\s*[】\]]?\s*(?:[（(][^）)]{1,12}[）)])?\s*[:：为｜|]")
            .expect("a fixed pattern")
    });
    const LONGEST: usize = 160;
    if line.chars().count() > LONGEST {
        return None;
    }
    let label = LABEL.captures(line)?;
    let value = &line[label.get(0).map_or(0, |all| all.end())..];
    Some((date::called(&format!("{}：", &label[1])), value))
}

/// Returns whether the value of a bare label cannot be the time of publication: it has a place, half a day, a range, an hour
/// beside a day in words, or a day without a year.
fn is_occasion(value: &str) -> bool {
    static HOURS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)\d\s?[点时](?:[\d半整]|$|[^\p{L}])|\d\s?(?:am|pm)(?-u:\b)|[日号號]\s?(?:[（(][^）)]{1,8}[）)]|星期.|周.|週.)?\s?\d{1,2}[:：]\d\d")
            .expect("a fixed pattern")
    });
    static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^[^\d:：]{0,12}(?:\d{1,2}\s?月\s?\d{1,2}\s?[日号號]?|\d{1,2}[-/.]\d{1,2}(?:[^\d./-]|$)|(?:\d{1,2}(?:st|nd|rd|th)?\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}{0,6}(?-u:\b))")
            .expect("a fixed pattern")
    });
    is_meeting(value)
        || HALF_DAY.is_match(value)
        || HOURS.is_match(value)
        || YEARLESS.is_match(value) && !YEAR.is_match(value)
}

/// Returns whether a value has a place, or a range of hours or days.
fn is_meeting(value: &str) -> bool {
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d\s?-\s?\d{1,2}\s?[:：时点]|[\d日号]\s?[—–~～至到]+\s?\d")
            .expect("a fixed pattern")
    });
    PLACE.is_match(value) || RANGE.is_match(value)
}

static HALF_DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("上午|下午|晚上|中午|凌晨").expect("a fixed pattern"));
static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").expect("a fixed pattern"));

static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:地\s*点|会\s*场|地址|主讲|主\s*持|嘉宾|报告人|参加人|参会|对\s*象|会议号|(?-u:\b)(?:venue|location|place|where|speakers?|room)(?-u:\b))[^:：]{0,6}[:：]")
        .expect("a fixed pattern")
});

/// Returns whether a block begins with a place, or with who is to come.
fn names_place(layout: &Layout<'_>, at: usize) -> bool {
    const START: usize = 16;
    PLACE
        .find(&block_line(layout, at))
        .is_some_and(|found| found.start() < START)
}
