//! Converts hashes and times from and to the numbers on the disk.

use chrono::{DateTime, Utc};

/// Returns a hash of a list's title, by which a new title is distinguished from earlier ones.
#[must_use]
pub fn title_hash(title: &str) -> u64 {
    first_number(blake3::hash(title.trim().as_bytes()))
}

/// Returns the first eight bytes of a hash.
#[must_use]
pub fn first_number(hash: blake3::Hash) -> u64 {
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Converts a time that was stored as ms since 1970.
#[must_use]
pub fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}
