//! What admins do to everybody at once, and can take back: announcements to all, rebroadcasts, and
//! the report that is owed for each of them also after a crash.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Actor, Store,
    block::Block,
    books::Books,
    change::Change,
    error::Result,
    keys, people, route,
    rows::{BulletinRow, RequestRow, SeenValue},
    send,
};
use crate::bulletin::{
    BulletinId, ChannelId, Delivery, DeliveryId, DeliveryKind, DeliveryState, SeenKey,
    canonical_url,
};

/// Deliveries with consecutive numbers that one act made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub first: DeliveryId,
    pub count: u64,
}

/// How the deliveries of a [`Run`] stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Queued, or being sent.
    pub open: u64,
    /// Queued where nothing can be sent now: the chat is shut, or its channel left the config.
    pub resting: u64,
    pub sent: u64,
    pub failed: u64,
    pub dropped: u64,
}

/// How the error of a delivery begins that came to nothing, as far as anybody knows.
pub const PERHAPS: &str = "perhaps delivered";

/// An act whose outcome somebody waits for, in the message that asked whether it was meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub run: Run,
    pub bulletin: Option<BulletinId>,
    pub chat: i64,
    pub message: i32,
    /// When all of it was reported (ms): it can be undone for a minute from then on.
    pub reported_ms: Option<i64>,
    pub undone: bool,
    /// Nothing is owed any more; it is kept so that a late press of the same button is known.
    pub done: bool,
}

impl Store {
    /// Channels and chats that a bulletin's rebroadcast goes to, or an announcement to all: once each.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn recipients(&self, bulletin: Option<BulletinId>) -> Result<Vec<ChannelId>> {
        self.ask(move |books| {
            let numbers = match bulletin {
                None => books.everyone(),
                Some(id) => {
                    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(id.0))?;
                    row.map_or_else(Vec::new, |row| books.channels_with(&row))
                }
            };
            let names = books.names();
            Ok(numbers
                .into_iter()
                .filter_map(|n| names.channel(n))
                .collect())
        })
        .await?
    }

    /// ATOMIC: request id + an announcement for everyone + audit. The same `request` again: the first answer.
    ///
    /// # Errors
    /// A write failed.
    pub async fn broadcast(
        &self,
        text: &str,
        request: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        let (text, request, by) = (text.to_owned(), request.to_owned(), by.clone());
        self.write(move |books, change| broadcast(books, change, (&text, &request), &by, now))
            .await
    }

    /// Takes a request for one that was turned down: whoever makes it later gets no deliveries. False: it
    /// was made already.
    ///
    /// # Errors
    /// A write failed.
    pub async fn decline(&self, request: &str, now: DateTime<Utc>) -> Result<bool> {
        let request = keys::request(request);
        self.write(move |books, change| {
            if let Some(row) = books.engine.get::<RequestRow>(&request)? {
                return Ok(row.count == 0);
            }
            let (first, count, at_ms) = (0, 0, now.timestamp_millis());
            let row = RequestRow {
                first,
                count,
                at_ms,
            };
            change.writes.put(request, &row);
            Ok(true)
        })
        .await
    }

    /// Drops what of a run is not being sent yet; gives how many. The error of one that was perhaps sent
    /// begins with [`PERHAPS`].
    ///
    /// # Errors
    /// A write failed.
    pub async fn cancel(&self, run: Run, by: &Actor, now: DateTime<Utc>) -> Result<u64> {
        let by = by.clone();
        self.write(move |books, change| cancel(books, change, run, &by, now))
            .await
    }

    /// # Errors
    /// The store cannot be read.
    pub async fn tally(&self, run: Run) -> Result<Tally> {
        let all = self.run(run).await?;
        let (mut tally, mut queued) = (Tally::default(), Vec::new());
        for delivery in all {
            match delivery.state {
                DeliveryState::Queued => queued.push(delivery.channel),
                DeliveryState::Sending => tally.open += 1,
                DeliveryState::Sent => tally.sent += 1,
                DeliveryState::Failed => tally.failed += 1,
                DeliveryState::Dropped => tally.dropped += 1,
            }
        }
        if !queued.is_empty() {
            let count = |channels: &[ChannelId]| channels.len() as u64;
            tally.open += count(&queued);
            let resting = move |books: &Books| {
                queued.retain(|channel| books.rests(channel));
                count(&queued)
            };
            tally.resting = self.ask(resting).await?;
            tally.open -= tally.resting;
        }
        Ok(tally)
    }

    /// The deliveries of a run, by number.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn run(&self, run: Run) -> Result<Vec<Delivery>> {
        self.read(move |engine, names| {
            let (first, end) = (run.first.0, run.first.0 + run.count);
            let mut found = Vec::new();
            for number in Block::number(first)..=Block::number(end.max(first + 1) - 1) {
                let block = Block::load(engine, number)?;
                for (id, slot) in block.slots(number) {
                    if (first..end).contains(&id) {
                        found.extend(slot.delivery(id, engine, names)?);
                    }
                }
            }
            Ok(found)
        })
        .await
    }

    /// All reports of the last weeks; those that are not done are owed, or their act can be undone.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn reports(&self) -> Result<Vec<Report>> {
        self.read(|engine, _| {
            let rows = engine.scan(b"w");
            let reports = rows.map(|row| row.and_then(|row| engine.found(&row.key, &row.value)));
            reports.filter_map(Result::transpose).collect()
        })
        .await
    }

    /// # Errors
    /// A write failed.
    pub async fn set_report(&self, report: &Report) -> Result<()> {
        let report = report.clone();
        self.write(move |_, change| {
            let key = keys::report(report.run.first.0);
            change.writes.put(key, &report);
            Ok(())
        })
        .await
    }

    /// Changes a report as it is by then: an undo and a look at it must not undo each other.
    ///
    /// # Errors
    /// A write failed.
    pub async fn change_report(
        &self,
        run: Run,
        changed: impl FnOnce(&mut Report) + Send + 'static,
    ) -> Result<()> {
        self.write(move |books, change| {
            let key = keys::report(run.first.0);
            let Some(mut report) = books.engine.get::<Report>(&key)? else {
                return Ok(());
            };
            changed(&mut report);
            change.writes.put(key, &report);
            Ok(())
        })
        .await
    }

    /// What the bot is called, for links to it; empty before it was ever asked.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn bot_name(&self) -> Result<String> {
        self.read(|engine, _| Ok(engine.get(keys::BOT)?.unwrap_or_default()))
            .await
    }

    /// # Errors
    /// A write failed.
    pub async fn set_bot_name(&self, name: &str) -> Result<()> {
        if self.bot_name().await? == name {
            return Ok(());
        }
        let name = name.to_owned();
        self.write(move |_, change| {
            change.writes.put(keys::BOT.to_vec(), &name);
            Ok(())
        })
        .await
    }

    /// The bulletin that was seen under an address, by any source.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn bulletin_at(&self, url: &str) -> Result<Option<BulletinId>> {
        let key = SeenKey::address(&canonical_url(url));
        self.read(move |engine, names| {
            for source in names.source_numbers() {
                if let Some(value) = engine.raw(&keys::seen(source, key))? {
                    return Ok(SeenValue::decode(&value).map(|seen| BulletinId(seen.bulletin)));
                }
            }
            Ok(None)
        })
        .await
    }

    /// The newest held bulletin that admins were not told of yet.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn untold_held(&self) -> Result<Option<BulletinId>> {
        self.read(|engine, _| {
            let told: u64 = engine.get(keys::HELD_TOLD)?.unwrap_or_default();
            let newest = engine.scan(b"h").next_back().transpose()?;
            let newest = newest.map(|row| keys::last_number(&row.key));
            Ok(newest.filter(|id| *id > told).map(BulletinId))
        })
        .await
    }

    /// # Errors
    /// A write failed.
    pub async fn told_held(&self, newest: BulletinId) -> Result<()> {
        self.write(move |_, change| {
            change.writes.put(keys::HELD_TOLD.to_vec(), &newest.0);
            Ok(())
        })
        .await
    }
}

