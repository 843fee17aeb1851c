//! What is durable: seen, archive, outbox, look states, audit. The only room that names sled.
//!
//! Methods speak of admitting, beginning and completing, never of keys and values; every call that
//! writes is durable when it returns. All of them run on one store thread with group commit
//! (facts: sled's `flush` is not durable, see `store/engine.rs`).

mod ask;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

pub use ask::{
    Actor, Admitted, Begun, BulletinQuery, ChannelStatus, DeliveryQuery, Found, Health, HeldAction,
    Imported, Judged, Look, LookState, Outcome, Page, Ruling, SourceStatus, Told, Waiting,
};

use crate::bulletin::{
    Bulletin, BulletinId, Channel, ChannelId, Delivery, DeliveryId, Notice, Source, SourceId,
};

/// Why the store cannot do what it was asked. `Display` says what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    #[error("the store at {0} is in use by {1}", path.display(), holder)]
    Locked { path: PathBuf, holder: String },
    #[error("the store at {0} is damaged: {why}; {remedy}", path.display())]
    Damaged {
        path: PathBuf,
        why: String,
        remedy: String,
    },
    #[error("the store at {0} was written by a newer noticast (schema {1}; this one knows {2})", path.display(), found, known)]
    Newer {
        path: PathBuf,
        found: u32,
        known: u32,
    },
    #[error("cannot use {0} for the store: {why}", path.display())]
    Unusable { path: PathBuf, why: String },
    /// A write failed: the program must end (promise 8).
    #[error("the store failed a write: {0}")]
    Failed(String),
    #[error("no bulletin {0}")]
    NoBulletin(BulletinId),
    #[error("no channel `{0}`")]
    NoChannel(ChannelId),
    #[error("bulletin {0} is held; publish it first (`noticast held --publish {0}`)")]
    Held(BulletinId),
    #[error("{0}")]
    Refused(String),
}

type Result<T> = std::result::Result<T, StoreError>;

/// A handle on the open store; clones share it.
#[derive(Debug, Clone)]
pub struct Store {
    _inner: Arc<()>,
}

impl Store {
    /// Opens or creates the store in `dir`, and takes its lock.
    pub async fn open(_dir: &Path) -> Result<Self> {
        todo!()
    }
    /// Flushes and closes; the lock is free when this returns.
    pub async fn close(self) -> Result<()> {
        todo!()
    }

    // ---- config ----

    /// Makes these the sources and channels that admissions are routed by. A source whose address,
    /// kind or selectors changed gets a new baseline; a new channel starts with what comes after it.
    pub async fn sync_config(
        &self,
        _sources: &[Source],
        _channels: &[Channel],
        _now: DateTime<Utc>,
    ) -> Result<()> {
        todo!()
    }

    // ---- looking ----

    /// Where looking at `source` stands; memory, no I/O.
    pub fn look_state(&self, _source: &SourceId) -> LookState {
        todo!()
    }
    /// Changes it in memory; written by the next [`Store::admit`] of that source or [`Store::save_looks`].
    pub fn set_look_state(&self, _source: &SourceId, _state: LookState) {
        todo!()
    }
    /// Writes what changed since the last call, as one record for all sources. Called once a minute and at the end.
    pub async fn save_looks(&self) -> Result<()> {
        todo!()
    }
    /// Promises 2 to 4 applied to a page, without writing: which rows are new, old, known or held.
    /// `complete` says that no further page of the list is to be had.
    pub async fn judge(
        &self,
        _source: &SourceId,
        _notices: &[Notice],
        _complete: bool,
        _now: DateTime<Utc>,
    ) -> Result<Judged> {
        todo!()
    }
    /// ATOMIC: judges again, then seen + number + archive + outbox for every channel that wants it + look state.
    pub async fn admit(&self, _look: Look, _now: DateTime<Utc>) -> Result<Admitted> {
        todo!()
    }

    // ---- pushing ----

