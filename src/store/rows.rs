//! What rows hold, as they are encoded. Fields are only ever added with a new schema
//! ([`super::schema`]); enums only grow at their end.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::names::Names;
use crate::bulletin::{Attachment, Bulletin, BulletinId, BulletinState, Cause, Moment, SourceId};

/// What the store knows of one source beside what it has seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct SourceRow {
    /// Of address, kind and selectors: another one starts a new baseline.
    pub(super) fingerprint: [u8; 16],
    /// None until the first successful look.
    pub(super) baseline: Option<Baseline>,
    /// The latest date of anything known, dates in the future apart.
    pub(super) newest: Option<Moment>,
    /// Fragments were seen to tell two rows of a page apart.
    pub(super) fragments_tell: bool,
    pub(super) bulletins: u64,
    pub(super) held: u64,
    /// The most that one look published.
    pub(super) most_news: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Baseline {
    /// The earliest date of a row that was not pinned.
    pub(super) oldest: Option<Moment>,
}

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct ChannelRow {
    /// Why it is set aside, and since when (ms).
    pub(super) blocked: Option<(String, i64)>,
    /// What its last attempt failed with, until one succeeds.
    pub(super) error: Option<String>,
    pub(super) sent: u64,
    pub(super) failed: u64,
}

/// Counters that belong to no source and no channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct CountRow {
    pub(super) next_bulletin: u64,
    pub(super) next_delivery: u64,
    pub(super) bulletins: u64,
    pub(super) next_audit: u32,
}

impl Default for CountRow {
    fn default() -> Self {
        Self {
            next_bulletin: 1,
            next_delivery: 1,
            bulletins: 0,
            next_audit: 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct BulletinRow {
    pub(super) source: u32,
    pub(super) also: Vec<u32>,
    pub(super) url: String,
    pub(super) title: String,
    pub(super) summary: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) published: Option<Moment>,
    pub(super) deadline: Option<Moment>,
    #[serde(with = "files")]
    pub(super) attachments: Vec<Attachment>,
    pub(super) first_seen_ms: i64,
    pub(super) state: BulletinState,
    pub(super) cause: Cause,
    pub(super) revision: u32,
    /// The title as the list shows it, and those it showed before: hashes, the latest last.
    pub(super) titles: Vec<u64>,
}

impl BulletinRow {
    /// When it was new (ms): as published, where its page says so, and never after it was seen. Of a day
    /// alone, what was pushed as it appeared was new when it was seen, all else at noon in China.
    pub(super) fn newest_ms(&self) -> i64 {
        const FRESH_MS: i64 = 36 * 3_600_000;
        let seen_ms = self.first_seen_ms;
        match self.published {
            None => seen_ms,
            Some(Moment::Time(time)) => time.timestamp_millis().min(seen_ms),
            Some(Moment::Day(day)) => {
                let noon = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(4);
                let noon_ms = noon.timestamp_millis();
                let is_fresh = self.cause == Cause::New && (seen_ms - noon_ms).abs() <= FRESH_MS;
                if is_fresh {
                    seen_ms
                } else {
                    noon_ms.min(seen_ms)
                }
            }
        }
    }

    pub(super) fn is_of(&self, sources: &HashSet<u32>) -> bool {
        let mut of = std::iter::once(&self.source).chain(&self.also);
        of.any(|source| sources.contains(source))
    }

    /// All that carry it.
    pub(super) fn sources(&self, names: &Names) -> Vec<SourceId> {
        let of = std::iter::once(&self.source).chain(&self.also);
        of.filter_map(|&source| names.source(source)).collect()
    }

    pub(super) fn bulletin(self, id: u64, names: &Names) -> Option<Bulletin> {
        Some(Bulletin {
            id: BulletinId(id),
            source: names.source(self.source)?,
            also: self
                .also
                .iter()
                .filter_map(|&also| names.source(also))
                .collect(),
            url: self.url,
            title: self.title,
            summary: self.summary,
            publisher: self.publisher,
            published: self.published,
            deadline: self.deadline,
            attachments: self.attachments,
            first_seen: time(self.first_seen_ms),
            state: self.state,
            cause: self.cause,
            revision: self.revision,
        })
    }
}

/// Files as they are encoded: address and name. An older version knew no size: it stands behind the
/// name, after a character that no name has.
mod files {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::bulletin::Attachment;

    const SIZE: char = '\u{1f}';

    #[allow(clippy::ptr_arg, reason = "serde gives the field as it is")]
    pub(super) fn serialize<S: Serializer>(
        files: &Vec<Attachment>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let row = |file: &Attachment| match file.size {
            Some(size) => (file.url.clone(), format!("{}{SIZE}{size}", file.name)),
            None => (file.url.clone(), file.name.replace(SIZE, " ")),
        };
        let rows: Vec<(String, String)> = files.iter().map(row).collect();
        rows.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Attachment>, D::Error> {
        let rows = Vec::<(String, String)>::deserialize(deserializer)?;
        let file = |(url, mut name): (String, String)| {
            let size = name
                .rsplit_once(SIZE)
                .map(|(name, size)| (name.len(), size.parse().ok()));
            if let Some((end, _)) = size {
                name.truncate(end);
            }
            let size = size.and_then(|(_, size)| size);
            Attachment { url, name, size }
        };
        Ok(rows.into_iter().map(file).collect())
    }
}

/// A hash of a list's title, by which an edit is told from what was there before.
pub(super) fn title_hash(title: &str) -> u64 {
    let hash = blake3::hash(title.trim().as_bytes());
    hash.as_bytes()
        .first_chunk()
        .map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// A rebroadcast that was asked: the deliveries it made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RequestRow {
    /// Where it made none: the bulletin that was meant, or 0.
    pub(super) first: u64,
    pub(super) count: u64,
    pub(super) at_ms: i64,
}

impl RequestRow {
    pub(super) fn new(first: u64, count: u64, bulletin: u64, now: DateTime<Utc>) -> Self {
        let first = match count {
            0 => bulletin,
            _ => first,
        };
        Self {
            first,
            count,
            at_ms: now.timestamp_millis(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct AuditRow {
    pub(super) who: String,
    pub(super) from: String,
    pub(super) what: String,
}

/// What was seen under an address or guid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SeenValue {
    pub(super) bulletin: u64,
    /// The row had a guid, so that its address alone is no proof.
    pub(super) had_guid: bool,
    /// Different notices were seen under it: it is the latest one's, and proves nothing by itself.
    pub(super) is_shared: bool,
}

impl SeenValue {
    const HAD_GUID: u8 = 1;
    const IS_SHARED: u8 = 2;

    pub(super) fn encode(self) -> Vec<u8> {
        let mut bytes = self.bulletin.to_be_bytes().to_vec();
        let flag = |is_set: bool, flag: u8| u8::from(is_set) * flag;
        bytes.push(flag(self.had_guid, Self::HAD_GUID) | flag(self.is_shared, Self::IS_SHARED));
        bytes
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let (number, rest) = bytes.split_first_chunk()?;
        let flags = rest.first().copied().unwrap_or_default();
        Some(Self {
            bulletin: u64::from_be_bytes(*number),
            had_guid: flags & Self::HAD_GUID != 0,
            is_shared: flags & Self::IS_SHARED != 0,
        })
    }
}

pub(super) fn time(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or_default()
}
