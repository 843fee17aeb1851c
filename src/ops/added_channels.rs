//! Manages channels that are in the store: added at the desk or by the API. Messages are sent to them as to those of
//! the config: each new config includes them. Their secrets are in no entry of the audit log.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{added_sources::changed_keys, handle::Store, op::Op};
use crate::{
    bulletin::{AddedChannel, ChannelId, ChannelKeys},
    policy::audit::Actor,
    store::{Refusal, Result},
};

/// The most added channels: each is held in memory, and the config is rebuilt when one changes.
const MOST_ADDED: usize = 1_000;

impl Store {
    /// Returns the channels that are in the store, oldest first; the value changes when one is added, edited or
    /// removed.
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        self.engine.added_channels()
    }

    /// Adds a channel and an audit entry in one transaction. An existing channel stays as it is. Returns whether it
    /// is new.
    ///
    /// # Errors
    /// Fails if there are too many channels or a write fails.
    pub async fn add_channel(
        &self,
        channel: AddedChannel,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let by = by.clone();
        self.write(move |op| add(op, channel, &by, now)).await
    }

    /// Sets the keys of a channel and adds an audit entry in one transaction.
    ///
    /// # Errors
    /// Fails if the channel is not in the store or a write fails.
    pub async fn edit_channel(
        &self,
        id: &ChannelId,
        keys: ChannelKeys,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (id, by) = (id.clone(), by.clone());
        self.write(move |op| edit(op, &id, keys, &by, now)).await
    }

    /// Removes a channel and adds an audit entry in one transaction. Its waiting deliveries stay queued, as for a
    /// channel that left the config, and are sent if a channel with its id comes back. Returns whether it existed.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn remove_channel(
        &self,
        channel: &ChannelId,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let (channel, by) = (channel.clone(), by.clone());
        self.write(move |op| remove(op, &channel, &by, now)).await
    }
}

fn add(op: &mut Op<'_>, channel: AddedChannel, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let added = op.tx.added_channels();
    if added.iter().any(|known| known.id == channel.id) {
        return Ok(false);
    }
    if added.len() >= MOST_ADDED {
        return Err(Refusal::TooManyChannels(MOST_ADDED).into());
    }
    op.log(by, ("add-channel", &channel.id), channel.kind(), now);
    op.tx.set_added_channel(channel);
    Ok(true)
}

fn edit(
    op: &mut Op<'_>,
    id: &ChannelId,
    keys: ChannelKeys,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    let added = op.tx.added_channels();
    let known = added.iter().find(|known| known.id == *id);
    let known = known.ok_or_else(|| Refusal::NoChannel(id.clone()))?;
    let changed = AddedChannel {
        keys,
        ..known.clone()
    };
    if changed.keys != known.keys {
        let keys = changed_keys(&known.keys, &changed.keys);
        op.log(by, ("edit-channel", id), &keys, now);
        op.tx.set_added_channel(changed);
    }
    Ok(())
}

fn remove(op: &mut Op<'_>, id: &ChannelId, by: &Actor, now: DateTime<Utc>) -> Result<bool> {
    let added = op.tx.added_channels();
    let Some(channel) = added.iter().find(|known| known.id == *id) else {
        return Ok(false);
    };
    op.tx.remove_added_channel(id);
    op.log(by, ("remove-channel", id), channel.kind(), now);
    Ok(true)
}
