//! When a delivery may go out, and what goes out with it: modes, digests, quiet hours.
//!
//! When is a pure function of the time at which it was queued and of the channel's settings
//! ([`due`]), so that restarts change nothing and a changed setting is applied to all that waits
//! ([`rearrange`]).

use std::collections::{HashMap, hash_map::Entry};

use chrono::{DateTime, Utc};

use super::{
    block::Slot,
    books::Books,
    change::Change,
    error::Result,
    keys, recent, remind, revise,
    route::Place,
    rows::{BulletinRow, time},
};
use crate::bulletin::{Channel, DeliveryKind, DeliveryState, Mode};

/// Bulletins in one card of a bundle.
const BUNDLE: usize = 8;
/// Bulletins that a message of a digest may be made of; what does not fit goes into the next one.
const DIGEST: usize = 200;

/// When something that is queued for `channel` at `now` may go out.
pub(super) fn due(
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
    let quiet = channel.quiet.as_ref();
    quiet
        .and_then(|quiet| quiet.until(at, channel.time_zone))
        .unwrap_or(at)
}

fn is_urgent(channel: &Channel, row: &BulletinRow) -> bool {
    channel
        .urgent
        .names(&row.title, row.summary.as_deref().unwrap_or_default())
}

impl Books {
    /// A channel of the config, or the chat that it is.
    pub(super) fn channel(&self, number: u32) -> Option<&Channel> {
        let configured = self
            .wiring
            .as_ref()
            .and_then(|wiring| wiring.channel(number));
        configured.or_else(|| self.chats.channel(number))
    }

    /// The channels that a bulletin goes by, each with the time (ms) at which it may: of several that lead
    /// to one place the one that sends it soonest, of those the first.
    pub(super) fn due_in(
        &self,
        channels: &[u32],
        kind: DeliveryKind,
        row: &BulletinRow,
        now: DateTime<Utc>,
    ) -> Vec<(u32, i64)> {
        let mut soonest: Vec<(u32, i64)> = Vec::with_capacity(channels.len());
        let mut places = HashMap::with_capacity(channels.len());
        for &number in channels {
            let channel = self.channel(number);
            let due = channel.map_or(now, |channel| {
                due(channel, kind, is_urgent(channel, row), now)
            });
            let place = channel.map_or(Place::Own(number), |channel| {
                Place::of_channel(number, channel, &self.moved)
            });
            let this = (number, due.timestamp_millis());
            match places.entry(place) {
                Entry::Vacant(entry) => {
                    entry.insert(soonest.len());
                    soonest.push(this);
                }
                Entry::Occupied(entry) => {
                    let other = &mut soonest[*entry.get()];
                    if this.1 < other.1 {
                        *other = this;
                    }
                }
            }
        }
        soonest
    }

    /// Whether a waiting delivery passes quiet hours.
    fn passes(&self, channel: &Channel, slot: &Slot) -> Result<bool> {
        let held = match slot.kind {
            DeliveryKind::New | DeliveryKind::Reminder | DeliveryKind::Document => true,
            DeliveryKind::Update => !channel.kind.can_edit(),
            DeliveryKind::Rebroadcast | DeliveryKind::Announcement => false,
        };
        let Some(bulletin) = slot.bulletin.filter(|_| held) else {
            return Ok(true);
        };
        if slot.kind != DeliveryKind::New || channel.urgent.is_empty() {
            return Ok(false);
        }
        let row: Option<BulletinRow> = self.engine.get(&keys::bulletin(bulletin))?;
        Ok(row.is_some_and(|row| is_urgent(channel, &row)))
    }
}

/// Numbers of what goes out in one message with a delivery that waits, itself first.
pub(super) fn together(books: &Books, id: u64, now: DateTime<Utc>) -> Result<Vec<u64>> {
    let change = &mut books.change();
    let Some(head) = change.slot(&books.engine, id)? else {
        return Ok(Vec::new());
    };
    let number = head.channel;
    let mode = books
        .channel(number)
        .map_or(Mode::Each, |channel| channel.mode);
    let is_held = books.outbox.is_held(number, id);
    let goes_alone = mode == Mode::Each && !is_held && head.attempts == 0;
    if head.kind != DeliveryKind::New || goes_alone {
        return Ok(vec![id]);
    }
    let candidates: Vec<u64> = match is_held {
        // A sender is a little early, so that what it begins goes out in time.
        true => books
            .outbox
            .released(number, now.timestamp_millis().max(head.due_ms()))
            .collect(),
        false => books.outbox.ready_at(number, head.due_ms()).collect(),
    };
    // What was begun together is tried again together, so that a platform can tell a repetition.
    let belongs = |slot: &Slot| {
        let is_with = match head.attempts {
            0 => is_held || (mode == Mode::Bundle && slot.queued_ms == head.queued_ms),
            _ => slot.begun_ms() == head.begun_ms(),
        };
        slot.kind == DeliveryKind::New && slot.attempts == head.attempts && is_with
    };
    let most = match mode {
        Mode::Digest => DIGEST,
        _ if head.attempts > 0 => DIGEST,
        Mode::Each | Mode::Bundle => BUNDLE,
    };
    let mut members = vec![id];
    for other in candidates.into_iter().filter(|other| *other != id) {
        let slot = change.slot(&books.engine, other)?;
        if slot.is_some_and(|slot| belongs(&slot)) {
            members.push(other);
        }
        if members.len() == most {
            break;
        }
    }
    let groups = by_source(books, change, members)?;
    // Looks at two sources that began in the same millisecond are two looks.
    let of_one_look = !is_held && head.attempts == 0;
    let groups = groups
        .into_iter()
        .take(if of_one_look { 1 } else { DIGEST });
    Ok(groups.flatten().collect())
}

