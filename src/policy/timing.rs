//! Computes the time at which a delivery may be sent: a channel's mode, its digest times and its quiet hours.
//!
//! It is a pure function of the time at which the delivery was queued and of the channel's settings, so that a
//! restart changes nothing and a changed setting applies to all waiting deliveries.

use chrono::{DateTime, Duration, TimeDelta, Utc};
use chrono_tz::Tz;

use super::facts::{Archived, OutboxEntry, time};
use crate::bulletin::{Channel, DeliveryKind, Mode, Moment, reminder_of};

/// The period in which a bulletin has one correction at most.
pub const A_DAY: Duration = Duration::days(1);

/// Returns a channel's settings for a bulletin: a chat may have other wishes for single sources.
#[must_use]
pub fn manner<'a>(channel: &'a Channel, row: &Archived) -> &'a Channel {
    match channel.apart.is_empty() {
        true => channel,
        false => channel.for_sources(row.sources().iter()),
    }
}

/// Returns when a delivery that is queued for `channel` at `now` may be sent.
#[must_use]
pub fn due(
    channel: &Channel,
    kind: DeliveryKind,
    is_urgent: bool,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let digest = || channel.digest.next_after(now, channel.time_zone);
    let due = match (kind, channel.mode) {
        (DeliveryKind::Announcement, _) => return now,
        // An edit makes no sound.
        (DeliveryKind::Update, _) if channel.kind.can_edit() => return now,
        (DeliveryKind::New, _) if is_urgent => return now,
        (DeliveryKind::New, Mode::Digest) => digest().unwrap_or(now),
        _ => now,
    };
    after_quiet(channel, due)
}

fn after_quiet(channel: &Channel, at: DateTime<Utc>) -> DateTime<Utc> {
    quiet_until(channel, at).unwrap_or(at)
}

/// Returns the end of the quiet hours that hold `at`.
#[must_use]
pub fn quiet_until(channel: &Channel, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let quiet = channel.quiet.as_ref();
    quiet.and_then(|quiet| quiet.until(at, channel.time_zone))
}

/// Returns whether a bulletin is one that a channel wants at once, regardless of its mode.
#[must_use]
pub fn is_urgent(channel: &Channel, row: &Archived) -> bool {
    let summary = row.summary.as_deref().unwrap_or_default();
    channel.urgent.names(&row.title, summary)
}

/// Returns whether quiet hours hold a delivery in a channel; `row` is its bulletin, if that is known.
#[must_use]
pub fn is_quiet_for(channel: &Channel, entry: &OutboxEntry, row: Option<&Archived>) -> bool {
    let may_hold = match entry.kind {
        DeliveryKind::New | DeliveryKind::Reminder | DeliveryKind::Document => true,
        DeliveryKind::Update => !channel.kind.can_edit(),
        DeliveryKind::Rebroadcast | DeliveryKind::Announcement => false,
    };
    let is_urgent =
        entry.kind == DeliveryKind::New && row.is_some_and(|row| is_urgent(channel, row));
    may_hold && entry.bulletin.is_some() && !is_urgent
}

/// Returns when a waiting delivery is due by the present settings and clock. A clock that was ahead when it was
/// queued, held or tried must not hold it until that time. `channel` is `None` for a chat that only the bot itself
/// writes to.
#[must_use]
pub fn present_due(
    channel: Option<&Channel>,
    entry: &OutboxEntry,
    row: Option<&Archived>,
    now: DateTime<Utc>,
) -> DateTime<Utc> {
    let channel = channel.map(|channel| row.map_or(channel, |row| manner(channel, row)));
    let due_now = time(entry.due_ms);
    if entry.attempts > 0 {
        let begun = entry.begun_ms.map(time).filter(|begun| *begun > now);
        let waits = |begun: DateTime<Utc>| (due_now - begun).max(TimeDelta::zero());
        return begun.map_or(due_now, |begun| due_now.min(now + waits(begun)));
    }
    let queued = time(entry.queued_ms).min(now);
    let by_settings =
        |is_urgent, at| channel.map_or(at, |channel| due(channel, entry.kind, is_urgent, at));
    match (entry.kind, row, channel) {
        (DeliveryKind::New, Some(row), Some(channel)) => {
            by_settings(is_urgent(channel, row), queued)
        }
        (DeliveryKind::Reminder, Some(row), _) if due_now > now => {
            moved_reminder(channel, row, now).unwrap_or(due_now)
        }
        (DeliveryKind::Reminder, ..) => due_now,
        (DeliveryKind::Update, ..) if entry.queued_ms <= now.timestamp_millis() => {
            due_now.min(by_settings(false, now + A_DAY))
        }
        _ => due_now.min(by_settings(false, queued)),
    }
}

/// Returns when a reminder of a bulletin's deadline is due in a channel; `None` if it has no deadline.
#[must_use]
pub fn reminder_due(channel: Option<&Channel>, row: &Archived) -> Option<DateTime<Utc>> {
    let at = reminder_of(row.deadline.as_ref()?, zone(channel))?;
    Some(reminder_at(channel, at))
}

/// Returns when a waiting reminder is due after its deadline was moved: at once, if that is nearer than a day now;
/// `None` if there is no deadline any longer.
#[must_use]
pub fn moved_reminder(
    channel: Option<&Channel>,
    row: &Archived,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let due = reminder_due(channel, row)?;
    if due > now {
        return Some(due);
    }
    is_deadline_ahead(channel, row, now).then(|| reminder_at(channel, now))
}

fn reminder_at(channel: Option<&Channel>, at: DateTime<Utc>) -> DateTime<Utc> {
    channel.map_or(at, |channel| {
        due(channel, DeliveryKind::Reminder, false, at)
    })
}

/// Returns whether a bulletin's deadline is still to come, by the channel's clock.
#[must_use]
pub fn is_deadline_ahead(channel: Option<&Channel>, row: &Archived, now: DateTime<Utc>) -> bool {
    match row.deadline {
        Some(Moment::Day(day)) => now.with_timezone(&zone(channel)).date_naive() <= day,
        Some(Moment::Time(time)) => now < time,
        None => false,
    }
}

fn zone(channel: Option<&Channel>) -> Tz {
    channel.map_or(Tz::Asia__Shanghai, |channel| channel.time_zone)
}
