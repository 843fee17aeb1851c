//! What people ask for, what is read, and what keeps it all.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};

use super::{
    admin_actions::{self, Rebroadcast, Settled},
    ask::{ChannelStatus, Health, HeldAction, Reminded, SourceStatus, Waiting},
    corrections::{self, Edition},
    export,
    handle::Store,
    reminders, status, upkeep,
};
use crate::{
    bulletin::{
        Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, DeliveryState, Revision, SourceId,
    },
    policy::{
        audit::{self, Actor, AuditRow},
        facts::Counts,
    },
    store::{AuditQuery, BulletinQuery, DeliveryQuery, Page, Refusal, Result},
};

/// Takes the lines of an export, on a blocking thread.
pub type WriteLine = Box<dyn FnMut(&str) -> io::Result<()> + Send>;
/// The lines of an export, without their line feeds.
pub type ReadLines = Box<dyn Iterator<Item = io::Result<String>> + Send>;

impl Store {
    // ---- people ----

    /// ATOMIC: request id + deliveries + audit. The same `request` again: the first answer.
    ///
    /// # Errors
    /// No such bulletin or channel; the bulletin is held; a write failed.
    pub async fn rebroadcast(
        &self,
        bulletin: BulletinId,
        to: Option<Vec<ChannelId>>,
        note: Option<String>,
        request: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        let asked = Rebroadcast {
            bulletin,
            to,
            note,
            request: request.to_owned(),
            by: by.clone(),
        };
        self.write(move |op| admin_actions::rebroadcast(op, &asked, now))
            .await
    }

    /// Queues one reminder of the bulletin's deadline for a chat, a day before it by the chat's clock;
    /// None: cancels those that wait there. A deadline that is corrected later moves or cancels it.
    ///
    /// # Errors
    /// No such bulletin or channel; the bulletin is held; a write failed.
    pub async fn remind(
        &self,
        channel: &ChannelId,
        bulletin: Option<BulletinId>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Reminded> {
        let (channel, by) = (channel.clone(), by.clone());
        self.write(move |op| match bulletin {
            Some(bulletin) => reminders::remind(op, &channel, bulletin, &by, now),
            None => reminders::cancel(op, &channel, &by, now),
        })
        .await
    }

    /// Releases or dismisses held bulletins; gives those that were published and those marked as seen.
    ///
    /// # Errors
    /// No such bulletin, or it is not held; then nothing was changed. A write failed.
    pub async fn settle_held(
        &self,
        action: HeldAction,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Settled> {
        let by = by.clone();
        let ahead = self.ahead_of_held(&action).await?;
        self.write(move |op| {
            op.ahead = ahead;
            admin_actions::settle_held(op, action, &by, now)
        })
        .await
    }

    /// Appends to the audit log what was done outside of the store.
    ///
    /// # Errors
    /// A write failed.
    pub async fn log(
        &self,
        by: &Actor,
        (action, subject): (&'static str, &str),
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (by, subject) = (by.clone(), subject.to_owned());
        self.write(move |op| {
            op.log(&by, (action, subject), "", now);
            Ok(())
        })
        .await
    }

    /// The audit log, newest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>> {
        let query = query.clone();
        self.read(move |reader| reader.audit(&query)).await
    }

    /// Telegram's getUpdates offset, so that an update is handled once.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn update_offset(&self) -> Result<i32> {
        self.ask(|op| op.tx.update_offset()).await?
    }

    /// # Errors
    /// A write failed.
    pub async fn set_update_offset(&self, offset: i32) -> Result<()> {
        self.write(move |op| {
            op.tx.set_update_offset(offset);
            Ok(())
        })
        .await
    }

    /// Queues an announcement (no bulletin) of plain `text` for each of `to`: faults, held rows, tests.
    ///
    /// # Errors
    /// No such channel; a write failed.
    pub async fn announce(
        &self,
        to: &[ChannelId],
        text: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        let (to, text) = (to.to_vec(), text.to_owned());
        if let Some(why) = self.engine.disk_full() {
            return Err(Refusal::DiskLow(why).into());
        }
        self.write(move |op| admin_actions::announce(op, &to, &text, now))
            .await
    }

    // ---- reading ----

    /// # Errors
    /// The store cannot be read.
    pub async fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        self.read(move |reader| reader.bulletin(id)).await
    }

