//! Hashes and times as numbers of the disk.

use chrono::{DateTime, Utc};

/// A hash of a list's title, by which a new title is distinguished from one that was there before.
#[must_use]
pub fn title_hash(title: &str) -> u64 {
    first_number(blake3::hash(title.trim().as_bytes()))
}

/// The first eight bytes of a hash.
#[must_use]
pub fn first_number(hash: blake3::Hash) -> u64 {
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A time that was kept as ms since 1970.
#[must_use]
pub fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}
