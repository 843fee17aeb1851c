//! A point in time as exact as the page that named it.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, Object, OneOfBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

/// A day, if a page gives no more, or a time with its offset.
///
/// It serializes as a string: `2022-11-20`, or RFC 3339 (`2022-11-20T08:00:00+08:00`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Moment {
    /// A calendar day in the source's time zone.
    Day(NaiveDate),
    /// A time, in the source's time zone or with the offset that the page gives.
    Time(DateTime<FixedOffset>),
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        let text = |format| {
            let format = SchemaFormat::KnownFormat(format);
            let text = Object::builder().schema_type(Type::String);
            text.format(Some(format))
        };
        let either = OneOfBuilder::new()
            .item(text(KnownFormat::Date))
            .item(text(KnownFormat::DateTime));
        either.into()
    }
}

impl ToSchema for Moment {}

impl Moment {
    /// Returns the calendar day, as the page shows it.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        match self {
            Self::Day(day) => *day,
            Self::Time(time) => time.date_naive(),
        }
    }

    /// Returns whether this is surely before `other`: by the time if both have one, else by the day.
    #[must_use]
    pub fn is_before(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Time(a), Self::Time(b)) => a < b,
            _ => self.day() < other.day(),
        }
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{}", day.format("%Y-%m-%d")),
            Self::Time(time) => {
                f.write_str(&time.to_rfc3339_opts(chrono::SecondsFormat::Secs, false))
            }
        }
    }
}

impl From<Moment> for String {
    fn from(moment: Moment) -> Self {
        moment.to_string()
    }
}

impl TryFrom<String> for Moment {
    type Error = chrono::ParseError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse::<NaiveDate>()
            .map(Self::Day)
            .or_else(|_| DateTime::parse_from_rfc3339(&text).map(Self::Time))
    }
}
