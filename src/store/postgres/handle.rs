//! The handle on an open store, and the state that its clones share.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64},
    },
};

use deadpool_postgres::Pool;
use tokio::{
    sync::Mutex as Turn,
    task::{JoinError, JoinHandle},
};

use super::{connect::Address, memory::Memory, writer::Writer};
use crate::store::error::{Failure, Result};

/// A handle on an open store; clones share it.
#[derive(Clone)]
pub struct Postgres {
    pub(super) shared: Arc<Database>,
}

pub(super) struct Database {
    pub(super) pool: Pool,
    pub(super) address: Address,
    pub(super) name: Arc<str>,
    pub(super) memory: Memory,
    pub(super) writer: Arc<Turn<Writer>>,
    pub(super) closed: AtomicBool,
    /// True if the last query had no answer: until the database is back, no query is made.
    pub(super) is_silent: AtomicBool,
    /// True if the answer to a commit was lost, and with it the connection.
    pub(super) is_writer_lost: AtomicBool,
    /// The reason why the database cannot be used now.
    pub(super) trouble: Mutex<Option<String>>,
    /// The reason why the database can never be used again.
    pub(super) failure: Mutex<Option<String>>,
    /// The task that tries the database while it is away.
    pub(super) trying: Mutex<Option<JoinHandle<()>>>,
    /// The task that follows what other processes do.
    pub(super) following: Mutex<Option<JoinHandle<()>>>,
    /// The lead (ms) of this machine's clock over the database's at the last transaction or snapshot.
    pub(super) clock_ahead_ms: AtomicI64,
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Postgres")
    }
}

pub(super) fn lock<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    joined(tokio::task::spawn_blocking(work).await)
}

pub(super) fn joined<T>(done: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    // The task was cancelled with the runtime, or there is a bug.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
