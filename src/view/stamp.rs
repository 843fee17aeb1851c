//! Defines times as the API shows them.

use std::fmt;

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A time in the time zone of the config, to the millisecond: RFC 3339 with offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, format = DateTime)]
#[serde(into = "String", try_from = "String")]
pub struct Stamp(pub DateTime<FixedOffset>);

impl Stamp {
    #[must_use]
    pub fn new(time: DateTime<Utc>, zone: Tz) -> Self {
        Self(time.with_timezone(&zone).fixed_offset())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, false))
    }
}

impl From<Stamp> for String {
    fn from(stamp: Stamp) -> Self {
        stamp.to_string()
    }
}

impl TryFrom<String> for Stamp {
    type Error = chrono::ParseError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        DateTime::parse_from_rfc3339(&text).map(Self)
    }
}