/// Those of one source together; else as they were.
pub(super) fn by_source(
    books: &Books,
    change: &mut Change,
    members: Vec<u64>,
) -> Result<Vec<Vec<u64>>> {
    let mut groups: Vec<(Option<u32>, Vec<u64>)> = Vec::new();
    for id in members {
        let slot = change.slot(&books.engine, id)?;
        let row: Option<BulletinRow> = match slot.and_then(|slot| slot.bulletin) {
            Some(bulletin) => books.engine.get(&keys::bulletin(bulletin))?,
            None => None,
        };
        let source = row.map(|row| row.source);
        match groups.iter_mut().find(|(known, _)| *known == source) {
            Some((_, ids)) => ids.push(id),
            None => groups.push((source, vec![id])),
        }
    }
    Ok(groups.into_iter().map(|(_, ids)| ids).collect())
}

/// Holds what waits in a channel until its quiet hours end, if they hold `id` now; whether they do.
pub(super) fn hold(
    books: &Books,
    change: &mut Change,
    id: u64,
    slot: &Slot,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(channel) = books.channel(slot.channel) else {
        return Ok(false);
    };
    let quiet = channel
        .quiet
        .and_then(|quiet| quiet.until(now, channel.time_zone));
    // What was begun before the hours is brought to its end.
    let Some(until) = quiet.filter(|_| slot.attempts == 0) else {
        return Ok(false);
    };
    if books.passes(channel, slot)? {
        return Ok(false);
    }
    let waiting: Vec<u64> = books.outbox.waiting_in(slot.channel).collect();
    for other in std::iter::once(id).chain(waiting) {
        let Some(mut waits) = change.slot(&books.engine, other)? else {
            continue;
        };
        let is_early = waits.attempts == 0 && waits.due_ms() < until.timestamp_millis();
        if is_early && !books.passes(channel, &waits)? {
            waits.set_due_ms(until.timestamp_millis());
            change.set_slot(&books.engine, other, waits)?;
        }
    }
    Ok(true)
}

/// Applies the settings of a channel, which the books may not have yet, and the present clock to what
/// waits there. None: a chat that only the bot itself writes to.
pub(super) fn rearrange(
    books: &Books,
    change: &mut Change,
    number: u32,
    channel: Option<&Channel>,
    now: DateTime<Utc>,
) -> Result<()> {
    let may_hold =
        channel.is_some_and(|channel| channel.quiet.is_some() || channel.mode == Mode::Digest);
    let now_ms = now.timestamp_millis();
    for (id, due_ms) in books.outbox.due_in(number) {
        if !may_hold && !books.outbox.is_held(number, id) && due_ms <= now_ms {
            continue;
        }
        let slot = change.slot(&books.engine, id)?;
        let Some(mut slot) = slot.filter(|slot| slot.state == DeliveryState::Queued) else {
            continue;
        };
        let due_ms = present_due(books, channel, &slot, now)?.timestamp_millis();
        let begun_ms = slot.begun_ms().map(|begun_ms| begun_ms.min(now_ms));
        if (slot.due_ms(), slot.begun_ms()) != (due_ms, begun_ms) {
            slot.set_due_ms(due_ms);
            // Its wait is counted from the present clock from now on, whenever this comes again.
            slot.set_begun_ms(begun_ms);
            change.set_slot(&books.engine, id, slot)?;
        }
    }
    Ok(())
}

/// When a delivery that waits is due by the present settings and clock. A clock that was ahead when it was
/// queued, held or tried must not hold it until that time comes again.
fn present_due(
    books: &Books,
    channel: Option<&Channel>,
    slot: &Slot,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>> {
    let due_now = time(slot.due_ms());
    if slot.attempts > 0 {
        let begun = slot.begun_ms().map(time).filter(|begun| *begun > now);
        let waits = |begun: DateTime<Utc>| (due_now - begun).max(chrono::TimeDelta::zero());
        return Ok(begun.map_or(due_now, |begun| due_now.min(now + waits(begun))));
    }
    let row: Option<BulletinRow> = match slot.bulletin {
        Some(bulletin) => books.engine.get(&keys::bulletin(bulletin))?,
        None => None,
    };
    let queued = time(slot.queued_ms).min(now);
    let by_manner =
        |is_urgent, at| channel.map_or(at, |channel| due(channel, slot.kind, is_urgent, at));
    Ok(match (slot.kind, row, channel) {
        (DeliveryKind::New, Some(row), Some(channel)) => {
            by_manner(is_urgent(channel, &row), queued)
        }
        (DeliveryKind::Reminder, Some(row), _) if due_now > now => {
            remind::moved(channel, &row, now).unwrap_or(due_now)
        }
        (DeliveryKind::Reminder, ..) => due_now,
        (DeliveryKind::Update, ..) if slot.queued_ms <= now.timestamp_millis() => {
            due_now.min(by_manner(false, now + revise::A_DAY))
        }
        _ => due_now.min(by_manner(false, queued)),
    })
}

/// The clock was set: what waits is due by the new one.
pub(super) fn follow_the_clock(
    books: &Books,
    change: &mut Change,
    now: DateTime<Utc>,
) -> Result<()> {
    for number in books.outbox.channels() {
        rearrange(books, change, number, books.channel(number), now)?;
    }
    recent::follow_the_clock(books, change, now.timestamp_millis())?;
    // Who sends has waited for times of the other clock.
    change.then(|books| books.tick());
    Ok(())
}
