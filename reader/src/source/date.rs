//! Reads dates as notice pages write them, in the source's time zone.
//!
//! Start with [`find`]. Each way of writing a date is a row of `date/forms.rs`; `date/read.rs` interprets it,
//! `date/clock.rs` makes it a [`Moment`]; `date/words.rs` knows numerals, `date/names.rs` months. This module reads no
//! clock: `now` is passed in, and is used only for missing years and "3小时前".

mod clock;
mod find;
mod fold;
mod forms;
mod label;
mod names;
mod occasion;
mod pair;
mod read;
mod scan;
mod stamp;
mod words;
mod zones;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};
use chrono_tz::Tz;

use self::clock::{Clock, Lean};
pub use self::find::{find, find_all, find_coming};
use self::fold::FoldedText;
pub(super) use self::label::{Called, called};
pub(super) use self::names::{WEEKDAYS, month, months};
pub(super) use self::words::number;
use crate::bulletin::Moment;

pub(super) use self::stamp::{DateStamp, stamp};

/// Returns the date of `text`, without brackets and labels (`[2022-11-20]`, `发布时间：2022年11月20日 08:30`).
#[must_use]
pub fn parse(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<Moment> {
    find(text, zone, now).map(|(_, moment)| moment)
}

/// Returns the date of two parts that a page shows separately, in either order: `20` over `2022-11`, `11-20` over
/// `2022`, `20` over `11月`, `Nov` over `20`.
#[must_use]
pub fn pair(first: &str, second: &str, zone: Tz, now: DateTime<Utc>) -> Option<Moment> {
    let clock = Clock::new(zone, now, Lean::Past);
    let (first, second) = (FoldedText::new(first), FoldedText::new(second));
    let (first, second) = (first.text.trim(), second.text.trim());
    pair::pair(first, second, &clock)
        .or_else(|| pair::pair(second, first, &clock))
        .map(Moment::Day)
}

/// Checks that a date can be the time of a publication.
///
/// # Errors
/// Returns the warning if it is more than a day in the future, or before 1990.
pub fn plausible(moment: &Moment, now: DateTime<Utc>) -> Result<(), String> {
    let latest = now
        .date_naive()
        .checked_add_days(Days::new(1))
        .unwrap_or(NaiveDate::MAX);
    if moment.day() > latest {
        return Err(format!("the page's date {moment} is in the future"));
    }
    if moment.day().year() < 1990 {
        return Err(format!("the page's date {moment} is before 1990"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
