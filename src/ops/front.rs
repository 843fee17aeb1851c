//! Implements the calls of people and programs: rebroadcasts, the audit log, states of sources and channels, upkeep.

use std::{
    io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};

use super::{
    admin_actions::{self, Rebroadcast, Settled},
    ask::{ChannelStatus, Health, HeldAction, Reminded, SourceStatus, Waiting},
    export::{self, ChannelSecrets},
    handle::Store,
    reminders, status, upkeep,
};
use crate::{
    bulletin::{BulletinId, ChannelId, DeliveryId},
    policy::{
        audit::{self, Actor, AuditRow},
        facts::{Counts, time},
    },
    store::{AuditQuery, Page, Refusal, Result},
};

/// A function that takes the lines of an export, on a blocking thread.
pub type WriteLine = Box<dyn FnMut(&str) -> io::Result<()> + Send>;
/// The lines of an export, without their line feeds.
pub type ReadLines = Box<dyn Iterator<Item = io::Result<String>> + Send>;

impl Store {
    // ---- people ----

    /// Rebroadcasts a bulletin in one transaction: request id, deliveries and an audit entry. If `request` is
    /// repeated, returns the first answer.
    ///
    /// # Errors
    /// Fails if there is no such bulletin or channel, if the bulletin is held, or if a write fails.
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

    /// Queues one reminder of the bulletin's deadline for a chat, a day before it by the chat's clock; with `None`,
    /// cancels the reminders that wait there. A deadline that is corrected later moves or cancels the reminder.
    ///
    /// # Errors
    /// Fails if there is no such bulletin or channel, if the bulletin is held, or if a write fails.
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

    /// Releases or dismisses held bulletins; returns those that were published and those that were marked as seen.
    ///
    /// # Errors
    /// Fails if a bulletin does not exist or is not held, without changing anything, or if a write fails.
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

    /// Returns when the first of the currently held bulletins was seen.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn held_since(&self) -> Result<Option<DateTime<Utc>>> {
        self.ask(|op| {
            let Some(first) = op.tx.held()?.first().copied() else {
                return Ok(None);
            };
            let row = op.tx.bulletin(first)?;
            Ok(row.map(|row| time(row.first_seen_ms)))
        })
        .await?
    }

    /// Appends an action outside of the store to the audit log.
    ///
    /// # Errors
    /// Fails if a write fails.
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

    /// Returns the audit log, newest first.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn audit(&self, query: &AuditQuery) -> Result<Page<AuditRow>> {
        let query = query.clone();
        self.read(move |reader| reader.audit(&query)).await
    }

    /// Returns Telegram's getUpdates offset, so that an update is handled once.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn update_offset(&self) -> Result<i32> {
        self.ask(|op| op.tx.update_offset()).await?
    }

    /// # Errors
    /// Fails if a write fails.
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
    /// Fails if there is no such channel or a write fails.
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

    /// Returns the sources, in config order.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn sources(&self) -> Result<Vec<SourceStatus>> {
        self.ask(status::sources).await
    }

    /// Returns the channels in config order, then chats that subscribed themselves.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn channels(&self) -> Result<Vec<ChannelStatus>> {
        self.ask(status::channels).await
    }

    /// Returns the channels of the config, in its order.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn configured_channels(&self) -> Result<Vec<ChannelStatus>> {
        self.ask(status::configured_channels).await
    }

    /// Returns the delivery that has been due for the longest time, since before `before`, in a channel that
    /// `is_meant` and has no known problem.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn latest(
        &self,
        before: DateTime<Utc>,
        is_meant: impl Fn(&ChannelId) -> bool + Send + 'static,
    ) -> Result<Option<Waiting>> {
        self.ask(move |op| status::latest(op, before.timestamp_millis(), is_meant))
            .await?
    }

    /// Returns why nothing is admitted, if the disk is nearly full.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn disk_low(&self) -> Result<Option<String>> {
        Ok(self.engine.disk_low())
    }

    /// Returns why the database takes no writes now; work waits until it does. Reads memory only.
    #[must_use]
    pub fn away(&self) -> Option<String> {
        self.engine.away()
    }

    /// Returns why writes fail, once one has; reads memory only, whatever the store is doing.
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

    // ---- upkeep ----

    /// Exports JSON Lines, the first line a header with the version: a consistent backup while the program runs.
    /// `write` is given whole lines, each with its `\n`; it runs on a blocking thread. Returns the number of
    /// bulletins. The secrets of channels that are in the store are included only if `secrets` requests it.
    ///
    /// # Errors
    /// Fails if `write` fails or the store cannot be read.
    pub async fn export(&self, mut write: WriteLine, secrets: ChannelSecrets) -> Result<u64> {
        let moment = self.ask(move |op| export::moment(op, secrets)).await??;
        self.read(move |reader| export::export(reader, &moment, Utc::now(), &mut *write))
            .await
    }

    /// Drops finished deliveries of over 90 days, old changes and audit entries and, once a day, writes a compressed
    /// export to `STATE/backup`, where the last seven stay. Called about once an hour. Returns the backup that it
    /// wrote.
    ///
    /// # Errors
    /// Fails if the backup cannot be written or a write fails.
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
        // Backups are copied to other machines.
        let secrets = ChannelSecrets::StayHere;
        let moment = self.ask(move |op| export::moment(op, secrets)).await??;
        let end = moment.end();
        let made = self
            .read(move |reader| upkeep::back_up(reader, &moment, &state, now))
            .await?;
        // The content of the backup is durable, marked or not.
        self.engine.mark(end).await;
        Ok(Some(made))
    }

    /// Returns whether nothing was ever stored here.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn is_empty(&self) -> Result<bool> {
        self.ask(|op| {
            let mut sources = op.tx.sources().into_iter();
            let is_polled = sources.any(|source| op.tx.source(&source).baseline.is_some());
            op.tx.counts() == Counts::default() && !is_polled
        })
        .await
    }
}
