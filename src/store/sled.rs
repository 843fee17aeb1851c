//! The engine of one machine: sled 0.34.7 behind one thread that writes.
//!
//! Transactions run on that thread and are committed in groups ([`thread`]); lists are read past it.
//! [`keys`] says where everything lies, [`engine`] is all that knows sled, [`books`] is what the writer has at hand,
//! [`tx`] how entities become rows.

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

/// How long closing waits for those who read.
const CLOSING: Duration = Duration::from_secs(5);

/// A handle on an open store; clones share it.
#[derive(Debug, Clone)]
pub struct Sled {
    shared: Arc<Open>,
}

struct Open {
    writer: Writer,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// None once it is closed.
    engine: RwLock<Option<Arc<Engine>>>,
    names: Shared<Names>,
    poll_states: Arc<PollStates>,
    chats: Shared<Chats>,
    added: watch::Receiver<Added>,
    added_channels: watch::Receiver<AddedChannels>,
    ticks: watch::Receiver<u64>,
    changes: watch::Receiver<u64>,
    path: PathBuf,
    /// The bulletin number that the mark beside the store says.
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
    /// It is in use, damaged, newer than this program, or the folder cannot be used.
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
            // sled panics where its log makes no sense.
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
    /// A write failed.
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

    /// One transaction, durable when this returns; nothing is changed where `work` fails.
    ///
    /// # Errors
    /// Those of `work`; a write failed.
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

    /// As [`Sled::transact`], but nothing is written, and nothing is waited for.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn inspect<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut dyn Tx) -> T + Send + 'static,
    ) -> Result<T> {
        let ask = move |books: &Books| question(&mut SledTx::new(books));
        self.shared.writer.ask(ask).await
    }

    /// Reads past the writer, on a blocking thread.
    ///
    /// # Errors
    /// Those of `question`; the store was closed.
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

    /// Where polling `source` stands; memory, no I/O. `read` must be short and ask the store nothing.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        self.shared.poll_states.read(source, read)
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        self.shared.poll_states.set_next_poll(source, next);
    }

    /// Takes what a poll left, but for what is not a poll's ([`PollState::after`]). Memory, written by the
    /// next [`Sled::save_poll_states`].
    pub fn keep_poll(&self, source: &SourceId, poll: PollState) {
        let keep = |state: &mut PollState| *state = state.after(poll);
        self.shared.poll_states.change(source, keep);
    }

    /// Remembers whether people were notified of a source's fault. Memory, written by the next
    /// [`Sled::save_poll_states`].
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        self.shared
            .poll_states
            .change(source, |state| state.reported = reported);
    }

    /// Writes where polling stands, in one transaction.
    ///
    /// # Errors
    /// A write failed.
    pub async fn save_poll_states(&self) -> Result<()> {
        // Durable by now: a mark must never promise more than there is.
        let reached = self.shared.writer.write(Books::save_poll_states).await?;
        if self.shared.marked.swap(reached, Ordering::Relaxed) != reached {
            self.mark(reached).await;
        }
        Ok(())
    }

    /// Writes beside the store that bulletins below `reached` are durable.
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

    /// Chats that subscribed by themselves; memory, no I/O.
    #[must_use]
    pub fn chats(&self) -> Arc<Chats> {
        current(&self.shared.chats)
    }

    /// Sources that live in the store, oldest first; changes when one is added, edited or removed.
    #[must_use]
    pub fn added_sources(&self) -> watch::Receiver<Added> {
        self.shared.added.clone()
    }

    /// Channels that live in the store, as [`Sled::added_sources`].
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<AddedChannels> {
        self.shared.added_channels.clone()
    }

    /// Ticks whenever something was queued, released, cancelled, or a channel was unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.shared.ticks.clone()
    }

    /// The number of the newest change that followers can read.
    #[must_use]
    pub fn newest_change(&self) -> watch::Receiver<u64> {
        self.shared.changes.clone()
    }

    /// Why writes fail, once one has; memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.shared.writer.failure()
    }

    /// Why nothing is written that can wait, if the disk is all but full.
    #[must_use]
    pub fn disk_full(&self) -> Option<String> {
        let space = Space::at(&self.shared.path).ok()?;
        space.is_low().filter(|_| space.is_full())
    }

    /// Why nothing is admitted, if the disk is nearly full.
    #[must_use]
    pub fn disk_low(&self) -> Option<String> {
        let engine = self.shared.engine.read();
        let engine = engine.unwrap_or_else(PoisonError::into_inner);
        if engine.as_ref().is_some_and(|engine| !engine.has_room()) {
            return Some(reserve::FULL.to_owned());
        }
        Space::at(&self.shared.path).ok()?.is_low()
    }

    /// The folder in which it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.shared.path
    }

    /// Returns what it takes on the disk.
    #[must_use]
    pub fn disk_bytes(&self) -> u64 {
        let engine = self.shared.engine.read();
        let engine = engine.unwrap_or_else(PoisonError::into_inner);
        engine.as_ref().map_or(0, |engine| engine.disk_bytes())
    }
}

#[cfg(test)]
impl Sled {
    /// From now on every write fails, as on a disk that was pulled.
    pub(crate) async fn pull_the_disk(&self) {
        let pull = |books: &mut Books| Err::<(), _>(books.engine.fail(&"the disk was pulled"));
        self.shared.writer.write(pull).await.unwrap_err();
    }

    fn engine(&self) -> Arc<Engine> {
        self.shared.engine.read().unwrap().clone().unwrap()
    }

    /// Bytes of the longest row.
    pub(crate) fn longest_row(&self) -> usize {
        let engine = self.engine();
        let rows = engine.scan(b"").map(|row| row.unwrap().value.len());
        rows.max().unwrap()
    }

    /// Blocks of deliveries that were read so far.
    pub(crate) fn blocks_read(&self) -> u64 {
        self.engine().blocks_read()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // A task that is cancelled with the runtime, or sled, which panics where it cannot read.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}
