//! Manages the life of a delivery: waiting, begun, ended. The sender judges what is certain and what is not
//! ([`Outcome`]); this module draws the consequences.

pub(super) mod readers;

use chrono::{DateTime, Utc};

use super::{
    ask::{Begun, Waiting},
    corrections, documents,
    op::Op,
    outbox, reminders,
};
use crate::{
    bulletin::{BulletinId, ChannelId, DeliveryId, DeliveryState, MessageRef, Reason},
    policy::{
        attempts::{self, AfterAttempt, Outcome},
        facts::{OutboxEntry, time},
    },
    store::{Refusal, Result},
};

pub(super) fn heads(op: &mut Op<'_>, of: Option<Vec<ChannelId>>) -> Result<Vec<Waiting>> {
    let channels = of.unwrap_or_else(|| op.tx.waiting_channels());
    heads_of(op, channels)
}

pub(super) fn heads_where(
    op: &mut Op<'_>,
    serves: impl Fn(&ChannelId) -> bool,
) -> Result<Vec<Waiting>> {
    let mut channels = op.tx.waiting_channels();
    channels.retain(|channel| serves(channel));
    heads_of(op, channels)
}

fn heads_of(op: &mut Op<'_>, mut channels: Vec<ChannelId>) -> Result<Vec<Waiting>> {
    channels.retain(|channel| op.is_in_use(channel));
    let mut waiting = first_in(op, &channels)?;
    waiting.sort_by_key(|head| (head.due_at, head.id));
    Ok(waiting)
}

/// Returns the next waiting delivery of each of some channels, unless it is paused.
pub(super) fn first_in(op: &mut Op<'_>, channels: &[ChannelId]) -> Result<Vec<Waiting>> {
    let heads = op.tx.heads(channels)?.into_iter();
    Ok(heads
        .map(|(id, entry, note)| waiting(op, id, entry, note))
        .collect())
}

pub(super) fn uncertain(op: &mut Op<'_>) -> Result<Vec<Waiting>> {
    let mut ids = op.tx.unfinished(DeliveryState::Sending);
    load(op, &mut ids)
}

/// Loads deliveries. Most of them are next to each other: they are read in order.
pub(super) fn load(op: &mut Op<'_>, ids: &mut [u64]) -> Result<Vec<Waiting>> {
    ids.sort_unstable();
    let mut loaded = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(entry) = op.tx.delivery(*id)? {
            let note = entry.note.map(|note| op.tx.note(note)).transpose()?;
            loaded.push(waiting(op, *id, entry, note.flatten()));
        }
    }
    Ok(loaded)
}

fn waiting(op: &mut Op<'_>, id: u64, entry: OutboxEntry, note: Option<String>) -> Waiting {
    Waiting {
        id: DeliveryId(id),
        bulletin: entry.bulletin.map(BulletinId),
        channel: entry.channel,
        kind: entry.kind,
        attempts: entry.attempts,
        due_at: op.own_time(time(entry.due_ms)),
        note,
    }
}

/// Returns the deliveries of one message in the order of their card, which is not that of their numbers.
pub(super) fn together(
    op: &mut Op<'_>,
    id: DeliveryId,
    now: DateTime<Utc>,
) -> Result<Vec<Waiting>> {
    let ids = outbox::together(op, id.0, now)?;
    let mut loaded = load(op, &mut ids.clone())?;
    loaded.sort_by_key(|waiting| ids.iter().position(|id| *id == waiting.id.0));
    Ok(loaded)
}

