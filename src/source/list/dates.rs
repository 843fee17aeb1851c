//! Dates beside titles: which piece of a row's text is its date.

use std::{cell::RefCell, collections::HashMap, ops::Range};

use chrono::{Datelike, NaiveDate};

use crate::{
    bulletin::Moment,
    source::{
        Context, date,
        page::{Id, Page},
    },
};

/// A longer piece of text is a teaser: only its ends are looked at.
const MAX_DATE_TEXT: usize = 120;

/// A date as it stands in a row.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub moment: Moment,
    /// The year is a guess.
    pub yearless: bool,
    /// The pieces of text that it stands in: usually one.
    pub runs: Range<usize>,
    /// Its place in the text of the first of them.
    pub bytes: Range<usize>,
    /// Nothing else stands there but a label.
    pub whole: bool,
}

/// The dates of a page's pieces of text, each looked up once.
#[derive(Debug)]
pub(super) struct Dates<'a> {
    page: &'a Page,
    context: &'a Context<'a>,
    known: RefCell<HashMap<usize, Option<Found>>>,
}

impl<'a> Dates<'a> {
    pub(super) fn new(page: &'a Page, context: &'a Context<'a>) -> Self {
        Self {
            page,
            context,
            known: RefCell::default(),
        }
    }

    /// The dates in some pieces of text, in order.
    pub(super) fn within(&self, runs: Range<usize>) -> Vec<Found> {
        let mut found = Vec::new();
        let mut run = runs.start;
        while run < runs.end && found.len() < 8 {
            if let Some(date) = self.at(run).or_else(|| self.joined(run, runs.end)) {
                run = date.runs.end;
                found.push(date);
            } else {
                run += 1;
            }
        }
        found
    }

    /// The date in one piece of text.
    fn at(&self, run: usize) -> Option<Found> {
        if let Some(known) = self.known.borrow().get(&run) {
            return known.clone();
        }
        let found = self.look(run);
        self.known.borrow_mut().insert(run, found.clone());
        found
    }

    fn look(&self, run: usize) -> Option<Found> {
        if let Some(found) = self.machine_readable(run) {
            return Some(found);
        }
        let text = self.page.run_text(run);
        if !may_hold_date(text) {
            return None;
        }
        let (offset, part) = if text.len() <= MAX_DATE_TEXT {
            (0, text)
        } else {
            ends_of(text)
                .into_iter()
                .find(|(_, part)| self.find(part).is_some())?
        };
        let (bytes, moment) = self.find(part)?;
        let rest = [&part[..bytes.start], &part[bytes.end..]].concat();
        Some(Found {
            moment,
            yearless: is_yearless(&part[bytes.clone()]),
            runs: run..run + 1,
            whole: text.len() <= MAX_DATE_TEXT && is_label(&rest),
            bytes: bytes.start + offset..bytes.end + offset,
        })
    }

    /// `<time datetime="2022-11-20">yesterday</time>`.
    fn machine_readable(&self, run: usize) -> Option<Found> {
        let element = self.page.runs[run].element;
        if self.page.name(element) != "time" {
            return None;
        }
        let stamp = self.page.attribute(element, "datetime")?;
        let (_, moment) = self.find(stamp)?;
        Some(Found {
            moment,
            yearless: false,
            runs: run..run + 1,
            bytes: 0..self.page.run_text(run).len(),
            whole: true,
        })
    }

    /// A day and its month in neighbouring pieces: `20` over `2022-11`, `Nov` `20` `2022`.
    fn joined(&self, run: usize, end: usize) -> Option<Found> {
        for count in [3, 2] {
            if run + count > end {
                continue;
            }
            let parts: Vec<&str> = (run..run + count)
                .map(|run| self.page.run_text(run).trim())
                .collect();
            if parts.iter().any(|part| part.len() > 16) {
                continue;
            }
            let Some(text) = joined_date(&parts) else {
                continue;
            };
            if let Some((_, moment)) = self.find(&text) {
                return Some(Found {
                    moment,
                    yearless: is_yearless(&text),
                    runs: run..run + count,
                    bytes: 0..parts[0].len(),
                    whole: true,
                });
            }
        }
        None
    }

    /// The date that an element is.
    pub(super) fn of(&self, element: Id) -> Option<Moment> {
        let runs = self.page.runs_of(element);
        let found = self.within(runs.clone()).into_iter().next();
        found
            .map(|found| found.moment)
            .or_else(|| self.in_attributes(element))
            .or_else(|| self.find(&self.page.text(runs)).map(|(_, moment)| moment))
    }

