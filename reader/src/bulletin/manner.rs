//! The times at which a channel gets its bulletins: at once, in bundles or digests, and its quiet hours.

use std::str::FromStr;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::moment::Moment;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Mode {
    /// Each bulletin separately.
    #[default]
    Each,
    /// The bulletins of one poll, up to eight in one card.
    Bundle,
    /// The bulletins since the last one, by the channel's digest schedule.
    Digest,
}

impl Mode {
    pub const ALL: [(&'static str, Self); 3] = [
        ("each", Self::Each),
        ("bundle", Self::Bundle),
        ("digest", Self::Digest),
    ];

    /// Returns the mode as the config names it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Bundle => "bundle",
            Self::Digest => "digest",
        }
    }
}

/// The hours in which nothing is sent, in the channel's time zone: `22:00-07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Quiet {
    from: NaiveTime,
    until: NaiveTime,
}

/// The longest gap that a clock change makes: Samoa left out a whole day.
const LONGEST_GAP_MINUTES: i64 = 25 * 60;

impl Quiet {
    /// Returns the end of the quiet hours around `at`; `None` if it is not quiet then.
    ///
    /// Of an hour that a clock change repeats, the first counts; hours that it leaves out end with it.
    #[must_use]
    pub fn until(&self, at: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        let today = at.with_timezone(&zone).date_naive();
        let nights = [today - Days::new(1), today];
        nights.into_iter().find_map(|day| {
            let next = day + Days::new(u64::from(self.from > self.until));
            let (start, end) = (first(day, self.from, zone)?, first(next, self.until, zone)?);
            (start <= at && at < end).then_some(end)
        })
    }
}

/// Returns the time of the reminder of a deadline in a zone: a day before it, or, for a deadline without a time, nine
/// in the morning of the day before.
#[must_use]
pub fn reminder_of(deadline: &Moment, zone: Tz) -> Option<DateTime<Utc>> {
    let by = match deadline {
        Moment::Day(day) => day.and_time(NaiveTime::from_hms_opt(9, 0, 0)?),
        Moment::Time(time) => time.with_timezone(&zone).naive_local(),
    };
    first(by.date() - Days::new(1), by.time(), zone)
}

/// Returns the first moment at which the clock shows this time, or a later one if a clock change leaves it out.
fn first(day: NaiveDate, time: NaiveTime, zone: Tz) -> Option<DateTime<Utc>> {
    let shown = day.and_time(time);
    (0..=LONGEST_GAP_MINUTES).find_map(|minutes| {
        match zone.from_local_datetime(&(shown + TimeDelta::minutes(minutes))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.to_utc()),
            LocalResult::None => None,
        }
    })
}

impl FromStr for Quiet {
    /// The error of an unreadable text, which states what is expected.
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || {
            format!("`{text}` is not a valid span of hours; expected hours such as `22:00-07:00`")
        };
        let (from, until) = text.trim().split_once('-').ok_or_else(expected)?;
        let (from, until) = (clock(from), clock(until));
        let (from, until) = from.zip(until).ok_or_else(expected)?;
        if from == until {
            return Err(format!(
                "`{text}` begins when it ends; expected two different times, such as `22:00-07:00`"
            ));
        }
        Ok(Self { from, until })
    }
}

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (from, until) = (self.from.format("%H:%M"), self.until.format("%H:%M"));
        write!(f, "{from}-{until}")
    }
}

/// Parses `7:00`, `07:00`: an hour of one or two digits, a minute of two.
fn clock(text: &str) -> Option<NaiveTime> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !(digits(hour) && digits(minute) && hour.len() <= 2 && minute.len() == 2) {
        return None;
    }
    NaiveTime::from_hms_opt(hour.parse().ok()?, minute.parse().ok()?, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn quiet(hours: &str, now: &str, zone: Tz) -> Option<String> {
        let until = hours.parse::<Quiet>().unwrap().until(at(now), zone)?;
        Some(until.with_timezone(&zone).to_rfc3339())
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let shanghai = |now| quiet("22:00-07:00", now, Tz::Asia__Shanghai);
        assert_eq!(shanghai("2026-01-10T21:59:59+08:00"), None);
        let morning = Some("2026-01-11T07:00:00+08:00".to_owned());
        assert_eq!(shanghai("2026-01-10T22:00:00+08:00"), morning);
        assert_eq!(shanghai("2026-01-11T00:00:00+08:00"), morning);
        assert_eq!(shanghai("2026-01-11T06:59:59+08:00"), morning);
        assert_eq!(shanghai("2026-01-11T07:00:00+08:00"), None);
        let noon = |now| quiet("12:00-14:00", now, Tz::Asia__Shanghai);
        assert_eq!(noon("2026-01-10T11:59:00+08:00"), None);
        assert!(noon("2026-01-10T13:59:00+08:00").is_some());
        assert_eq!(noon("2026-01-10T14:00:00+08:00"), None);
    }

    #[test]
    fn an_end_that_a_clock_change_leaves_out_comes_with_the_change() {
        let spring = |now| quiet("22:00-02:30", now, Tz::Europe__Berlin);
        let end = Some("2026-03-29T03:00:00+02:00".to_owned());
        assert_eq!(spring("2026-03-28T23:00:00+01:00"), end);
        assert_eq!(spring("2026-03-29T01:59:00+01:00"), end);
        assert_eq!(spring("2026-03-29T03:00:00+02:00"), None);
    }

    #[test]
    fn of_an_hour_that_comes_twice_the_first_counts() {
        let autumn = |now| quiet("22:00-02:30", now, Tz::Europe__Berlin);
        let end = Some("2026-10-25T02:30:00+02:00".to_owned());
        assert_eq!(autumn("2026-10-25T02:29:00+02:00"), end);
        assert_eq!(autumn("2026-10-25T02:30:00+02:00"), None);
        assert_eq!(autumn("2026-10-25T02:10:00+01:00"), None);
    }

    #[test]
    fn hours_that_are_left_out_whole_are_not_quiet() {
        assert_eq!(
            quiet(
                "02:10-02:40",
                "2026-03-29T03:00:00+02:00",
                Tz::Europe__Berlin
            ),
            None
        );
    }

    #[test]
    fn a_reminder_comes_a_day_before_by_the_clock_of_the_chat() {
        let remind = |deadline: &str, zone: Tz| {
            let deadline = Moment::try_from(deadline.to_owned()).unwrap();
            let at = reminder_of(&deadline, zone).unwrap();
            at.with_timezone(&zone).to_rfc3339()
        };
        let shanghai = Tz::Asia__Shanghai;
        assert_eq!(remind("2026-03-01", shanghai), "2026-02-28T09:00:00+08:00");
        let time = "2026-03-29T17:30:00+08:00";
        assert_eq!(remind(time, shanghai), "2026-03-28T17:30:00+08:00");
        // This is 11:30 there, on the day after the clock was set forward.
        assert_eq!(
            remind(time, Tz::Europe__Berlin),
            "2026-03-28T11:30:00+01:00"
        );
    }

    #[test]
    fn wrong_hours_say_what_is_expected() {
        let why = |text: &str| text.parse::<Quiet>().unwrap_err();
        assert!(why("22:00-22:00").contains("begins when it ends"));
        for wrong in [
            "22:00",
            "24:00-07:00",
            "22:0-7:00",
            "a-b",
            "22:00-07:00-08:00",
            "+2:00-3:00",
        ] {
            assert!(why(wrong).contains("expected hours such as"), "{wrong}");
        }
        assert_eq!(
            "7:05-23:00".parse::<Quiet>().unwrap().to_string(),
            "07:05-23:00"
        );
    }
}
