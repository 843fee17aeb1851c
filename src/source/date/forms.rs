//! The ways of writing a date, one row each, and the scan that finds them in order.

use std::{cmp::Reverse, ops::Range, sync::LazyLock};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta};
use regex::{Captures, Regex};

use super::clock::Clock;
use super::fold::Folded;
use super::words::{MONTHS, month, number};
use crate::bulletin::Moment;

/// One way of writing a date.
struct Form {
    /// What a text must contain for the pattern to be worth trying.
    needs: Needs,
    pattern: Regex,
    read: fn(&Found<'_>, &Clock) -> Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Digits,
    /// A digit and 月, or a numeral and 月.
    Month,
    /// A digit and a Latin letter.
    Letters,
    /// A word of nearness: 前, 今, 昨, 刚, ago, today.
    Near,
}

/// What a form read: a day that a time may follow, or a whole moment.
enum Part {
    Day(NaiveDate),
    Whole(Moment),
}

/// A match with the text on either side.
struct Found<'a> {
    groups: Captures<'a>,
    before: &'a str,
    after: &'a str,
}

impl Found<'_> {
    fn text(&self, group: usize) -> &str {
        self.groups.get(group).map_or("", |part| part.as_str())
    }

    fn number(&self, group: usize) -> Option<u32> {
        number(self.text(group))
    }

    /// No digit stands right before, nor a number that goes on (`1.2022-11-20`).
    fn starts(&self) -> bool {
        let mut before = self.before.chars().rev();
        match before.next() {
            Some(c) if c.is_ascii_digit() => false,
            Some('v' | 'V') => false,
            Some('.' | '-' | '/' | '_' | ',') => !before.next().is_some_and(|c| c.is_ascii_digit()),
            _ => true,
        }
    }

    /// The number ends here, or a time follows without a gap; it does not go on as an address or
    /// version does (`2022.11.20.3`).
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

    /// Stands alone: at an edge of the text, or between spaces or brackets.
    fn apart(&self) -> bool {
        let opens = |c: char| c.is_whitespace() || "([{<>|:·•".contains(c);
        let closes = |c: char| c.is_whitespace() || ")]}<>|·•".contains(c);
        self.before.chars().next_back().is_none_or(opens)
            && self.after.chars().next().is_none_or(closes)
    }

    /// Stands apart at the beginning or the end of the whole text, as a column of a row does.
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

