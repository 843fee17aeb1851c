//! Who has a message that is sent to each reader of a channel apart, while not all have it: a restart
//! repeats it to nobody else.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::{
    bulletin::DeliveryId,
    store::{
        Store, books::Books, change::Change, engine::Engine, error::Result, keys,
        once_there_is_room,
    },
};

/// Of one message.
#[derive(Debug, Default, Serialize, Deserialize)]
struct ReadersRow {
    /// The deliveries that it is made of. A repetition may have fewer of them, since one may be dropped
    /// meanwhile.
    deliveries: Vec<u64>,
    /// Hashes of those who have it.
    readers: Vec<u64>,
}

impl Store {
    /// Who has the message of a delivery that is being sent, or was tried before.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn readers_of(&self, delivery: DeliveryId) -> Result<HashSet<u64>> {
        self.ask(move |books| {
            let found = find(books, delivery.0)?;
            Ok(found.map_or_else(HashSet::new, |(_, row)| row.readers.into_iter().collect()))
        })
        .await?
    }

    /// A reader has the message of a delivery that is being sent. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub(crate) async fn reader_has(&self, delivery: DeliveryId, reader: u64) -> Result<()> {
        once_there_is_room(|_| {
            self.write(move |books, change| has(books, change, delivery, reader))
        })
        .await
    }
}

fn has(books: &Books, change: &mut Change, delivery: DeliveryId, reader: u64) -> Result<()> {
    let Some(slot) = change.slot(&books.engine, delivery.0)? else {
        return Ok(());
    };
    let (key, mut row) = match find(books, delivery.0)? {
        Some(found) => found,
        None => {
            let deliveries = begun_with(books, change, delivery.0)?;
            let row = ReadersRow {
                deliveries,
                readers: Vec::new(),
            };
            (keys::readers(slot.channel, delivery.0), row)
        }
    };
    row.readers.push(reader);
    change.writes.put(key, &row);
    change.then(|books| books.outbox.has_partly(row.deliveries));
    Ok(())
}

/// What is sent in one message with a delivery that is being sent, itself too.
fn begun_with(books: &Books, change: &mut Change, id: u64) -> Result<Vec<u64>> {
    let Some(own) = change.slot(&books.engine, id)? else {
        return Ok(Vec::new());
    };
    let mut members = Vec::new();
    for other in books.outbox.sending_in(own.channel) {
        let slot = change.slot(&books.engine, other)?;
        if slot.is_some_and(|slot| slot.begun_ms() == own.begun_ms()) {
            members.push(other);
        }
    }
    Ok(members)
}

/// Messages of which some readers lack theirs are few.
fn find(books: &Books, delivery: u64) -> Result<Option<(keys::Key, ReadersRow)>> {
    let Some(slot) = books.change().slot(&books.engine, delivery)? else {
        return Ok(None);
    };
    for found in books.engine.scan(&keys::readers_in(slot.channel)) {
        let found = found?;
        let row: ReadersRow = books.engine.decode(&found.key, &found.value)?;
        if row.deliveries.contains(&delivery) {
            return Ok(Some((found.key.to_vec(), row)));
        }
    }
    Ok(None)
}

/// Deliveries of all messages that some readers have.
pub(in crate::store) fn all(engine: &Engine) -> Result<HashSet<u64>> {
    let mut all = HashSet::new();
    for found in engine.scan(keys::READERS) {
        let found = found?;
        let row: ReadersRow = engine.decode(&found.key, &found.value)?;
        all.extend(row.deliveries);
    }
    Ok(all)
}

/// Forgets the readers of messages in a channel of which nothing waits after this change; gives the
/// deliveries of those.
pub(in crate::store) fn forget(
    books: &Books,
    change: &mut Change,
    channel: u32,
) -> Result<Vec<u64>> {
    let mut ended = Vec::new();
    for found in books.engine.scan(&keys::readers_in(channel)) {
        let found = found?;
        let row: ReadersRow = books.engine.decode(&found.key, &found.value)?;
        let mut waits = false;
        for id in &row.deliveries {
            let slot = change.slot(&books.engine, *id)?;
            waits |= slot.is_some_and(|slot| slot.is_unfinished());
        }
        if !waits {
            ended.extend(row.deliveries);
            change
                .writes
                .remove_long(&books.engine, found.key.to_vec())?;
        }
    }
    Ok(ended)
}
