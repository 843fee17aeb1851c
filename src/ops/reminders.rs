//! Manages reminders of deadlines: deliveries that wait until a day before, and follow the deadline.

use chrono::{DateTime, Utc};

use super::{ask::Reminded, op::Op};
use crate::{
    bulletin::{BulletinId, BulletinState, ChannelId, DeliveryKind, DeliveryState},
    policy::{
        audit::Actor,
        facts::{Archived, OutboxEntry},
        timing,
    },
    store::{Refusal, Result},
};

pub(super) fn remind(
    op: &mut Op<'_>,
    id: &ChannelId,
    bulletin: BulletinId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Reminded> {
    let row = op.tx.bulletin(bulletin.0)?;
    let row = row.ok_or(Refusal::NoBulletin(bulletin))?;
    if row.state == BulletinState::Held {
        return Err(Refusal::Held(bulletin).into());
    }
    if row.deadline.is_none() {
        return Ok(Reminded::NoDeadline);
    }
    let known = op.channel_named(id);
    if known.is_none() && id.chat().is_none() {
        return Err(Refusal::NoChannel(id.clone()).into());
    }
    let settings = known.as_ref().and_then(|channel| op.settings(channel));
    let due = timing::reminder_due(settings.as_deref(), &row).filter(|due| *due > now);
    let Some(due) = due else {
        return Ok(Reminded::TooLate);
    };
    let channel = known.unwrap_or_else(|| id.clone());
    let waits = waiting(op, bulletin.0)?;
    if !waits.iter().any(|(_, entry)| entry.channel == channel) {
        let kind = DeliveryKind::Reminder;
        let channels = [(channel, due.timestamp_millis())];
        op.queue(&channels, Some(bulletin.0), kind, None, now)?;
        op.log(by, ("remind", id), &format!("of bulletin {bulletin}"), now);
    }
    Ok(Reminded::At(due))
}

pub(super) fn cancel(
    op: &mut Op<'_>,
    id: &ChannelId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Reminded> {
    let Some(channel) = op.channel_named(id) else {
        return Ok(Reminded::Off(0));
    };
    let mut count = 0;
    let mut waiting = op.tx.waiting_in(&channel);
    // The order is by number: engines may list them by time.
    waiting.sort_unstable();
    for (delivery, _) in waiting {
        let entry = op.tx.delivery(delivery)?;
        if let Some(entry) = entry.filter(|entry| entry.kind == DeliveryKind::Reminder) {
            op.drop_delivery(delivery, entry, now)?;
            count += 1;
        }
    }
    op.log(by, ("remind-off", id), &format!("{count} reminders"), now);
    Ok(Reminded::Off(count))
}

/// Moves or cancels the waiting reminders of a bulletin according to its current deadline. If it has none at the
/// moment, they stay: the next poll may find it again.
pub(super) fn follow(
    op: &mut Op<'_>,
    bulletin: u64,
    row: &Archived,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_withdrawn = row.state == BulletinState::Withdrawn;
    if row.deadline.is_none() && !is_withdrawn {
        return Ok(());
    }
    for (id, mut entry) in waiting(op, bulletin)? {
        let settings = op.settings(&entry.channel);
        let due = timing::moved_reminder(settings.as_deref(), row, now);
        match due.filter(|_| !is_withdrawn) {
            Some(due) if due.timestamp_millis() == entry.due_ms => {}
            Some(due) => {
                entry.due_ms = due.timestamp_millis();
                op.tx.set_delivery(id, entry)?;
            }
            None => op.drop_delivery(id, entry, now)?,
        }
    }
    Ok(())
}

/// Returns whether a reminder comes too late: its deadline passed while nothing could be sent.
pub(super) fn is_over(op: &mut Op<'_>, entry: &OutboxEntry, now: DateTime<Utc>) -> Result<bool> {
    let bulletin = entry.bulletin;
    let Some(bulletin) = bulletin.filter(|_| entry.kind == DeliveryKind::Reminder) else {
        return Ok(false);
    };
    let settings = op.settings(&entry.channel);
    let row = op.tx.bulletin(bulletin)?;
    let is_over = |row: Archived| {
        row.deadline.is_some() && !timing::is_deadline_ahead(settings.as_deref(), &row, now)
    };
    Ok(row.is_some_and(is_over))
}

/// Returns the waiting reminders of a bulletin, in any channel.
fn waiting(op: &mut Op<'_>, bulletin: u64) -> Result<Vec<(u64, OutboxEntry)>> {
    let mut all = op.tx.deliveries_of(bulletin)?;
    all.retain(|(_, entry)| {
        entry.kind == DeliveryKind::Reminder && entry.state == DeliveryState::Queued
    });
    Ok(all)
}
