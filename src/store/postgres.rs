//! Implements the engine of many machines: PostgreSQL 13 or newer.
//!
//! Transactions are plain closures that run on blocking threads; their writes are sent together ([`session`]). Any
//! number of processes share the database: a lock that ends with the transaction lets one write after the other
//! ([`versions`]), so that none conflicts and none is repeated, and as it begins each follows what others changed of
//! its data in memory. Lists are read on separate connections, each in one snapshot. [`schema`] creates the tables;
//! [`tx`] and [`read`] define what each holds.

mod check;
mod connect;
mod export;
mod handle;
mod listen;
mod memory;
mod poll_states;
mod presence;
mod read;
mod room;
mod rows;
mod schema;
mod session;
mod tls;
mod transactions;
mod trouble;
mod tx;
mod versions;
mod writer;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use deadpool_postgres::Pool;
use tokio::{
    runtime::Handle,
    sync::{Mutex as Turn, watch},
};

pub use self::handle::Postgres;
use self::{
    connect::{Address, connection, process_name},
    handle::{Database, blocking, lock},
    memory::Memory,
    read::PostgresReader,
    session::Session,
    tx::PostgresTx,
    versions::{BEGIN_SNAPSHOT, Start},
    writer::Writer,
};
use super::{
    error::{Failure, Refusal, Result, StoreError},
    query::Reader,
    tx::Tx,
};
use crate::{
    bulletin::{AddedChannel, AddedSource, SourceId},
    policy::{
        facts::{PollState, Reported},
        routes::Chats,
    },
};

/// The longest time that each step of closing waits for the database.
const CLOSING: Duration = Duration::from_secs(3);

impl Postgres {
    /// Opens the database at `url` and creates its tables; `worker` is the name of this process.
    ///
    /// # Errors
    /// Fails if the address is wrong, or if the database is away, unfit or newer than this program.
    pub async fn open(url: &str, worker: Option<&str>) -> Result<Self> {
        Self::open_timed(url, worker, false).await
    }

    async fn open_timed(url: &str, worker: Option<&str>, trusts_callers: bool) -> Result<Self> {
        let name = process_name(worker);
        let address = parsed(url)?;
        let pool = pool(&address, &name)?;
        let mut writer = Writer::open(&pool).await?;
        let client = writer.take()?;
        writer::check_sessions(&pool, &client).await?;
        let runtime = Handle::current();
        let (client, memory) = blocking(move || {
            writer::check_and_migrate(&client, runtime.clone())?;
            let session = Session::new(&client, runtime);
            let begun = Start::of(&session, BEGIN_SNAPSHOT)?;
            let memory = Memory::load(&session, begun.versions, trusts_callers)?;
            session.run("COMMIT")?;
            Ok((client, memory))
        })
        .await?;
        writer.give_back(client);
        Ok(Self {
            shared: Arc::new(Database {
                pool,
                address,
                name,
                memory,
                writer: Arc::new(Turn::new(writer)),
                closed: AtomicBool::new(false),
                is_silent: AtomicBool::new(false),
                is_writer_lost: AtomicBool::new(false),
                trouble: Mutex::default(),
                failure: Mutex::default(),
                trying: Mutex::default(),
                following: Mutex::default(),
                clock_ahead_ms: AtomicI64::new(0),
            }),
        })
    }

    /// Returns whether the database at `url` holds a store; nothing is created or changed.
    ///
    /// # Errors
    /// Fails if the address is wrong or the database is away.
    pub async fn is_there(url: &str) -> Result<bool> {
        let pool = pool(&parsed(url)?, &process_name(None))?;
        let client = connection(&pool).await?;
        let runtime = Handle::current();
        blocking(move || Ok(schema::current(&Session::new(&client, runtime))?.number > 0)).await
    }

    /// Tests the database at `url` without changing it; returns the findings, a line each.
    ///
    /// # Errors
    /// Fails if the database cannot be used as it is.
    pub async fn check(url: &str) -> Result<Vec<String>> {
        let address = parsed(url)?;
        let warns = address.may_reach_a_standby();
        let pool = pool(&address, &process_name(None))?;
        let client = connection(&pool).await?;
        writer::check_sessions(&pool, &client).await?;
        let runtime = Handle::current();
        blocking(move || check::lines(&Session::new(&client, runtime), warns)).await
    }

