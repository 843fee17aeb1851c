//! How sources, channels and the store itself stand: memory, never a count of rows.

use super::{
    ChannelStatus, Health, SourceStatus, Waiting, ask::ChatTotals, books::Books, error::Result,
    names::Names, rows::time, send,
};
use crate::bulletin::ChannelId;

pub(super) fn sources(books: &Books) -> Vec<SourceStatus> {
    let names = books.names();
    let numbers: Vec<u32> = match &books.wiring {
        Some(wiring) => wiring.sources.iter().map(|(number, _)| *number).collect(),
        None => {
            let mut all: Vec<u32> = books.sources.keys().copied().collect();
            all.sort_unstable();
            all
        }
    };
    let status = |number: u32| {
        let id = names.source(number)?;
        let row = books.sources.get(&number).cloned().unwrap_or_default();
        Some(SourceStatus {
            look: books.looks.get(&id),
            id,
            bulletins: row.bulletins,
            held: row.held,
        })
    };
    numbers.into_iter().filter_map(status).collect()
}

pub(super) fn channels(books: &Books) -> Vec<ChannelStatus> {
    let names = books.names();
    let configured: Vec<u32> = match &books.wiring {
        Some(wiring) => wiring.channels.iter().map(|(number, _)| *number).collect(),
        None => names.channel_numbers().collect(),
    };
    configured
        .into_iter()
        .chain(subscribed(books))
        .filter_map(|number| channel(books, &names, number))
        .collect()
}

/// Those of the config alone: a stranger's question must not cost what thousands of chats cost.
pub(super) fn configured_channels(books: &Books) -> Vec<ChannelStatus> {
    let names = books.names();
    let wired = books.wiring.iter().flat_map(|wiring| &wiring.channels);
    wired
        .filter_map(|(number, _)| channel(books, &names, *number))
        .collect()
}

/// Chats that subscribed by themselves. Without a config, they are among the names already.
fn subscribed(books: &Books) -> impl Iterator<Item = u32> + '_ {
    let subscribed = books.chats.subscribed().map(|(number, _)| number);
    subscribed.filter(|_| books.wiring.is_some())
}

fn channel(books: &Books, names: &Names, number: u32) -> Option<ChannelStatus> {
    let row = books.channels.get(&number).cloned().unwrap_or_default();
    Some(ChannelStatus {
        id: names.channel(number)?,
        chat: books.chats.get(number).map(|known| known.channel.clone()),
        blocked: row.blocked.map(|(why, since)| (why, time(since))),
        error: row.error,
        queued: books.outbox.queued_in(number),
        sent: row.sent,
        failed: row.failed,
    })
}

fn chat_totals(books: &Books) -> ChatTotals {
    let mut totals = ChatTotals::default();
    for number in subscribed(books) {
        totals.chats += 1;
        totals.queued += books.outbox.queued_in(number);
        if let Some(row) = books.channels.get(&number) {
            totals.sent += row.sent;
            totals.failed += row.failed;
            totals.blocked += u64::from(row.blocked.is_some());
            totals.failing += u64::from(row.blocked.is_none() && row.error.is_some());
        }
    }
    totals
}

/// What has been due for the longest time, since before `before_ms`, in a channel that `is_meant` and that
/// nothing is known to be wrong with.
pub(super) fn latest(
    books: &Books,
    before_ms: i64,
    is_meant: impl Fn(&ChannelId) -> bool,
) -> Result<Option<Waiting>> {
    let names = books.names();
    let late = books.outbox.channels().into_iter().filter_map(|number| {
        let (id, due) = books.outbox.head(number)?;
        let row = books.channels.get(&number);
        let is_well = row.is_none_or(|row| row.blocked.is_none() && row.error.is_none());
        (due < before_ms && is_well && books.is_in_use(number)).then_some((due, id, number))
    });
    let late = late.filter_map(|(due, id, number)| {
        let channel = names.channel(number)?;
        is_meant(&channel).then_some((due, id))
    });
    let Some((_, id)) = late.min() else {
        return Ok(None);
    };
    Ok(send::load(books, &mut [id])?.pop())
}

pub(super) fn health(books: &Books) -> Health {
    let heads = books
        .outbox
        .channels()
        .into_iter()
        .filter(|&channel| !books.is_blocked(channel) && books.is_in_use(channel));
    let oldest = heads
        .filter_map(|channel| books.outbox.head(channel))
        .map(|(_, due)| due)
        .min();
    Health {
        failed: books.engine.failure(),
        disk_low: books.disk_low(),
        bulletins: books.counts.bulletins,
        queued: books.outbox.waiting(),
        oldest_due: oldest.map(time),
        disk_bytes: books.engine.disk_bytes(),
        chats: chat_totals(books),
    }
}