    pub(super) fn find(&self, text: &str) -> Option<(Range<usize>, Moment)> {
        date::find(text, self.context.time_zone, self.context.now)
    }

    /// What an element says in an attribute: `data-time="2022-11-20"`, `data-ts="1668902400"`.
    pub(super) fn in_attributes(&self, element: Id) -> Option<Moment> {
        self.page
            .attributes(element)
            .filter(|(name, _)| {
                name.starts_with("data-") || matches!(*name, "datetime" | "time" | "date")
            })
            .filter(|(_, value)| value.len() <= 40 && may_hold_date(value))
            .find_map(|(_, value)| {
                self.find(value)
                    .and_then(|(range, moment)| (!is_yearless(&value[range])).then_some(moment))
            })
    }
}

/// The first and last part of a long text, with their places.
fn ends_of(text: &str) -> [(usize, &str); 2] {
    let head = text.char_indices().nth(30).map_or(text.len(), |(at, _)| at);
    let tail = text.char_indices().rev().nth(30).map_or(0, |(at, _)| at);
    [(0, &text[..head]), (tail, &text[tail..])]
}

/// A cheap look before the real one.
fn may_hold_date(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
        || [
            "今天",
            "昨天",
            "前天",
            "刚刚",
            "今日",
            "昨日",
            "yesterday",
            "today",
            "just now",
        ]
        .iter()
        .any(|word| text.contains(word))
        || text.contains(['０', '１', '２', '〇', '零', '一', '二'])
        || text.contains("ago")
}

/// Whether a date as written has no year: fewer than three numbers, and none of four digits.
pub(super) fn is_yearless(date: &str) -> bool {
    let numbers: Vec<&str> = date
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let day_and_month = date.contains(['月', '-', '/', '.']) || date.contains(char::is_alphabetic);
    let relative = ["前", "天", "日前", "ago", "day"]
        .iter()
        .any(|word| date.contains(word));
    !relative
        && day_and_month
        && !numbers.iter().any(|number| number.len() >= 4)
        && numbers.len() < 3
        && !numbers.is_empty()
        || date.contains(':')
            && !relative
            && numbers.len() <= 4
            && numbers.iter().all(|n| n.len() <= 2)
}

/// Whether what stands around a date is only a label or brackets.
fn is_label(rest: &str) -> bool {
    rest.chars().filter(|c| c.is_alphanumeric()).count() <= 8
}