    /// Writes the poll states and closes the store.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn close(self) -> Result<()> {
        let saved = match tokio::time::timeout(CLOSING, self.save_poll_states()).await {
            Ok(saved) => saved,
            Err(_) => Err(Refusal::Away("the database does not answer".to_owned()).into()),
        };
        self.shared.closed.store(true, Ordering::Relaxed);
        for task in [&self.shared.trying, &self.shared.following] {
            if let Some(task) = lock(task).take() {
                task.abort();
            }
        }
        self.shared.pool.close();
        match saved {
            Err(StoreError::Failed(failure)) => Err(failure.into()),
            Err(StoreError::Refused(refusal)) => {
                tracing::warn!("the state of polling was not stored: {refusal}");
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Runs one transaction, which is durable when this returns; nothing is changed if `work` fails.
    ///
    /// # Errors
    /// Fails if `work` fails or the database is away.
    pub async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.is_present()?;
        self.in_turn(move |shared, client, runtime| shared.run(client, runtime, work))
            .await
    }

    /// Runs `question` like [`Postgres::transact`], but writes nothing and waits for no write.
    ///
    /// # Errors
    /// Fails if the database is away.
    pub async fn inspect<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Tx) -> T + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.shared);
        // Earlier calls are completed first, as where one thread does everything.
        if self.trouble().is_none() {
            drop(self.shared.writer.lock().await);
        }
        self.snapshot(move |session, begun| {
            let name = Arc::clone(&shared.name);
            let mut tx = PostgresTx::new(session, &shared.memory, (begun, name));
            let answer = question(&mut tx);
            tx.session.failure().map_or(Ok(answer), Err)
        })
        .await
    }

    /// Reads lists outside of the transactions.
    ///
    /// # Errors
    /// Fails if `question` fails or the database is away.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reader) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.snapshot(move |session, _| question(&PostgresReader(session)))
            .await
    }

    /// Reads the poll state of `source` from memory, without I/O.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        self.shared.memory.poll_states.read(source, read)
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        let poll_states = &self.shared.memory.poll_states;
        poll_states.change_known(source, |state| state.next_poll = next);
    }

    /// Takes over the state that a poll left, except for the fields that a poll does not own ([`PollState::after`]).
    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        let keep = |state: &mut PollState| *state = state.after(poll);
        self.shared.memory.poll_states.change(source, keep);
    }

    /// Remembers whether people were notified of a source's fault.
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        let poll_states = &self.shared.memory.poll_states;
        poll_states.change(source, |state| state.reported = reported);
    }

    /// Returns the chats that subscribed themselves, from memory, without I/O.
    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        self.shared.memory.chats()
    }

    /// Returns the sources that are in the store, oldest first; the value changes when one is added, edited or
    /// removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Arc<Vec<AddedSource>>> {
        self.shared.memory.added.subscribe()
    }

    /// Returns the channels that are in the store, like [`Postgres::added_sources`].
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        self.shared.memory.added_channels.subscribe()
    }

    /// Returns a counter that ticks whenever a delivery was queued, released or cancelled, or a channel was
    /// unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.shared.memory.ticks.subscribe()
    }

    /// Returns a counter that ticks whenever another process takes or gives back leases.
    #[must_use]
    pub fn lease_changes(&self) -> watch::Receiver<u64> {
        self.shared.memory.leases.subscribe()
    }

    /// Returns a counter that ticks whenever another process requests a poll of a source.
    #[must_use]
    pub fn poll_questions(&self) -> watch::Receiver<u64> {
        self.shared.memory.polls.subscribe()
    }

    /// Returns by how much (ms) the clock of this machine is ahead of the database's.
    #[must_use]
    pub fn clock_ahead_ms(&self) -> i64 {
        self.shared.clock_ahead_ms.load(Ordering::Relaxed)
    }

    /// Returns the number of the newest change that followers can read.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        self.shared.memory.changes.subscribe()
    }

    /// Returns the size of the database, in bytes, as of the last query for it.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        self.shared.memory.bytes.load(Ordering::Relaxed)
    }
}

fn parsed(url: &str) -> Result<Address> {
    Address::parse(url).map_err(|why| unusable(&why))
}

fn pool(address: &Address, name: &str) -> Result<Pool> {
    address.pool(name).map_err(|why| unusable(&why))
}

fn unusable(why: &str) -> StoreError {
    Failure::Database(format!("[store] url cannot be used: {why}")).into()
}

#[cfg(test)]
impl Postgres {
    /// Opens a separate schema, which is created if it does not exist.
    pub(crate) async fn open_apart(url: &str, schema: &str) -> Result<Self> {
        Self::run_apart(url, &format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
        let url = format!("{url}?options=-c%20search_path%3D{schema}");
        Self::open_timed(&url, None, true).await
    }

    pub(crate) async fn forget_apart(url: &str, schema: &str) -> Result<()> {
        Self::run_apart(url, &format!("DROP SCHEMA IF EXISTS {schema} CASCADE")).await
    }

    async fn run_apart(url: &str, sql: &str) -> Result<()> {
        let pool = Address::parse(url).unwrap().pool("tests").unwrap();
        let done = connection(&pool).await?.batch_execute(sql).await;
        done.map_err(|error| trouble::of(&error))
    }
}
