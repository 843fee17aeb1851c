//! The index of all texts as searches and the one who keeps it share it.

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

/// The index as far as it goes, and what changed since; None: there is none yet.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedIndex(Arc<Mutex<Option<Current>>>);

#[derive(Debug, Clone)]
pub(super) struct Current {
    pub(super) index: Arc<Index>,
    /// The number of the last change that was taken notice of.
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
    /// Takes notice of changes.
    pub(super) fn note(&mut self, entries: &[FeedEntry]) {
        self.changed.extend(entries.iter().filter_map(bulletin_of));
        if let Some(last) = entries.last() {
            self.read_to = last.number;
        }
    }
}

/// The bulletin that changed, if one did.
fn bulletin_of(entry: &FeedEntry) -> Option<u64> {
    match entry.event {
        FeedEvent::Bulletin(id)
        | FeedEvent::Revision(id)
        | FeedEvent::Withdrawal(id)
        | FeedEvent::Detail(id) => Some(id),
        FeedEvent::Delivery(_) | FeedEvent::Source(_) => None,
    }
}

/// Where a bulletin stands in lists.
pub(super) fn place(bulletin: &Bulletin) -> (i64, u64) {
    let seen_ms = bulletin.first_seen.timestamp_millis();
    let at_ms = newest_ms(bulletin.published, seen_ms, &bulletin.cause);
    (at_ms, bulletin.id.0)
}
