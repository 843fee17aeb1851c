//! Parses times of the command line: RFC 3339, a day, `yesterday`, or how long ago.

use std::{str::FromStr, time::Duration};

use chrono::{DateTime, Days, FixedOffset, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use crate::schedule::parse_duration;

const EXPECTED: &str = "use a time ago such as 30m, 12h or 2d, `today`, `yesterday`, a day such as 2026-03-01, \
                        or a time such as 2026-03-01T08:00:00+08:00";

/// A time as it was typed; its meaning depends on the clock and the time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    At(DateTime<FixedOffset>),
    Ago(Duration),
    /// The beginning of a day.
    Day(NaiveDate),
    /// The beginning of the day that many days before today.
    DaysAgo(u64),
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        match text.to_ascii_lowercase().as_str() {
            "today" => return Ok(Self::DaysAgo(0)),
            "yesterday" => return Ok(Self::DaysAgo(1)),
            _ => {}
        }
        let at = DateTime::parse_from_rfc3339(text).ok().map(Self::At);
        let day = || text.parse().ok().map(Self::Day);
        let ago = || parse_duration(text).ok().map(Self::Ago);
        let is = at.or_else(day).or_else(ago);
        is.ok_or_else(|| format!("`{text}` is not a time; {EXPECTED}"))
    }
}

impl When {
    /// Returns the time, if it is `now` in `zone`.
    pub(super) fn at(self, now: DateTime<Utc>, zone: Tz) -> DateTime<FixedOffset> {
        match self {
            Self::At(time) => time,
            Self::Ago(span) => {
                let span = TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX);
                let time = now.checked_sub_signed(span);
                time.unwrap_or(DateTime::<Utc>::MIN_UTC).fixed_offset()
            }
            Self::Day(day) => beginning(day, zone),
            Self::DaysAgo(days) => {
                let today = now.with_timezone(&zone).date_naive();
                let day = today.checked_sub_days(Days::new(days)).unwrap_or(today);
                beginning(day, zone)
            }
        }
    }
}

/// Returns midnight, or the first hour after it that the clocks do not skip.
fn beginning(day: NaiveDate, zone: Tz) -> DateTime<FixedOffset> {
    let midnight = day.and_time(NaiveTime::MIN);
    let hours = (0..24).map(|hour| midnight + TimeDelta::hours(hour));
    let mut times = hours.filter_map(|time| zone.from_local_datetime(&time).earliest());
    times.next().map_or_else(
        || midnight.and_utc().fixed_offset(),
        |time| time.fixed_offset(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let now = "2026-03-10T17:30:00Z".parse().unwrap();
        let when: When = text.parse().unwrap();
        when.at(now, Tz::Asia__Shanghai)
            .to_utc()
            .format("%FT%RZ")
            .to_string()
    }

    #[test]
    fn a_time_is_typed_as_people_say_it() {
        assert_eq!(read("2026-03-01T08:00:00+08:00"), "2026-03-01T00:00Z");
        assert_eq!(read("2026-03-01"), "2026-02-28T16:00Z");
        assert_eq!(read("2d"), "2026-03-08T17:30Z");
        assert_eq!(read("90m"), "2026-03-10T16:00Z");
        // In Shanghai it is already the 11th.
        assert_eq!(read("Today"), "2026-03-10T16:00Z");
        assert_eq!(read("yesterday"), "2026-03-09T16:00Z");
    }

    #[test]
    fn a_mistyped_time_is_refused_with_examples() {
        for wrong in ["", "soon", "2026-13-01", "2 days", "99999999999999999999d"] {
            let error = wrong.parse::<When>().unwrap_err();
            assert!(
                error.contains("`yesterday`") && error.contains("2d"),
                "{error}"
            );
        }
        assert_eq!(read("99999d"), "1752-05-26T17:30Z");
    }
}
