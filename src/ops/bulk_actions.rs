//! Implements the actions that reach all chats at once and can be taken back: announcements to all, rebroadcasts,
//! and the report that is owed for each of them even after a crash.

use chrono::{DateTime, Utc};

use super::{admin_actions, handle::Store, op::Op};
use crate::{
    bulletin::{
        BulletinId, ChannelId, Delivery, DeliveryId, DeliveryKind, DeliveryState, Reason, SeenKey,
        SendFault, canonical_url,
    },
    policy::{
        attempts::PERHAPS,
        audit::Actor,
        facts::{Report, Request, RequestKey, Run},
    },
    store::Result,
};

/// The numbers of a [`Run`]'s deliveries in each state.
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

impl Store {
    /// Returns the channels and chats that a bulletin's rebroadcast, or an announcement to all, is sent to: once
    /// each.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn recipients(&self, bulletin: Option<BulletinId>) -> Result<Vec<ChannelId>> {
        self.ask(move |op| {
            Ok(match bulletin {
                None => op.everyone(),
                Some(id) => {
                    let row = op.tx.bulletin(id.0)?;
                    row.map_or_else(Vec::new, |row| op.channels_with(&row))
                }
            })
        })
        .await?
    }

    /// Queues an announcement for all channels and chats, with request id and audit entry, in one transaction. If
    /// `request` is repeated, returns the first answer.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn broadcast(
        &self,
        text: &str,
        request: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Vec<DeliveryId>> {
        let (text, request, by) = (text.to_owned(), request.to_owned(), by.clone());
        self.write(move |op| broadcast(op, (&text, &request), &by, now))
            .await
    }

    /// Marks a request as declined: if it is made later, it gets no deliveries. Returns false if it was made
    /// already.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn decline(&self, request: &str, now: DateTime<Utc>) -> Result<bool> {
        let request = RequestKey::new(request);
        self.write(move |op| {
            if let Some(made) = op.tx.request(request)? {
                return Ok(made.count == 0);
            }
            op.tx.set_request(request, &Request::new(0, 0, 0, now));
            Ok(true)
        })
        .await
    }

    /// Drops the deliveries of a run that are not being sent yet; returns their number. The error of one that may
    /// have been sent begins with [`PERHAPS`].
    ///
    /// Fails if a write fails.
    pub async fn cancel(&self, run: Run, by: &Actor, now: DateTime<Utc>) -> Result<u64> {
        let by = by.clone();
        self.write(move |op| cancel(op, run, &by, now)).await
    }

    /// # Errors
    /// Fails if the store cannot be read.
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
            let resting = move |op: &mut Op<'_>| {
                queued.retain(|channel| op.is_paused(channel));
                count(&queued)
            };
            tally.resting = self.ask(resting).await?;
            tally.open -= tally.resting;
        }
        Ok(tally)
    }

    /// Returns the deliveries of a run, by number.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn run(&self, run: Run) -> Result<Vec<Delivery>> {
        self.read(move |reader| reader.run(run)).await
    }

    /// Returns all reports of the last weeks; those that are not done are owed, or their action can be undone.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn reports(&self) -> Result<Vec<Report>> {
        self.read(|reader| reader.reports()).await
    }

    /// # Errors
    /// Fails if a write fails.
    pub async fn set_report(&self, report: &Report) -> Result<()> {
        let report = report.clone();
        self.write(move |op| {
            op.tx.set_report(&report);
            Ok(())
        })
        .await
    }

    /// Changes the current version of a report: an undo and a redraw must not overwrite each other.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn change_report(
        &self,
        run: Run,
        changed: impl FnOnce(&mut Report) + Send + 'static,
    ) -> Result<()> {
        self.write(move |op| {
            if let Some(mut report) = op.tx.report(run.first.0)? {
                changed(&mut report);
                op.tx.set_report(&report);
            }
            Ok(())
        })
        .await
    }

    /// Returns the name of the bot, for links to it; empty before it was first requested.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn bot_name(&self) -> Result<String> {
        self.ask(|op| op.tx.bot_name()).await?
    }

    /// # Errors
    /// Fails if a write fails.
    pub async fn set_bot_name(&self, name: &str) -> Result<()> {
        if self.bot_name().await? == name {
            return Ok(());
        }
        let name = name.to_owned();
        self.write(move |op| {
            op.tx.set_bot_name(&name);
            Ok(())
        })
        .await
    }

    /// Returns the bulletin that was seen under an address, by any source.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn bulletin_at(&self, url: &str) -> Result<Option<BulletinId>> {
        let key = SeenKey::address(&canonical_url(url));
        self.read(move |reader| reader.seen_anywhere(key)).await
    }

    /// Returns the newest held bulletin that admins were not notified of yet.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn unreported_held(&self) -> Result<Option<BulletinId>> {
        let reported = self.ask(|op| op.tx.held_reported()).await??;
        let newest = self.read(|reader| reader.newest_held()).await?;
        Ok(newest.filter(|id| id.0 > reported))
    }

    /// # Errors
    /// Fails if a write fails.
    pub async fn reported_held(&self, newest: BulletinId) -> Result<()> {
        self.write(move |op| {
            op.tx.set_held_reported(newest.0);
            Ok(())
        })
        .await
    }
}

fn broadcast(
    op: &mut Op<'_>,
    (text, request): (&str, &str),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    let request = RequestKey::new(request);
    if let Some(made) = op.tx.request(request)? {
        return Ok(admin_actions::numbers(made.first, made.count));
    }
    let channels = admin_actions::at_once(op.everyone(), now);
    let kind = DeliveryKind::Announcement;
    let first = op.queue(&channels, None, kind, Some(text), now)?;
    let count = channels.len() as u64;
    let at_ms = now.timestamp_millis();
    let made = Request {
        first,
        count,
        at_ms,
    };
    op.tx.set_request(request, &made);
    let what = format!("{}: {text}", admin_actions::queued_for(count, first));
    op.log(by, ("announce", "everyone"), &what, now);
    Ok(admin_actions::numbers(first, count))
}

pub(super) fn cancel(op: &mut Op<'_>, run: Run, by: &Actor, now: DateTime<Utc>) -> Result<u64> {
    let mut dropped = 0;
    for id in run.first.0..run.first.0 + run.count {
        let entry = op.tx.delivery(id)?;
        let Some(mut entry) = entry.filter(|entry| entry.state == DeliveryState::Queued) else {
            continue;
        };
        entry.drop_at(now.timestamp_millis());
        if entry.doubts > 0 {
            let why = format!("{PERHAPS}: it was undone before an answer came");
            let why = Reason::new(SendFault::Undone, why);
            op.explain(id, &mut entry, Some(why));
        }
        op.settle_delivery(id, entry, now)?;
        dropped += 1;
    }
    let last = run.first.0 + run.count.saturating_sub(1);
    let deliveries = format!("deliveries {} to {last}", run.first);
    let what = format!("{dropped} of them were not sent yet");
    op.log(by, ("undo", deliveries), &what, now);
    Ok(dropped)
}
