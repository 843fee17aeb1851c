//! Finds the dates next to titles: the piece of a row's text that is its date.

use std::{cell::OnceCell, ops::Range};

use chrono::{DateTime, Datelike, NaiveDateTime};

use super::date_order::DateOrder;
use super::date_words::{ends_of, is_label, is_of_other_day, is_yearless, may_hold_date, opens};
use crate::{
    bulletin::Moment,
    source::{
        date,
        page::{Id, PageTree},
        reading::Context,
    },
};

/// The longest piece of text that is read whole; a longer one is a teaser, and only its ends are read.
const MAX_DATE_TEXT: usize = 120;

/// A date in a row.
#[derive(Debug, Clone)]
pub(in crate::source::list) struct DateInRow {
    pub moment: Moment,
    /// True if the year is a guess.
    pub yearless: bool,
    /// The pieces of text that it is in: usually one.
    pub runs: Range<usize>,
    /// Its place in the text of the first of them.
    pub bytes: Range<usize>,
    /// True if the text has nothing else except a label.
    pub whole: bool,
    /// True if it begins the text, and the rest is not part of the same words, as in `5月20日停水公告`.
    pub leads: bool,
}

/// The dates of a page's pieces of text, each read once.
#[derive(Debug)]
pub(in crate::source::list) struct Dates<'a> {
    pub(in crate::source::list) page: &'a PageTree,
    pub(in crate::source::list) context: &'a Context<'a>,
    /// The dates by piece of text; rules request the same pieces many times.
    known: Vec<OnceCell<Option<Box<DateInRow>>>>,
    /// True if `10/06/2024` is in June on this page.
    pub(in crate::source::list) day_first: OnceCell<bool>,
    /// The order of the numbers in dates like `05/12/15` on this page.
    pub(in crate::source::list) short_order: OnceCell<Option<DateOrder>>,
}

impl<'a> Dates<'a> {
    pub(in crate::source::list) fn new(page: &'a PageTree, context: &'a Context<'a>) -> Self {
        Self {
            page,
            context,
            known: vec![OnceCell::new(); page.runs.len()],
            day_first: OnceCell::new(),
            short_order: OnceCell::new(),
        }
    }

    /// Returns the dates in some pieces of text, in order.
    pub(in crate::source::list) fn within(&self, runs: Range<usize>) -> Vec<DateInRow> {
        let mut found = Vec::new();
        let mut run = runs.start;
        while run < runs.end && found.len() < 8 {
            let alone = self.at(run);
            // In `05-20` over `2024` more of the date may follow.
            let joined = match &alone {
                Some(date) if !(date.yearless && date.whole) => None,
                _ => self.joined(run, runs.end),
            };
            if let Some(date) = joined.or_else(|| alone.cloned()) {
                run = date.runs.end;
                found.push(date);
            } else {
                run += 1;
            }
        }
        found
    }

    /// Returns the date in one piece of text.
    fn at(&self, run: usize) -> Option<&DateInRow> {
        let read = || {
            let is_stamp = self.page.name(self.page.runs[run].element) == "time";
            let may_be = is_stamp || may_hold_date(self.page.run_text(run));
            may_be.then(|| self.read(run)).flatten().map(Box::new)
        };
        self.known[run].get_or_init(read).as_deref()
    }

    fn read(&self, run: usize) -> Option<DateInRow> {
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
        let short = || self.short_year(part);
        let found = short().or_else(|| self.find(part));
        let (bytes, moment) = found.or_else(|| self.either_order(part))?;
        let (head, date, tail) = (
            &part[..bytes.start],
            &part[bytes.clone()],
            &part[bytes.end..],
        );
        Some(DateInRow {
            moment,
            yearless: is_yearless(date),
            runs: run..run + 1,
            whole: text.len() <= MAX_DATE_TEXT && is_label(head, tail),
            leads: (bytes.start + offset == 0 || offset == 0 && opens(head, tail))
                && (date.ends_with(|c: char| c.is_ascii_digit())
                    || !tail.starts_with(char::is_alphanumeric)),
            bytes: bytes.start + offset..bytes.end + offset,
        })
    }

    /// Parses `<time datetime="2022-11-20">yesterday</time>`.
    fn machine_readable(&self, run: usize) -> Option<DateInRow> {
        let element = self.page.runs[run].element;
        if self.page.name(element) != "time" {
            return None;
        }
        let stamp = self.page.attribute(element, "datetime")?;
        let (_, moment) = self.find(stamp)?;
        Some(DateInRow {
            moment,
            yearless: false,
            runs: run..run + 1,
            bytes: 0..self.page.run_text(run).len(),
            whole: true,
            leads: true,
        })
    }

