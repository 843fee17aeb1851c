//! Where polling each source stands: in memory, written along with what a poll found or once in a while.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_postgres::types::Json;

use super::session::{Session, params};
use crate::{bulletin::SourceId, policy::facts::LookState};

#[derive(Default)]
pub(super) struct Looks(Mutex<HashMap<SourceId, Kept>>);

#[derive(Default)]
struct Kept {
    state: LookState,
    is_written: bool,
}

impl Looks {
    pub(super) fn new(states: impl Iterator<Item = (SourceId, LookState)>) -> Self {
        let is_written = true;
        let kept = states.map(|(id, state)| (id, Kept { state, is_written }));
        Self(Mutex::new(kept.collect()))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SourceId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read<T>(&self, source: &SourceId, read: impl FnOnce(&LookState) -> T) -> T {
        match self.lock().get(source) {
            Some(kept) => read(&kept.state),
            None => read(&LookState::default()),
        }
    }

    pub(super) fn get(&self, source: &SourceId) -> LookState {
        self.read(source, LookState::clone)
    }

    pub(super) fn change(&self, source: &SourceId, change: impl FnOnce(&mut LookState)) {
        let mut looks = self.lock();
        let kept = looks.entry(source.clone()).or_default();
        let before = kept.state.clone();
        change(&mut kept.state);
        kept.is_written &= before.is_same_on_disk(&kept.state);
    }

    /// Changes one that is known, if it is.
    pub(super) fn change_known(&self, source: &SourceId, change: impl FnOnce(&mut LookState)) {
        if let Some(kept) = self.lock().get_mut(source) {
            change(&mut kept.state);
        }
    }

    pub(super) fn unwritten(&self) -> Vec<(SourceId, LookState)> {
        let looks = self.lock();
        let unwritten = looks.iter().filter(|(_, kept)| !kept.is_written);
        unwritten
            .map(|(id, kept)| (id.clone(), kept.state.clone()))
            .collect()
    }

    /// This state is in the database; if it changed meanwhile, it is written the next time.
    pub(super) fn written(&self, source: &SourceId, state: &LookState) {
        if let Some(kept) = self.lock().get_mut(source) {
            kept.is_written = kept.state.is_same_on_disk(state);
        }
    }
}

/// Writes where polling a source stands.
pub(super) fn write_look(session: &Session<'_>, source: &SourceId, look: &LookState) {
    session.write(
        "INSERT INTO sources (id, look) VALUES ($1, $2) \
         ON CONFLICT (id) DO UPDATE SET look = excluded.look",
        params![source.as_str().to_owned(), Json(look.clone())],
    );
}
