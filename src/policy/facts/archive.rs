//! A bulletin and its changes as they are in the archive.

use std::collections::HashSet;

use chrono::{NaiveTime, TimeDelta};
use serde::{Deserialize, Serialize};

use super::numbers::time;
use crate::bulletin::{
    Attachment, Bulletin, BulletinId, BulletinState, Cause, Changed, Moment, Revision,
    SearchedParts, SourceId,
};

/// A bulletin as it is in the archive, without its texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Archived {
    pub source: SourceId,
    pub also: Vec<SourceId>,
    pub url: String,
    pub title: String,
    pub summary: Option<String>,
    pub publisher: Option<String>,
    pub published: Option<Moment>,
    pub deadline: Option<Moment>,
    pub attachments: Vec<Attachment>,
    pub first_seen_ms: i64,
    pub state: BulletinState,
    pub cause: Cause,
    pub revision: u32,
    /// Hashes of the titles that its list showed, the latest last ([`super::title_hash`]).
    pub titles: Vec<u64>,
}

impl Archived {
    /// Returns when the bulletin was new (ms): as published, if its page states it, and never after it was first
    /// seen. If only the day is known, a bulletin that was pushed as it appeared was new when it was seen, any other
    /// at noon in China.
    #[must_use]
    pub fn newest_ms(&self) -> i64 {
        newest_ms(self.published, self.first_seen_ms, &self.cause)
    }

    #[must_use]
    pub fn searched(&self) -> SearchedParts<'_> {
        SearchedParts {
            title: &self.title,
            summary: self.summary.as_deref(),
            publisher: self.publisher.as_deref(),
            files: &self.attachments,
        }
    }

    /// Returns all sources that carry it, beginning with the one that showed it first.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceId> {
        let of = std::iter::once(&self.source).chain(&self.also);
        of.cloned().collect()
    }

    #[must_use]
    pub fn is_of(&self, source: &SourceId) -> bool {
        self.source == *source || self.also.contains(source)
    }

    #[must_use]
    pub fn is_of_any(&self, sources: &HashSet<SourceId>) -> bool {
        let mut of = std::iter::once(&self.source).chain(&self.also);
        of.any(|source| sources.contains(source))
    }

    /// Returns a bulletin with the hashes of its titles.
    #[must_use]
    pub fn of(bulletin: Bulletin, titles: Vec<u64>) -> Self {
        Self {
            source: bulletin.source,
            also: bulletin.also,
            url: bulletin.url,
            title: bulletin.title,
            summary: bulletin.summary,
            publisher: bulletin.publisher,
            published: bulletin.published,
            deadline: bulletin.deadline,
            attachments: bulletin.attachments,
            first_seen_ms: bulletin.first_seen.timestamp_millis(),
            state: bulletin.state,
            cause: bulletin.cause,
            revision: bulletin.revision,
            titles,
        }
    }

    #[must_use]
    pub fn bulletin(self, id: u64) -> Bulletin {
        Bulletin {
            id: BulletinId(id),
            source: self.source,
            also: self.also,
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
        }
    }
}

/// Returns when a bulletin was new; see [`Archived::newest_ms`].
#[must_use]
pub fn newest_ms(published: Option<Moment>, seen_ms: i64, cause: &Cause) -> i64 {
    const FRESH_MS: i64 = 36 * 3_600_000;
    match published {
        None => seen_ms,
        Some(Moment::Time(time)) => time.timestamp_millis().min(seen_ms),
        Some(Moment::Day(day)) => {
            let noon = day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(4);
            let noon_ms = noon.timestamp_millis();
            let is_announced_at_once = matches!(cause, Cause::New | Cause::Desk(_));
            let is_fresh = is_announced_at_once && (seen_ms - noon_ms).abs() <= FRESH_MS;
            if is_fresh {
                seen_ms
            } else {
                noon_ms.min(seen_ms)
            }
        }
    }
}

/// The changes of a bulletin, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The time at which the last correction was due (ms). Stores name it `told_ms`.
    #[serde(rename = "told_ms")]
    pub announced_ms: Option<i64>,
    /// The time, the title before, and the other change. An older version wrote instead whether the text changed:
    /// the first two variants of [`Changed`] are encoded like that.
    pub changes: Vec<(i64, Option<String>, Changed)>,
}

impl History {
    #[must_use]
    pub fn revisions(self) -> Vec<Revision> {
        let revision = |(at, title, what)| Revision {
            at: time(at),
            title,
            what,
        };
        self.changes.into_iter().map(revision).collect()
    }
}
