//! Shares the index of all texts between searches and its maintainer.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{
    bulletin::Bulletin,
    policy::{
        change_feed::{FeedEntry, FeedEvent},
        facts::newest_ms,
    },
    search::Index,
};

/// The index and the changes since; `None` if there is none yet.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedIndex(Arc<Mutex<Option<Current>>>);

#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) index: Arc<Index>,
    /// The number of the last change that was noted.
    pub(super) read_to: u64,
    /// Bulletins that changed and are not in the index as they are.
    pub(super) changed: BTreeSet<u64>,
}

impl SharedIndex {
    pub(super) fn get(&self) -> Option<Current> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set(&self, current: Option<Current>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = current;
    }
}

impl Current {
    /// Notes changes.
    pub(super) fn note(&mut self, entries: &[FeedEntry]) {
        self.changed.extend(entries.iter().filter_map(bulletin_of));
        if let Some(last) = entries.last() {
            self.read_to = last.number;
        }
    }
}

/// Returns the bulletin that changed, if one did.
fn bulletin_of(entry: &FeedEntry) -> Option<u64> {
    match entry.event {
        FeedEvent::Bulletin(id)
        | FeedEvent::Revision(id)
        | FeedEvent::Withdrawal(id)
        | FeedEvent::Detail(id) => Some(id),
        FeedEvent::Delivery(_) | FeedEvent::Source(_) => None,
    }
}

/// Returns the place of a bulletin in lists.
pub(super) fn place(bulletin: &Bulletin) -> (i64, u64) {
    let seen_ms = bulletin.first_seen.timestamp_millis();
    let at_ms = newest_ms(bulletin.published, seen_ms, &bulletin.cause);
    (at_ms, bulletin.id.0)
}
