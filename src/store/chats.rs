//! Groups that became supergroups, and so have another id for good.

use std::collections::HashSet;

use super::{books::Books, error::Result, keys, read, route, subscriptions};
use crate::bulletin::{ChannelId, DeliveryKind, DeliveryState};

/// Channels that lead to `from` lead to `to` from now on, with all that waits in them.
pub(super) fn move_chat(books: &mut Books, from: i64, to: i64) -> Result<()> {
    if from == to || books.moved.get(&from) == Some(&to) {
        return Ok(());
    }
    let mut change = books.change();
    change
        .writes
        .set(keys::moved(from), to.to_be_bytes().to_vec());
    // An id that comes back to life is moved no more, or the two would point at each other.
    if books.moved.contains_key(&to) {
        change.writes.remove(keys::moved(to));
    }
    books.commit(change)?;
    books.moved.remove(&to);
    books.moved.insert(from, to);
    rename_subscribed(books, from, to)?;
    books.chats.load(&books.engine, &books.names())?;
    drop_doubles(books, to)
}

/// Chats that subscribed by themselves carry the chat's id in their own.
fn rename_subscribed(books: &mut Books, from: i64, to: i64) -> Result<()> {
    let names = books.names();
    let old = format!("telegram:{from}");
    for number in names.channel_numbers() {
        let Some(id) = names.channel(number) else {
            continue;
        };
        let Some(topic) = id.as_str().strip_prefix(&old) else {
            continue;
        };
        if !topic.is_empty() && !topic.starts_with('/') {
            continue;
        }
        let Ok(new) = format!("telegram:{to}{topic}").parse::<ChannelId>() else {
            continue;
        };
        match names.channel_number(&new) {
            Some(other) => {
                move_queue(books, number, other)?;
                subscriptions::merge(books, number, other)?;
            }
            None => {
                let mut change = books.change();
                books.rename(|names| names.rename_channel(number, &new, &mut change.writes));
                books.commit(change)?;
            }
        }
    }
    Ok(())
}

fn move_queue(books: &mut Books, from: u32, to: u32) -> Result<()> {
    let mut change = books.change();
    for id in books.outbox.waiting_in(from).collect::<Vec<u64>>() {
        if let Some(slot) = change.slot(&books.engine, id)? {
            change.move_slot(&books.engine, id, slot, to)?;
        }
    }
    books.commit(change)
}

/// Two channels that lead to one chat now may both hold the same bulletin: the chat gets it once.
fn drop_doubles(books: &mut Books, chat: i64) -> Result<()> {
    let here: HashSet<u32> = books
        .names()
        .channel_numbers()
        .filter(|&number| {
            books
                .place(number)
                .is_chat(route::resolve(chat, &books.moved))
        })
        .collect();
    let mut waiting: Vec<u64> = here
        .iter()
        .flat_map(|&number| books.outbox.waiting_in(number))
        .collect();
    waiting.sort_unstable();
    let mut change = books.change();
    for id in waiting {
        let Some(mut slot) = change.slot(&books.engine, id)? else {
            continue;
        };
        let (Some(bulletin), DeliveryKind::New) = (slot.bulletin, slot.kind) else {
            continue;
        };
        let place = books.place(slot.channel);
        let has_it = read::deliveries_of(&books.engine, bulletin)?
            .iter()
            .any(|(other, before)| {
                is_first(*other, before.state, id)
                    && before.kind == DeliveryKind::New
                    && here.contains(&before.channel)
                    && books.place(before.channel) == place
            });
        if has_it {
            slot.state = DeliveryState::Dropped;
            slot.set_ended_ms(Some(slot.queued_ms));
            change.set_slot(&books.engine, id, slot)?;
        }
    }
    books.commit(change)
}

/// Whether `other` went to the chat, or goes there before `id` does.
fn is_first(other: u64, state: DeliveryState, id: u64) -> bool {
    match state {
        DeliveryState::Sending | DeliveryState::Sent => other != id,
        DeliveryState::Queued => other < id,
        DeliveryState::Failed | DeliveryState::Dropped => false,
    }
}
