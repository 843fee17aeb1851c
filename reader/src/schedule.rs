//! Computes when to poll: crontab lines with crontab's meaning, intervals, time zones, clock changes.
//!
//! Pure: the next time is a function of a given one. Read [`Schedule::next_after`] first.

mod crontab;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use self::crontab::Line;

/// A five- or six-field crontab line, `@hourly` and its like, or `every 5m`.
///
/// Two are equal if they are written identically.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    text: String,
    rule: Rule,
}

#[derive(Debug, Clone, PartialEq)]
enum Rule {
    Every(Duration),
    Line(Arc<Line>),
}

/// The time ahead within which a line must fire, and the longest interval: 40 years of 365 days.
const HORIZON: Duration = Duration::from_secs(40 * 365 * 86_400);

/// The error of a text that is not a schedule; `Display` states what is wrong and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid schedule: {why}")]
pub struct ScheduleError {
    pub text: String,
    pub why: String,
}

impl FromStr for Schedule {
    type Err = ScheduleError;
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        let text = text.trim();
        let rule = match text.strip_prefix("every") {
            Some(rest) if rest.starts_with(char::is_whitespace) => interval(rest).map(Rule::Every),
            _ => match meant(text) {
                Some(line) => Err(format!("one field; did you mean `{line}`?")),
                None => Line::parse(text).map(|line| Rule::Line(Arc::new(line))),
            },
        };
        match rule {
            Ok(rule) => Ok(Self {
                text: text.to_owned(),
                rule,
            }),
            Err(why) => Err(ScheduleError {
                text: text.to_owned(),
                why,
            }),
        }
    }
}

impl Schedule {
    /// Returns the first time strictly after `after`, in `zone`.
    ///
    /// It is `None` only for a line that once fired and has no further time within 40 years, or none before the year
    /// 2101, where the `cron` crate's calendar ends.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        match &self.rule {
            Rule::Every(interval) => after.checked_add_signed(TimeDelta::from_std(*interval).ok()?),
            Rule::Line(line) => line
                .next_after(after, zone)
                .filter(|next| (*next - after).to_std().is_ok_and(|gap| gap <= HORIZON)),
        }
    }

    /// Returns the interval of an `every 5m`; `None` for a crontab line.
    #[must_use]
    pub fn every(&self) -> Option<Duration> {
        match &self.rule {
            Rule::Every(interval) => Some(*interval),
            Rule::Line(_) => None,
        }
    }

    /// Returns the gap between the next two times after `after`, on which jitter and backoff are based.
    #[must_use]
    pub fn interval(&self, after: DateTime<Utc>, zone: Tz) -> Duration {
        if let Rule::Every(interval) = self.rule {
            return interval;
        }
        let next = self.next_after(after, zone);
        let second = next.and_then(|next| self.next_after(next, zone));
        match (next, second) {
            (Some(next), Some(second)) => (second - next).to_std().unwrap_or_default(),
            _ => HORIZON,
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Returns the schedule that a bare time of day or interval probably means.
fn meant(text: &str) -> Option<String> {
    let clock = text.split_once(':');
    let clock = clock.and_then(|(hour, minute)| Some((hour.parse().ok()?, minute.parse().ok()?)));
    match clock {
        Some((hour @ 0..=23_u32, minute @ 0..=59_u32)) => Some(format!("{minute} {hour} * * *")),
        _ => parse_duration(text)
            .is_ok()
            .then(|| format!("every {text}")),
    }
}

fn interval(text: &str) -> Result<Duration, String> {
    let interval = parse_duration(text.trim())?;
    if interval.is_zero() {
        return Err("the interval is zero; expected at least `1s`".to_owned());
    }
    if interval > HORIZON {
        return Err("the interval is longer than 40 years; expected at most `14600d`".to_owned());
    }
    Ok(interval)
}

/// Parses `30s`, `5m`, `2h`, `1d`: a whole number and its unit.
///
/// # Errors
/// Fails if it is not a duration; the error states what is expected.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let expected = || {
        format!(
            "`{text}` is not a valid duration; expected a whole number with `s`, `m`, `h` or `d`, such as `5m`"
        )
    };
    let unit = text.chars().next_back().ok_or_else(expected)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(expected()),
    };
    let digits = &text[..text.len() - unit.len_utf8()];
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(expected());
    }
    digits
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(seconds))
        .map(Duration::from_secs)
        .ok_or_else(expected)
}
