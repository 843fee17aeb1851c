//! Holds rows that a transaction has read already, so that a batch of sends needs one query and not one for each
//! send. The writes of the transaction are applied here too.

use std::collections::HashMap;

use tokio_postgres::Row;

use crate::{
    bulletin::{ChannelId, SourceId},
    policy::{
        facts::{ChannelFacts, OutboxEntry, Readers, SourceFacts},
        leases::{Lease, LeaseKey},
    },
    store::{
        error::Result,
        postgres::rows::{FACT_COLUMNS, channel_id, entries, facts, readers},
    },
};

#[derive(Default)]
pub(super) struct ReadAlready {
    pub(super) lease: Option<(LeaseKey, Lease)>,
    pub(super) deliveries: HashMap<u64, OutboxEntry>,
    pub(super) channels: HashMap<ChannelId, InChannel>,
    /// The facts of sources; `None` for a source that was read but has no facts yet.
    pub(super) sources: HashMap<SourceId, Option<SourceFacts>>,
}

/// One channel: its facts, what is being sent there, and the readers of messages that only some have.
#[derive(Default)]
pub(super) struct InChannel {
    pub(super) facts: ChannelFacts,
    /// The deliveries being sent; `None` if they have changed since.
    pub(super) sending: Option<Vec<u64>>,
    pub(super) readers: Option<Vec<(u64, Readers)>>,
}

impl ReadAlready {
    /// Replaces a delivery with the state that this transaction leaves.
    pub(super) fn keep(&mut self, id: u64, entry: &OutboxEntry) {
        if let Some(channel) = self.channels.get_mut(&entry.channel) {
            channel.sending = None;
        }
        if let Some(known) = self.deliveries.get_mut(&id) {
            known.clone_from(entry);
        }
    }
}

impl ReadAlready {
    pub(super) fn take_channels(&mut self, channels: &[Row], some_have: &[Row]) -> Result<()> {
        for row in channels {
            let channel = InChannel {
                facts: facts(row)?,
                sending: Some(Vec::new()),
                readers: Some(Vec::new()),
            };
            self.channels
                .insert(channel_id(row, FACT_COLUMNS)?, channel);
        }
        for row in some_have {
            let channel = self.channels.get_mut(&channel_id(row, 3)?);
            if let Some(known) = channel.and_then(|it| it.readers.as_mut()) {
                known.push(readers(row)?);
            }
        }
        Ok(())
    }

    pub(super) fn take_deliveries(&mut self, asked: &[Row], sending: &[Row]) -> Result<()> {
        for (id, entry) in entries(asked)? {
            self.deliveries.insert(id, entry);
        }
        for (id, entry) in entries(sending)? {
            let channel = self.channels.get_mut(&entry.channel);
            if let Some(ids) = channel.and_then(|it| it.sending.as_mut()) {
                ids.push(id);
            }
            self.deliveries.insert(id, entry);
        }
        Ok(())
    }
}
