//! Holds the poll state of each source: in memory, written now and then as one record.
//!
//! A source that found something has its own row until then, written in the same transaction.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{
    engine::{Engine, Writes},
    keys,
    names::Names,
    pack,
};
use crate::{bulletin::SourceId, policy::facts::PollState, store::error::Result};

/// The poll states that all handles of a store share.
#[derive(Debug, Default)]
pub(super) struct PollStates(Mutex<HashMap<SourceId, Kept>>);

#[derive(Debug, Default, Clone)]
struct Kept {
    state: PollState,
    is_written: bool,
    /// True if it has a row that is newer than the record of all.
    has_row: bool,
    /// The number of times that it changed.
    changes: u64,
}

/// The states in a record of all, with the number of changes of each.
#[derive(Debug, Default)]
pub(super) struct Written(Vec<(SourceId, u64)>);

/// The record of all, packed: by source, each state encoded separately, so that one that an older version wrote in
/// another shape costs only a fresh poll.
type All = Vec<(u32, Vec<u8>)>;

impl PollStates {
    pub(super) fn load(engine: &Engine, names: &Names) -> Result<Self> {
        let mut poll_states = HashMap::new();
        let mut keep = |number: u32, state: PollState, has_row: bool| {
            if let Some(id) = names.source(number) {
                let is_written = true;
                poll_states.insert(
                    id,
                    Kept {
                        state,
                        is_written,
                        has_row,
                        changes: 0,
                    },
                );
            }
        };
        let all: Vec<u8> = engine.get(keys::POLL_STATES)?.unwrap_or_default();
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
        Ok(Self(Mutex::new(poll_states)))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, source: &SourceId) -> PollState {
        self.lock()
            .get(source)
            .map(|kept| kept.state.clone())
            .unwrap_or_default()
    }

    /// Changes a state in memory; it is written with the next record of all.
    pub(super) fn change(&self, source: &SourceId, apply: impl FnOnce(&mut PollState)) {
        let mut poll_states = self.lock();
        let kept = poll_states.entry(source.clone()).or_default();
        let before = kept.state.clone();
        apply(&mut kept.state);
        if !before.is_same_on_disk(&kept.state) {
            kept.is_written = false;
            kept.changes += 1;
        }
    }

    /// Returns the state as a change will leave it.
    pub(super) fn with(&self, source: &SourceId, apply: impl FnOnce(&mut PollState)) -> PollState {
        let mut state = self.get(source);
        apply(&mut state);
        state
    }

    /// Changes a state in memory, after its transaction wrote `written`, or no row for it.
    pub(super) fn install(
        &self,
        source: &SourceId,
        apply: impl FnOnce(&mut PollState),
        written: Option<PollState>,
    ) {
        self.change(source, apply);
        let (Some(written), mut poll_states) = (written, self.lock()) else {
            return;
        };
        if let Some(kept) = poll_states.get_mut(source) {
            kept.has_row = true;
            kept.is_written = kept.state.is_same_on_disk(&written);
        }
    }

    /// Reads one state without copying it.
    pub(super) fn read<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        match self.lock().get(source) {
            Some(kept) => read(&kept.state),
            None => read(&PollState::default()),
        }
    }

    pub(super) fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        if let Some(kept) = self.lock().get_mut(source) {
            kept.state.next_poll = next;
        }
    }

    /// Writes the record of all, if any state changed; returns the argument for [`PollStates::written`] once that is
    /// committed.
    pub(super) fn write_changed(&self, names: &Names, writes: &mut Writes) -> Written {
        let poll_states = self.lock();
        if poll_states.values().all(|kept| kept.is_written) {
            return Written::default();
        }
        let (mut all, mut written) = (All::with_capacity(poll_states.len()), Written::default());
        for (id, kept) in poll_states.iter() {
            let Some(number) = names.source_number(id) else {
                continue;
            };
            if kept.has_row {
                writes.remove(keys::poll(number));
            }
            let state = postcard::to_stdvec(&kept.state);
            all.push((
                number,
                state.expect("a state has no maps of unknown length"),
            ));
            written.0.push((id.clone(), kept.changes));
        }
        all.sort_unstable();
        let all = postcard::to_stdvec(&all).expect("nor has a list of them");
        writes.put(keys::POLL_STATES.to_vec(), &pack::pack(&all));
        written
    }

    /// Marks these states as written; those that changed meanwhile are written the next time.
    pub(super) fn written(&self, written: Written) {
        let mut poll_states = self.lock();
        for (id, changes) in written.0 {
            if let Some(kept) = poll_states.get_mut(&id) {
                kept.has_row = false;
                kept.is_written = kept.changes == changes;
            }
        }
    }
}