    /// Returns a date in neighbouring pieces: `20` over `2022-11`, `Nov` `20` `2022`.
    fn joined(&self, run: usize, end: usize) -> Option<DateInRow> {
        // Longer pieces are not parts of a date.
        let part = |run: usize| {
            let text = (run < end).then(|| self.page.run_text(run))?;
            (text.len() <= 16 || text.len() <= 40 && text.chars().count() <= 16).then_some(text)
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
        let two = || {
            let Context { time_zone, now, .. } = self.context;
            let moment = date::pair(first, second, *time_zone, *now)?;
            Some((2, moment, format!("{first}-{second}")))
        };
        let (count, moment, text) = three.or_else(two).or_else(|| self.in_box(run, end))?;
        Some(DateInRow {
            moment,
            yearless: is_yearless(&text),
            runs: run..run + count,
            bytes: 0..first.len(),
            whole: true,
            leads: true,
        })
    }

    /// Returns a date whose parts and separators fill a box: `05` `/` `20` `/` `2022`.
    fn in_box(&self, run: usize, end: usize) -> Option<(usize, Moment, String)> {
        let (count, text) = self.box_at(run, end)?;
        let whole =
            |(range, moment): (Range<usize>, Moment)| (range.len() == text.len()).then_some(moment);
        let found = self.find(&text).or_else(|| self.either_order(&text));
        let moment = found.and_then(whole)?;
        Some((count, moment, text))
    }

    /// Returns the text of a small box that begins with a number and consists of several pieces.
    pub(in crate::source::list) fn box_at(
        &self,
        run: usize,
        end: usize,
    ) -> Option<(usize, String)> {
        let page = self.page;
        let begins = page.run_text(run).len() <= 4
            && page.run_text(run).starts_with(|c: char| c.is_ascii_digit());
        if !begins {
            return None;
        }
        let runs = page
            .ancestors(page.runs[run].element)
            .take(2)
            .map(|id| page.runs_of(id))
            .find(|runs| runs.start == run && runs.end <= end && (3..=6).contains(&runs.len()))?;
        let text = page.text(runs.clone());
        (text.len() <= 30).then_some((runs.len(), text))
    }

    /// Returns the date of an element.
    pub(in crate::source::list) fn of(&self, element: Id) -> Option<Moment> {
        let runs = self.page.runs_of(element);
        let found = self.within(runs.clone()).into_iter().next();
        found
            .map(|found| found.moment)
            .or_else(|| self.in_attributes(element))
            .or_else(|| self.find(&self.page.text(runs)).map(|(_, moment)| moment))
    }

    pub(in crate::source::list) fn find(&self, text: &str) -> Option<(Range<usize>, Moment)> {
        date::find(text, self.context.time_zone, self.context.now)
    }

    /// Returns the date in an attribute of an element, or of one within it: `data-time="2022-11-20"`,
    /// `data-ts="1668902400"`.
    pub(in crate::source::list) fn in_attributes(&self, element: Id) -> Option<Moment> {
        const MOST_ELEMENTS: usize = 40;
        let end = self.page.elements[element as usize].end;
        (element..end)
            .take(MOST_ELEMENTS)
            .filter(|id| !is_of_other_day(self.page.class(*id)))
            .find_map(|id| self.in_own_attributes(id))
    }

    fn in_own_attributes(&self, element: Id) -> Option<Moment> {
        self.page
            .attributes(element)
            .filter(|(name, value)| {
                let is_named =
                    name.starts_with("data-") || matches!(*name, "datetime" | "time" | "date");
                is_named && value.len() <= 40 && !is_of_other_day(name)
            })
            .find_map(|(name, value)| self.stamp(name, value).or_else(|| self.full_date(value)))
    }

    /// Parses a whole date, with its year.
    fn full_date(&self, value: &str) -> Option<Moment> {
        may_hold_date(value).then_some(())?;
        let (range, moment) = self.find(value)?;
        (!is_yearless(&value[range])).then_some(moment)
    }

    /// Parses seconds or milliseconds since 1970, or digits from year to second, in an attribute with a suitable name.
    fn stamp(&self, name: &str, value: &str) -> Option<Moment> {
        let value = value.trim();
        let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
        let is_time = [
            "time", "date", "stamp", "-ts", "pub", "created", "unix", "epoch",
        ]
        .iter()
        .any(|word| name.contains(word));
        (is_number && is_time).then_some(())?;
        let zone = self.context.time_zone;
        let time = match value.len() {
            9 | 10 => DateTime::from_timestamp(value.parse().ok()?, 0)?,
            12 | 13 => DateTime::from_timestamp_millis(value.parse().ok()?)?,
            14 => NaiveDateTime::parse_from_str(value, "%Y%m%d%H%M%S")
                .ok()?
                .and_utc(),
            _ => return None,
        };
        let is_of_our_times = (1990..=self.context.now.year() + 1).contains(&time.year());
        is_of_our_times.then(|| Moment::Time(time.with_timezone(&zone).fixed_offset()))
    }
}

/// Returns whether a date is a row's own, not a part of a sentence.
pub(in crate::source::list) fn stands_alone(found: &DateInRow) -> bool {
    found.whole || found.leads
}
