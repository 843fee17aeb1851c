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
        let is_stamp = self.page.name(self.page.runs[run].element) == "time";
        if !is_stamp && !may_hold_date(self.page.run_text(run)) {
            return None;
        }
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

    /// A date in neighbouring pieces: `20` over `2022-11`, `Nov` `20` `2022`.
    fn joined(&self, run: usize, end: usize) -> Option<Found> {
        // Longer pieces are no parts of a date.
        let part = |run: usize| {
            let text = (run < end).then(|| self.page.run_text(run))?;
            (text.len() <= 16).then_some(text)
        };
        let (first, second) = (part(run)?, part(run + 1)?);
        let has_digit = |text: &str| text.bytes().any(|b| b.is_ascii_digit());
        if !has_digit(first) && !has_digit(second) {
            return None;
        }
        let three = part(run + 2)
            .filter(|third| has_digit(third))
            .and_then(|third| {
                let text = format!("{first} {second} {third}");
                let (range, moment) = self.find(&text)?;
                (range.len() == text.len()).then_some((3, moment, text))
            });
        let (count, moment, text) = three.or_else(|| {
            let Context { time_zone, now, .. } = self.context;
            let moment = date::pair(first, second, *time_zone, *now)?;
            Some((2, moment, format!("{first}-{second}")))
        })?;
        Some(Found {
            moment,
            yearless: is_yearless(&text),
            runs: run..run + count,
            bytes: 0..first.len(),
            whole: true,
        })
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

/// A cheap look before the real one: most pieces of text are titles, with a number at most.
fn may_hold_date(text: &str) -> bool {
    const WORDS: [&str; 9] = [
        "今天",
        "昨天",
        "前天",
        "刚刚",
        "今日",
        "昨日",
        "yesterday",
        "today",
        "just now",
    ];
    let bytes = text.as_bytes();
    let Some(first) = bytes.iter().position(u8::is_ascii_digit) else {
        let in_words = text.contains('月') && text.contains(['日', '号', '號']);
        return in_words
            || WORDS.iter().any(|word| text.contains(word))
            || text.contains(['０', '１', '２']);
    };
    let has_letters = bytes.iter().any(u8::is_ascii_alphabetic);
    let after_number = text[first..]
        .char_indices()
        .skip_while(|(_, c)| c.is_ascii_digit() || *c == ' ')
        .filter(|(at, _)| {
            let before = bytes[first..first + at].iter().rev().find(|b| **b != b' ');
            before.is_some_and(u8::is_ascii_digit)
        });
    let mut after_number = after_number.map(|(_, c)| c);
    has_letters
        || bytes.iter().filter(|b| b.is_ascii_digit()).count() == 8
        || after_number.any(|c| {
            matches!(
                c,
                '-' | '/'
                    | '.'
                    | ':'
                    | '年'
                    | '月'
                    | '日'
                    | '号'
                    | '天'
                    | '小'
                    | '分'
                    | '秒'
                    | '周'
                    | '个'
                    | '前'
                    | '－'
                    | '／'
                    | '．'
                    | '：'
                    | '–'
                    | '時'
                    | '时'
                    | '號'
                    | '個'
                    | '週'
                    | '禮'
                    | '礼'
            )
        })
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
