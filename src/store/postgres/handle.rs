//! The handle on an open store, and what its clones share.

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
    /// The last question was not answered: until the database is back, none is asked.
    pub(super) is_silent: AtomicBool,
    /// The answer to a commit was lost, and with it the connection.
    pub(super) is_writer_lost: AtomicBool,
    /// The reason why the database cannot be used now.
    pub(super) trouble: Mutex<Option<String>>,
    /// The reason why it never can be used again.
    pub(super) failure: Mutex<Option<String>>,
    /// Tries the database while it is away.
    pub(super) trying: Mutex<Option<JoinHandle<()>>>,
    /// Follows what other processes do.
    pub(super) following: Mutex<Option<JoinHandle<()>>>,
    /// By how much (ms) the clock of this machine was ahead of the database's when it was asked last.
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
    // A task that is cancelled with the runtime, or a bug.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
