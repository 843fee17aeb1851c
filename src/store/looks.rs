//! Where looking at each source stands: memory, written now and then.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{LookState, engine::Engine, engine::Writes, error::Result, keys, names::Names};
use crate::bulletin::SourceId;

/// Shared by all handles of a store.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<SourceId, Kept>>);

#[derive(Debug, Default, Clone)]
struct Kept {
    state: LookState,
    is_written: bool,
}

impl Looks {
    pub(super) fn load(engine: &Engine, names: &Names) -> Result<Self> {
        let mut looks = HashMap::new();
        for row in engine.scan(b"l") {
            let row = row?;
            let Some(id) = names.source(keys::interned_number(&row.key)) else {
                continue;
            };
            // One that an older version wrote in another shape costs a fresh look, no more.
            let state = engine.decode(&row.key, &row.value).unwrap_or_default();
            looks.insert(
                id,
                Kept {
                    state,
                    is_written: true,
                },
            );
        }
        Ok(Self(Mutex::new(looks)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, source: &SourceId) -> LookState {
        self.lock()
            .get(source)
            .map(|kept| kept.state.clone())
            .unwrap_or_default()
    }

    pub(super) fn set(&self, source: &SourceId, state: LookState) {
        let mut looks = self.lock();
        let kept = looks.entry(source.clone()).or_default();
        kept.is_written = kept.is_written && is_same_on_disk(&kept.state, &state);
        kept.state = state;
    }

    /// Looks at one state without copying it.
    pub(super) fn read<T>(&self, source: &SourceId, read: impl FnOnce(&LookState) -> T) -> T {
        match self.lock().get(source) {
            Some(kept) => read(&kept.state),
            None => read(&LookState::default()),
        }
    }

    pub(super) fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        if let Some(kept) = self.lock().get_mut(source) {
            kept.state.next_poll = next;
        }
    }

    /// Writes one state with what its look found.
    pub(super) fn write_one(&self, source: &SourceId, number: u32, writes: &mut Writes) {
        if let Some(kept) = self.lock().get_mut(source) {
            writes.put(keys::look(number), &kept.state);
            kept.is_written = true;
        }
    }

    /// Writes the states that changed.
    pub(super) fn write_changed(&self, names: &Names, writes: &mut Writes) {
        for (id, kept) in self.lock().iter_mut().filter(|(_, kept)| !kept.is_written) {
            if let Some(number) = names.source_number(id) {
                writes.put(keys::look(number), &kept.state);
                kept.is_written = true;
            }
        }
    }

    pub(super) fn all(&self) -> Vec<(SourceId, LookState)> {
        let looks = self.lock();
        looks
            .iter()
            .map(|(id, kept)| (id.clone(), kept.state.clone()))
            .collect()
    }
}

fn is_same_on_disk(a: &LookState, b: &LookState) -> bool {
    *a == LookState {
        next_poll: a.next_poll,
        ..b.clone()
    }
}
