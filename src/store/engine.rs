//! The engines behind one handle.

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
    /// On the disk of one machine.
    Sled(Sled),
    /// In plain maps, for tests and simulations.
    Memory(Memory),
    /// In a PostgreSQL database.
    Postgres(Postgres),
}

/// The same of whichever engine it is.
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
    /// It is in use, damaged, newer than this program, or the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        Ok(Self::Sled(Sled::open(state).await?))
    }

    /// Returns whether other processes may work on it at the same time.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        match self {
            Self::Sled(_) => false,
            Self::Memory(memory) => memory.is_shared(),
            Self::Postgres(_) => true,
        }
    }

    /// Returns whether each transaction costs the way to a server, so that those that can share one do.
    #[must_use]
    pub fn is_far(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Returns whether what is kept in memory alone is seen by other processes at once.
    #[must_use]
    pub fn shares_memory(&self) -> bool {
        matches!(self, Self::Memory(memory) if memory.is_shared())
    }

    /// Follows what other processes do from now on, until it is closed.
    pub fn follow_others(&self) {
        if let Self::Postgres(postgres) = self {
            postgres.follow_others();
        }
    }

    /// Ticks whenever another process takes leases or gives some back; None where there is no other one to follow.
    #[must_use]
    pub fn lease_changes(&self) -> Option<watch::Receiver<u64>> {
        match self {
            Self::Postgres(postgres) => Some(postgres.lease_changes()),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// Ticks whenever another process wants a source to be polled; None where there is no other one.
    #[must_use]
    pub fn poll_questions(&self) -> Option<watch::Receiver<u64>> {
        match self {
            Self::Postgres(postgres) => Some(postgres.poll_questions()),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// By how much (ms) the clock of this machine is ahead of the one by which leases are counted.
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
    /// A write failed.
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

    /// One transaction, durable when this returns; nothing is changed where `work` fails.
    ///
    /// # Errors
    /// Those of `work`; a write failed.
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

    /// As [`Engine::transact`], but nothing is written, and nothing is waited for.
    ///
    /// # Errors
    /// The store was closed.
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

    /// Reads beside the transactions.
    ///
    /// # Errors
    /// Those of `question`; the store was closed.
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

    /// Where polling `source` stands; memory, no I/O. `read` must be short and ask the store nothing.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        of!(self, it => it.read_poll_state(source, read))
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        of!(self, it => it.set_next_poll(source, next));
    }

    /// Takes what a poll left, but for what is not a poll's ([`PollState::after`]). Memory, written by the
    /// next [`Engine::save_poll_states`].
    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        of!(self, it => it.keep_poll(source, poll));
    }

    /// Remembers whether people were notified of a source's fault. Memory, written by the next
    /// [`Engine::save_poll_states`].
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        of!(self, it => it.set_reported(source, reported));
    }

    /// Writes where polling stands, in one transaction.
    ///
    /// # Errors
    /// A write failed.
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

    /// Says beside the store that bulletins below `reached` are durable, so that their loss is noticed.
    pub async fn mark(&self, reached: u64) {
        if let Self::Sled(sled) = self {
            sled.mark(reached).await;
        }
    }

    /// Chats that subscribed by themselves; memory, no I/O.
    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        of!(self, it => it.chats())
    }

    /// Sources that live in the store, oldest first; changes when one is added, edited or removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        of!(self, it => it.added_sources())
    }

    /// Channels that live in the store, as [`Engine::added_sources`].
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        of!(self, it => it.added_channels())
    }

    /// Ticks whenever something was queued, released, cancelled, or a channel was unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        of!(self, it => it.outbox_changes())
    }

    /// The number of the newest change that followers can read.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        of!(self, it => it.newest_change())
    }

    /// Why writes fail, once one has; memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.failure(),
            Self::Memory(_) => None,
            Self::Postgres(postgres) => postgres.failure(),
        }
    }

    /// Why nothing is written that can wait, if the disk is all but full.
    #[must_use]
    pub fn disk_full(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.disk_full(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// Why nothing is admitted, if the disk is nearly full.
    #[must_use]
    pub fn disk_low(&self) -> Option<String> {
        match self {
            Self::Sled(sled) => sled.disk_low(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// The reason why the database takes no writes now; work waits until it does.
    #[must_use]
    pub fn away(&self) -> Option<String> {
        match self {
            Self::Postgres(postgres) => postgres.trouble(),
            Self::Sled(_) | Self::Memory(_) => None,
        }
    }

    /// The state folder; None: it lies in memory.
    #[must_use]
    pub fn state_folder(&self) -> Option<&Path> {
        match self {
            Self::Sled(sled) => sled.path().parent(),
            Self::Memory(_) | Self::Postgres(_) => None,
        }
    }

    /// Returns what it takes on the disk.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        match self {
            Self::Sled(sled) => sled.disk_bytes(),
            Self::Memory(_) => 0,
            Self::Postgres(postgres) => postgres.disk_bytes(),
        }
    }

    /// For tests of sled's own rules.
    #[cfg(test)]
    pub(crate) fn sled(&self) -> &Sled {
        match self {
            Self::Sled(sled) => sled,
            Self::Memory(_) | Self::Postgres(_) => panic!("this test is of sled alone"),
        }
    }
}
