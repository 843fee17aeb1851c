//! Decides which deliveries are sent together, and which wait: bundles, digests, quiet hours.

use std::{collections::HashSet, sync::Arc};

use chrono::{DateTime, Utc};

use super::{op::Op, rereads};
use crate::{
    bulletin::{Channel, ChannelId, DeliveryKind, DeliveryState, Mode, SourceId},
    policy::{facts::OutboxEntry, timing},
    store::Result,
};

/// The number of bulletins in one card of a bundle.
const BUNDLE: usize = 8;
/// The most bulletins that a message of a digest may be made of; the rest goes into the next one.
const DIGEST: usize = 200;

/// Returns the numbers of the deliveries in one message with a waiting one, itself first.
pub(super) fn together(op: &mut Op<'_>, id: u64, now: DateTime<Utc>) -> Result<Vec<u64>> {
    let Some(head) = op.tx.delivery(id)? else {
        return Ok(Vec::new());
    };
    let mode = mode_of(op, &head)?;
    let is_held = op.tx.is_held_back(&head.channel, id);
    let goes_alone = mode == Mode::Each && !is_held && head.attempts == 0;
    if head.kind != DeliveryKind::New || goes_alone {
        return Ok(vec![id]);
    }
    let candidates: Vec<u64> = match is_held {
        // A sender is a little early, so that its sends are in time.
        true => {
            let now_ms = now.timestamp_millis().max(head.due_ms);
            op.tx.released(&head.channel, now_ms)
        }
        false => op.tx.ready_at(&head.channel, head.due_ms),
    };
    // Deliveries that were begun together are retried together, so that a platform can recognize a repetition.
    let belongs = |entry: &OutboxEntry| {
        let is_with = match head.attempts {
            0 => is_held || (mode == Mode::Bundle && entry.queued_ms == head.queued_ms),
            _ => entry.begun_ms == head.begun_ms,
        };
        entry.kind == DeliveryKind::New && entry.attempts == head.attempts && is_with
    };
    let most = match mode {
        Mode::Digest => DIGEST,
        _ if head.attempts > 0 => DIGEST,
        Mode::Each | Mode::Bundle => BUNDLE,
    };
    let mut members = vec![id];
    for other in candidates.into_iter().filter(|other| *other != id) {
        if op.tx.delivery(other)?.is_some_and(|entry| belongs(&entry)) {
            members.push(other);
        }
        if members.len() == most {
            break;
        }
    }
    let groups = by_source(op, members)?;
    // Polls of two sources that began in the same millisecond are two polls.
    let of_one_poll = !is_held && head.attempts == 0;
    let groups = groups
        .into_iter()
        .take(if of_one_poll { 1 } else { DIGEST });
    Ok(groups.flatten().collect())
}

/// Returns the mode in which the channel of a delivery takes its bulletin.
fn mode_of(op: &mut Op<'_>, entry: &OutboxEntry) -> Result<Mode> {
    let Some(channel) = op.settings(&entry.channel) else {
        return Ok(Mode::Each);
    };
    let row = match entry.bulletin.filter(|_| !channel.apart.is_empty()) {
        Some(bulletin) => op.tx.bulletin(bulletin)?,
        None => None,
    };
    Ok(row.map_or(channel.mode, |row| timing::manner(&channel, &row).mode))
}

