//! The front door, second half: what people ask for, what is read, and what keeps it all.

use std::{
    collections::{HashMap, HashSet},
    io,
    path::PathBuf,
};

use chrono::{DateTime, Utc};

use super::{
    Actor, BulletinQuery, ChannelStatus, DeliveryQuery, Edition, Health, HeldAction, Imported,
    Page, Reminded, SourceStatus, Store, Waiting, archive,
    books::Books,
    error::Result,
    export, import, keys,
    people::{self, Rebroadcast, Settled},
    read, remind, revise,
    rows::CountRow,
    status, upkeep,
};
use crate::bulletin::{Bulletin, BulletinId, ChannelId, Delivery, DeliveryId, Revision};

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
        self.write(move |books, change| people::rebroadcast(books, change, &asked, now))
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
        self.write(move |books, change| match bulletin {
            Some(bulletin) => remind::remind(books, change, &channel, bulletin, &by, now),
            None => remind::cancel(books, change, &channel, &by, now),
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
        self.write(move |books, change| {
            change.ahead = ahead;
            people::settle_held(books, change, action, &by, now)
        })
        .await
    }

    /// Appends to the audit log.
    ///
    /// # Errors
    /// A write failed.
    pub async fn audit(&self, by: &Actor, what: &str, now: DateTime<Utc>) -> Result<()> {
        let (by, what) = (by.clone(), what.to_owned());
        self.write(move |_, change| {
            people::log(change, &by, &what, now);
            Ok(())
        })
        .await
    }

    /// Telegram's getUpdates offset, so that an update is handled once.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn update_offset(&self) -> Result<i32> {
        self.read(|engine, _| Ok(engine.get(keys::OFFSET)?.unwrap_or_default()))
            .await
    }

    /// # Errors
    /// A write failed.
    pub async fn set_update_offset(&self, offset: i32) -> Result<()> {
        self.write(move |_, change| {
            change.writes.put(keys::OFFSET.to_vec(), &offset);
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
        self.write(move |books, change| people::announce(books, change, &to, &text, now))
            .await
    }

    // ---- reading ----

    /// # Errors
    /// The store cannot be read.
    pub async fn bulletin(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        self.read(move |engine, names| read::bulletin(engine, names, id))
            .await
    }

    /// The archived text, paragraphs separated by `\n`.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |engine, _| archive::text(engine, &keys::text(id.0)))
            .await
    }

    /// What changed in a bulletin since it was published, oldest first.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn revisions(&self, id: BulletinId) -> Result<Vec<Revision>> {
        self.read(move |engine, _| revise::revisions(engine, id))
            .await
    }

    /// When each of these was last corrected; without those that never were.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn corrected_at(
        &self,
        ids: Vec<BulletinId>,
    ) -> Result<HashMap<BulletinId, DateTime<Utc>>> {
        self.read(move |engine, _| {
            let mut times = HashMap::new();
            for id in ids {
                let revisions = revise::revisions(engine, id)?;
                times.extend(revisions.last().map(|last| (id, last.at)));
            }
            Ok(times)
        })
        .await
    }

    /// What an update is to make of the message that it is for; None: nothing was sent.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn edition(&self, update: DeliveryId) -> Result<Option<Edition>> {
        self.read(move |engine, names| revise::edition(engine, names, update))
            .await
    }

    /// The text before characters were simplified or repaired, where it differs.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn text_as_published(&self, id: BulletinId) -> Result<Option<String>> {
        self.read(move |engine, _| archive::text(engine, &keys::text_as_published(id.0)))
            .await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn bulletins(&self, query: &BulletinQuery) -> Result<Page<Bulletin>> {
        let query = query.clone();
        let shown = match query.public_only {
            true => Some(self.ask(Books::public_sources).await?),
            false => None,
        };
        self.read(move |engine, names| read::bulletins(engine, names, &query, shown.as_deref()))
            .await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        self.read(move |engine, names| read::delivery(engine, names, id))
            .await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn deliveries(&self, query: &DeliveryQuery) -> Result<Page<Delivery>> {
        let query = query.clone();
        let unfinished = match query.state.filter(|state| read::is_unfinished(*state)) {
            Some(state) => Some(
                self.ask(move |books| books.outbox.unfinished_in(state))
                    .await?,
            ),
            None => None,
        };
        self.read(move |engine, names| read::deliveries(engine, names, &query, unfinished))
            .await
    }

    /// How many deliveries a bulletin has, of all kinds and in all states.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn count_deliveries(&self, id: BulletinId) -> Result<u64> {
        self.read(move |engine, _| read::count_deliveries(engine, id.0))
            .await
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
        self.read(move |engine, names| read::who_has(engine, names, id.0, &channels))
            .await
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

    /// What has been due for the longest time, since before `before`, in a channel that `is_meant` and that
    /// nothing is known to be wrong with.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn latest(
        &self,
        before: DateTime<Utc>,
        is_meant: impl Fn(&ChannelId) -> bool + Send + 'static,
    ) -> Result<Option<Waiting>> {
        self.ask(move |books| status::latest(books, before.timestamp_millis(), is_meant))
            .await?
    }

    /// Why nothing is admitted, if the disk is nearly full.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn disk_low(&self) -> Result<Option<String>> {
        self.ask(Books::disk_low).await
    }

    /// Why writes fail, once one has; memory only, whatever the store is doing.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.shared.writer.failure()
    }

    pub async fn health(&self) -> Health {
        let health = self.ask(status::health).await;
        health.unwrap_or_else(|error| Health {
            failed: Some(error.to_string()),
            ..Health::default()
        })
    }

    // ---- keeping ----

    /// JSON Lines, the first line a header with the version; a consistent backup while the program runs.
    /// `write` is given whole lines, each with its `\n`; it runs on a blocking thread. Gives the number of bulletins.
    ///
    /// # Errors
    /// `write` failed; the store cannot be read.
    pub async fn export(&self, mut write: WriteLine) -> Result<u64> {
        let moment = self.ask(export::moment).await??;
        self.read(move |engine, names| {
            export::export(engine, names, &moment, Utc::now(), &mut *write)
        })
        .await
    }

    /// Idempotent, keeps numbers, refuses a number that another bulletin holds before anything is
    /// written. Queued deliveries come along only `with_queue`.
    ///
    /// # Errors
    /// The lines are no export, or one of a newer program; a number is taken; a write failed.
    pub async fn import(&self, lines: ReadLines, with_queue: bool) -> Result<Imported> {
        self.write_in_steps(move |books| import::import(books, lines, with_queue))
            .await
    }

    /// Called once an hour or so: drops finished deliveries of over 90 days and, once a day, writes a
    /// compressed export to `STATE/backup`, where the last seven stay. Gives the backup it wrote.
    ///
    /// # Errors
    /// The backup could not be written; a write failed.
    pub async fn housekeep(&self, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
        let mut from = Some(0);
        while let Some(block) = from {
            from = self
                .write(move |books, change| upkeep::forget_old(books, change, block, now))
                .await?;
        }
        let state = self
            .shared
            .path
            .parent()
            .unwrap_or(&self.shared.path)
            .to_owned();
        if !upkeep::is_backup_due(&state, now) || self.ask(Books::disk_low).await?.is_some() {
            return Ok(None);
        }
        let moment = self.ask(export::moment).await??;
        self.read(move |engine, names| upkeep::back_up(engine, names, &moment, &state, now))
            .await
            .map(Some)
    }

    /// Whether anything was ever kept here.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn is_empty(&self) -> Result<bool> {
        self.ask(|books| {
            let is_looked_at = books.sources.values().any(|row| row.baseline.is_some());
            books.counts == CountRow::default() && !is_looked_at
        })
        .await
    }
}
