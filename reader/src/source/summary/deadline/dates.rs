//! Finds the dates of a text, with the text around them.

use std::{ops::Range, sync::LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use regex::Regex;

use super::{
    lines, plain, time,
    tongue::{Speech, Tongue},
};
use crate::bulletin::Moment;
use crate::source::{date, summary::sentence, text::is_han};

/// The longest sentence that is read; a longer text is not a sentence.
const LONGEST: usize = 2_000;
/// The number of dates of a text that are read.
const MOST: usize = 400;

/// The year, zone and clock for dates that name none.
pub(super) struct Days {
    pub from: NaiveDate,
    pub zone: Tz,
    pub now: DateTime<Utc>,
}

/// A date of a text: its place in the sentence, and its meaning.
pub(super) type DatePart = (Range<usize>, Moment);

/// A sentence that has dates.
pub(super) struct DatedSentence {
    /// The sentence as it is in the text.
    pub sentence: String,
    /// The sentence in plain dates.
    pub plain: String,
    pub dates: Vec<DatePart>,
    /// The language; `None` if it is Chinese.
    pub tongue: Option<&'static Tongue>,
    /// The heading above the sentence, the sentence before it and the one after it.
    pub heading: String,
    pub last: String,
    pub next: String,
}

/// Returns the sentences of a text that have dates, in order.
pub(super) fn dated(text: &str, days: &Days) -> Vec<DatedSentence> {
    let speech = Speech::new(text);
    let (mut found, mut count) = (Vec::new(), 0);
    let mut last = String::new();
    for line in lines::lines(text) {
        let sentences: Vec<&str> = sentences(&line.text).collect();
        for (at, sentence) in sentences.iter().enumerate() {
            if sentence.len() <= LONGEST && has_day(sentence) {
                let tongue = speech.tongue(sentence);
                let (plain, dates) = read(sentence, tongue, days);
                if !dates.is_empty() && !is_signed(sentence, &dates, days.from) {
                    count += dates.len();
                    found.push(DatedSentence {
                        sentence: (*sentence).to_owned(),
                        plain,
                        dates,
                        tongue,
                        heading: line.heading.clone(),
                        last: last.clone(),
                        next: sentences
                            .get(at + 1)
                            .copied()
                            .unwrap_or_default()
                            .to_owned(),
                    });
                }
            }
            last = (*sentence).to_owned();
        }
        if count > MOST {
            break;
        }
    }
    found
}

/// Returns whether a line is the day of publication below a text, which is not a future day.
fn is_signed(sentence: &str, dates: &[DatePart], from: NaiveDate) -> bool {
    dates.iter().all(|(_, moment)| moment.day() <= from) && sentence::is_signature(sentence.trim())
}

fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split(['。', '；', ';', '！', '？'])
        .flat_map(sentence::parts)
}

/// Returns whether a sentence may name a day, judged only by its characters: most sentences have none, and parsing
/// dates is expensive.
fn has_day(sentence: &str) -> bool {
    let (mut before, mut digits) = (' ', 0);
    for (at, c) in sentence.char_indices() {
        if c.is_whitespace() {
            continue;
        }
        let is_numeral = matches!(
            before,
            '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十'
        );
        let number = digits > 0 || is_numeral;
        let in_week = matches!(before, '周' | '週' | '期' | '拜');
        let is_day = match c {
            '曜' | '요' => true,
            '月' | '号' | '號' | '월' => number,
            '日' => number || in_week,
            '/' | '.' | '-' | '．' | '／' => {
                (1..=4).contains(&digits) && is_short_number(&sentence[at + c.len_utf8()..])
            }
            '一' | '二' | '三' | '四' | '五' | '六' => in_week,
            // This is for `自公告发布之日起7天内`.
            '天' => in_week || number && sentence.contains('起'),
            '底' | '末' | '内' | '內' | '말' => matches!(before, '月' | '年' | '월' | '份'),
            _ => false,
        };
        let is_near = matches!(before, '今' | '明' | '后' | '後' | '本')
            && matches!(c, '天' | '日' | '晚' | '早' | '晨' | '月');
        if is_day || is_near {
            return true;
        }
        digits = if c.is_numeric() { digits + 1 } else { 0 };
        before = c;
    }
    !sentence.contains(is_han) && plain::names_day(sentence)
}

/// Returns whether a text begins with a number that may be a day or a month.
fn is_short_number(text: &str) -> bool {
    let digits = text.trim_start().chars().take_while(|c| c.is_numeric());
    (1..=2).contains(&digits.take(3).count())
}

/// Returns a sentence in plain dates, and its dates.
fn read(sentence: &str, tongue: Option<&'static Tongue>, days: &Days) -> (String, Vec<DatePart>) {
    let day_first = tongue.is_some_and(|tongue| tongue.day_first);
    let plain = with_same_day(plain::plain(sentence, day_first, days.from), days);
    let bare = date::find_coming(&plain, days.from, days.zone, days.now);
    let mut dates: Vec<DatePart> = Vec::with_capacity(bare.len());
    for (at, (range, moment)) in bare.iter().enumerate() {
        let mut timed = with_time(&plain, range.clone(), *moment, days);
        // In `dalle ore 9 del 23 marzo alle ore 12 del 25 marzo` a time between two days belongs to the second.
        let overlaps = |last: &DatePart, timed: &DatePart| last.0.end > timed.0.start;
        if dates.last().is_some_and(|last| overlaps(last, &timed)) {
            dates[at - 1] = bare[at - 1].clone();
            if overlaps(&dates[at - 1], &timed) {
                timed = bare[at].clone();
            }
        }
        dates.push(timed);
    }
    (plain, dates)
}

/// Inserts the day that `当日上午11:00` refers to.
fn with_same_day(text: String, days: &Days) -> String {
    static SAME_DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"[当當同][日天]\s?((?:上午|下午|中午|晚上?)?\s?\d{1,2}[:时時点點])")
            .expect("a fixed pattern")
    });
    let Some(found) = SAME_DAY.captures(&text) else {
        return text;
    };
    let (Some(whole), Some(time)) = (found.get(0), found.get(1)) else {
        return text;
    };
    let before = &text[..whole.start()];
    let dates = date::find_coming(before, days.from, days.zone, days.now);
    match dates.last() {
        Some((_, moment)) => format!("{before}{} {}", moment.day(), &text[time.start()..]),
        None => text,
    }
}

/// Returns a day with the time next to it, and the place of both.
fn with_time(text: &str, range: Range<usize>, moment: Moment, days: &Days) -> DatePart {
    let Moment::Day(day) = moment else {
        return (range, moment);
    };
    let beside = || {
        let (range, time) = time::beside(text, &range)?;
        let moment = date::parse(&format!("{day} {time}"), days.zone, days.now)?;
        Some((range, moment))
    };
    beside().unwrap_or((range, moment))
}
