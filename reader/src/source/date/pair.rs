//! Reads a date whose parts a page shows separately.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::{Captures, Regex};

use super::clock::{Clock, day};
use super::names::{month, months};
use super::words::number;

/// Returns the date of a small part (a day, or month and day) and a large one (the rest).
pub(super) fn pair(small: &str, large: &str, clock: &Clock) -> Option<NaiveDate> {
    static DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^([0-9]{1,2})(?:日|号|號|st|nd|rd|th|\.)?$").expect("a fixed pattern")
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
            r"(?i)^({})\.?(?:[\s,/-]{{1,2}}([0-9]{{4}}))?$",
            months()
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
