//! Reminders of deadlines: a delivery that waits until a day before, and follows the deadline.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::{
    Actor, Refusal, Reminded, block::Slot, books::Books, change::Change, error::Result, keys,
    manner, people, read, route, rows::BulletinRow,
};
use crate::bulletin::{
    BulletinId, BulletinState, Channel, ChannelId, DeliveryKind, DeliveryState, Moment, reminder_of,
};

pub(super) fn remind(
    books: &Books,
    change: &mut Change,
    id: &ChannelId,
    bulletin: BulletinId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Reminded> {
    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(bulletin.0))?;
    let row = row.ok_or(Refusal::NoBulletin(bulletin))?;
    if row.state == BulletinState::Held {
        return Err(Refusal::Held(bulletin).into());
    }
    if row.deadline.is_none() {
        return Ok(Reminded::NoDeadline);
    }
    let known = books.channel_named(id);
    if known.is_none() && id.chat().is_none() {
        return Err(Refusal::NoChannel(id.clone()).into());
    }
    let settings = known.and_then(|number| books.channel(number));
    let Some(due) = due(settings, &row).filter(|due| *due > now) else {
        return Ok(Reminded::TooLate);
    };
    let channel = known.unwrap_or_else(|| change.intern_channel(books, id));
    let waits = waiting(books, bulletin.0)?;
    if !waits.iter().any(|(_, slot)| slot.channel == channel) {
        route::queue(
            change,
            &books.engine,
            &[(channel, due.timestamp_millis())],
            Some(bulletin.0),
            DeliveryKind::Reminder,
            None,
            now.timestamp_millis(),
        )?;
        let what = format!("{id}: reminder of {bulletin}");
        people::log(change, by, &what, now);
    }
    Ok(Reminded::At(due))
}

pub(super) fn cancel(
    books: &Books,
    change: &mut Change,
    id: &ChannelId,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Reminded> {
    let Some(channel) = books.channel_named(id) else {
        return Ok(Reminded::Off(0));
    };
    let mut count = 0;
    for delivery in books.outbox.waiting_in(channel).collect::<Vec<u64>>() {
        let slot = change.slot(&books.engine, delivery)?;
        if let Some(slot) = slot.filter(|slot| slot.kind == DeliveryKind::Reminder) {
            drop_it(books, change, delivery, slot, now)?;
            count += 1;
        }
    }
    let what = format!("{id}: {count} reminders off");
    people::log(change, by, &what, now);
    Ok(Reminded::Off(count))
}

/// What a bulletin says now moves the reminders of it that wait, or cancels them.
pub(super) fn follow(
    books: &Books,
    change: &mut Change,
    bulletin: u64,
    row: &BulletinRow,
    now: DateTime<Utc>,
) -> Result<()> {
    for (id, mut slot) in waiting(books, bulletin)? {
        let due = moved(books.channel(slot.channel), row, now);
        match due.filter(|_| row.state != BulletinState::Withdrawn) {
            Some(due) if due.timestamp_millis() == slot.due_ms() => {}
            Some(due) => {
                slot.set_due_ms(due.timestamp_millis());
                change.set_slot(&books.engine, id, slot)?;
            }
            None => drop_it(books, change, id, slot, now)?,
        }
    }
    Ok(())
}

fn due(channel: Option<&Channel>, row: &BulletinRow) -> Option<DateTime<Utc>> {
    let at = reminder_of(row.deadline.as_ref()?, zone(channel))?;
    Some(channel.map_or(at, |channel| {
        manner::due(channel, DeliveryKind::Reminder, false, at)
    }))
}

/// When a reminder that waits is due after its deadline was moved: at once, where that is nearer than
/// a day now; None: there is none any more.
pub(super) fn moved(
    channel: Option<&Channel>,
    row: &BulletinRow,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let due = due(channel, row)?;
    if due > now {
        return Some(due);
    }
    let at_once = || {
        channel.map_or(now, |channel| {
            manner::due(channel, DeliveryKind::Reminder, false, now)
        })
    };
    is_ahead(channel, row, now).then(at_once)
}

fn is_ahead(channel: Option<&Channel>, row: &BulletinRow, now: DateTime<Utc>) -> bool {
    match row.deadline {
        Some(Moment::Day(day)) => now.with_timezone(&zone(channel)).date_naive() <= day,
        Some(Moment::Time(time)) => now < time,
        None => false,
    }
}

/// Whether a reminder comes too late: its deadline passed while nothing could be sent.
pub(super) fn is_over(books: &Books, slot: &Slot, now: DateTime<Utc>) -> Result<bool> {
    let Some(bulletin) = slot
        .bulletin
        .filter(|_| slot.kind == DeliveryKind::Reminder)
    else {
        return Ok(false);
    };
    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(bulletin))?;
    Ok(row.is_some_and(|row| !is_ahead(books.channel(slot.channel), &row, now)))
}

fn zone(channel: Option<&Channel>) -> Tz {
    channel.map_or(Tz::Asia__Shanghai, |channel| channel.time_zone)
}

/// Reminders of a bulletin that wait, in whatever channel.
fn waiting(books: &Books, bulletin: u64) -> Result<Vec<(u64, Slot)>> {
    let mut all = read::deliveries_of(&books.engine, bulletin)?;
    all.retain(|(_, slot)| {
        slot.kind == DeliveryKind::Reminder && slot.state == DeliveryState::Queued
    });
    Ok(all)
}

pub(super) fn drop_it(
    books: &Books,
    change: &mut Change,
    id: u64,
    mut slot: Slot,
    now: DateTime<Utc>,
) -> Result<()> {
    slot.state = DeliveryState::Dropped;
    slot.set_ended_ms(Some(now.timestamp_millis()));
    change.set_slot(&books.engine, id, slot)
}
