//! By when people must act.
//!
//! [`find`] reads each sentence in plain dates (`plain`), and asks of each date whether the words around it make it the
//! last day to act (`cues`).

mod cues;
mod plain;

use std::{ops::Range, sync::LazyLock};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use regex::Regex;

use crate::bulletin::Moment;
use crate::source::date;

/// Texts longer than this are looked at in part.
const MOST: usize = 200_000;
/// How much is looked at before and after a date, in bytes.
const NEAR: usize = 200;

/// The first date that a text says to act by. A missing year follows from `published`.
pub(super) fn find(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<Moment> {
    let from = published.map_or_else(|| now.with_timezone(&zone).date_naive(), Moment::day);
    text.split('\n')
        .scan(0, |taken, line| {
            *taken += line.len();
            (*taken <= MOST).then_some(line)
        })
        .find_map(|line| {
            line.split(['。', '；', ';', '！', '？'])
                .filter(|sentence| may_ask(sentence))
                .find_map(|sentence| in_sentence(sentence, line, from, zone, now))
        })
}

fn in_sentence(
    sentence: &str,
    line: &str,
    from: NaiveDate,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<Moment> {
    let text = plain::plain(sentence, from);
    date::find_coming(&text, from, zone, now)
        .into_iter()
        .filter(|(_, moment)| moment.day() >= from)
        .find_map(|(range, moment)| {
            let (range, time) = with_time(&text, range, moment);
            let (before, after) = (tail(&text[..range.start]), head(&text[range.end..]));
            let timed = || match time {
                Some(time) => date::parse(&format!("{} {time}", moment.day()), zone, now),
                None => Some(moment),
            };
            cues::asks(before, after, line).then(timed)?
        })
}

/// The time of day that stands before a date (`11:59 p.m. on 22 March`) or after it (`March 27, at 12 noon`),
/// where the date has none, and the place of both.
fn with_time(text: &str, range: Range<usize>, moment: Moment) -> (Range<usize>, Option<String>) {
    const TIME: &str =
        r"(\d{1,2})(?:[:.h](\d{2}))?\s?(noon|midnight|a\.?m\.?|p\.?m\.?|uhr|h(?-u:\b))?";
    static BEFORE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)(?:(?-u:\b)|\s){TIME}(?:\s?\([a-z]{{2,5}}\)|\s[A-Z]{{3,4}})?,?\s?(?:on\s|am\s|le\s|del\s)?(?:\p{{L}}+day,?\s)?$"
        ))
        .expect("a fixed pattern")
    });
    static AFTER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)^[\s,]{{0,3}}(?:at\s|um\s|à\s|a\slas\s|в\s|kl\.?\s)?{TIME}"
        ))
        .expect("a fixed pattern")
    });
    if matches!(moment, Moment::Time(_)) {
        return (range, None);
    }
    let before = tail(&text[..range.start]);
    if let Some(found) = BEFORE.captures(before)
        && let Some(time) = clock_time(&found)
    {
        let start = range.start - before.len() + found.get(0).map_or(0, |all| all.start());
        return (start..range.end, Some(time));
    }
    match AFTER.captures(&text[range.end..]) {
        Some(found) => match clock_time(&found) {
            Some(time) => (
                range.start..range.end + found.get(0).map_or(0, |all| all.end()),
                Some(time),
            ),
            None => (range, None),
        },
        None => (range, None),
    }
}

/// A time of 24 hours; a number alone is none.
fn clock_time(found: &regex::Captures<'_>) -> Option<String> {
    let hour: u32 = found[1].parse().ok()?;
    let minute = found.get(2).map_or("00", |minute| minute.as_str());
    let half = found
        .get(3)
        .map(|half| half.as_str().to_lowercase().replace('.', ""));
    let hour = match half.as_deref() {
        None if found.get(2).is_none() => return None,
        Some("pm") if hour < 12 => hour + 12,
        Some("am") if hour == 12 => 0,
        Some("midnight") => return Some("23:59".to_owned()),
        _ => hour,
    };
    (hour < 24).then(|| format!("{hour:02}:{minute}"))
}

/// Returns whether a sentence has a day and a word that may make it a deadline, so that it is worth reading.
fn may_ask(sentence: &str) -> bool {
    static CUE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(
            r"(?i)[前止截迟遲晚]|[至到—–~～-]\s?(?:\d|[二三四五六七八九十〇]|(?:本|下|今|明)?[周月天日])|逾期|过时|过期|不再|期限|改为|まで|締|까지|마감|기한|기간|by|before|until|till|through|due|deadline|clos|later than|extended|last da|final da|cut-?off|schluss|frist|spätestens|bis|avant|jusqu|limit|tard|plazo|hasta|antes|scadenza|entro|até|prazo|до|позднее|срок|tot|vóór",
        )
        .expect("a fixed pattern")
    });
    const DAYS: [char; 6] = ['月', '周', '週', '天', '日', '期'];
    let has_day = sentence.contains(|c: char| c.is_numeric()) || sentence.contains(DAYS);
    has_day && CUE.is_match(sentence)
}

/// The last bytes of a text, from a character on.
fn tail(text: &str) -> &str {
    let mut start = text.len().saturating_sub(NEAR);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

fn head(text: &str) -> &str {
    let mut end = text.len().min(NEAR);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
