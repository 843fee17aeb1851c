//! Ranges of days, as people request them: by the day that a bulletin shows.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::moment::Moment;

/// The days from one to another, both included, in a time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRange {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub zone: Tz,
}

/// The time by which the place of a bulletin in a list, which follows from when it was new, may precede the day that it
/// shows; `LATER` is the time by which it may follow it.
const EARLIER: TimeDelta = TimeDelta::days(31);
const LATER: TimeDelta = TimeDelta::days(4);

impl DayRange {
    /// Returns the day that a bulletin shows: its own, else the one on which it was first seen.
    #[must_use]
    pub fn shown(published: Option<Moment>, first_seen: DateTime<Utc>, zone: Tz) -> NaiveDate {
        match published {
            Some(Moment::Day(day)) => day,
            Some(Moment::Time(time)) => time.with_timezone(&zone).date_naive(),
            None => first_seen.with_timezone(&zone).date_naive(),
        }
    }

    #[must_use]
    pub fn hold(&self, published: Option<Moment>, first_seen: DateTime<Utc>) -> bool {
        let day = Self::shown(published, first_seen, self.zone);
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// Returns the times (ms) between which a list has all of these, and some others.
    #[must_use]
    pub fn bounds_ms(&self) -> (i64, i64) {
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        let from = self
            .from
            .and_then(|day| midnight(day).checked_sub_signed(EARLIER));
        let to = self
            .to
            .and_then(|day| midnight(day).checked_add_signed(LATER));
        (
            from.map_or(i64::MIN, |time| time.timestamp_millis()),
            to.map_or(i64::MAX, |time| time.timestamp_millis()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulletin_is_of_the_day_that_it_shows_in_the_zone_of_the_reader() {
        let days = DayRange {
            from: "2022-11-20".parse().ok(),
            to: "2022-11-20".parse().ok(),
            zone: Tz::Asia__Shanghai,
        };
        let seen = "2022-11-25T00:00:00Z".parse().unwrap();
        let shows = |moment: &str| {
            let moment = Moment::try_from(moment.to_owned()).unwrap();
            days.hold(Some(moment), seen)
        };
        assert!(shows("2022-11-20") && shows("2022-11-19T16:00:00Z"));
        assert!(!shows("2022-11-20T16:00:00Z") && !shows("2022-11-21"));
        assert!(!days.hold(None, seen));
        assert!(days.hold(None, "2022-11-20T03:00:00Z".parse().unwrap()));
    }
}
