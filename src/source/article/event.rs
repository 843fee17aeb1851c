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
    Context,
    date::{self, Called},
};

/// Whether a line alone shows that it speaks of an event.
pub(super) fn is_event(line: &str) -> bool {
    match labelled(line) {
        Some((Called::Other, _)) => true,
        Some((Called::Bare, value)) => is_occasion(value),
        _ => false,
    }
}

/// Whether a block speaks of an event, as the blocks around it show: the one before may be its label, and a bare
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
}

/// Whether a bare label is that of an event: beside a place, for a day to come, or below the line that says when the
/// notice was published.
fn is_bare_event(layout: &Layout<'_>, at: usize, line: &str, context: &Context<'_>) -> bool {
    const BELOW: usize = 3;
    const ABOVE: usize = 8;
    let Some((Called::Bare, value)) = labelled(line) else {
        return false;
    };
    let around = at.saturating_sub(1)..(at + 1 + BELOW).min(layout.blocks.len());
    if around.into_iter().any(|by| names_place(layout, by)) {
        return true;
    }
    let Some((_, moment)) = date::find(value, context.time_zone, context.now) else {
        return false;
    };
    let (day, today) = (
        moment.day(),
        context.now.with_timezone(&context.time_zone).date_naive(),
    );
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

/// What the label at the start of a line calls its value; None where the line is no such statement, or makes several
/// about the notice.
fn labelled(line: &str) -> Option<(Called, &str)> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:[^\p{L}]|[一二三四五六七八九十]){0,8}([\p{L}\s/、]{1,24}?)\s*[】\]]?\s*(?:[（(][^）)]{1,12}[）)])?\s*[:：为｜|]")
            .expect("a fixed pattern")
    });
    static SECONDS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d:\d\d:\d\d").expect("a fixed pattern"));
    const LONGEST: usize = 160;
    if line.chars().count() > LONGEST {
        return None;
    }
    let label = LABEL.captures(line)?;
    let value = &line[label.get(0).map_or(0, |all| all.end())..];
    match date::called(&format!("{}：", &label[1])) {
        Called::Bare if labels(line) > 1 || SECONDS.is_match(value) => None,
        called => Some((called, value)),
    }
}

/// Whether the value of a bare label cannot be the time of publication: it has a place, half a day, a range, an hour
/// beside a day in words, or a day without a year.
fn is_occasion(value: &str) -> bool {
    static HOURS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)上午|下午|晚上|中午|凌晨|\d\s?[点时](?:[\d半整]|$|[^\p{L}])|\d\s?-\s?\d{1,2}\s?[:：时点]|[\d日号]\s?[—–~～至到]+\s?\d|\d\s?(?:am|pm)(?-u:\b)|[日号號]\s?(?:[（(][^）)]{1,8}[）)]|星期.|周.|週.)?\s?\d{1,2}[:：]\d\d")
            .expect("a fixed pattern")
    });
    static YEARLESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^[^\d:：]{0,12}(?:\d{1,2}\s?月\s?\d{1,2}\s?[日号號]?|\d{1,2}[-/.]\d{1,2}(?:[^\d./-]|$)|(?:\d{1,2}(?:st|nd|rd|th)?\s)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\p{L}{0,6}(?-u:\b))")
            .expect("a fixed pattern")
    });
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").expect("a fixed pattern"));
    PLACE.is_match(value)
        || HOURS.is_match(value)
        || YEARLESS.is_match(value) && !YEAR.is_match(value)
}

static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:地\s*点|会\s*场|地址|主讲|主\s*持|嘉宾|报告人|参加人|参会|对\s*象|会议号|(?-u:\b)(?:venue|location|place|where|speakers?|room)(?-u:\b))[^:：]{0,6}[:：]")
        .expect("a fixed pattern")
});

/// Whether a block begins with a place, or with who is to come.
fn names_place(layout: &Layout<'_>, at: usize) -> bool {
    const START: usize = 16;
    PLACE
        .find(&block_line(layout, at))
        .is_some_and(|found| found.start() < START)
}
