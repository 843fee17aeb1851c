//! Follows groups that became supergroups, and so have another id permanently.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{op::Op, subscriptions};
use crate::{
    bulletin::{ChannelId, DeliveryKind, DeliveryState},
    policy::{audit::Actor, facts::OutboxEntry, places},
    store::Result,
};

/// Redirects channels of the chat `from` to the chat `to`, with all their waiting deliveries.
pub(super) fn move_chat(op: &mut Op<'_>, (from, to): (i64, i64), now: DateTime<Utc>) -> Result<()> {
    let moved = op.tx.moved_chats();
    if from == to || moved.get(&from) == Some(&to) {
        return Ok(());
    }
    // An id that comes into use again is no longer moved, or the two would point at each other.
    if moved.contains_key(&to) {
        op.tx.set_moved(to, None);
    }
    op.tx.set_moved(from, Some(to));
    // The platform reports this about the chat itself.
    let (id, name) = (from.to_string(), String::new());
    let by = Actor::Telegram { id, name };
    op.log(
        &by,
        ("move-chat", from),
        &format!("is {to} from now on"),
        now,
    );
    drop_doubles(op, to, now)?;
    rename_subscribed(op, from, to)
}

/// Renames chats that subscribed themselves: their ids contain that of the chat.
fn rename_subscribed(op: &mut Op<'_>, from: i64, to: i64) -> Result<()> {
    for (old, new) in renamed(op.tx.channels(), from, to) {
        if op.tx.knows_channel(&new) {
            move_queue(op, &old, &new)?;
            subscriptions::merge(op, &old, &new);
            continue;
        }
        let chat = op.tx.chat(&old);
        if chat.is_some() {
            op.tx.remove_chat(&old);
        }
        op.tx.rename_channel(&old, &new);
        if let Some(chat) = chat {
            op.tx.set_chat(&new, chat);
        }
    }
    Ok(())
}

/// Returns the channels of a chat and its topics, and their new names.
fn renamed(channels: Vec<ChannelId>, from: i64, to: i64) -> Vec<(ChannelId, ChannelId)> {
    let old = format!("telegram:{from}");
    let renamed = channels.into_iter().filter_map(|id| {
        let topic = id.as_str().strip_prefix(&old)?;
        let is_it = topic.is_empty() || topic.starts_with('/');
        let new = is_it.then(|| format!("telegram:{to}{topic}").parse().ok())??;
        Some((id, new))
    });
    renamed.collect()
}

fn move_queue(op: &mut Op<'_>, from: &ChannelId, to: &ChannelId) -> Result<()> {
    for (id, _) in op.tx.waiting_in(from) {
        let entry = op.tx.delivery(id)?;
        if entry.is_some_and(|entry| entry.state == DeliveryState::Queued) {
            op.tx.move_delivery(id, to)?;
        }
    }
    Ok(())
}

/// Drops double deliveries: two channels that now lead to one chat may both hold the same bulletin, which the chat
/// gets once.
fn drop_doubles(op: &mut Op<'_>, chat: i64, now: DateTime<Utc>) -> Result<()> {
    let moved = op.tx.moved_chats();
    let chat = places::resolve(chat, &moved);
    let mut here = op.tx.channels();
    here.retain(|id| op.place_after(id, &moved).is_chat(chat));
    let mut waiting: Vec<u64> = Vec::new();
    for id in &here {
        waiting.extend(op.tx.waiting_in(id).into_iter().map(|(id, _)| id));
    }
    waiting.sort_unstable();
    let here: HashSet<ChannelId> = here.into_iter().collect();
    for id in waiting {
        let Some(entry) = op.tx.delivery(id)? else {
            continue;
        };
        let (Some(bulletin), DeliveryKind::New) = (entry.bulletin, entry.kind) else {
            continue;
        };
        let own = op.place_after(&entry.channel, &moved);
        let all = op.tx.deliveries_of(bulletin)?;
        let has_it = all.iter().any(|(other, before)| {
            is_first(*other, before, id)
                && before.kind == DeliveryKind::New
                && here.contains(&before.channel)
                && op.place_after(&before.channel, &moved) == own
        });
        if has_it {
            op.drop_delivery(id, entry, now)?;
        }
    }
    Ok(())
}

/// Returns whether `other` was sent to the chat, or is sent there before `id`.
fn is_first(other: u64, entry: &OutboxEntry, id: u64) -> bool {
    match entry.state {
        DeliveryState::Sending | DeliveryState::Sent => other != id,
        DeliveryState::Queued => other < id,
        DeliveryState::Failed | DeliveryState::Dropped => false,
    }
}