/// Puts the pieces of a date into an order that reads as one.
fn joined_date(parts: &[&str]) -> Option<String> {
    let number = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.is_empty();
    let is_day = |part: &&str| {
        let digits = part.trim_end_matches('日');
        number(digits)
            && digits
                .parse::<u32>()
                .is_ok_and(|day| (1..=31).contains(&day))
    };
    let is_year = |part: &&str| {
        let digits = part.trim_end_matches('年');
        number(digits)
            && digits.len() == 4
            && (digits.starts_with("19") || digits.starts_with("20"))
    };
    let bare = |part: &str| {
        part.trim_matches(['/', '-', '.', ',', ' ', '年', '日'])
            .to_owned()
    };
    if parts.len() == 3 {
        let year = parts.iter().position(is_year)?;
        let rest: Vec<String> = (0..3)
            .filter(|at| *at != year)
            .map(|at| bare(parts[at]))
            .collect();
        let month_first = !is_day(&rest[0].as_str()) || number(&rest[1]);
        let (month, day) = if month_first { (0, 1) } else { (1, 0) };
        let month = rest[month].trim_end_matches('月');
        if number(month) {
            return Some(format!("{}-{month}-{}", bare(parts[year]), rest[day]));
        }
        return month
            .is_ascii()
            .then(|| format!("{} {month} {}", rest[day], bare(parts[year])));
    }
    let (first, second) = (parts[0], parts[1]);
    let year_month = |part: &str| {
        let numbers: Vec<String> = part
            .split(|c: char| !c.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(str::to_owned)
            .collect();
        match numbers.as_slice() {
            [year, month] if year.len() == 4 && month.len() <= 2 => Some(format!("{year}-{month}")),
            [month, year] if year.len() == 4 && month.len() <= 2 => Some(format!("{year}-{month}")),
            _ => None,
        }
    };
    if is_day(&first) || is_day(&second) {
        let (day, other) = if is_day(&first) {
            (first, second)
        } else {
            (second, first)
        };
        if let Some(year_month) = year_month(other) {
            return Some(format!("{year_month}-{}", bare(day)));
        }
        if let Some(month) = other.strip_suffix('月').filter(|month| number(month)) {
            return Some(format!("{month}-{}", bare(day)));
        }
        let letters = other.trim_end_matches(['.', ',']);
        let words = letters.split_whitespace().count();
        let is_month_name = letters.len() >= 3
            && letters.is_ascii()
            && letters.starts_with(|c: char| c.is_ascii_alphabetic())
            && words <= 2;
        return is_month_name.then(|| format!("{} {letters}", bare(day)));
    }
    let month_day = |part: &str| {
        part.split(['-', '/', '.', '月'])
            .filter(|number_| number(number_.trim_end_matches('日')))
            .count()
            == 2
    };
    if is_year(&first) && month_day(second) {
        return Some(format!(
            "{}-{}",
            bare(first),
            second.replace(['/', '.', '月'], "-").trim_end_matches('日')
        ));
    }
    if is_year(&second) && month_day(first) {
        return Some(format!(
            "{}-{}",
            bare(second),
            first.replace(['/', '.', '月'], "-").trim_end_matches('日')
        ));
    }
    None
}

/// A date that stands in an address: `/2022/11/20/`, `/2022/1120/`, `t20221120_5.html`, `2022-11-20`.
pub(super) fn in_address(href: &str) -> Option<NaiveDate> {
    let numbers: Vec<&str> = href
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let date = |year: &str, month: &str, day: &str| {
        let year: i32 = year.parse().ok()?;
        (1990..=2100)
            .contains(&year)
            .then(|| NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?))?
    };
    for (at, number) in numbers.iter().enumerate() {
        let next = |ahead: usize| numbers.get(at + ahead).copied().unwrap_or_default();
        let found = match number.len() {
            8 => date(&number[..4], &number[4..6], &number[6..]),
            4 if next(1).len() == 4 => date(number, &next(1)[..2], &next(1)[2..]),
            4 if next(1).len() <= 2 && next(2).len() <= 2 => date(number, next(1), next(2)),
            6 if next(1).len() <= 2 => date(&number[..4], &number[4..], next(1)),
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The year that an address names, where it names no day: `/2022/4711.html`, `/202211/`.
fn year_in_address(href: &str, latest: i32) -> Option<i32> {
    href.split(|c: char| !c.is_ascii_digit())
        .filter(|number| matches!(number.len(), 4 | 6 | 8))
        .filter_map(|number| number[..4].parse().ok())
        .find(|year| (1995..=latest).contains(year))
}

/// Gives yearless dates their years: from the address where it agrees, else from the row above in
/// a list whose dates fall.
pub(super) fn settle_years(rows: &mut [(&str, Option<Found>)], latest: i32) {
    let falling = {
        let days: Vec<(u32, u32)> = rows
            .iter()
            .filter_map(|(_, found)| found.as_ref())
            .map(|found| (found.moment.day().month(), found.moment.day().day()))
            .collect();
        let down = days.windows(2).filter(|pair| pair[1] <= pair[0]).count();
        down * 10 >= days.len().saturating_sub(1) * 7
    };
    let mut above: Option<NaiveDate> = None;
    for (href, found) in rows.iter_mut() {
        let Some(found) = found else { continue };
        if found.yearless {
            let day = found.moment.day();
            let year = in_address(href)
                .filter(|address| {
                    let distance = day
                        .with_year(address.year())
                        .map(|d| (d - *address).num_days().abs());
                    distance.is_some_and(|days| days <= 31 || days >= 334)
                })
                .map(|address| nearest_year(day, address))
                .or_else(|| year_in_address(href, latest))
                .or_else(|| {
                    let above = above.filter(|_| falling)?;
                    let same = day.with_year(above.year())?;
                    // A step up in a falling list is the turn of a year.
                    Some(if (same - above).num_days() > 31 {
                        above.year() - 1
                    } else {
                        above.year()
                    })
                });
            if let Some(dated) = year.and_then(|year| with_year(found.moment, year)) {
                found.moment = dated;
            }
        }
        above = Some(found.moment.day());
    }
}

/// The year that puts a month and day nearest to a known date.
fn nearest_year(day: NaiveDate, known: NaiveDate) -> i32 {
    (known.year() - 1..=known.year() + 1)
        .min_by_key(|year| {
            day.with_year(*year)
                .map_or(i64::MAX, |d| (d - known).num_days().abs())
        })
        .unwrap_or(known.year())
}

fn with_year(moment: Moment, year: i32) -> Option<Moment> {
    Some(match moment {
        Moment::Day(day) => Moment::Day(day.with_year(year)?),
        Moment::Time(time) => Moment::Time(time.with_year(year)?),
    })
}