fn day(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let year = i32::try_from(year).ok()?;
    (1900..2100).contains(&year).then_some(())?;
    NaiveDate::from_ymd_opt(year, month, day)
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    const N: &str = "([0-9]{1,2}|[一二三四五六七八九十]{1,3})";
    const D: &str = "([0-9]{1,2}|[一二三四五六七八九十廿卅]{1,4})";
    let form = |needs, pattern: &str, read| Form {
        needs,
        pattern: Regex::new(pattern).expect("a fixed pattern"),
        read,
    };
    let m = MONTHS;
    let weekday = "(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}[.,]{0,2}\\s{1,3})?";
    let th = "(?:st|nd|rd|th|er|º|\\.)?";
    vec![
        // 2022-11-20, 2022/11/20, 2022.11.20
        form(
            Needs::Digits,
            r"([0-9]{4})\s{0,2}([-/._·])\s{0,2}([0-9]{1,2})\s{0,2}([-/._·])\s{0,2}([0-9]{1,2})",
            year_month_day,
        ),
        // 2022年11月20日, 二〇二二年十一月二十日, 22年11月20日
        form(
            Needs::Month,
            &format!(
                "([0-9]{{2,4}}|[〇○零一二三四五六七八九]{{4}})\\s{{0,3}}年\\s{{0,3}}{N}\\s{{0,3}}月\\s{{0,3}}{D}\\s{{0,2}}[日号號]?"
            ),
            chinese,
        ),
        // 民國111年11月20日, ROC 111.11.20
        form(
            Needs::Digits,
            &format!(
                r"(?:民國|民国|ROC|R\.O\.C\.)\s{{0,2}}([0-9]{{1,3}}|[〇零一二三四五六七八九十百元]{{1,5}})\s{{0,2}}[-年/.]\s{{0,2}}{N}\s{{0,2}}[-月/.]\s{{0,2}}{D}日?"
            ),
            republic,
        ),
        form(
            Needs::Month,
            &format!("(?:民國|民国)([〇零一二三四五六七八九十百元]{{1,5}})年{N}月{D}日?"),
            republic,
        ),
        // 111-11-20, 111/11/20, as in Taiwan
        form(
            Needs::Digits,
            r"([01][0-9]{2})\s?([-/.年])\s?([0-9]{1,2})\s?([-/.月])\s?([0-9]{1,2})日?",
            bare_republic,
        ),
        // 20/11/2022, 11/20/2022, 20.11.2022, 20-11-2022
        form(
            Needs::Digits,
            r"([0-9]{1,2})\s?([-/.])\s?([0-9]{1,2})\s?([-/.])\s?([0-9]{4})",
            year_last,
        ),
        // 22-11-20
        form(
            Needs::Digits,
            r"([0-9]{2})([-/.])([0-9]{1,2})([-/.])([0-9]{1,2})",
            two_digit_year,
        ),
        // 20221120
        form(
            Needs::Digits,
            r"((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})",
            compact,
        ),
        // 20 over 2022-11, and 2022-11 over 20, as one text
        form(
            Needs::Digits,
            r"([0-9]{1,2})\s{1,4}([0-9]{4}\s?(?:年|[-/.])\s?[0-9]{1,2}月?)",
            split_pair,
        ),
        form(
            Needs::Digits,
            r"([0-9]{4}\s?(?:年|[-/.])\s?[0-9]{1,2}月?)\s{1,4}([0-9]{1,2})",
            split_pair,
        ),
        form(
            Needs::Digits,
            r"([0-9]{1,2}[-/.][0-9]{1,2})\s{1,4}([0-9]{4})",
            split_pair,
        ),
        // 11月20日, 十一月二十日, 去年11月20日
        form(
            Needs::Month,
            &format!("(今年|本年|去年|明年)?{N}\\s{{0,2}}月\\s{{0,2}}{D}\\s{{0,2}}([日号號])?"),
            month_day_chinese,
        ),
        // 11-20, 11/20, 11.20
        form(Needs::Digits, r"([0-9]{1,2})([-/.])([0-9]{1,2})", month_day),
        // 20th November 2022, 20-Nov-22, 1er décembre 2022, Sunday, November 20 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i){weekday}\b([0-9]{{1,2}}){th}[\s-]{{0,2}}(?:of\s|de\s|d')?\b({m})\b\.?(?:,?[\s-]{{0,2}}(?:de\s|del\s|of\s)?('?[0-9]{{2,4}})\b)?"
            ),
            |found, clock| named(found.number(1), found.text(2), found.text(3), found, clock),
        ),
        // Nov. 20, 2022; November 20th; Nov 20 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i){weekday}\b({m})\b\.?[\s-]{{0,2}}([0-9]{{1,2}})(?:st|nd|rd|th)?\b(?:(?:\s?,\s{{0,2}}|[\s-]{{1,2}})('?[0-9]{{4}}|'[0-9]{{2}})\b)?"
            ),
            |found, clock| named(found.number(2), found.text(1), found.text(3), found, clock),
        ),
        // Sun Nov  6 08:49:37 1994, Sun Nov 06 08:49:37 CST 2022
        form(
            Needs::Letters,
            &format!(
                r"(?i)\b({m})\s{{1,2}}([0-9]{{1,2}}),?\s{{1,2}}([0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?)\s{{1,2}}(?:([a-z]{{3,4}}|[+-][0-9]{{4}})\s{{1,2}})?([0-9]{{4}})\b"
            ),
            asctime,
        ),
        // 2022 Nov 20, 2022-Nov-20
        form(
            Needs::Letters,
            &format!(r"(?i)\b([0-9]{{4}})[\s,-]{{1,2}}({m})\b\.?[\s-]{{1,2}}([0-9]{{1,2}})\b"),
            |found, clock| named(found.number(3), found.text(2), found.text(1), found, clock),
        ),
        // 3小时前, 5 minutes ago
        form(
            Needs::Near,
            r"(?i)([0-9]{1,4}|半|一|两|兩|二|几|\ban?|\bone)\s{0,2}(?:个|個)?\s{0,2}(秒|分|小时|小時|钟头|天|日|周|週|星期|月|年|sec|min|hour|hr|day|week|month|year)(?:钟|鐘|ond|ute)?s?\s{0,2}(?:之前|以前|前|\bago\b)",
            ago,
        ),
        // 今天 08:30, 昨天, 刚刚
        form(
            Needs::Near,
            r"(?i)(今天|今日|昨天|昨日|前天|刚刚|刚才|剛剛|剛才|\btoday\b|\byesterday\b|\bjust now\b)",
            near,
        ),
    ]
});

