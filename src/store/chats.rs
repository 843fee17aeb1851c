//! Groups that became supergroups, and so have another id for good.

use std::collections::{HashMap, HashSet};

use super::{
    books::Books, change::Change, error::Result, keys, names::Names, read, route, subscriptions,
};
use crate::bulletin::{ChannelId, DeliveryKind, DeliveryState};

/// Channels that lead to `from` lead to `to` from now on, with all that waits in them.
pub(super) fn move_chat(books: &Books, change: &mut Change, from: i64, to: i64) -> Result<()> {
    if from == to || books.moved.get(&from) == Some(&to) {
        return Ok(());
    }
    let mut moved = books.moved.clone();
    // An id that comes back to life is moved no more, or the two would point at each other.
    if moved.remove(&to).is_some() {
        change.writes.remove(keys::moved(to));
    }
    moved.insert(from, to);
    let row = to.to_be_bytes().to_vec();
    change.writes.set(keys::moved(from), row);
    drop_doubles(books, change, to, &moved)?;
    rename_subscribed(books, change, from, to)?;
    change.then(|books| books.moved = moved);
    Ok(())
}

/// Chats that subscribed by themselves carry the chat's id in their own.
fn rename_subscribed(books: &Books, change: &mut Change, from: i64, to: i64) -> Result<()> {
    let names = books.names();
    for (number, new) in renamed(&names, from, to) {
        match names.channel_number(&new) {
            Some(other) => {
                move_queue(books, change, number, other)?;
                subscriptions::merge(books, change, number, other);
            }
            None => {
                change.rename_channel(number, &new);
                let chat = books.chats.get(number).map(|known| known.chat.clone());
                change.then(move |books| {
                    let names = books.names();
                    books.chats.forget(&names, number);
                    if let Some(chat) = chat {
                        books.chats.set(&names, number, chat);
                    }
                });
            }
        }
    }
    Ok(())
}

/// Channels of a chat and its topics, and what they are called from now on.
fn renamed(names: &Names, from: i64, to: i64) -> Vec<(u32, ChannelId)> {
    let old = format!("telegram:{from}");
    let renamed = names.channel_numbers().filter_map(|number| {
        let id = names.channel(number)?;
        let topic = id.as_str().strip_prefix(&old)?;
        let is_it = topic.is_empty() || topic.starts_with('/');
        let new = is_it.then(|| format!("telegram:{to}{topic}").parse().ok())??;
        Some((number, new))
    });
    renamed.collect()
}

fn move_queue(books: &Books, change: &mut Change, from: u32, to: u32) -> Result<()> {
    for id in books.outbox.waiting_in(from).collect::<Vec<u64>>() {
        let slot = change.slot(&books.engine, id)?;
        if let Some(slot) = slot.filter(|slot| slot.state == DeliveryState::Queued) {
            change.move_slot(&books.engine, id, slot, to)?;
        }
    }
    Ok(())
}

/// Two channels that lead to one chat now may both hold the same bulletin: the chat gets it once.
fn drop_doubles(
    books: &Books,
    change: &mut Change,
    chat: i64,
    moved: &HashMap<i64, i64>,
) -> Result<()> {
    let place = |number| books.place_after(number, moved);
    let chat = route::resolve(chat, moved);
    let numbers = books.names();
    let numbers = numbers.channel_numbers();
    let here: HashSet<u32> = numbers.filter(|n| place(*n).is_chat(chat)).collect();
    let mut waiting: Vec<u64> = here
        .iter()
        .flat_map(|&number| books.outbox.waiting_in(number))
        .collect();
    waiting.sort_unstable();
    for id in waiting {
        let Some(mut slot) = change.slot(&books.engine, id)? else {
            continue;
        };
        let (Some(bulletin), DeliveryKind::New) = (slot.bulletin, slot.kind) else {
            continue;
        };
        let own = place(slot.channel);
        let all = read::deliveries_of(&books.engine, bulletin)?;
        let has_it = all.iter().any(|(other, before)| {
            is_first(*other, before.state, id)
                && before.kind == DeliveryKind::New
                && here.contains(&before.channel)
                && place(before.channel) == own
        });
        if has_it {
            slot.state = DeliveryState::Dropped;
            slot.set_ended_ms(Some(slot.queued_ms));
            change.set_slot(&books.engine, id, slot)?;
        }
    }
    Ok(())
}

/// Whether `other` went to the chat, or goes there before `id` does.
fn is_first(other: u64, state: DeliveryState, id: u64) -> bool {
    match state {
        DeliveryState::Sending | DeliveryState::Sent => other != id,
        DeliveryState::Queued => other < id,
        DeliveryState::Failed | DeliveryState::Dropped => false,
    }
}
