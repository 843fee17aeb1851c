//! Where looking at each source stands: memory, written now and then as one record.
//!
//! A source that found something has a row of its own until then, in the transaction of what it found.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{LookState, engine::Engine, engine::Writes, error::Result, keys, names::Names, pack};
use crate::bulletin::SourceId;

/// Shared by all handles of a store.
#[derive(Debug, Default)]
pub(super) struct Looks(Mutex<HashMap<SourceId, Kept>>);

#[derive(Debug, Default, Clone)]
struct Kept {
    state: LookState,
    is_written: bool,
    /// It has a row that is newer than the record of all.
    has_row: bool,
}

/// The record of all, packed: by source, each state encoded by itself, so that one that an older version
/// wrote in another shape costs a fresh look, no more.
type All = Vec<(u32, Vec<u8>)>;

impl Looks {
    pub(super) fn load(engine: &Engine, names: &Names) -> Result<Self> {
        let mut looks = HashMap::new();
        let mut keep = |number: u32, state: LookState, has_row: bool| {
            if let Some(id) = names.source(number) {
                let is_written = true;
                looks.insert(
                    id,
                    Kept {
                        state,
                        is_written,
                        has_row,
                    },
                );
            }
        };
        let all: Vec<u8> = engine.get(keys::LOOKS)?.unwrap_or_default();
        let all = pack::unpack(&all).unwrap_or_default();
        for (number, state) in postcard::from_bytes::<All>(&all).unwrap_or_default() {
            keep(
                number,
                postcard::from_bytes(&state).unwrap_or_default(),
                false,
            );
        }
        for row in engine.scan(b"l") {
            let row = row?;
            let state = engine.decode(&row.key, &row.value).unwrap_or_default();
            keep(keys::interned_number(&row.key), state, true);
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
            kept.has_row = true;
        }
    }

    /// Writes the record of all, if any state changed.
    pub(super) fn write_changed(&self, names: &Names, writes: &mut Writes) {
        let mut looks = self.lock();
        if looks.values().all(|kept| kept.is_written) {
            return;
        }
        let mut all = All::with_capacity(looks.len());
        for (id, kept) in looks.iter_mut() {
            let Some(number) = names.source_number(id) else {
                continue;
            };
            if kept.has_row {
                writes.remove(keys::look(number));
            }
            kept.is_written = true;
            kept.has_row = false;
            let state = postcard::to_stdvec(&kept.state);
            all.push((
                number,
                state.expect("a state has no maps of unknown length"),
            ));
        }
        all.sort_unstable();
        let all = postcard::to_stdvec(&all).expect("nor has a list of them");
        writes.put(keys::LOOKS.to_vec(), &pack::pack(&all));
    }

    /// Becomes what another one says.
    pub(super) fn take(&self, fresh: &Self) {
        *self.lock() = std::mem::take(&mut *fresh.lock());
    }
}

fn is_same_on_disk(a: &LookState, b: &LookState) -> bool {
    *a == LookState {
        next_poll: a.next_poll,
        ..b.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_an_older_version_wrote_keeps_what_it_says() {
        let state = LookState {
            paused: true,
            gaps_minutes: vec![5],
            ..LookState::default()
        };
        let written = postcard::to_stdvec(&state).unwrap();
        let trust = postcard::to_stdvec(&state.trust).unwrap();
        let older = &written[..written.len() - trust.len()];
        assert_eq!(postcard::from_bytes::<LookState>(older).unwrap(), state);
    }
}
