//! Holds the poll state of each source. The process that holds the lease of a source has its state in memory, and
//! writes it together with what a poll found or once in a while; others have the state that was written last.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio_postgres::types::Json;

use super::session::{Session, params};
use crate::{bulletin::SourceId, policy::facts::PollState, store::error::Result};

#[derive(Default)]
pub(super) struct PollStates(Mutex<KnownPollStates>);

#[derive(Default)]
struct KnownPollStates {
    states: HashMap<SourceId, KnownPollState>,
    /// The epochs of the sources that this process polls; `None` if it is not a worker, and every change is written
    /// as it comes.
    held: Option<HashMap<SourceId, u64>>,
}

#[derive(Default)]
struct KnownPollState {
    state: PollState,
    is_written: bool,
}

/// A state that is to be written, under the epoch of its lease if there is one.
pub(super) struct Unwritten {
    pub(super) source: SourceId,
    pub(super) state: PollState,
    pub(super) epoch: Option<u64>,
}

impl PollStates {
    pub(super) fn new(states: impl Iterator<Item = (SourceId, PollState)>) -> Self {
        let poll_states = Self::default();
        poll_states.replace(states);
        poll_states
    }

    fn lock(&self) -> MutexGuard<'_, KnownPollStates> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn read<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        match self.lock().states.get(source) {
            Some(kept) => read(&kept.state),
            None => read(&PollState::default()),
        }
    }

    pub(super) fn get(&self, source: &SourceId) -> PollState {
        self.read(source, PollState::clone)
    }

    pub(super) fn change(&self, source: &SourceId, change: impl FnOnce(&mut PollState)) {
        let mut poll_states = self.lock();
        let kept = poll_states.states.entry(source.clone()).or_default();
        let before = kept.state.clone();
        change(&mut kept.state);
        kept.is_written &= before.is_same_on_disk(&kept.state);
    }

    /// Changes a state if its source is known.
    pub(super) fn change_known(&self, source: &SourceId, change: impl FnOnce(&mut PollState)) {
        if let Some(kept) = self.lock().states.get_mut(source) {
            change(&mut kept.state);
        }
    }

    pub(super) fn is_unwritten(&self, source: &SourceId) -> bool {
        let poll_states = self.lock();
        poll_states
            .states
            .get(source)
            .is_some_and(|kept| !kept.is_written)
    }

    pub(super) fn has_unwritten(&self) -> bool {
        self.lock().states.values().any(|kept| !kept.is_written)
    }

    /// Returns the states to write, and the sources whose states are not written because this process no longer
    /// polls them.
    pub(super) fn unwritten(&self) -> (Vec<Unwritten>, Vec<SourceId>) {
        let poll_states = self.lock();
        let (mut own, mut lost) = (Vec::new(), Vec::new());
        for (source, kept) in poll_states
            .states
            .iter()
            .filter(|(_, kept)| !kept.is_written)
        {
            let epoch = poll_states
                .held
                .as_ref()
                .map(|held| held.get(source).copied());
            match epoch {
                Some(None) => lost.push(source.clone()),
                epoch => own.push(Unwritten {
                    source: source.clone(),
                    state: kept.state.clone(),
                    epoch: epoch.flatten(),
                }),
            }
        }
        (own, lost)
    }

    /// Marks a state as written; if it changed meanwhile, it is written the next time.
    pub(super) fn written(&self, source: &SourceId, state: &PollState) {
        if let Some(kept) = self.lock().states.get_mut(source) {
            kept.is_written = kept.state.is_same_on_disk(state);
        }
    }

    /// Takes over what other processes wrote. If a poll of this process is not written yet, it stays, and only the
    /// pause is taken over.
    pub(super) fn merge(&self, rows: Vec<(SourceId, PollState)>) {
        let mut poll_states = self.lock();
        for (source, row) in rows {
            let kept = poll_states
                .states
                .entry(source)
                .or_insert_with(|| KnownPollState {
                    state: PollState::default(),
                    is_written: true,
                });
            kept.state = match kept.is_written {
                true => in_memory(&kept.state, row.clone()),
                false => PollState {
                    paused: row.paused,
                    ..std::mem::take(&mut kept.state)
                },
            };
            kept.is_written = kept.state.is_same_on_disk(&row);
        }
    }

    /// Replaces states with those of the database.
    pub(super) fn replace(&self, rows: impl Iterator<Item = (SourceId, PollState)>) {
        let mut poll_states = self.lock();
        for (source, row) in rows {
            let kept = poll_states.states.entry(source).or_default();
            kept.state = in_memory(&kept.state, row);
            kept.is_written = true;
        }
    }

    /// Records that this process polls the source from now on.
    pub(super) fn hold(&self, source: SourceId, epoch: u64) {
        let mut poll_states = self.lock();
        poll_states
            .held
            .get_or_insert_default()
            .insert(source, epoch);
    }

    /// Records that another process may poll the source.
    pub(super) fn leave(&self, source: &SourceId) {
        let mut poll_states = self.lock();
        poll_states.held.get_or_insert_default().remove(source);
    }
}

