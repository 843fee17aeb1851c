//! What is durable: seen, archive, outbox, look states, audit. The only room that names sled.
//!
//! Methods speak of admitting, beginning and completing, never of keys and values; every call that
//! writes is durable when it returns. They run on one store thread with group commit
//! ([`thread`]); lists are read past it. Of the parts, [`judge`] holds the rules of what is new, [`keys`] says
//! where everything lies, [`engine`] is all that knows sled.

mod acts;
mod added;
mod admit;
mod ahead;
mod archive;
mod ask;
mod block;
mod books;
mod change;
mod changes;
mod chats;
mod documents;
mod engine;
mod error;
mod export;
mod front;
mod import;
mod judge;
mod keys;
mod looks;
mod manner;
mod names;
mod open;
mod outbox;
mod pack;
mod people;
mod private;
mod read;
mod received;
mod recent;
mod record;
mod remind;
mod reread;
mod reserve;
mod revise;
mod route;
mod rows;
mod said;
mod schema;
mod send;
mod status;
mod subscriptions;
mod thread;
mod twins;
mod upkeep;
mod wire;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

pub use acts::{PERHAPS, Report, Run, Tally};
pub use ask::{
    Actor, Admitted, Begun, BulletinQuery, ChannelStatus, DeliveryQuery, Found, Health, HeldAction,
    Imported, Judged, Look, LookState, Outcome, Page, Reminded, Ruling, SourceStatus, Told,
    Waiting,
};
pub use error::{Answered, Failure, Refusal, StoreError};
pub use front::{ReadLines, WriteLine};
pub use people::Settled;
pub use reread::{ReadAgain, Reread};
pub use revise::Edition;

use self::{
    added::Added, books::Books, change::Change, engine::Engine, error::Result, looks::Looks,
    names::Names, subscriptions::SharedChats, thread::Writer,
};
use crate::bulletin::{BulletinId, Channel, ChannelId, DeliveryId, Notice, Source, SourceId};

/// How long closing waits for those who read.
const CLOSING: Duration = Duration::from_secs(5);
/// How often a full disk is tried again.
const ROOM_IS_TRIED: Duration = Duration::from_millis(500);

