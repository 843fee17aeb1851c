//! Interprets a match of each form, and decides whether the text around it lets it be a date.

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta};
use regex::Captures;

use super::clock::{Clock, day};
use super::names::{is_plain, month};
use super::pair::pair;
use super::words::number;
use crate::bulletin::Moment;

/// A match with the text on either side.
pub(super) struct FormMatch<'a> {
    pub groups: Captures<'a>,
    pub before: &'a str,
    pub after: &'a str,
}

impl FormMatch<'_> {
    pub(super) fn text(&self, group: usize) -> &str {
        self.groups.get(group).map_or("", |part| part.as_str())
    }

    pub(super) fn number(&self, group: usize) -> Option<u32> {
        number(self.text(group))
    }

    /// Returns whether neither a digit nor a number that continues (`1.2022-11-20`) is right before.
    fn starts(&self) -> bool {
        let mut before = self.before.chars().rev();
        match before.next() {
            Some(c) if c.is_ascii_digit() => false,
            Some('v' | 'V') => false,
            Some('.' | '-' | '/' | '_' | ',') => !before.next().is_some_and(|c| c.is_ascii_digit()),
            _ => true,
        }
    }

    /// Returns whether the number ends here, or a time follows without a gap; it must not continue like an address or
    /// version (`2022.11.20.3`).
    fn ends(&self, separator: &str) -> bool {
        let mut after = self.after.chars();
        match after.next() {
            Some(c) if c.is_ascii_digit() => {
                after.next().is_some_and(|c| c.is_ascii_digit()) && after.next() == Some(':')
            }
            Some(c) if separator.starts_with(c) => {
                !after.next().is_some_and(|c| c.is_ascii_digit())
            }
            _ => true,
        }
    }

    /// Returns whether the match is separate: at an edge of the text, or between spaces or brackets.
    fn apart(&self) -> bool {
        let opens = |c: char| c.is_whitespace() || "([{<>|:·•".contains(c);
        let closes = |c: char| c.is_whitespace() || ")]}<>|·•".contains(c);
        self.before.chars().next_back().is_none_or(opens)
            && self.after.chars().next().is_none_or(closes)
    }

    /// Returns whether the match is separate at the beginning or the end of the whole text, like a column of a row.
    fn at_edge(&self) -> bool {
        let bracket = |c: char| c.is_whitespace() || "()[]{}<>|:·•".contains(c);
        self.apart()
            && (self.before.trim_matches(bracket).is_empty()
                || self.after.trim_matches(bracket).is_empty()
                || self.bracketed()
                || self.before.trim_end().ends_with(':'))
    }

    fn bracketed(&self) -> bool {
        let before = self.before.trim_end().chars().next_back();
        let after = self.after.trim_start().chars().next();
        matches!(
            (before, after),
            (Some('['), Some(']')) | (Some('('), Some(')'))
        )
    }
}

pub(super) fn year_month_day(found: &FormMatch<'_>, _: &Clock) -> Option<DatePart> {
    let (first, second) = (found.text(2), found.text(4));
    (first == second && found.starts() && found.ends(second)).then_some(())?;
    day(found.number(1)?, found.number(3)?, found.number(5)?).map(DatePart::Day)
}

pub(super) fn chinese(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    found.starts().then_some(())?;
    let year = match (found.text(1).len(), found.number(1)?) {
        (2, year) => clock.century(year)?,
        (3, year) => year + 1911,
        (_, year) => year,
    };
    day(year, found.number(2)?, found.number(3)?).map(DatePart::Day)
}

pub(super) fn republic(found: &FormMatch<'_>, _: &Clock) -> Option<DatePart> {
    day(found.number(1)? + 1911, found.number(2)?, found.number(3)?).map(DatePart::Day)
}

pub(super) fn bare_republic(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let (first, second) = (found.text(2), found.text(4));
    let alike = first == second || (first, second) == ("年", "月");
    (alike && found.starts() && found.ends(second)).then_some(())?;
    // Versions and addresses have dots, too, so dates with dots must be separate.
    (first != "." || found.apart()).then_some(())?;
    let year = found.number(1)? + 1911;
    let next = clock.today.year().unsigned_abs() + 1;
    (1990..=next).contains(&year).then_some(())?;
    day(year, found.number(3)?, found.number(5)?).map(DatePart::Day)
}

pub(super) fn year_last(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let separator = found.text(2);
    (separator == found.text(4) && found.starts() && found.ends(separator)).then_some(())?;
    let (a, b, year) = (found.number(1)?, found.number(3)?, found.number(5)?);
    day_and_month(a, b, separator, clock)
        .and_then(|(date, month)| day(year, month, date))
        .map(DatePart::Day)
}

