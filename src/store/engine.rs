//! Puts the engines behind one handle.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{error::Result, memory::Memory, postgres::Postgres, query::Reader, sled::Sled, tx::Tx};
use crate::{
    bulletin::{AddedChannel, AddedSource, SourceId},
    policy::{
        facts::{PollState, Reported},
        routes::Chats,
    },
};

/// A handle on an open store; clones share it.
#[derive(Debug, Clone)]
pub enum Engine {
    /// The store on the disk of one machine.
    Sled(Sled),
    /// The store in plain maps, for tests and simulations.
    Memory(Memory),
    /// The store in a PostgreSQL database.
    Postgres(Postgres),
}

/// Makes the same call on whichever engine is open.
macro_rules! of {
    ($engine:expr, $it:ident => $call:expr) => {
        match $engine {
            Engine::Sled($it) => $call,
            Engine::Memory($it) => $call,
            Engine::Postgres($it) => $call,
        }
    };
}

impl Engine {
    /// Opens or creates the store in `state`/store, and takes its lock.
    ///
    /// # Errors
    /// Fails if the store is in use, damaged or newer than this program, or if the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        Ok(Self::Sled(Sled::open(state).await?))
    }

    /// Returns whether other processes may use the store at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match self {
            Self::Sled(_) => false,
            Self::Memory(memory) => memory.is_shared(),
            Self::Postgres(_) => true,
        }
    }

    /// Returns whether each transaction costs a round trip to a server, so that transactions that can be merged are
    /// merged.
    #[must_use]
    pub fn is_far(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Returns whether other processes see at once what is held in memory only.
    #[must_use]
    pub fn shares_memory(&self) -> bool {
        matches!(self, Self::Memory(memory) if memory.is_shared())
    }

    /// Follows the changes of other processes from now on, until the store is closed.
    pub fn follow_others(&self) {
        if let Self::Postgres(postgres) = self {
            postgres.follow_others();
        }
    }

    /// Returns a counter that ticks whenever another process takes or gives back leases; `None` if no other process
    /// can use the store.
    #[must_use]
    pub fn lease_changes(&self) -> Option<watch::Receiver<u64>> {
        match self {
            Self::Postgres(postgres) => Some(postgres.lease_changes()),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// Returns a counter that ticks whenever another process requests a poll of a source; `None` if no other process
    /// can use the store.
    #[must_use]
    pub fn poll_questions(&self) -> Option<watch::Receiver<u64>> {
        match self {
            Self::Postgres(postgres) => Some(postgres.poll_questions()),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// Returns by how much (ms) the clock of this machine is ahead of the clock that leases are counted by.
    #[must_use]
    pub fn clock_ahead_ms(&self) -> i64 {
        match self {
            Self::Postgres(postgres) => postgres.clock_ahead_ms(),
            Self::Sled(_) | Self::Memory(_) => 0,
        }
    }

    /// Flushes and closes; the lock is free when this returns.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn close(self) -> Result<()> {
        match self {
            Self::Sled(sled) => sled.close().await,
            Self::Memory(memory) => {
                memory.save_poll_states();
                Ok(())
            }
            Self::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Runs one transaction, which is durable when this returns; nothing is changed if `work` fails.
    ///
    /// # Errors
    /// Fails if `work` fails or a write fails.
    pub async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Sled(sled) => sled.transact(work).await,
            Self::Memory(memory) => memory.transact(work),
            Self::Postgres(postgres) => postgres.transact(work).await,
        }
    }

    /// Runs `question` like [`Engine::transact`], but writes nothing and waits for no write.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn inspect<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Tx) -> T + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Sled(sled) => sled.inspect(question).await,
            Self::Memory(memory) => Ok(memory.inspect(question)),
            Self::Postgres(postgres) => postgres.inspect(question).await,
        }
    }

    /// Reads lists outside of the transactions.
    ///
    /// # Errors
    /// Fails if `question` fails or the store was closed.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reader) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        match self {
            Self::Sled(sled) => sled.read(question).await,
            Self::Memory(memory) => memory.read(question),
            Self::Postgres(postgres) => postgres.read(question).await,
        }
    }

    /// Reads the poll state of `source` from memory, without I/O. `read` must be short and must not call the store.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        of!(self, it => it.read_poll_state(source, read))
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        of!(self, it => it.set_next_poll(source, next));
    }

    /// Takes over the state that a poll left, except for the fields that a poll does not own ([`PollState::after`]).
    /// Memory only; the next [`Engine::save_poll_states`] writes it.
    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        of!(self, it => it.keep_poll(source, poll));
    }

    /// Remembers whether people were notified of a source's fault. Memory only; the next
    /// [`Engine::save_poll_states`] writes it.
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        of!(self, it => it.set_reported(source, reported));
    }

    /// Writes the poll states in one transaction.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn save_poll_states(&self) -> Result<()> {
        match self {
            Self::Sled(sled) => sled.save_poll_states().await,
            Self::Memory(memory) => {
                memory.save_poll_states();
                Ok(())
            }
            Self::Postgres(postgres) => postgres.save_poll_states().await,
        }
    }

    /// Records next to the store that bulletins below `reached` are durable, so that their loss is noticed.
    pub async fn mark(&self, reached: u64) {
        if let Self::Sled(sled) = self {
            sled.mark(reached).await;
        }
    }

    /// Returns the chats that subscribed themselves, from memory, without I/O.
    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        of!(self, it => it.chats())
    }

    /// Returns the sources that are in the store, oldest first; the value changes when one is added, edited or
    /// removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        of!(self, it => it.added_sources())
    }

    /// Returns the channels that are in the store, like [`Engine::added_sources`].
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        of!(self, it => it.added_channels())
    }

    /// Returns a counter that ticks whenever a delivery was queued, released or cancelled, or a channel was
    /// unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        of!(self, it => it.outbox_changes())
    }

    /// Returns the number of the newest change that followers can read.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        of!(self, it => it.newest_change())
    }

    /// Returns why writes fail, once one has; reads memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.failure(),
            Self::Memory(_) => None,
            Self::Postgres(postgres) => postgres.failure(),
        }
    }

    /// Returns why writes that can wait are not made, if the disk is all but full.
    #[must_use]
    pub fn disk_full(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.disk_full(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// Returns why nothing is admitted, if the disk is nearly full.
    #[must_use]
    pub fn disk_low(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.disk_low(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// Returns why the database takes no writes now; work waits until it does.
    #[must_use]
    pub fn away(&self) -> Option<String> {
        match self {
            Self::Postgres(postgres) => postgres.trouble(),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// Returns the state folder; `None` if there is no such folder.
    #[must_use]
    pub fn state_folder(&self) -> Option<&Path> {
        match self {
            Self::Sled(sled) => sled.path().parent(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// Returns the size of the store on the disk, in bytes.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        match self {
            Self::Sled(sled) => sled.disk_bytes(),
            Self::Memory(_) => 0,
            Self::Postgres(postgres) => postgres.disk_bytes(),
        }
    }

    /// Returns the sled engine, for tests of sled's own rules.
    #[cfg(test)]
    pub(crate) fn sled(&self) -> &Sled {
        match self {
            Self::Sled(sled) => sled,
            Self::Memory(_) | Self::Postgres(_) => panic!("this test is of sled alone"),
        }
    }
}
