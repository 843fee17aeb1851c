//! Implements the engine of one machine: sled 0.34.7 behind one thread that writes.
//!
//! Transactions run on that thread and are committed in groups ([`thread`]); lists are read without it. [`keys`]
//! defines the layout of the rows, [`engine`] is the only part that knows sled, [`books`] is the memory of the
//! writer, and [`tx`] turns entities into rows.

mod audit;
mod block;
mod books;
mod change;
mod damage;
mod deliveries;
mod engine;
mod export;
mod feed;
mod forget;
mod keys;
mod names;
mod older_chats;
mod open;
mod outbox;
mod pack;
mod poll_states;
mod read;
mod readings;
mod received;
mod reserve;
mod rows;
mod schema;
mod texts;
mod thread;
mod twins;
mod tx;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use self::{
    books::{Added, AddedChannels, Books, Shared, current},
    engine::Engine,
    names::Names,
    poll_states::PollStates,
    read::SledReader,
    thread::Writer,
    tx::SledTx,
};
pub use self::{damage::backups, open::is_there};
use super::{
    error::{Answered, Failure, Result},
    query::Reader,
    space::Space,
    tx::Tx,
};
use crate::{
    bulletin::SourceId,
    policy::{
        facts::{PollState, Reported},
        routes::Chats,
    },
};

/// The longest time that closing waits for readers.
const CLOSING: Duration = Duration::from_secs(5);

/// A handle on an open store; clones share it.
#[derive(Debug, Clone)]
pub struct Sled {
    shared: Arc<Open>,
}

