//! Recognizes the same notice on several sources, among recent bulletins.

use std::collections::HashMap;

use chrono::Duration;

use super::facts::{Archived, first_number};
use crate::bulletin::{Face, canonical_url};

/// The period in which the same notice is searched for.
pub const LATELY: Duration = Duration::days(7);
/// The number of bulletins that are recognized after a restart, and of those that are recognized by their texts too.
pub const MOST: usize = 2000;
pub const MOST_TEXTS: usize = 200;
/// The number of bulletins that are compared by one likeness, the newest.
const MOST_COMPARED: usize = 8;
/// The number of likenesses after which only those that a restart would restore are kept.
const MOST_KEYS: usize = 10 * MOST;

/// The recently published bulletins, by address, title and text.
#[derive(Debug, Clone, Default)]
pub struct Twins(HashMap<u64, Vec<u64>>);

impl Twins {
    pub fn add(&mut self, id: u64, face: &Face) {
        if self.0.len() > MOST_KEYS {
            self.forget_before(id.saturating_sub(MOST as u64));
        }
        for key in hashes(face) {
            let ids = self.0.entry(key).or_default();
            if !ids.contains(&id) {
                ids.push(id);
                ids.sort_unstable();
            }
            if ids.len() > MOST_COMPARED {
                ids.remove(0);
            }
        }
    }

    fn forget_before(&mut self, oldest: u64) {
        self.0.retain(|_, ids| {
            ids.retain(|id| *id >= oldest);
            !ids.is_empty()
        });
    }

    /// Returns the bulletins that may be the same, newest first.
    #[must_use]
    pub fn candidates(&self, face: &Face) -> Vec<u64> {
        let mut all: Vec<u64> = Vec::new();
        for key in hashes(face) {
            all.extend(self.0.get(&key).into_iter().flatten());
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.dedup();
        all
    }
}

/// Returns the hashes of the parts that the same notices have in common.
pub fn hashes(face: &Face) -> impl Iterator<Item = u64> {
    let keys = face.keys().into_iter().flatten();
    keys.map(|key| first_number(blake3::hash(key.as_bytes())))
}

#[must_use]
pub fn face(row: &Archived, text: Option<&str>) -> Face {
    let files = row.attachments.iter().map(|file| file.name.clone());
    let text = text.or(row.summary.as_deref()).unwrap_or_default();
    let day = row.published.map(|moment| moment.day());
    Face::new(
        canonical_url(&row.url),
        &row.title,
        day,
        text,
        files.collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_years_is_bounded() {
        let mut twins = Twins::default();
        let face = |id: u64| {
            let url = format!("//news.example.com/{id}.htm");
            Face::new(url, "会议通知", None, "", Vec::new())
        };
        for id in 0..50_000 {
            twins.add(id, &face(id));
            assert!(twins.0.len() <= MOST_KEYS + 2);
        }
        let newest: Vec<u64> = (49_992..50_000).rev().collect();
        assert_eq!(twins.candidates(&face(50_000)), newest);
        assert_eq!(twins.candidates(&face(49_990))[8], 49_990);
    }
}