/// Returns day and month of two numbers whose order differs between countries; `None` if the order is unknown.
fn day_and_month(a: u32, b: u32, separator: &str, clock: &Clock) -> Option<(u32, u32)> {
    match (a > 12, b > 12) {
        (true, false) => Some((a, b)),
        (false, true) => Some((b, a)),
        (true, true) => None,
        _ if a == b || separator == "." || clock.day_first() => Some((a, b)),
        _ if clock.month_first() => Some((b, a)),
        _ => None,
    }
}

pub(super) fn two_digit_year(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let separator = found.text(2);
    (separator == found.text(4) && found.starts() && found.ends(separator)).then_some(())?;
    (separator == "-" || found.apart()).then_some(())?;
    let (a, b, c) = (found.number(1)?, found.number(3)?, found.number(5)?);
    let year_first = clock.century(a).and_then(|year| day(year, b, c));
    let year_last = clock.century(c).and_then(|year| {
        day_and_month(a, b, separator, clock).and_then(|(date, month)| day(year, month, date))
    });
    match (year_first, year_last) {
        (Some(date), None) | (None, Some(date)) => Some(DatePart::Day(date)),
        (Some(date), Some(_)) if clock.year_first() => Some(DatePart::Day(date)),
        (Some(_), Some(date)) if clock.day_first() || clock.month_first() => {
            Some(DatePart::Day(date))
        }
        _ => None,
    }
}

pub(super) fn compact(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let timed = found
        .after
        .strip_prefix(['T', 't'])
        .is_some_and(|rest| rest.len() >= 6 && rest.bytes().take(6).all(|b| b.is_ascii_digit()));
    (found.at_edge() || (timed && found.starts())).then_some(())?;
    let numbered = |c: char| matches!(c, '号' | '號' | '码' | '碼' | '话' | '話' | '.' | '#');
    let label = found.before.trim_end_matches([':', ' ', '(', '[']);
    (!label.ends_with(numbered)).then_some(())?;
    let date = day(found.number(1)?, found.number(2)?, found.number(3)?)?;
    (date.year() >= 1990 && date.year() <= clock.today.year() + 1).then_some(DatePart::Day(date))
}

pub(super) fn split_pair(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let (first, second) = (found.text(1), found.text(2));
    (found.starts() && found.ends("-") && found.ends("/") && found.ends(".")).then_some(())?;
    found.at_edge().then_some(())?;
    pair(first, second, clock)
        .or_else(|| pair(second, first, clock))
        .map(DatePart::Day)
}

pub(super) fn month_day_chinese(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    (found.starts() && !found.before.trim_end().ends_with("每年")).then_some(())?;
    if found.text(4).is_empty() {
        let next = found.after.chars().next();
        let range = matches!(next, Some('-' | '~' | '至' | '、' | '到'));
        (range || found.apart()).then_some(())?;
    }
    let (month, date) = (found.number(2)?, found.number(3)?);
    let year = clock.today.year().unsigned_abs();
    match found.text(1) {
        "" => clock.nearest(month, date),
        "去年" => day(year - 1, month, date),
        "明年" => day(year + 1, month, date),
        _ => day(year, month, date),
    }
    .map(DatePart::Day)
}

/// Reads `11-20`, which is so ambiguous that it must be a separate column, or in brackets.
pub(super) fn month_day(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let separator = found.text(2);
    (found.starts() && found.ends(separator) && found.at_edge()).then_some(())?;
    let whole = found.before.trim().len() + found.after.trim().len() <= 2;
    let padded = found.text(1).len() == 2 && found.text(3).len() == 2;
    match separator {
        "." => (padded && (whole || found.bracketed())).then_some(())?,
        "/" if !whole => (padded && !is_counter(found)).then_some(())?,
        _ if !whole => (padded || found.bracketed()).then_some(())?,
        _ => {}
    }
    let (a, b) = (found.number(1)?, found.number(3)?);
    let (month, date) = if clock.day_first() && b <= 12 {
        (b, a)
    } else {
        (a, b)
    };
    clock.nearest(month, date).map(DatePart::Day)
}

/// Returns whether `11/20` counts pages.
fn is_counter(found: &FormMatch<'_>) -> bool {
    let after = found.after.trim_start();
    let before = found.before.trim_end();
    ["页", "頁", "条", "條", "page"]
        .iter()
        .any(|word| after.starts_with(word))
        || ["第", "共", "页", "頁", "page", "Page", "页次:", "页:"]
            .iter()
            .any(|word| before.ends_with(word))
}

pub(super) fn named(
    date: Option<u32>,
    name: &str,
    year: &str,
    found: &FormMatch<'_>,
    clock: &Clock,
) -> Option<DatePart> {
    let (date, month) = (date?, month(name)?);
    let year = year.trim_start_matches('\'');
    if year.is_empty() || year.len() == 3 {
        let day_first = found.text(1).starts_with(|c: char| c.is_ascii_digit());
        (is_plain(name, day_first) && found.starts() && !goes_on(found.after)).then_some(())?;
        return clock.nearest(month, date).map(DatePart::Day);
    }
    let year = match (year.len(), number(year)?) {
        (2, year) => clock.century(year)?,
        (_, year) => year,
    };
    day(year, month, date).map(DatePart::Day)
}

