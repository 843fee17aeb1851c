//! Implements the actions of people: releasing held bulletins, rebroadcasting, announcing, and the log of these.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::{ask::HeldAction, op::Op};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause, ChannelId, DeliveryId, DeliveryKind, SourceId},
    policy::{
        audit::Actor,
        facts::{Archived, Request, RequestKey},
    },
    store::{Refusal, Result, refused},
};

/// The outcome for held bulletins: those that were published, and those that were marked as seen.
pub type Settled = (Vec<BulletinId>, Vec<BulletinId>);

pub(super) fn settle_held(
    op: &mut Op<'_>,
    action: HeldAction,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let (publish, seen) = chosen(op, action)?;
    for id in &publish {
        settle(op, *id, BulletinState::Published, Cause::Released, now)?;
    }
    for id in &seen {
        settle(op, *id, BulletinState::Baseline, Cause::MarkedSeen, now)?;
    }
    for (action, ids) in [("publish-held", &publish), ("mark-seen", &seen)] {
        if !ids.is_empty() {
            op.log(by, (action, list(ids)), "", now);
        }
    }
    let ids = |ids: Vec<u64>| ids.into_iter().map(BulletinId).collect();
    Ok((ids(publish), ids(seen)))
}

fn list(ids: &[u64]) -> String {
    const MOST: usize = 50;
    let shown: Vec<String> = ids.iter().take(MOST).map(u64::to_string).collect();
    match (ids.len(), ids.len() > MOST) {
        (count, true) => format!("{count}: {} …", shown.join(" ")),
        (_, false) => shown.join(" "),
    }
}

/// Returns the numbers that an action publishes and those that it dismisses, oldest first.
pub(super) fn chosen(op: &mut Op<'_>, action: HeldAction) -> Result<(Vec<u64>, Vec<u64>)> {
    let held = op.tx.held()?;
    let mut picked = |ids: Vec<BulletinId>| -> Result<Vec<u64>> {
        let mut ids: Vec<u64> = ids.into_iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if let Some(id) = ids.iter().find(|id| held.binary_search(id).is_err()) {
            let row = op.tx.bulletin(*id)?;
            row.ok_or(Refusal::NoBulletin(BulletinId(*id)))?;
            return Err(Refusal::NotHeld(BulletinId(*id)).into());
        }
        Ok(ids)
    };
    match action {
        HeldAction::Publish(ids) => Ok((picked(ids)?, Vec::new())),
        HeldAction::Seen(ids) => Ok((Vec::new(), picked(ids)?)),
        HeldAction::PublishAll => Ok((held, Vec::new())),
        HeldAction::SeenAll => Ok((Vec::new(), held)),
        HeldAction::Newest(count) => {
            let mut by_source: BTreeMap<SourceId, BTreeSet<(i64, u64)>> = BTreeMap::new();
            for id in &held {
                if let Some(row) = op.tx.bulletin(*id)? {
                    let place = (row.newest_ms(), *id);
                    by_source.entry(row.source).or_default().insert(place);
                }
            }
            let newest = by_source
                .values()
                .flat_map(|ids| ids.iter().rev().take(count));
            let newest: HashSet<u64> = newest.map(|(_, id)| *id).collect();
            Ok(held.into_iter().partition(|id| newest.contains(id)))
        }
    }
}

fn settle(
    op: &mut Op<'_>,
    id: u64,
    state: BulletinState,
    cause: Cause,
    now: DateTime<Utc>,
) -> Result<()> {
    let row = op.tx.bulletin(id)?;
    let mut row = row.ok_or(Refusal::NoBulletin(BulletinId(id)))?;
    (row.state, row.cause) = (state, cause);
    let mut facts = op.tx.source(&row.source);
    facts.held = facts.held.saturating_sub(1);
    op.set_source(&row.source, facts, now);
    op.set_bulletin(id, &row, now)?;
    match state {
        BulletinState::Published => op.publish(id, &row, now),
        _ => Ok(()),
    }
}

/// A rebroadcast as it was requested.
pub(super) struct Rebroadcast {
    pub(super) bulletin: BulletinId,
    /// The channels to send to; `None` for all that have its source.
    pub(super) to: Option<Vec<ChannelId>>,
    pub(super) note: Option<String>,
    pub(super) request: String,
    pub(super) by: Actor,
}

