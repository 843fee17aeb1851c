//! Tracks which readers have a message that is sent to each reader of a channel separately, while not all have it:
//! after a restart only the others get it.

use std::collections::HashSet;

use crate::{bulletin::ChannelId, ops::op::Op, policy::facts::Readers, store::Result};

/// Returns the readers that have the message of a delivery that is being sent, or was tried before.
pub(in crate::ops) fn who_has(op: &mut Op<'_>, delivery: u64) -> Result<HashSet<u64>> {
    let found = find(op, delivery)?;
    Ok(found.map_or_else(HashSet::new, |(_, readers)| {
        readers.readers.into_iter().collect()
    }))
}

/// Records that a reader has the message of a delivery that is being sent.
pub(in crate::ops) fn add(op: &mut Op<'_>, delivery: u64, reader: u64) -> Result<()> {
    let Some(entry) = op.tx.delivery(delivery)? else {
        return Ok(());
    };
    let (first, mut readers) = match find(op, delivery)? {
        Some(found) => found,
        None => {
            let deliveries = begun_with(op, delivery)?;
            let readers = Vec::new();
            let row = Readers {
                deliveries,
                readers,
            };
            (delivery, row)
        }
    };
    readers.readers.push(reader);
    op.tx.set_readers(&entry.channel, first, Some(readers))
}

/// Returns the deliveries in one message with a delivery that is being sent, including itself.
fn begun_with(op: &mut Op<'_>, id: u64) -> Result<Vec<u64>> {
    let Some(own) = op.tx.delivery(id)? else {
        return Ok(Vec::new());
    };
    let mut members = Vec::new();
    for other in op.tx.sending_in(&own.channel) {
        let entry = op.tx.delivery(other)?;
        if entry.is_some_and(|entry| entry.begun_ms == own.begun_ms) {
            members.push(other);
        }
    }
    Ok(members)
}

/// Finds the readers of a delivery's message. Messages that some readers lack are few.
fn find(op: &mut Op<'_>, delivery: u64) -> Result<Option<(u64, Readers)>> {
    let Some(entry) = op.tx.delivery(delivery)? else {
        return Ok(None);
    };
    let all = op.tx.readers(&entry.channel)?.into_iter();
    let mut all = all.filter(|(_, readers)| readers.deliveries.contains(&delivery));
    Ok(all.next())
}

/// Forgets the readers of messages in a channel of which nothing waits any longer.
pub(in crate::ops) fn forget(op: &mut Op<'_>, channel: &ChannelId) -> Result<()> {
    for (first, readers) in op.tx.readers(channel)? {
        let mut waits = false;
        for id in readers.deliveries {
            let entry = op.tx.delivery(id)?;
            waits |= entry.is_some_and(|entry| entry.is_unfinished());
        }
        if !waits {
            op.tx.set_readers(channel, first, None)?;
        }
    }
    Ok(())
}