/// Reads a name that may begin or end in letters of any script, and is a whole word; `group` is its own.
pub(super) fn named_word(
    [date, group, year]: [usize; 3],
    found: &FormMatch<'_>,
    clock: &Clock,
) -> Option<DatePart> {
    let (all, name) = (found.groups.get(0)?, found.groups.get(group)?);
    let rest = &all.as_str()[name.end() - all.start()..];
    let mut after = rest.chars().chain(found.after.chars());
    let starts = match group {
        1 => !found.before.ends_with(char::is_alphabetic),
        _ => found.starts(),
    };
    let is_word = starts && !after.next().is_some_and(char::is_alphabetic);
    is_word.then_some(())?;
    named(
        found.number(date),
        name.as_str(),
        found.text(year),
        found,
        clock,
    )
}

/// Reads `20 tháng 11 năm 2022`, as in Vietnam.
pub(super) fn vietnamese(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    found.starts().then_some(())?;
    let (date, month) = (found.number(1)?, found.number(2)?);
    match found.number(3) {
        Some(year) => day(year, month, date),
        None => clock.nearest(month, date),
    }
    .map(DatePart::Day)
}

/// Reads 令和8年3月20日.
pub(super) fn japanese_era(found: &FormMatch<'_>, _: &Clock) -> Option<DatePart> {
    let before = match found.text(1) {
        "令和" => 2018,
        "平成" => 1988,
        _ => 1925,
    };
    let year = before + found.number(2)?;
    day(year, found.number(3)?, found.number(4)?).map(DatePart::Day)
}

/// Returns whether a number is not a day: `May 20%`, `May 20:30`.
fn goes_on(after: &str) -> bool {
    let minutes = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    after.starts_with('%') || after.strip_prefix(':').is_some_and(minutes)
}

pub(super) fn asctime(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let date = day(found.number(5)?, month(found.text(1))?, found.number(2)?)?;
    let time = format!(" {} {}", found.text(3), found.text(4));
    Some(DatePart::Whole(clock.moment(date, time.trim_end()).1))
}

pub(super) fn ago(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    found.apart().then_some(())?;
    let count = match found.text(1).to_lowercase().as_str() {
        "a" | "an" | "one" => 1,
        "几" => return None,
        "半" => 0,
        "兩" => 2,
        text => number(text)?,
    };
    let unit = found.text(2).to_lowercase();
    let minutes = match unit.as_str() {
        "秒" | "sec" => Some(0),
        "分" | "min" => Some(count),
        "小时" | "小時" | "钟头" | "hour" | "hr" if count == 0 => Some(30),
        "小时" | "小時" | "钟头" | "hour" | "hr" => Some(count * 60),
        _ => None,
    };
    if let Some(minutes) = minutes {
        let time = clock.now - TimeDelta::minutes(i64::from(minutes));
        return Some(DatePart::Whole(local(time, clock)));
    }
    let today = clock.today;
    match unit.as_str() {
        "天" | "日" | "day" => today.checked_sub_days(Days::new(count.into())),
        "周" | "週" | "星期" | "week" => {
            today.checked_sub_days(Days::new(u64::from(count) * 7))
        }
        "月" | "month" => today.checked_sub_months(Months::new(count)),
        // "Four years ago" is not an exact day.
        _ => None,
    }
    .map(|date| DatePart::Whole(Moment::Day(date)))
}

pub(super) fn near(found: &FormMatch<'_>, clock: &Clock) -> Option<DatePart> {
    let back = match found.text(1).to_lowercase().as_str() {
        "今天" | "今日" | "today" => 0,
        "昨天" | "昨日" | "yesterday" => 1,
        "前天" => 2,
        _ => {
            found.at_edge().then_some(())?;
            return Some(DatePart::Whole(local(clock.now, clock)));
        }
    };
    let date = clock.today.checked_sub_days(Days::new(back))?;
    let (taken, _) = clock.moment(date, found.after);
    let opens = found.before.chars().next_back();
    let opens = opens.is_none_or(|c| c.is_whitespace() || "([:|·".contains(c));
    ((taken > 0 && opens) || found.at_edge()).then_some(DatePart::Day(date))
}

fn local(time: DateTime<chrono::Utc>, clock: &Clock) -> Moment {
    Moment::Time(time.with_timezone(&clock.zone).fixed_offset())
}

/// The date that a form matched: a day that a time may follow, or a whole moment.
pub(super) enum DatePart {
    Day(NaiveDate),
    Whole(Moment),
}
