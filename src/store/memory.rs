//! Implements the engine without a disk: plain maps. It is the reference for the other engines, and the store of
//! simulations.

mod read;
mod state;
mod table;
mod tx;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use self::{
    read::MemoryReader,
    state::{Effects, State},
    tx::MemoryTx,
};
use super::{error::Result, query::Reader, recent_sends::Attempt, tx::Tx};
use crate::{
    bulletin::{AddedChannel, AddedSource, SourceId},
    policy::{
        facts::{PollState, Reported},
        routes::Chats,
    },
};

/// A handle; clones share it.
#[derive(Clone)]
pub struct Memory {
    shared: Arc<Shared>,
}

struct Shared {
    /// True if several workers share the store, as simulated processes.
    is_shared: bool,
    state: Mutex<State>,
    added: watch::Sender<Arc<Vec<AddedSource>>>,
    added_channels: watch::Sender<Arc<Vec<AddedChannel>>>,
    ticks: watch::Sender<u64>,
    /// The number of the newest change.
    changes: watch::Sender<u64>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory")
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new(false)
    }
}

impl Memory {
    /// Returns an engine that several workers share, each with its own handles.
    #[must_use]
    pub fn for_several() -> Self {
        Self::new(true)
    }

    pub(super) fn is_shared(&self) -> bool {
        self.shared.is_shared
    }

    fn new(is_shared: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                is_shared,
                state: Mutex::default(),
                added: watch::Sender::new(Arc::default()),
                added_channels: watch::Sender::new(Arc::default()),
                ticks: watch::Sender::new(0),
                changes: watch::Sender::new(0),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what only a running program knows, as a restart does.
    pub fn restart(&self) {
        self.lock().restart();
    }

    /// Runs one transaction; nothing is changed if `work` fails.
    ///
    /// # Errors
    /// Fails if `work` fails.
    pub fn transact<T>(&self, work: impl FnOnce(&mut dyn Tx) -> Result<T>) -> Result<T> {
        let mut state = self.lock();
        let small = state.small.clone();
        let mut tx = MemoryTx {
            state: &mut state,
            effects: Effects::default(),
        };
        let done = work(&mut tx);
        let effects = tx.effects;
        match done {
            Ok(_) => self.commit(&mut state, effects),
            Err(_) => {
                state.tables.take_back();
                state.small = small;
            }
        }
        done
    }

    fn commit(&self, state: &mut State, effects: Effects) {
        let has_rows = state.tables.is_changed();
        state.tables.keep();
        for (source, at_once, change) in effects.poll_states {
            change_poll_state(state, &source, change);
            let poll = state.poll_states.get(&source).cloned();
            if has_rows || at_once {
                state.saved_poll_states.put(source, poll);
            }
        }
        for (id, face) in &effects.faces {
            state.twins.add(*id, face);
        }
        state
            .sends
            .remember(effects.entries.iter().map(|entry| Attempt {
                channel: entry.channel.clone(),
                state: entry.state,
                begun_ms: entry.begun_ms,
                taken_ms: entry.taken_ms(),
            }));
        if effects.chats_changed {
            state.read_chats();
        }
        if effects.added_changed {
            self.shared.added.send_replace(state.added());
        }
        if effects.added_channels_changed {
            let added = state.added_channels();
            self.shared.added_channels.send_replace(added);
        }
        effects.then.into_iter().for_each(|then| then());
        if effects.wakes_senders {
            self.shared.ticks.send_modify(|count| *count += 1);
        }
        let newest = state.newest_change();
        self.shared
            .changes
            .send_if_modified(|last| std::mem::replace(last, newest) != newest);
    }

    /// Runs `question` like [`Memory::transact`], but changes nothing.
    pub fn inspect<T>(&self, question: impl FnOnce(&mut dyn Tx) -> T) -> T {
        let mut state = self.lock();
        let small = state.small.clone();
        let mut tx = MemoryTx {
            state: &mut state,
            effects: Effects::default(),
        };
        let answer = question(&mut tx);
        state.tables.take_back();
        state.small = small;
        answer
    }

    /// # Errors
    /// Fails if `question` fails.
    pub fn read<T>(&self, question: impl FnOnce(&dyn Reader) -> Result<T>) -> Result<T> {
        question(&MemoryReader(&self.lock()))
    }

    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        match self.lock().poll_states.get(source) {
            Some(state) => read(state),
            None => read(&PollState::default()),
        }
    }

    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        let mut state = self.lock();
        if state.poll_states.contains(source) {
            change_poll_state(&mut state, source, |poll| poll.next_poll = next);
        }
    }

    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        let keep = |state: &mut PollState| *state = state.after(poll);
        change_poll_state(&mut self.lock(), source, keep);
    }

    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        change_poll_state(&mut self.lock(), source, |state| state.reported = reported);
    }

    pub fn save_poll_states(&self) {
        let mut state = self.lock();
        let State {
            tables,
            small,
            poll_states,
            saved_poll_states,
            ..
        } = &mut *state;
        *saved_poll_states = poll_states.clone();
        let first = tables.readings.iter().map(|(_, due_ms)| *due_ms).min();
        small.read_until = small
            .read_until
            .max(first.map_or(i64::MIN, |first| first - 1));
    }

    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        Arc::clone(&self.lock().chats)
    }

    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        self.shared.added.subscribe()
    }

    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        self.shared.added_channels.subscribe()
    }

    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.shared.ticks.subscribe()
    }

    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        self.shared.changes.subscribe()
    }
}

fn change_poll_state(state: &mut State, source: &SourceId, change: impl FnOnce(&mut PollState)) {
    let mut poll = state.poll_states.get(source).cloned().unwrap_or_default();
    change(&mut poll);
    state.poll_states.set(source.clone(), poll);
    state.poll_states.keep();
}
