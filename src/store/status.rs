//! How sources, channels and the store itself stand: memory, never a count of rows.

use super::{ChannelStatus, Health, SourceStatus, books::Books, rows::time};

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
    // Without a config, they are among the names already.
    let subscribed = books.chats.subscribed().map(|(number, _)| number);
    let subscribed = subscribed.filter(|_| books.wiring.is_some());
    let status = |number: u32| {
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
    };
    configured
        .into_iter()
        .chain(subscribed)
        .filter_map(status)
        .collect()
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
    }
}
