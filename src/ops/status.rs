//! Reports the state of sources, channels and the store: from memory, never by counting rows.

use super::{
    ask::{ChannelStatus, ChatTotals, Health, SourceStatus, Waiting},
    op::Op,
    sends,
};
use crate::{bulletin::ChannelId, policy::facts::time, store::Result};

pub(super) fn sources(op: &mut Op<'_>) -> Vec<SourceStatus> {
    let ids = match &op.routes {
        Some(routes) => routes.sources.iter().map(|it| it.id.clone()).collect(),
        None => op.tx.sources(),
    };
    let status = |id| {
        let facts = op.tx.source(&id);
        SourceStatus {
            poll: op.tx.poll_state(&id),
            id,
            bulletins: facts.bulletins,
            held: facts.held,
        }
    };
    ids.into_iter().map(status).collect()
}

pub(super) fn channels(op: &mut Op<'_>) -> Vec<ChannelStatus> {
    let mut ids = match op.routes {
        Some(_) => ids_of_configured(op),
        None => op.tx.channels(),
    };
    ids.extend(subscribed(op));
    ids.into_iter().map(|id| channel(op, id)).collect()
}

/// Returns only the channels of the config: a request by a stranger must not cost what thousands of chats cost.
pub(super) fn configured_channels(op: &mut Op<'_>) -> Vec<ChannelStatus> {
    let ids = ids_of_configured(op).into_iter();
    ids.map(|id| channel(op, id)).collect()
}

fn ids_of_configured(op: &Op<'_>) -> Vec<ChannelId> {
    let configured = op.configured().into_iter();
    configured.map(|channel| channel.id.clone()).collect()
}

/// Returns the chats that subscribed themselves. Without a config, they are among the channels already.
fn subscribed(op: &mut Op<'_>) -> Vec<ChannelId> {
    if op.routes.is_none() {
        return Vec::new();
    }
    let chats = op.tx.chats();
    chats.subscribed().map(|(id, _)| id.clone()).collect()
}

fn channel(op: &mut Op<'_>, id: ChannelId) -> ChannelStatus {
    let facts = op.tx.channel(&id);
    let chats = op.tx.chats();
    ChannelStatus {
        chat: chats.get(&id).map(|known| known.channel.clone()),
        blocked: facts.blocked.map(|(why, since)| (why, time(since))),
        error: facts.error,
        next_due: op.tx.head(&id).map(|(_, due)| time(due)),
        queued: op.tx.count_waiting_in(&id),
        sent: facts.sent,
        failed: facts.failed,
        id,
    }
}

fn chat_totals(op: &mut Op<'_>) -> ChatTotals {
    let mut totals = ChatTotals::default();
    for id in subscribed(op) {
        totals.chats += 1;
        totals.queued += op.tx.count_waiting_in(&id);
        let facts = op.tx.channel(&id);
        totals.sent += facts.sent;
        totals.failed += facts.failed;
        totals.blocked += u64::from(facts.blocked.is_some());
        totals.failing += u64::from(facts.blocked.is_none() && facts.error.is_some());
    }
    totals
}

/// Returns the delivery that has been due for the longest time, since before `before_ms`, in a channel that
/// `is_meant` and has no known problem.
pub(super) fn latest(
    op: &mut Op<'_>,
    before_ms: i64,
    is_meant: impl Fn(&ChannelId) -> bool,
) -> Result<Option<Waiting>> {
    let mut latest: Option<(i64, u64)> = None;
    for channel in op.tx.waiting_channels() {
        let Some((id, due)) = op.tx.head(&channel) else {
            continue;
        };
        if due >= before_ms || latest.is_some_and(|it| it <= (due, id)) {
            continue;
        }
        let facts = op.tx.channel(&channel);
        let is_healthy = facts.blocked.is_none() && facts.error.is_none();
        if is_healthy && op.is_in_use(&channel) && is_meant(&channel) {
            latest = Some((due, id));
        }
    }
    match latest {
        Some((_, id)) => Ok(sends::load(op, &mut [id])?.pop()),
        None => Ok(None),
    }
}

/// Returns the health, except for the parts of the engine and the disk.
pub(super) fn health(op: &mut Op<'_>) -> Health {
    let mut oldest: Option<i64> = None;
    for channel in op.tx.waiting_channels() {
        if !op.tx.is_blocked(&channel) && op.is_in_use(&channel) {
            let due = op.tx.head(&channel).map(|(_, due)| due);
            oldest = oldest.into_iter().chain(due).min();
        }
    }
    Health {
        bulletins: op.tx.counts().bulletins,
        queued: op.tx.count_waiting(),
        oldest_due: oldest.map(time),
        chats: chat_totals(op),
        ..Health::default()
    }
}
