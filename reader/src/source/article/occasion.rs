//! Recognizes lines that alone show that they are about an event: `会议时间：…`, `时间：12月3日14:00`.

use std::sync::LazyLock;

use regex::Regex;

use super::labels::labels;
use crate::source::date::{self, Called};

/// Returns whether a line alone shows that it is about an event.
pub(super) fn is_event(line: &str) -> bool {
    match labelled(line) {
        Some((Called::Other, _)) => true,
        Some((Called::Bare, value)) => {
            is_meeting(value) || !says_more(line, value) && is_occasion(value)
        }
        _ => false,
    }
}

/// Returns whether a line must stay with the text: it is about an event, or states a deadline next to the day of
/// publication.
pub(super) fn is_kept(line: &str) -> bool {
    static KEPT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?:截止|截至|报名|申报|投标|开标|考试|面试|会议|讲座|活动|公示)\p{Han}{0,4}\s*[:：][^:：]{0,4}\d")
            .expect("a fixed pattern")
    });
    is_event(line) || line.contains([':', '：']) && KEPT.is_match(line)
}

/// Returns whether a line states more about the notice than the time, or the time to the second.
pub(super) fn says_more(line: &str, value: &str) -> bool {
    static SECONDS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\d:\d\d:\d\d").expect("a fixed pattern"));
    labels(line) > 1 || SECONDS.is_match(value)
}

/// Returns the meaning of the label at the start of a line, and its value; `None` if the line is not such a statement.
pub(super) fn labelled(line: &str) -> Option<(Called, &str)> {
    static LABEL: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:[^\p{L}]|[一二三四五六七八九十]){0,8}([\p{L}\s/、]{1,24}?)\s*[】\]]?\s*(?:[（(][^）)]{1,12}[）)])?\s*[:：为｜|]")
            .expect("a fixed pattern")
    });
    const LONGEST: usize = 160;
    // Most paragraphs have no such mark, and need no search.
    if !line.contains([':', '：', '为', '｜', '|']) || line.chars().count() > LONGEST {
        return None;
    }
    let label = LABEL.captures(line)?;
    let value = &line[label.get(0).map_or(0, |all| all.end())..];
    Some((date::called(&format!("{}：", &label[1])), value))
}

/// Returns whether the value of a bare label cannot be the time of publication: it has a place, half a day, a range, an
/// hour with a day in words, or a day without a year.
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
pub(super) fn is_meeting(value: &str) -> bool {
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\d\s?-\s?\d{1,2}\s?[:：时点]|[\d日号]\s?[—–~～至到]+\s?\d")
            .expect("a fixed pattern")
    });
    PLACE.is_match(value) || RANGE.is_match(value)
}

pub(super) static HALF_DAY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new("上午|下午|晚上|中午|凌晨").expect("a fixed pattern"));

pub(super) static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").expect("a fixed pattern"));

pub(super) static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:地\s*点|会\s*场|地址|主讲|主\s*持|嘉宾|报告人|参加人|参会|对\s*象|会议号|(?-u:\b)(?:venue|location|place|where|speakers?|room)(?-u:\b))[^:：]{0,6}[:：]")
        .expect("a fixed pattern")
});