pub(super) fn rebroadcast(
    op: &mut Op<'_>,
    asked: &Rebroadcast,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    let request = RequestKey::new(&asked.request);
    let id = asked.bulletin;
    if let Some(made) = op.tx.request(request)? {
        return again(op, &made, id);
    }
    let row = op.tx.bulletin(id.0)?;
    let row = row.ok_or(Refusal::NoBulletin(id))?;
    if row.state == BulletinState::Held {
        return Err(Refusal::Held(id).into());
    }
    let kind = DeliveryKind::Rebroadcast;
    let channels = match &asked.to {
        Some(to) => at_once(named(op, to)?, now),
        None => {
            let having = having(op, &row)?;
            op.due_in(having, kind, &row, now)
        }
    };
    let note = asked.note.as_deref().filter(|note| !note.trim().is_empty());
    let first = op.queue(&channels, Some(id.0), kind, note, now)?;
    let count = channels.len() as u64;
    let made = Request::new(first, count, id.0, now);
    op.tx.set_request(request, &made);
    let what = queued_for(count, first);
    op.log(&asked.by, ("rebroadcast", id), &what, now);
    Ok(numbers(first, count))
}

/// The detail of the audit log for `count` deliveries in a row.
pub(super) fn queued_for(count: u64, first: u64) -> String {
    match count {
        1 => format!("to 1 channel, delivery {first}"),
        _ => format!("to {count} channels, deliveries from {first}"),
    }
}

/// Returns the answer to a request that was made before, if it was for the same bulletin.
fn again(op: &mut Op<'_>, made: &Request, bulletin: BulletinId) -> Result<Vec<DeliveryId>> {
    let before = match made.count {
        // The request was declined, or forgotten with other finished ones: nothing is done for any bulletin.
        0 if made.first == 0 => Some(bulletin.0),
        0 => Some(made.first),
        _ => match op.tx.delivery(made.first)? {
            Some(entry) => entry.bulletin,
            None => Some(bulletin.0),
        },
    };
    if before == Some(bulletin.0) {
        return Ok(numbers(made.first, made.count));
    }
    let of = before.map_or_else(
        || "an announcement".to_owned(),
        |id| format!("bulletin {id}"),
    );
    Err(refused(format!(
        "this request was made before, for {of}; use a new `request_id` for bulletin {bulletin}"
    )))
}

/// Returns the channels that have one of a bulletin's sources.
fn having(op: &mut Op<'_>, row: &Archived) -> Result<Vec<ChannelId>> {
    if op.routes.is_none() {
        return Err(refused(
            "without a config, the channels of that source are not known; name them with `--to`"
                .to_owned(),
        ));
    }
    Ok(op.channels_having(row))
}

/// Returns the channels that people named, each chat once.
pub(super) fn named(op: &mut Op<'_>, to: &[ChannelId]) -> Result<Vec<ChannelId>> {
    let mut places = HashSet::new();
    let mut channels = Vec::new();
    for id in to {
        let channel = op.channel_named(id);
        let channel = channel.ok_or_else(|| Refusal::NoChannel(id.clone()))?;
        if places.insert(op.place(&channel)) {
            channels.push(channel);
        }
    }
    Ok(channels)
}

/// Makes the channels due now, regardless of their settings.
pub(super) fn at_once(channels: Vec<ChannelId>, now: DateTime<Utc>) -> Vec<(ChannelId, i64)> {
    let now_ms = now.timestamp_millis();
    let channels = channels.into_iter();
    channels.map(|channel| (channel, now_ms)).collect()
}

pub(super) fn numbers(first: u64, count: u64) -> Vec<DeliveryId> {
    (first..first + count).map(DeliveryId).collect()
}

pub(super) fn announce(
    op: &mut Op<'_>,
    to: &[ChannelId],
    text: &str,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    let channels = at_once(announced_to(op, to)?, now);
    let kind = DeliveryKind::Announcement;
    let first = op.queue(&channels, None, kind, Some(text), now)?;
    Ok(numbers(first, channels.len() as u64))
}

/// Returns the channels like [`named`], but an admin's chat needs no channel yet: `telegram:CHAT` is taken as it is.
fn announced_to(op: &mut Op<'_>, to: &[ChannelId]) -> Result<Vec<ChannelId>> {
    let mut seen = HashSet::new();
    let mut channels = Vec::new();
    for id in to {
        let id = match op.channel_named(id) {
            Some(known) => known,
            None if id.chat().is_some() => id.clone(),
            None => return Err(Refusal::NoChannel(id.clone()).into()),
        };
        if seen.insert(id.clone()) {
            channels.push(id);
        }
    }
    Ok(channels)
}
