//! Reads a date in its own field, written by a program: the text after its time is its zone.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use regex::Regex;

use super::{find::find, zones};
use crate::bulletin::Moment;

/// The content of a field, and the name of its zone if that is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct DateStamp {
    pub(in crate::source) moment: Moment,
    /// The unknown zone; the moment is then in the source's zone.
    pub(in crate::source) unknown_zone: Option<String>,
}

impl From<Moment> for DateStamp {
    fn from(moment: Moment) -> Self {
        Self {
            moment,
            unknown_zone: None,
        }
    }
}

/// The name of a zone after a time, with at most a year after it: `08:57:00 MEST`, `08:57 (JST)`, `08:57:00 CEST 2026`,
/// `08:57 Europe/Berlin`.
static ZONE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)[0-9]:[0-9]{2}(?:[.,][0-9]{1,9})?\s{0,3}(?:[ap]\.?m\.?(?-u:\b))?\s{0,3}
        [\[(]?(?P<name>[a-z]{1,6}|[a-z]+(?:/[a-z_+-]+){1,2})[\])]?
        (?:\s{1,3}[0-9]{4})?\s{0,9}$",
    )
    .expect("a fixed pattern")
});

/// Returns the date in a field; one that names no zone is in the source's `zone`.
pub(in crate::source) fn stamp(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<DateStamp> {
    let (_, moment) = find(text, zone, now)?;
    let Moment::Time(time) = moment else {
        return Some(moment.into());
    };
    let Some(name) = ZONE.captures(text).map(|found| found["name"].to_owned()) else {
        return Some(moment.into());
    };
    if matches!(name.to_ascii_lowercase().as_str(), "am" | "pm") {
        return Some(moment.into());
    }
    let local = time.naive_local();
    let offset = zones::offset(&name, zone, local);
    let there = offset.and_then(|offset| local.and_local_timezone(offset).single());
    Some(match there {
        Some(time) => Moment::Time(time).into(),
        None => DateStamp {
            moment,
            unknown_zone: Some(name),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let now = "2026-11-25T04:00:00Z".parse().unwrap();
        let stamp = stamp(text, chrono_tz::Asia::Shanghai, now).unwrap();
        let unknown = stamp
            .unknown_zone
            .map_or(String::new(), |zone| format!(" {zone}?"));
        format!("{}{unknown}", stamp.moment)
    }

    #[test]
    fn the_zone_behind_a_time_is_read_by_its_name() {
        for (text, expected) in [
            (
                "Thu, 30 Apr 2026 08:57:00 MEST",
                "2026-04-30T08:57:00+02:00",
            ),
            (
                "Thu, 30 Apr 2026 08:57:00 MESZ",
                "2026-04-30T08:57:00+02:00",
            ),
            ("Thu, 29 Jan 2026 08:57 MEZ", "2026-01-29T08:57:00+01:00"),
            ("2026-04-30 08:57:00 (JST)", "2026-04-30T08:57:00+09:00"),
            ("2026-04-30 08:57:00.250 HKT", "2026-04-30T08:57:00+08:00"),
            ("Thu Apr 30 08:57:00 CEST 2026", "2026-04-30T08:57:00+02:00"),
            ("April 30, 2026 8:57 PM AEST", "2026-04-30T20:57:00+10:00"),
            (
                "2026-04-30 08:57 Europe/Berlin",
                "2026-04-30T08:57:00+02:00",
            ),
            ("30 Apr 2026 08:57:00 pet", "2026-04-30T08:57:00-05:00"),
            ("2026-04-30 08:57:00 NPT", "2026-04-30T08:57:00+05:45"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_zone_that_nobody_knows_is_named() {
        for (text, expected) in [
            (
                "Thu, 30 Apr 2026 08:57:00 XYZT",
                "2026-04-30T08:57:00+08:00 XYZT?",
            ),
            (
                "Thu Apr 30 08:57:00 QQT 2026",
                "2026-04-30T08:57:00+08:00 QQT?",
            ),
            (
                "2026-04-30 08:57 Mars/Olympus",
                "2026-04-30T08:57:00+08:00 Mars/Olympus?",
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_zone_is_taken_for_none() {
        for (text, expected) in [
            ("2026-04-30 08:57 PM", "2026-04-30T20:57:00+08:00"),
            ("2026-04-30 8:57 p.m.", "2026-04-30T20:57:00+08:00"),
            ("2026-04-30 08:57:00 by admin", "2026-04-30T08:57:00+08:00"),
            ("2026-04-30T08:57:00Z", "2026-04-30T08:57:00+00:00"),
            ("2026-04-30 08:57:00 GMT+0200", "2026-04-30T08:57:00+02:00"),
            (
                "2026-04-30 08:57:00 +0200 (MEST)",
                "2026-04-30T08:57:00+02:00",
            ),
            ("Apr 30 2026", "2026-04-30"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