/// Returns a state of the database, with the fields that are only in memory.
fn in_memory(before: &PollState, row: PollState) -> PollState {
    PollState {
        next_poll: before.next_poll,
        ..row
    }
}

/// Writes the poll state of a source, as part of a version of all poll states.
pub(super) fn write_poll_state(
    session: &Session<'_>,
    source: &SourceId,
    poll: &PollState,
    version: i64,
) {
    session.write(
        "INSERT INTO sources (id, look, look_version) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET look = excluded.look, look_version = excluded.look_version",
        params![source.as_str().to_owned(), Json(poll.clone()), version],
    );
}

/// Writes many states at once, each only if its lease still has its epoch; returns the ids that were written.
pub(super) fn write_poll_states(
    session: &Session<'_>,
    poll_states: &[Unwritten],
    version: i64,
) -> Result<HashSet<String>> {
    let ids: Vec<&str> = poll_states.iter().map(|it| it.source.as_str()).collect();
    let states: Vec<Json<&PollState>> = poll_states.iter().map(|it| Json(&it.state)).collect();
    let epochs: Vec<Option<i64>> = poll_states
        .iter()
        .map(|it| it.epoch.map(u64::cast_signed))
        .collect();
    let asked = "INSERT INTO sources (id, look, look_version) \
        SELECT n.id, n.look, $4 FROM unnest($1::text[], $2::json[], $3::bigint[]) AS n(id, look, epoch) \
        WHERE n.epoch IS NULL OR EXISTS (SELECT 1 FROM leases l \
          WHERE l.kind = 'source' AND l.name = n.id AND l.epoch = n.epoch) \
        ON CONFLICT (id) DO UPDATE SET look = excluded.look, look_version = excluded.look_version \
        RETURNING id";
    let rows = session.rows(asked, &[&ids, &states, &epochs, &version])?;
    Ok(super::rows::firsts(&rows)?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polled(failures: u32, paused: bool) -> PollState {
        PollState {
            failures,
            paused,
            ..PollState::default()
        }
    }

    #[test]
    fn a_pause_by_another_process_is_taken_and_an_unwritten_poll_stays() {
        let source: SourceId = "news".parse().unwrap();
        let poll_states = PollStates::new([(source.clone(), polled(0, false))].into_iter());
        poll_states.hold(source.clone(), 1);
        poll_states.change(&source, |poll| poll.failures = 3);
        poll_states.merge(vec![(source.clone(), polled(0, true))]);
        assert_eq!(poll_states.get(&source), polled(3, true));
        let (own, lost) = poll_states.unwritten();
        assert_eq!((own.len(), own[0].epoch, lost.len()), (1, Some(1), 0));
        poll_states.written(&source, &polled(3, true));
        poll_states.merge(vec![(source.clone(), polled(7, false))]);
        assert_eq!(poll_states.get(&source), polled(7, false));
        assert!(!poll_states.has_unwritten());
    }

    #[test]
    fn a_poll_of_a_source_that_was_lost_is_not_written() {
        let source: SourceId = "news".parse().unwrap();
        let poll_states = PollStates::default();
        poll_states.hold(source.clone(), 1);
        poll_states.change(&source, |poll| poll.failures = 3);
        poll_states.leave(&source);
        let (own, lost) = poll_states.unwritten();
        assert!(own.is_empty() && lost == [source.clone()]);
        poll_states.replace([(source.clone(), polled(1, false))].into_iter());
        assert!(!poll_states.has_unwritten());
        assert_eq!(poll_states.get(&source).failures, 1);
    }
}