/// A handle on the open store; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    writer: Writer,
    thread: Mutex<Option<JoinHandle<()>>>,
    /// None once it is closed.
    engine: RwLock<Option<Arc<Engine>>>,
    names: Arc<RwLock<Arc<Names>>>,
    looks: Arc<Looks>,
    chats: SharedChats,
    added: watch::Receiver<Added>,
    ticks: watch::Receiver<u64>,
    path: PathBuf,
    /// The bulletin number that the mark beside the store says.
    marked: AtomicU64,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens or creates the store in `state`/store, and takes its lock.
    ///
    /// # Errors
    /// It is in use, damaged, newer than this program, or the folder cannot be used.
    pub async fn open(state: &Path) -> Result<Self> {
        let path = state.join("store");
        let state = state.to_owned();
        let opening = tokio::task::spawn_blocking(move || {
            let engine = Arc::new(Engine::open(&state)?);
            schema::bring_up(&engine)?;
            Self::start(engine)
        });
        match opening.await {
            Ok(opened) => opened,
            // sled panics where its log makes no sense.
            Err(error) if error.is_panic() => Err(open::damaged(
                &path,
                open::told(error.into_panic().as_ref()),
            )),
            Err(error) => Err(Failure::Write(error.to_string()).into()),
        }
    }

    fn start(engine: Arc<Engine>) -> Result<Self> {
        let books = Books::load(Arc::clone(&engine))?;
        let marked = open::check_mark(engine.path(), books.counts.next_bulletin)?;
        let path = engine.path().to_owned();
        let names = books.shared_names();
        let looks = Arc::clone(&books.looks);
        let chats = books.chats.shared();
        let added = books.follow_added();
        let ticks = books.ticks();
        let (writer, thread) = Writer::start(books).map_err(|error| Failure::Unusable {
            path: path.clone(),
            why: format!("no thread for it: {error}"),
        })?;
        Ok(Self {
            shared: Arc::new(Shared {
                writer,
                thread: Mutex::new(Some(thread)),
                engine: RwLock::new(Some(engine)),
                names,
                looks,
                chats,
                added,
                ticks,
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
        let saved = self.save_looks().await;
        let saved = saved.or_report("keeping where looking stands");
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

    async fn write<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Books, &mut Change) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.shared.writer.write(call).await
    }

    async fn write_in_steps<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut Books) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.shared.writer.write_in_steps(call).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Books) -> T + Send + 'static,
    ) -> Result<T> {
        self.shared.writer.ask(question).await
    }

    /// Reads past the writer, on a blocking thread.
    async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Engine, &Names) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let engine = self
            .shared
            .engine
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let engine = engine.ok_or(Failure::Closed)?;
        let names = self
            .shared
            .names
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        blocking(move || question(&engine, &names)).await
    }

    // ---- config ----

    /// Makes these the sources and channels that admissions are routed by. A source whose address,
    /// kind or selectors changed gets a new baseline; a new channel starts with what comes after it.
    ///
    /// # Errors
    /// A write failed, as for every method that writes.
    pub async fn sync_config(&self, sources: &[Source], channels: &[Channel]) -> Result<()> {
        let (sources, channels) = (sources.to_vec(), channels.to_vec());
        self.write(move |books, change| {
            wire::sync_config(books, change, sources, channels, Utc::now())
        })
        .await
    }

    /// The clock was set: what waits is due by the new one, now or when its channel's settings say.
    ///
    /// # Errors
    /// A write failed.
    pub async fn follow_the_clock(&self, now: DateTime<Utc>) -> Result<()> {
        self.write(move |books, change| manner::follow_the_clock(books, change, now))
            .await
    }

    // ---- looking ----

    /// Where looking at `source` stands; memory, no I/O.
    #[must_use]
    pub fn look_state(&self, source: &SourceId) -> LookState {
        self.shared.looks.get(source)
    }

    /// The same without a copy, for one glance; `read` must be short and ask the store nothing.
    pub fn read_look_state<T>(&self, source: &SourceId, read: impl FnOnce(&LookState) -> T) -> T {
        self.shared.looks.read(source, read)
    }

    /// Tells when the next look at `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        self.shared.looks.set_next_poll(source, next);
    }

    /// Takes what a look left, but for what is not a look's ([`LookState::after`]). Memory, written by the
    /// next [`Store::save_looks`].
    pub fn keep_look(&self, source: &SourceId, look: LookState) {
        let keep = |state: &mut LookState| *state = state.after(look);
        self.shared.looks.change(source, keep);
    }

    /// Remembers whether people were told of a source's fault. Memory, written by the next
    /// [`Store::save_looks`].
    pub fn set_told(&self, source: &SourceId, told: Told) {
        self.shared.looks.change(source, |state| state.told = told);
    }

    /// Pauses looking at a source, or goes on with it.
    ///
    /// # Errors
    /// The source is not in the config; a write failed.
    pub async fn set_paused(&self, source: &SourceId, paused: bool) -> Result<()> {
        let source = source.clone();
        self.write(move |books, change| looks::pause(books, change, &source, paused))
            .await
    }

    /// Writes what changed since the last call, in one transaction. Called once a minute and at the end.
    ///
    /// # Errors
    /// A write failed.
    pub async fn save_looks(&self) -> Result<()> {
        // Durable by now: a mark must never promise more than there is.
        let reached = self.write(looks::save).await?;
        if self.shared.marked.swap(reached, Ordering::Relaxed) != reached {
            let path = self.shared.path.clone();
            let marked = tokio::task::spawn_blocking(move || open::mark(&path, reached)).await;
            let marked = marked.unwrap_or_else(|error| Err(std::io::Error::other(error)));
            marked.unwrap_or_else(|error| {
                tracing::warn!("{} cannot be marked: {error}", self.shared.path.display());
            });
        }
        Ok(())
    }

    /// Promises 2 to 4 applied to a page, without writing: which rows are new, old, known or held.
    ///
    /// # Errors
    /// The source is not in the config.
    pub async fn judge(&self, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
        let (source, notices) = (source.clone(), notices.to_vec());
        self.ask(move |books| admit::judge(books, &source, &notices))
            .await?
    }

    /// ATOMIC: judges again, then seen + number + archive + outbox for every channel that wants it + look state.
    ///
    /// # Errors
    /// The source is not in the config; the disk is nearly full; a write failed.
    pub async fn admit(&self, look: Look, now: DateTime<Utc>) -> Result<Admitted> {
        let ahead = self.ahead_of_look(&look).await?;
        self.write(move |books, change| {
            change.ahead = ahead;
            admit::admit(books, change, look, now)
        })
        .await
    }

    /// Articles that are to be read again, the longest due first: rarer with age, none after a week.
    /// Each stays due until it is [`Store::settle_reread`].
    ///
    /// # Errors
    /// A write failed.
    pub async fn rereads(&self, now: DateTime<Utc>, most: usize) -> Result<Vec<Reread>> {
        self.write(move |books, change| reread::due(books, change, now, most))
            .await
    }

    /// What came of reading an article again: a correction or a withdrawal (promise 5), and what follows
    /// for the messages that have it, in one transaction; whether the bulletin changed.
    ///
    /// # Errors
    /// A write failed.
    pub async fn settle_reread(
        &self,
        id: BulletinId,
        again: ReadAgain,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.write(move |books, change| reread::settle(books, change, id, again, now))
            .await
    }

    // ---- pushing ----

    /// Ticks whenever something was queued, released, cancelled, or a channel was unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.shared.ticks.clone()
    }

    /// As [`Store::heads`], of the channels that `serves` says.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn heads_where(
        &self,
        serves: impl Fn(&ChannelId) -> bool + Send + 'static,
    ) -> Result<Vec<Waiting>> {
        self.ask(move |books| send::heads_where(books, serves))
            .await?
    }

    /// For each channel (or each of `of`) that is not blocked: its first waiting delivery, due or not;
    /// those due earliest first.
    ///
    /// # Errors
    /// The store cannot be read, as for every method that reads.
    pub async fn heads(&self, of: Option<Vec<ChannelId>>) -> Result<Vec<Waiting>> {
        self.ask(move |books| send::heads(books, of.as_deref()))
            .await?
    }

    /// What goes out in one message with a delivery that waits, itself first: the rest of its bundle or
    /// digest, in the order of the card.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn together(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
        self.ask(move |books| send::together(books, id, now))
            .await?
    }

    /// `queued → sending`, durably, before the request goes out. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn begin_send(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<Begun> {
        self.begin_together(vec![id], now).await
    }

    /// As [`Store::begin_send`], for all that goes out in one message: all of them or none.
    ///
    /// # Errors
    /// A write failed.
    pub async fn begin_together(&self, ids: Vec<DeliveryId>, now: DateTime<Utc>) -> Result<Begun> {
        once_there_is_room(|waited| {
            let (ids, now) = (ids.clone(), now + waited);
            self.write(move |books, change| send::begin(books, change, &ids, now))
        })
        .await
    }

    /// The result of a begun send, for all that was begun together with `id`; gives the channel's next
    /// waiting delivery. Idempotent. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn complete(
        &self,
        id: DeliveryId,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<Option<Waiting>> {
        once_there_is_room(|_| {
            let outcome = outcome.clone();
            self.write_in_steps(move |books| {
                let channel = books
                    .transact(|books, change| send::complete(books, change, id, &outcome, now))?;
                channel.map_or(Ok(None), |channel| send::next_in(books, channel))
            })
        })
        .await
    }

    /// What was `sending` when the store was opened: perhaps sent.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn uncertain(&self) -> Result<Vec<Waiting>> {
        self.ask(send::uncertain).await?
    }

    /// When sends since `since` (two minutes back at most) were taken at the latest, oldest first: what
    /// the pace is rebuilt from after a restart. Of those that are [`Store::uncertain`] only the begin is known.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn recent_sends(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<(ChannelId, DateTime<Utc>)>> {
        self.ask(move |books| send::recent(books, since)).await
    }

    /// Sets a channel aside (blocked, kicked, gone), visibly; its queue rests. On a full disk it waits for room.
    ///
    /// # Errors
    /// No such channel; a write failed.
    pub async fn block_channel(
        &self,
        channel: &ChannelId,
        why: &str,
        now: DateTime<Utc>,
    ) -> Result<()> {
        once_there_is_room(|_| {
            let (channel, why) = (channel.clone(), why.to_owned());
            self.write(move |books, change| send::block_channel(books, change, &channel, why, now))
        })
        .await
    }

    /// # Errors
    /// No such channel; a write failed.
    pub async fn unblock_channel(&self, channel: &ChannelId) -> Result<()> {
        let channel = channel.clone();
        self.write(move |books, change| send::unblock_channel(books, change, &channel))
            .await
    }

    /// A group became a supergroup: remembered for good, with all that waits for it. On a full disk it
    /// waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn move_chat(&self, from: i64, to: i64) -> Result<()> {
        once_there_is_room(|_| {
            self.write(move |books, change| chats::move_chat(books, change, from, to))
        })
        .await
    }

    /// Old chat id → new one, transitively resolved.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn moved_chats(&self) -> Result<HashMap<i64, i64>> {
        self.ask(|books| {
            let moved = books.moved.keys();
            moved
                .map(|&chat| (chat, route::resolve(chat, &books.moved)))
                .collect()
        })
        .await
    }
}

/// What a platform said must be written down, and nothing may be sent that cannot be: where the disk is
/// full, `attempt` is made until there is room. It is given how long it has waited.
async fn once_there_is_room<T, F>(attempt: impl Fn(Duration) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let asked = Instant::now();
    let mut waited = Duration::ZERO;
    loop {
        match attempt(waited).await {
            Err(StoreError::Refused(Refusal::DiskLow(_))) => {
                tokio::time::sleep(ROOM_IS_TRIED).await;
                waited = asked.elapsed();
            }
            answer => return answer,
        }
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    // A task that is cancelled with the runtime, or sled, which panics where it cannot read.
    done.unwrap_or_else(|error| Err(Failure::Write(error.to_string()).into()))
}

#[cfg(test)]
mod tests;