    /// Ticks whenever something was queued, released, cancelled, or a channel was unblocked.
    pub fn outbox_changes(&self) -> tokio::sync::watch::Receiver<u64> {
        todo!()
    }
    /// For each channel (or each of `of`) that is not blocked: its first waiting delivery, due or not;
    /// those due earliest first.
    pub async fn heads(&self, _of: Option<Vec<ChannelId>>) -> Result<Vec<Waiting>> {
        todo!()
    }
    /// `queued → sending`, durably, before the request goes out.
    pub async fn begin_send(&self, _id: DeliveryId, _now: DateTime<Utc>) -> Result<Begun> {
        todo!()
    }
    /// The result of a begun send; gives the channel's next waiting delivery. Idempotent.
    pub async fn complete(
        &self,
        _id: DeliveryId,
        _outcome: Outcome,
        _now: DateTime<Utc>,
    ) -> Result<Option<Waiting>> {
        todo!()
    }
    /// What was `sending` when the store was opened: perhaps sent.
    pub async fn uncertain(&self) -> Result<Vec<Waiting>> {
        todo!()
    }
    /// Sends begun since `since`, oldest first: what the pace is rebuilt from after a restart.
    pub async fn recent_sends(
        &self,
        _since: DateTime<Utc>,
    ) -> Result<Vec<(ChannelId, DateTime<Utc>)>> {
        todo!()
    }
    /// Sets a channel aside (blocked, kicked, gone), visibly; its queue rests.
    pub async fn block_channel(
        &self,
        _channel: &ChannelId,
        _why: &str,
        _now: DateTime<Utc>,
    ) -> Result<()> {
        todo!()
    }
    pub async fn unblock_channel(&self, _channel: &ChannelId) -> Result<()> {
        todo!()
    }
    /// A group became a supergroup: remembered for good.
    pub async fn move_chat(&self, _from: i64, _to: i64) -> Result<()> {
        todo!()
    }
    /// Old chat id → new one, transitively resolved.
    pub async fn moved_chats(&self) -> Result<std::collections::HashMap<i64, i64>> {
        todo!()
    }

    // ---- people ----

    /// ATOMIC: request id + deliveries + audit. The same `request` again: the first answer.
    pub async fn rebroadcast(
        &self,
        _bulletin: BulletinId,
        _to: Option<Vec<ChannelId>>,
        _note: Option<String>,
        _request: &str,
        _by: &Actor,
        _now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        todo!()
    }
    /// Releases or dismisses held bulletins; gives those that were published and those marked as seen.
    pub async fn settle_held(
        &self,
        _action: HeldAction,
        _by: &Actor,
        _now: DateTime<Utc>,
    ) -> Result<(Vec<BulletinId>, Vec<BulletinId>)> {
        todo!()
    }
    /// Appends to the audit log.
    pub async fn audit(&self, _by: &Actor, _what: &str, _now: DateTime<Utc>) -> Result<()> {
        todo!()
    }
    /// Telegram's getUpdates offset, so that an update is handled once.
    pub async fn update_offset(&self) -> Result<i32> {
        todo!()
    }
    pub async fn set_update_offset(&self, _offset: i32) -> Result<()> {
        todo!()
    }

    /// Queues an announcement (no bulletin) of plain `text` for each of `to`: faults, held rows, tests.
    pub async fn announce(
        &self,
        _to: &[ChannelId],
        _text: &str,
        _now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        todo!()
    }

    // ---- reading ----

    pub async fn bulletin(&self, _id: BulletinId) -> Result<Option<Bulletin>> {
        todo!()
    }
    /// The archived text, paragraphs separated by `\n`.
    pub async fn text(&self, _id: BulletinId) -> Result<Option<String>> {
        todo!()
    }
    /// The text before characters were simplified or repaired, where it differs.
    pub async fn text_as_published(&self, _id: BulletinId) -> Result<Option<String>> {
        todo!()
    }
    pub async fn bulletins(&self, _query: &BulletinQuery) -> Result<Page<Bulletin>> {
        todo!()
    }
    pub async fn delivery(&self, _id: DeliveryId) -> Result<Option<Delivery>> {
        todo!()
    }
    pub async fn deliveries(&self, _query: &DeliveryQuery) -> Result<Page<Delivery>> {
        todo!()
    }
    /// In config order.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        todo!()
    }
    /// In config order.
    pub async fn channels(&self) -> Result<Vec<ChannelStatus>> {
        todo!()
    }
    pub async fn health(&self) -> Health {
        todo!()
    }

    // ---- keeping ----

    /// JSON Lines, the first line a header with the version; a consistent backup while the program runs.
    /// `write` is given whole lines; it runs on a blocking thread.
    pub async fn export(
        &self,
        _write: Box<dyn FnMut(&str) -> std::io::Result<()> + Send>,
    ) -> Result<u64> {
        todo!()
    }
    /// Idempotent, keeps numbers, refuses a number that another bulletin holds.
    pub async fn import(
        &self,
        _lines: Box<dyn Iterator<Item = std::io::Result<String>> + Send>,
        _with_queue: bool,
    ) -> Result<Imported> {
        todo!()
    }
    /// Whether anything was ever kept here.
    pub async fn is_empty(&self) -> Result<bool> {
        todo!()
    }
}
