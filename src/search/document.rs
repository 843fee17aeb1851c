//! Describes a bulletin on its way into the index.

use crate::bulletin::{BulletinState, SourceId};

/// A bulletin as it is indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub id: u64,
    /// The time that orders lists (ms): the newest first, and of equals the highest number.
    pub newest_ms: i64,
    pub state: BulletinState,
    /// The sources that carry it.
    pub sources: Vec<SourceId>,
    /// The grams of everything that is searched in it, sorted, each once ([`super::grams::of_text`]).
    pub grams: Vec<u64>,
}