pub(super) fn begin(op: &mut Op<'_>, ids: &[DeliveryId], now: DateTime<Utc>) -> Result<Begun> {
    let mut begun = Vec::with_capacity(ids.len());
    for id in ids {
        let entry = op.tx.delivery(id.0)?;
        let Some(entry) = entry.filter(|entry| entry.state == DeliveryState::Queued) else {
            return Ok(Begun::No);
        };
        if begun.is_empty() && outbox::hold(op, id.0, &entry, now)? {
            return Ok(Begun::No);
        }
        if reminders::is_over(op, &entry, now)? || corrections::is_known(op, &entry, now)? {
            op.drop_delivery(id.0, entry, now)?;
            return Ok(Begun::No);
        }
        begun.push((id.0, entry));
    }
    if begun.is_empty() {
        return Ok(Begun::No);
    }
    for (id, mut entry) in begun {
        entry.state = DeliveryState::Sending;
        entry.attempts += 1;
        entry.begun_ms = Some(now.timestamp_millis());
        op.tx.set_delivery(id, entry)?;
    }
    Ok(Begun::Yes)
}

/// Applies the outcome of a send; returns its channel, if there is such a delivery.
pub(super) fn complete(
    op: &mut Op<'_>,
    id: DeliveryId,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<Option<ChannelId>> {
    let Some(entry) = op.tx.delivery(id.0)? else {
        return Ok(None);
    };
    if entry.state != DeliveryState::Sending {
        return Ok(Some(entry.channel));
    }
    // A channel sends one message at a time: these are its bulletins.
    let mut settling = Vec::new();
    for other in op.tx.sending_in(&entry.channel) {
        let member = op.tx.delivery(other)?;
        settling.extend(
            member
                .filter(|it| it.begun_ms == entry.begun_ms)
                .map(|it| (other, it)),
        );
    }
    for (other, member) in &settling {
        let member = settled(op, *other, member.clone(), outcome.clone(), now);
        op.settle_delivery(*other, member, now)?;
    }
    readers::forget(op, &entry.channel)?;
    if let Outcome::Sent { message } = outcome {
        for (_, member) in &settling {
            documents::follow(op, member, now)?;
        }
        if let (Some(message), true) = (message, settling.len() > 1) {
            let members = settling.iter().map(|(id, _)| *id).collect();
            remember_members(op, &entry.channel, message, members)?;
        }
    }
    Ok(Some(entry.channel))
}

/// Remembers the deliveries in one message: it is edited as a whole.
pub(super) fn remember_members(
    op: &mut Op<'_>,
    channel: &ChannelId,
    message: &MessageRef,
    members: Vec<u64>,
) -> Result<()> {
    let members = outbox::by_source(op, members)?.concat();
    op.tx.set_members(channel, message, &members);
    Ok(())
}

/// Returns a begun delivery after its outcome, and records the outcome in its channel and its error.
fn settled(
    op: &mut Op<'_>,
    id: u64,
    mut entry: OutboxEntry,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> OutboxEntry {
    let mut facts = op.tx.channel(&entry.channel);
    match attempts::settle(&mut entry, outcome, now) {
        AfterAttempt::Sent { warning } => {
            facts.sent += 1;
            facts.error = None;
            if warning.is_some() || entry.has_error {
                op.explain(id, &mut entry, warning);
            }
        }
        AfterAttempt::Again { why } => {
            facts.error = Some(why.clone());
            op.explain(id, &mut entry, Some(why));
        }
        AfterAttempt::Failed { why } => {
            facts.failed += 1;
            facts.error = Some(why.clone());
            op.explain(id, &mut entry, Some(why));
        }
        AfterAttempt::PutBack => return entry,
    }
    op.tx.set_channel(&entry.channel, facts);
    entry
}

/// Pauses a channel that nothing can be sent to, with the reason and the time (ms), or resumes it.
pub(super) fn set_blocked(
    op: &mut Op<'_>,
    id: &ChannelId,
    blocked: Option<(Reason, i64)>,
) -> Result<()> {
    if !op.tx.knows_channel(id) {
        return Err(Refusal::NoChannel(id.clone()).into());
    }
    if op.tx.is_blocked(id) == blocked.is_some() {
        return Ok(());
    }
    let mut facts = op.tx.channel(id);
    if blocked.is_none() {
        facts.error = None;
    }
    facts.blocked = blocked;
    op.tx.set_channel(id, facts);
    op.tx.wake_senders();
    Ok(())
}