    /// The archived text, paragraphs separated by `\n`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text(id)).await
    }

    /// Returns what changed in a bulletin since it was published, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn revisions(&self, id: BulletinId) -> Result<Vec<Revision>> {
        self.read(move |reader| Ok(reader.history(id)?.revisions()))
            .await
    }

    /// Returns when each of these was last corrected; without those that never were.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn corrected_at(
        &self,
        ids: Vec<BulletinId>,
    ) -> Result<HashMap<BulletinId, DateTime<Utc>>> {
        self.read(move |reader| {
            let mut times = HashMap::new();
            for id in ids {
                let revisions = reader.history(id)?.revisions();
                times.extend(revisions.last().map(|last| (id, last.at)));
            }
            Ok(times)
        })
        .await
    }

    /// Returns what an update is to make of the message that it is for; None: nothing was sent.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn edition(&self, update: DeliveryId) -> Result<Option<Edition>> {
        self.ask(move |op| corrections::edition(op, update)).await?
    }

    /// The text before characters were simplified or repaired, where it differs.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |reader| reader.text_as_published(id)).await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn bulletins(&self, query: &BulletinQuery) -> Result<Page<Bulletin>> {
        Ok(self.search(query).await?.page)
    }

    /// Returns the sources that a bulletin must be of, first or also; None: any.
    pub(super) fn shown(&self, query: &BulletinQuery) -> Option<Arc<HashSet<SourceId>>> {
        let public = || {
            let routes = self.routes.current();
            routes.map(|routes| routes.public()).unwrap_or_default()
        };
        match (query.public_only.then(public), &query.among) {
            (public, None) => public,
            (None, Some(among)) => Some(Arc::new(among.clone())),
            (Some(public), Some(among)) => {
                Some(Arc::new(public.intersection(among).cloned().collect()))
            }
        }
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read(move |reader| reader.delivery(id)).await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Page<Delivery>> {
        let query = query.clone();
        let unfinished = match query.state {
            Some(state @ (DeliveryState::Queued | DeliveryState::Sending)) => {
                Some(self.ask(move |op| op.tx.unfinished(state)).await?)
            }
            _ => None,
        };
        self.read(move |reader| reader.deliveries(&query, unfinished))
            .await
    }

    /// Returns how many deliveries a bulletin has, of all kinds and in all states.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn count_deliveries(&self, id: BulletinId) -> Result<u64> {
        self.read(move |reader| reader.count_deliveries(id)).await
    }

    /// Those of `channels` that a bulletin was ever queued for.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn who_has(
        &self,
        id: BulletinId,
        channels: Vec<ChannelId>,
    ) -> Result<HashSet<ChannelId>> {
        self.read(move |reader| reader.who_has(id, &channels)).await
    }

    /// In config order.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        self.ask(status::sources).await
    }

    /// In config order, then chats that subscribed by themselves.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn channels(&self) -> Result<Vec<ChannelStatus>> {
        self.ask(status::channels).await
    }

    /// Those of the config, in its order.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn configured_channels(&self) -> Result<Vec<ChannelStatus>> {
        self.ask(status::configured_channels).await
    }

    /// Returns what has been due for the longest time, since before `before`, in a channel that `is_meant` and that
    /// nothing is known to be wrong with.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn latest(
        &self,
        before: DateTime<Utc>,
        is_meant: impl Fn(&ChannelId) -> bool + Send + 'static,
    ) -> Result<Option<Waiting>> {
        self.ask(move |op| status::latest(op, before.timestamp_millis(), is_meant))
            .await?
    }

    /// Why nothing is admitted, if the disk is nearly full.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn disk_low(&self) -> Result<Option<String>> {
        Ok(self.engine.disk_low())
    }

    /// Why the database takes no writes now; work waits until it does. Memory only.
    #[must_use]
    pub fn away(&self) -> Option<String> {
        self.engine.away()
    }

    /// Why writes fail, once one has; memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.engine.failure()
    }

    pub async fn health(&self) -> Health {
        match self.ask(status::health).await {
            Ok(health) => Health {
                failed: self.engine.failure(),
                disk_low: self.engine.disk_low(),
                disk_bytes: self.engine.disk_bytes(),
                ..health
            },
            Err(error) => Health {
                failed: Some(error.to_string()),
                ..Health::default()
            },
        }
    }

    // ---- keeping ----

    /// JSON Lines, the first line a header with the version; a consistent backup while the program runs.
    /// `write` is given whole lines, each with its `\n`; it runs on a blocking thread. Gives the number of bulletins.
    ///
    /// # Errors
    /// `write` failed; the store cannot be read.
    pub async fn export(&self, mut write: WriteLine) -> Result<u64> {
        let moment = self.ask(export::moment).await??;
        self.read(move |reader| export::export(reader, &moment, Utc::now(), &mut *write))
            .await
    }

    /// Called once an hour or so: drops finished deliveries of over 90 days, old changes and entries of the audit log and,
    /// once a day, writes a compressed export to `STATE/backup`, where the last seven stay. Gives the backup it wrote.
    ///
    /// # Errors
    /// The backup could not be written; a write failed.
    pub async fn housekeep(&self, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
        let until_ms = (now - upkeep::DELIVERIES).timestamp_millis();
        let mut from = Some(0);
        while let Some(place) = from {
            from = self
                .write(move |op| op.tx.forget_finished(place, until_ms))
                .await?;
        }
        let until_ms = (now - upkeep::REQUESTS).timestamp_millis();
        self.write(move |op| op.tx.forget_requests(until_ms))
            .await?;
        let until_ms = (now - audit::KEPT).timestamp_millis();
        while self.write(move |op| op.tx.forget_audit(until_ms)).await? {}
        self.trim_changes(now).await?;
        self.back_up(now).await
    }

    async fn back_up(&self, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
        let Some(state) = self.engine.state_folder().map(Path::to_owned) else {
            return Ok(None);
        };
        if !upkeep::is_backup_due(&state, now) || self.disk_low().await?.is_some() {
            return Ok(None);
        }
        let moment = self.ask(export::moment).await??;
        let end = moment.end();
        let made = self
            .read(move |reader| upkeep::back_up(reader, &moment, &state, now))
            .await?;
        // What the backup holds is durable, marked or not.
        self.engine.mark(end).await;
        Ok(Some(made))
    }

    /// Returns whether anything was ever kept here.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn is_empty(&self) -> Result<bool> {
        self.ask(|op| {
            let mut sources = op.tx.sources().into_iter();
            let is_polled = sources.any(|source| op.tx.source(&source).baseline.is_some());
            op.tx.counts() == Counts::default() && !is_polled
        })
        .await
    }
}