struct Open {
    writer: Writer,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// The engine; `None` once it is closed.
    engine: RwLock<Option<Arc<Engine>>>,
    names: Shared<Names>,
    poll_states: Arc<PollStates>,
    chats: Shared<Chats>,
    added: watch::Receiver<Added>,
    added_channels: watch::Receiver<AddedChannels>,
    ticks: watch::Receiver<u64>,
    changes: watch::Receiver<u64>,
    path: PathBuf,
    /// The bulletin number in the mark next to the store.
    marked: AtomicU64,
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Open")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Sled {
    /// Opens or creates the store in `state`/store, and takes its lock.
    ///
    /// # Errors
    /// Fails if the store is in use, damaged or newer than this program, or if the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        let path = state.join("store");
        let state = state.to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let engine = Arc::new(open::open(&state)?);
            schema::bring_up(&engine)?;
            Self::start(engine)
        });
        match opening.await {
            Ok(opened) => opened,
            // sled panics if its log makes no sense.
            Err(error) if error.is_panic() => Err(damage::damaged(
                &path,
                open::panic_text(error.into_panic().as_ref()),
            )),
            Err(error) => Err(Failure::Write(error.to_string()).into()),
        }
    }

    fn start(engine: Arc<Engine>) -> Result<Self> {
        let books = Books::load(Arc::clone(&engine))?;
        let marked = open::check_mark(engine.path(), books.counts.next_bulletin)?;
        let path = engine.path().to_owned();
        let names = Arc::clone(&books.names);
        let poll_states = Arc::clone(&books.poll_states);
        let chats = Arc::clone(&books.chats);
        let added = books.follow_added();
        let added_channels = books.added_channels.subscribe();
        let ticks = books.ticks();
        let changes = books.feed.follow();
        let (writer, thread) = Writer::start(books).map_err(|error| Failure::Unusable {
            path: path.clone(),
            why: format!("no thread for it: {error}"),
        })?;
        Ok(Self {
            shared: Arc::new(Open {
                writer,
                thread: Mutex::new(Some(thread)),
                engine: RwLock::new(Some(engine)),
                names,
                poll_states,
                chats,
                added,
                added_channels,
                ticks,
                changes,
                path,
                marked: marked.into(),
            }),
        })
    }

    /// Flushes and closes; the lock is free when this returns.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn close(self) -> Result<()> {
        let saved = self.save_poll_states().await;
        let saved = saved.or_report("storing the state of polling");
        self.shared.writer.stop();
        let thread = self
            .shared
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let engine = self
            .shared
            .engine
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let path = self.shared.path.clone();
        blocking(move || {
            if let Some(thread) = thread {
                let _ = thread.join();
            }
            drop(engine);
            // Lists that are being read hold the engine too; they are short, or end with the program.
            open::wait_until_free(&path, CLOSING);
            Ok(())
        })
        .await?;
        Ok(saved.map(drop)?)
    }

    /// Runs one transaction, which is durable when this returns; nothing is changed if `work` fails.
    ///
    /// # Errors
    /// Fails if `work` fails or a write fails.
    pub async fn transact<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut dyn Tx) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let call = move |books: &mut Books| {
            let mut tx = SledTx::new(books);
            let done = work(&mut tx)?;
            let change = tx.into_change();
            books.commit(change)?;
            Ok(done)
        };
        self.shared.writer.write(call).await
    }

    /// Runs `question` like [`Sled::transact`], but writes nothing and waits for no write.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn inspect<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Tx) -> T + Send + 'static,
    ) -> Result<T> {
        let ask = move |books: &Books| question(&mut SledTx::new(books));
        self.shared.writer.ask(ask).await
    }

    /// Reads without the writer, on a blocking thread.
    ///
    /// # Errors
    /// Fails if `question` fails or the store was closed.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Reader) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let engine = self
            .shared
            .engine
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let engine = engine.ok_or(Failure::Closed)?;
        let names = current(&self.shared.names);
        blocking(move || {
            let engine = &engine;
            question(&SledReader { engine, names })
        })
        .await
    }

    /// Reads the poll state of `source` from memory, without I/O. `read` must be short and must not call the store.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        self.shared.poll_states.read(source, read)
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        self.shared.poll_states.set_next_poll(source, next);
    }

    /// Takes over the state that a poll left, except for the fields that a poll does not own ([`PollState::after`]).
    /// Memory only; the next [`Sled::save_poll_states`] writes it.
    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        let keep = |state: &mut PollState| *state = state.after(poll);
        self.shared.poll_states.change(source, keep);
    }

    /// Remembers whether people were notified of a source's fault. Memory only; the next [`Sled::save_poll_states`]
    /// writes it.
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        self.shared
            .poll_states
            .change(source, |state| state.reported = reported);
    }

    /// Writes the poll states in one transaction.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn save_poll_states(&self) -> Result<()> {
        // These numbers are durable by now: a mark must never promise more than there is.
        let reached = self.shared.writer.write(Books::save_poll_states).await?;
        if self.shared.marked.swap(reached, Ordering::Relaxed) != reached {
            self.mark(reached).await;
        }
        Ok(())
    }

    /// Records next to the store that bulletins below `reached` are durable.
    pub async fn mark(&self, reached: u64) {
        let path = self.shared.path.clone();
        let marked = tokio::task::spawn_blocking(move || open::mark(&path, reached)).await;
        let marked = marked.unwrap_or_else(|error| Err(std::io::Error::other(error)));
        marked.unwrap_or_else(|error| {
            tracing::warn!(
                "the record of what is durable in {} could not be written: {error}",
                self.shared.path.display()
            );
        });
    }

    /// Returns the chats that subscribed themselves, from memory, without I/O.
    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        current(&self.shared.chats)
    }

    /// Returns the sources that are in the store, oldest first; the value changes when one is added, edited or
    /// removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Added> {
        self.shared.added.clone()
    }

    /// Returns the channels that are in the store, like [`Sled::added_sources`].
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<AddedChannels> {
        self.shared.added_channels.clone()
    }

    /// Returns a counter that ticks whenever a delivery was queued, released or cancelled, or a channel was
    /// unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.shared.ticks.clone()
    }

    /// Returns the number of the newest change that followers can read.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        self.shared.changes.clone()
    }

    /// Returns why writes fail, once one has; reads memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.shared.writer.failure()
    }

    /// Returns why writes that can wait are not made, if the disk is all but full.
    #[must_use]
    pub fn disk_full(&self) -> Option<String> {
        let space = Space::at(&self.shared.path).ok()?;
        space.is_low().filter(|_| space.is_full())
    }

    /// Returns why nothing is admitted, if the disk is nearly full.
    #[must_use]
    pub fn disk_low(&self) -> Option<String> {
        let engine = self.shared.engine.read();
        let engine = engine.unwrap_or_else(PoisonError::into_inner);
        if engine.as_ref().is_some_and(|engine| !engine.has_room()) {
            return Some(reserve::FULL.to_owned());
        }
        Space::at(&self.shared.path).ok()?.is_low()
    }

    /// Returns the folder of the store.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Returns the size of the store on the disk, in bytes.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        let engine = self.shared.engine.read();
        let engine = engine.unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().map_or(0, |engine| engine.disk_bytes())
    }
}

#[cfg(test)]
impl Sled {
    /// Makes every write fail from now on, as on a disk that was pulled.
    pub(crate) async fn pull_the_disk(&self) {
        let pull = |books: &mut Books| Err::<(), _>(books.engine.fail(&"the disk was pulled"));
        self.shared.writer.write(pull).await.unwrap_err();
    }

    fn engine(&self) -> Arc<Engine> {
        self.shared.engine.read().unwrap().clone().unwrap()
    }

    /// Returns the length of the longest row, in bytes.
    pub(crate) fn longest_row(&self) -> usize {
        let engine = self.engine();
        let rows = engine.scan(b"").map(|row| row.unwrap().value.len());
        rows.max().unwrap()
    }

    /// Returns the number of blocks of deliveries that were read so far.
    pub(crate) fn blocks_read(&self) -> u64 {
        self.engine().blocks_read()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // The task was cancelled with the runtime, or sled panicked because it could not read.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