fn year_month_day(found: &Found<'_>, _: &Clock) -> Option<Part> {
    let (first, second) = (found.text(2), found.text(4));
    (first == second && found.starts() && found.ends(second)).then_some(())?;
    day(found.number(1)?, found.number(3)?, found.number(5)?).map(Part::Day)
}

fn chinese(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    found.starts().then_some(())?;
    let year = match (found.text(1).len(), found.number(1)?) {
        (2, year) => clock.century(year)?,
        (3, year) => year + 1911,
        (_, year) => year,
    };
    day(year, found.number(2)?, found.number(3)?).map(Part::Day)
}

fn republic(found: &Found<'_>, _: &Clock) -> Option<Part> {
    day(found.number(1)? + 1911, found.number(2)?, found.number(3)?).map(Part::Day)
}

fn bare_republic(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let (first, second) = (found.text(2), found.text(4));
    let alike = first == second || (first, second) == ("年", "月");
    (alike && found.starts() && found.ends(second)).then_some(())?;
    // Dots are also versions and addresses, so those must stand apart.
    (first != "." || found.apart()).then_some(())?;
    let year = found.number(1)? + 1911;
    let next = clock.today.year().unsigned_abs() + 1;
    (1990..=next).contains(&year).then_some(())?;
    day(year, found.number(3)?, found.number(5)?).map(Part::Day)
}

fn year_last(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let separator = found.text(2);
    (separator == found.text(4) && found.starts() && found.ends(separator)).then_some(())?;
    let (a, b, year) = (found.number(1)?, found.number(3)?, found.number(5)?);
    day_and_month(a, b, separator, clock)
        .and_then(|(date, month)| day(year, month, date))
        .map(Part::Day)
}

/// Day and month of two numbers whose order differs between countries; none where it cannot be told.
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

fn two_digit_year(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let separator = found.text(2);
    (separator == found.text(4) && found.starts() && found.ends(separator)).then_some(())?;
    (separator == "-" || found.apart()).then_some(())?;
    let (a, b, c) = (found.number(1)?, found.number(3)?, found.number(5)?);
    let year_first = clock.century(a).and_then(|year| day(year, b, c));
    let year_last = clock.century(c).and_then(|year| {
        day_and_month(a, b, separator, clock).and_then(|(date, month)| day(year, month, date))
    });
    match (year_first, year_last) {
        (Some(date), None) | (None, Some(date)) => Some(Part::Day(date)),
        (Some(date), Some(_)) if clock.year_first() => Some(Part::Day(date)),
        (Some(_), Some(date)) if clock.day_first() || clock.month_first() => Some(Part::Day(date)),
        _ => None,
    }
}

fn compact(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let timed = found
        .after
        .strip_prefix(['T', 't'])
        .is_some_and(|rest| rest.len() >= 6 && rest.bytes().take(6).all(|b| b.is_ascii_digit()));
    (found.at_edge() || (timed && found.starts())).then_some(())?;
    let numbered = |c: char| matches!(c, '号' | '號' | '码' | '碼' | '话' | '話' | '.' | '#');
    let label = found.before.trim_end_matches([':', ' ', '(', '[']);
    (!label.ends_with(numbered)).then_some(())?;
    let date = day(found.number(1)?, found.number(2)?, found.number(3)?)?;
    (date.year() >= 1990 && date.year() <= clock.today.year() + 1).then_some(Part::Day(date))
}