/// Groups the deliveries of one source together; otherwise they stay in order.
pub(super) fn by_source(op: &mut Op<'_>, members: Vec<u64>) -> Result<Vec<Vec<u64>>> {
    let mut groups: Vec<(Option<SourceId>, Vec<u64>)> = Vec::new();
    for id in members {
        let entry = op.tx.delivery(id)?;
        let row = match entry.and_then(|entry| entry.bulletin) {
            Some(bulletin) => op.tx.bulletin(bulletin)?,
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

/// Holds the waiting deliveries of a channel until its quiet hours end, if these hold `id` now; returns whether they
/// do.
pub(super) fn hold(
    op: &mut Op<'_>,
    id: u64,
    entry: &OutboxEntry,
    now: DateTime<Utc>,
) -> Result<bool> {
    let Some(channel) = op.settings(&entry.channel) else {
        return Ok(false);
    };
    // A delivery that was begun before the quiet hours is completed.
    let until = timing::quiet_until(&channel, now).filter(|_| entry.attempts == 0);
    let Some(until) = until else {
        return Ok(false);
    };
    if !is_quiet_for(op, &channel, entry)? {
        return Ok(false);
    }
    let until_ms = until.timestamp_millis();
    let waiting = op.tx.waiting_in(&entry.channel).into_iter();
    let waiting: Vec<u64> = waiting.map(|(other, _)| other).collect();
    for other in std::iter::once(id).chain(waiting) {
        let Some(mut waits) = op.tx.delivery(other)? else {
            continue;
        };
        let is_early = waits.attempts == 0 && waits.due_ms < until_ms;
        if is_early && is_quiet_for(op, &channel, &waits)? {
            waits.due_ms = until_ms;
            op.tx.set_delivery(other, waits)?;
        }
    }
    Ok(true)
}

fn is_quiet_for(op: &mut Op<'_>, channel: &Channel, entry: &OutboxEntry) -> Result<bool> {
    let row = match entry.bulletin.filter(|_| !channel.urgent.is_empty()) {
        Some(bulletin) => op.tx.bulletin(bulletin)?,
        None => None,
    };
    Ok(timing::is_quiet_for(channel, entry, row.as_ref()))
}

/// Applies the settings of a channel, which may be newer than those of the operation, and the present clock to its
/// waiting deliveries. `None` is for a chat that only the bot itself writes to.
pub(super) fn rearrange(
    op: &mut Op<'_>,
    id: &ChannelId,
    channel: Option<&Channel>,
    now: DateTime<Utc>,
) -> Result<()> {
    let may_hold = channel.is_some_and(|channel| {
        let mut modes = channel.apart.values().map(|apart| apart.mode);
        let is_digested = channel.mode == Mode::Digest || modes.any(|it| it == Mode::Digest);
        channel.quiet.is_some() || is_digested
    });
    let now_ms = now.timestamp_millis();
    let released: HashSet<u64> = op.tx.released(id, now_ms).into_iter().collect();
    for (delivery, due_ms) in op.tx.waiting_in(id) {
        if !may_hold && due_ms <= now_ms && !released.contains(&delivery) {
            continue;
        }
        let entry = op.tx.delivery(delivery)?;
        let Some(mut entry) = entry.filter(|it| it.state == DeliveryState::Queued) else {
            continue;
        };
        let row = match entry.bulletin {
            Some(bulletin) => op.tx.bulletin(bulletin)?,
            None => None,
        };
        let due = timing::present_due(channel, &entry, row.as_ref(), now);
        let due_ms = due.timestamp_millis();
        let begun_ms = entry.begun_ms.map(|begun_ms| begun_ms.min(now_ms));
        if (entry.due_ms, entry.begun_ms) != (due_ms, begun_ms) {
            // Its wait is counted from the present clock from now on, however often this is repeated.
            (entry.due_ms, entry.begun_ms) = (due_ms, begun_ms);
            op.tx.set_delivery(delivery, entry)?;
        }
    }
    Ok(())
}

/// Makes waiting deliveries due by the new clock after it was set.
pub(super) fn follow_the_clock(op: &mut Op<'_>, now: DateTime<Utc>) -> Result<()> {
    for id in op.tx.waiting_channels() {
        let channel: Option<Arc<Channel>> = op.settings(&id);
        rearrange(op, &id, channel.as_deref(), now)?;
    }
    rereads::follow_the_clock(op, now.timestamp_millis())?;
    // Senders have waited for times of the other clock.
    op.tx.wake_senders();
    Ok(())
}
