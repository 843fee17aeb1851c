//! Replaces words for days in a sentence with the days.

use std::borrow::Cow;

use chrono::{Datelike, Days, Months, NaiveDate};
use regex::{Captures, Regex};

pub(super) fn replace(
    pattern: &Regex,
    text: String,
    by: impl Fn(&Captures<'_>) -> String,
) -> String {
    match pattern.replace_all(&text, |found: &Captures<'_>| by(found)) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

/// Replaces the matches of a pattern that needs one of some characters. Most sentences have few of them, and finding a
/// character is far cheaper than a search.
pub(super) fn replace_where(
    needs: &[char],
    pattern: &Regex,
    text: String,
    by: impl Fn(&Captures<'_>) -> String,
) -> String {
    match text.contains(needs) {
        true => replace(pattern, text, by),
        false => text,
    }
}

/// Returns the last day of a month; without a year, of the next one of its name, or of one of the past months.
pub(super) fn last_of_month(month: u32, year: Option<i32>, from: NaiveDate) -> Option<NaiveDate> {
    let last = |year| {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        first.checked_add_months(Months::new(1))?.pred_opt()
    };
    match year {
        Some(year) => last(year),
        None => coming(from, last),
    }
}

/// Returns a day without a year, as `of_year` computes it: the next one, or one in the past months.
pub(super) fn coming(
    from: NaiveDate,
    of_year: impl Fn(i32) -> Option<NaiveDate>,
) -> Option<NaiveDate> {
    of_year(from.year())
        .filter(|day| *day >= from - Days::new(120))
        .or_else(|| of_year(from.year() + 1))
}

pub(super) fn written(day: Option<NaiveDate>, instead: &str) -> String {
    // A time may follow at once.
    day.map_or_else(|| instead.to_owned(), |day| format!("{day} "))
}