fn split_pair(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let (first, second) = (found.text(1), found.text(2));
    (found.starts() && found.ends("-") && found.ends("/") && found.ends(".")).then_some(())?;
    found.at_edge().then_some(())?;
    pair(first, second, clock)
        .or_else(|| pair(second, first, clock))
        .map(Part::Day)
}

fn month_day_chinese(found: &Found<'_>, clock: &Clock) -> Option<Part> {
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
    .map(Part::Day)
}

/// `11-20` alone says so little that it must be a column of its own, or in brackets.
fn month_day(found: &Found<'_>, clock: &Clock) -> Option<Part> {
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
    clock.nearest(month, date).map(Part::Day)
}

/// Whether `11/20` counts pages.
fn is_counter(found: &Found<'_>) -> bool {
    let after = found.after.trim_start();
    let before = found.before.trim_end();
    ["页", "頁", "条", "條", "page"]
        .iter()
        .any(|word| after.starts_with(word))
        || ["第", "共", "页", "頁", "page", "Page", "页次:", "页:"]
            .iter()
            .any(|word| before.ends_with(word))
}

fn named(
    date: Option<u32>,
    name: &str,
    year: &str,
    found: &Found<'_>,
    clock: &Clock,
) -> Option<Part> {
    let (date, month) = (date?, month(name)?);
    // "may 20" and "mar 3" are words of a sentence; a name begins with a capital there.
    let capital = name.chars().next().is_some_and(char::is_uppercase);
    let year = year.trim_start_matches('\'');
    if year.is_empty() || year.len() == 3 {
        (capital && found.starts() && !found.after.starts_with([':', '%'])).then_some(())?;
        return clock.nearest(month, date).map(Part::Day);
    }
    let year = match (year.len(), number(year)?) {
        (2, year) => clock.century(year)?,
        (_, year) => year,
    };
    day(year, month, date).map(Part::Day)
}

fn asctime(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let date = day(found.number(5)?, month(found.text(1))?, found.number(2)?)?;
    let time = format!(" {} {}", found.text(3), found.text(4));
    Some(Part::Whole(clock.moment(date, time.trim_end()).1))
}

fn ago(found: &Found<'_>, clock: &Clock) -> Option<Part> {
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
        return Some(Part::Whole(local(time, clock)));
    }
    let today = clock.today;
    match unit.as_str() {
        "天" | "日" | "day" => today.checked_sub_days(Days::new(count.into())),
        "周" | "週" | "星期" | "week" => {
            today.checked_sub_days(Days::new(u64::from(count) * 7))
        }
        "月" | "month" => today.checked_sub_months(Months::new(count)),
        _ => today.checked_sub_months(Months::new(count * 12)),
    }
    .map(|date| Part::Whole(Moment::Day(date)))
}

fn near(found: &Found<'_>, clock: &Clock) -> Option<Part> {
    let back = match found.text(1).to_lowercase().as_str() {
        "今天" | "今日" | "today" => 0,
        "昨天" | "昨日" | "yesterday" => 1,
        "前天" => 2,
        _ => {
            found.at_edge().then_some(())?;
            return Some(Part::Whole(local(clock.now, clock)));
        }
    };
    let date = clock.today.checked_sub_days(Days::new(back))?;
    let (taken, _) = clock.moment(date, found.after);
    let opens = found.before.chars().next_back();
    let opens = opens.is_none_or(|c| c.is_whitespace() || "([:|·".contains(c));
    ((taken > 0 && opens) || found.at_edge()).then_some(Part::Day(date))
}

fn local(time: DateTime<chrono::Utc>, clock: &Clock) -> Moment {
    Moment::Time(time.with_timezone(&clock.zone).fixed_offset())
}

