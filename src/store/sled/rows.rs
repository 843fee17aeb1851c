//! Rows whose encoding differs from their entity. Fields are only ever added with a new schema ([`super::schema`]);
//! enums only grow at their end.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    bulletin::{Attachment, BulletinState, Cause, Moment, SearchedParts, SourceId},
    policy::facts::{Archived, Seen, newest_ms},
};

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
    /// The title as the list shows it, and the earlier ones: hashes, the latest last.
    pub(super) titles: Vec<u64>,
}

impl BulletinRow {
    pub(super) fn newest_ms(&self) -> i64 {
        newest_ms(self.published, self.first_seen_ms, &self.cause)
    }

    pub(super) fn searched(&self) -> SearchedParts<'_> {
        SearchedParts {
            title: &self.title,
            summary: self.summary.as_deref(),
            publisher: self.publisher.as_deref(),
            files: &self.attachments,
        }
    }

    pub(super) fn is_of(&self, sources: &HashSet<u32>) -> bool {
        self.sources().any(|source| sources.contains(&source))
    }

    /// Returns all sources that carry the bulletin.
    pub(super) fn sources(&self) -> impl Iterator<Item = u32> + '_ {
        std::iter::once(self.source).chain(self.also.iter().copied())
    }

    /// Converts to a bulletin; `None` if its source has no name.
    pub(super) fn archived(self, source: impl Fn(u32) -> Option<SourceId>) -> Option<Archived> {
        Some(Archived {
            source: source(self.source)?,
            also: self.also.into_iter().filter_map(source).collect(),
            url: self.url,
            title: self.title,
            summary: self.summary,
            publisher: self.publisher,
            published: self.published,
            deadline: self.deadline,
            attachments: self.attachments,
            first_seen_ms: self.first_seen_ms,
            state: self.state,
            cause: self.cause,
            revision: self.revision,
            titles: self.titles,
        })
    }

    pub(super) fn new(archived: &Archived, mut number: impl FnMut(&SourceId) -> u32) -> Self {
        let archived = archived.clone();
        Self {
            source: number(&archived.source),
            also: archived.also.iter().map(number).collect(),
            url: archived.url,
            title: archived.title,
            summary: archived.summary,
            publisher: archived.publisher,
            published: archived.published,
            deadline: archived.deadline,
            attachments: archived.attachments,
            first_seen_ms: archived.first_seen_ms,
            state: archived.state,
            cause: archived.cause,
            revision: archived.revision,
            titles: archived.titles,
        }
    }
}

/// Encodes files: address and name. An older version knew no size: the size is behind the name, after a character
/// that no name has.
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

/// The encoding of what was seen under an address or guid: the bulletin, and a byte of flags.
const HAD_GUID: u8 = 1;
const IS_SHARED: u8 = 2;

pub(super) fn encode_seen(seen: Seen) -> Vec<u8> {
    let mut bytes = seen.bulletin.to_be_bytes().to_vec();
    let flag = |is_set: bool, flag: u8| u8::from(is_set) * flag;
    bytes.push(flag(seen.had_guid, HAD_GUID) | flag(seen.is_shared, IS_SHARED));
    bytes
}

pub(super) fn decode_seen(bytes: &[u8]) -> Option<Seen> {
    let (number, rest) = bytes.split_first_chunk()?;
    let flags = rest.first().copied().unwrap_or_default();
    Some(Seen {
        bulletin: u64::from_be_bytes(*number),
        had_guid: flags & HAD_GUID != 0,
        is_shared: flags & IS_SHARED != 0,
    })
}