fn broadcast(
    books: &Books,
    change: &mut Change,
    (text, request): (&str, &str),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    let request = keys::request(request);
    if let Some(row) = books.engine.get::<RequestRow>(&request)? {
        return Ok(people::numbers(row.first, row.count));
    }
    let channels = people::at_once(&books.everyone(), now);
    let at_ms = now.timestamp_millis();
    let kind = DeliveryKind::Announcement;
    let first = route::queue(
        change,
        &books.engine,
        &channels,
        None,
        kind,
        Some(text),
        at_ms,
    )?;
    let count = channels.len() as u64;
    let row = RequestRow {
        first,
        count,
        at_ms,
    };
    change.writes.put(request, &row);
    let what = format!("broadcast to {count} channels, deliveries from {first}: {text}");
    people::log(change, by, &what, now);
    Ok(people::numbers(first, count))
}

fn cancel(
    books: &Books,
    change: &mut Change,
    run: Run,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<u64> {
    let mut dropped = 0;
    for id in run.first.0..run.first.0 + run.count {
        let slot = change.slot(&books.engine, id)?;
        let Some(mut slot) = slot.filter(|slot| slot.state == DeliveryState::Queued) else {
            continue;
        };
        slot.state = DeliveryState::Dropped;
        slot.set_ended_ms(Some(now.timestamp_millis()));
        if slot.doubts > 0 {
            let why = format!("{PERHAPS}: it was undone before an answer came");
            send::explain(change, id, &mut slot, Some(why));
        }
        change.set_slot(&books.engine, id, slot)?;
        dropped += 1;
    }
    let what = format!(
        "undone: deliveries {} to {}, {dropped} of them not sent yet",
        run.first,
        run.first.0 + run.count.saturating_sub(1)
    );
    people::log(change, by, &what, now);
    Ok(dropped)
}