/// The date of a small part (a day, or month and day) and a large one (the rest).
pub(super) fn pair(small: &str, large: &str, clock: &Clock) -> Option<NaiveDate> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{1,2})(?:日|号|號|st|nd|rd|th)?$").expect("a fixed pattern")
    });
    static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{1,2})[-/.月]([0-9]{1,2})[日号號]?$").expect("a fixed pattern")
    });
    static YEAR_MONTH: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})月?$").expect("a fixed pattern")
    });
    static MONTH_YEAR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{1,2})\s?[-/.]\s?([0-9]{4})$").expect("a fixed pattern")
    });
    static YEAR: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^([0-9]{4})年?$").expect("a fixed pattern"));
    static MONTH: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^([0-9]{1,2})月$").expect("a fixed pattern"));
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(&format!(
            r"(?i)^({MONTHS})\.?(?:[\s,/-]{{1,2}}([0-9]{{4}}))?$"
        ))
        .expect("a fixed pattern")
    });
    let part = |found: &Captures<'_>, group: usize| {
        found.get(group).and_then(|part| number(part.as_str()))
    };
    if let Some(found) = MONTH_DAY.captures(small) {
        let year = part(&YEAR.captures(large)?, 1)?;
        return day(year, part(&found, 1)?, part(&found, 2)?);
    }
    let date = part(&DAY.captures(small)?, 1)?;
    if let Some(found) = YEAR_MONTH.captures(large) {
        return day(part(&found, 1)?, part(&found, 2)?, date);
    }
    if let Some(found) = MONTH_YEAR.captures(large) {
        return day(part(&found, 2)?, part(&found, 1)?, date);
    }
    if let Some(found) = MONTH.captures(large) {
        return clock.nearest(part(&found, 1)?, date);
    }
    let found = NAMED.captures(large)?;
    let month = month(found.get(1)?.as_str())?;
    match part(&found, 2) {
        Some(year) => day(year, month, date),
        None => clock.nearest(month, date),
    }
}

/// The dates of a text, in order and without overlap.
pub(super) struct Scan<'a> {
    text: &'a str,
    clock: &'a Clock,
    at: usize,
    /// The next hit of each form, found from `at` or later; `None` once there is no more.
    next: Vec<(&'static Form, Option<Hit>)>,
}

#[derive(Clone)]
struct Hit {
    range: Range<usize>,
    moment: Moment,
}

impl<'a> Scan<'a> {
    pub(super) fn new(folded: &'a Folded<'_>, clock: &'a Clock) -> Self {
        let text = folded.text.as_ref();
        let next = forms_for(text)
            .map(|form| (form, hit(form, text, 0, clock)))
            .collect();
        Self {
            text,
            clock,
            at: 0,
            next,
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = (Range<usize>, Moment);

    fn next(&mut self) -> Option<Self::Item> {
        for (form, next) in &mut self.next {
            if next.as_ref().is_some_and(|hit| hit.range.start < self.at) {
                *next = hit(form, self.text, self.at, self.clock);
            }
        }
        let hits = self.next.iter().filter_map(|(_, hit)| hit.as_ref());
        let first = hits.min_by_key(|hit| (hit.range.start, Reverse(hit.range.end)))?;
        self.at = first.range.end;
        Some((first.range.clone(), first.moment))
    }
}

/// The forms that a text can hold at all, by the characters that it has.
fn forms_for(text: &str) -> impl Iterator<Item = &'static Form> {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let letters = digits && text.bytes().any(|b| b.is_ascii_alphabetic());
    let month = text.contains('月');
    let near = text.contains(['前', '今', '昨', '刚', '剛']) || {
        letters && text.contains("ago") || text.len() < 40 && text.is_ascii() && !text.is_empty()
    };
    FORMS.iter().filter(move |form| match form.needs {
        Needs::Digits => digits,
        Needs::Month => month,
        Needs::Letters => letters,
        Needs::Near => near,
    })
}

/// The first match of a form from `at` on that is a date, with the time that follows it.
fn hit(form: &Form, text: &str, at: usize, clock: &Clock) -> Option<Hit> {
    let mut at = at;
    while let Some(groups) = form.pattern.captures_at(text, at) {
        let all = groups.get(0)?;
        let (start, end) = (all.start(), all.end());
        let found = Found {
            groups,
            before: &text[..start],
            after: &text[end..],
        };
        match (form.read)(&found, clock) {
            Some(Part::Day(day)) => {
                let (taken, moment) = clock.moment(day, &text[end..]);
                let range = start..end + taken;
                return Some(Hit { range, moment });
            }
            Some(Part::Whole(moment)) => {
                let range = start..end;
                return Some(Hit { range, moment });
            }
            None => at = start + text[start..].chars().next().map_or(1, char::len_utf8),
        }
    }
    None
}
