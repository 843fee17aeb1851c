//! Finds the dates in a text.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use super::{
    clock::{Clock, Lean},
    fold::FoldedText,
    scan::Scan,
};
use crate::bulletin::Moment;

/// Returns the first date within `text`, with its place in bytes.
///
/// A date without a year is the nearest past one, a day ahead at most.
#[must_use]
pub fn find(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<(Range<usize>, Moment)> {
    let folded = FoldedText::new(text);
    let clock = Clock::new(zone, now, Lean::Past);
    let (range, moment) = Scan::new(&folded, &clock).next()?;
    Some((folded.original(&range), moment))
}

/// Returns every date within `text`, in order.
#[must_use]
pub fn find_all(text: &str, zone: Tz, now: DateTime<Utc>) -> Vec<(Range<usize>, Moment)> {
    scan(text, &Clock::new(zone, now, Lean::Past))
}

/// Returns every date within `text` as a future one: one without a year is the first after `from`, or in the four
/// months before it.
#[must_use]
pub fn find_coming(
    text: &str,
    from: NaiveDate,
    zone: Tz,
    now: DateTime<Utc>,
) -> Vec<(Range<usize>, Moment)> {
    scan(text, &Clock::new(zone, now, Lean::From(from)))
}

fn scan(text: &str, clock: &Clock) -> Vec<(Range<usize>, Moment)> {
    let folded = FoldedText::new(text);
    Scan::new(&folded, clock)
        .map(|(range, moment)| (folded.original(&range), moment))
        .collect()
}
