//! By when people must act.
//!
//! [`find`] reads each sentence in plain dates (`plain`), and asks of each date what the words around it make it worth as the
//! last day to act: `chinese` for sentences in Chinese, `tongue` for other languages. A new deadline wins over all, and
//! else the first of those that are worth most.

mod chinese;
mod lines;
mod plain;
mod time;
mod tongue;
mod worth;

use std::{ops::Range, sync::LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use regex::Regex;

use self::tongue::{DatePlace, Tongue, tongues};
use self::worth::Worth;
use super::sentence;
use crate::bulletin::Moment;
use crate::source::{date, text::is_han};

/// Longer sentences are none.
const LONGEST: usize = 2_000;

/// The day by which people must act, and the sentence that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByWhen {
    pub moment: Moment,
    pub sentence: String,
}

/// Whose year, zone and clock dates without them have.
struct Days {
    from: NaiveDate,
    zone: Tz,
    now: DateTime<Utc>,
}

/// The date that a text says to act by. A missing year follows from `published`.
pub(super) fn find(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<ByWhen> {
    let from = published.map_or_else(|| now.with_timezone(&zone).date_naive(), Moment::day);
    let days = Days { from, zone, now };
    let mut best: Option<(Worth, ByWhen)> = None;
    for line in lines::labelled(text) {
        for sentence in sentences(&line) {
            for (worth, moment) in in_sentence(sentence, &line, &days) {
                if best.as_ref().is_none_or(|(most, found)| {
                    worth > *most || is_more_exact(&moment, &found.moment)
                }) {
                    let worth = best.map_or(worth, |(most, _)| worth.max(most));
                    let sentence = sentence.to_owned();
                    best = Some((worth, ByWhen { moment, sentence }));
                }
            }
        }
        if matches!(best, Some((Worth::Moved, _))) {
            break;
        }
    }
    best.map(|(_, found)| found)
}

/// Returns whether a moment is the time of a day that was known without one.
fn is_more_exact(moment: &Moment, known: &Moment) -> bool {
    let is_day = |moment: &Moment| matches!(moment, Moment::Day(_));
    moment.day() == known.day() && is_day(known) && !is_day(moment)
}

fn sentences(line: &str) -> impl Iterator<Item = &str> {
    line.split(['。', '；', ';', '！', '？'])
        .flat_map(sentence::parts)
        .filter(|sentence| sentence.len() <= LONGEST && has_day(sentence))
}

/// Returns whether a sentence may name a day.
fn has_day(sentence: &str) -> bool {
    const DAYS: [char; 6] = ['月', '周', '週', '天', '日', '期'];
    sentence.contains(|c: char| c.is_numeric())
        || sentence.contains(DAYS)
        || plain::names_day(sentence)
}

fn in_sentence(sentence: &str, line: &str, days: &Days) -> Vec<(Worth, Moment)> {
    if sentence.contains(is_han) && !tongue::is_of_neighbours(sentence) {
        return match chinese::may_ask(sentence) {
            true => dated(sentence, false, days, |text, dates, at| {
                let (before, after) = (&text[..dates[at].start], &text[dates[at].end..]);
                chinese::asks(before, after, line)
            }),
            false => Vec::new(),
        };
    }
    let spoken = tongues(sentence)
        .into_iter()
        .filter(|tongue| tongue.may_ask(sentence));
    let found = |tongue: &Tongue| {
        dated(sentence, tongue.day_first, days, |text, dates, at| {
            tongue.asks(text, &DatePlace::new(text, dates, at))
        })
    };
    spoken
        .map(found)
        .find(|found| !found.is_empty())
        .unwrap_or_default()
}

/// The days of a sentence that `asks` makes worth anything.
fn dated(
    sentence: &str,
    day_first: bool,
    days: &Days,
    asks: impl Fn(&str, &[Range<usize>], usize) -> Option<Worth>,
) -> Vec<(Worth, Moment)> {
    let text = with_same_day(plain::plain(sentence, day_first, days.from), days);
    let found: Vec<(Range<usize>, Moment)> =
        date::find_coming(&text, days.from, days.zone, days.now)
            .into_iter()
            .map(|(range, moment)| with_time(&text, range, moment, days))
            .collect();
    let ranges: Vec<Range<usize>> = found.iter().map(|(range, _)| range.clone()).collect();
    found
        .iter()
        .enumerate()
        .filter(|(_, (_, moment))| moment.day() >= days.from)
        .filter_map(|(at, (_, moment))| Some((asks(&text, &ranges, at)?, *moment)))
        .collect()
}

/// A sentence with the day that `当日上午11:00` speaks of.
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

/// A day with the time that stands beside it, and the place of both.
fn with_time(
    text: &str,
    range: Range<usize>,
    moment: Moment,
    days: &Days,
) -> (Range<usize>, Moment) {
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

#[cfg(test)]
mod measured;
