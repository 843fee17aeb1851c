//! Dates as notice pages write them, in the source's time zone.

use std::ops::Range;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::bulletin::Moment;

/// The date that `text` is, once trimmed of brackets and labels (`[2022-11-20]`, `发布时间：2022年11月20日 08:30`).
#[must_use]
pub fn parse(text: &str, zone: Tz, now: DateTime<Utc>) -> Option<Moment> {
    find(text, zone, now).map(|(_, moment)| moment)
}

/// The first date within `text`, with its place in bytes.
#[must_use]
pub fn find(_text: &str, _zone: Tz, _now: DateTime<Utc>) -> Option<(Range<usize>, Moment)> {
    None
}
