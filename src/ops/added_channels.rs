//! Channels that live in the store: added at the desk or by the API. They are sent to as those of the config are: each
//! config that is made includes them. Their secrets are in no entry of the audit log.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{added_sources::changed_keys, handle::Store, op::Op};
use crate::{
    bulletin::{AddedChannel, ChannelId, ChannelKeys},
    policy::audit::Actor,
    store::{Refusal, Result},
};

/// Each is kept in memory, and the config is made anew when one changes.
const MOST_ADDED: usize = 1_000;

impl Store {
    /// Channels that live in the store, oldest first; changes when one is added, edited or removed.
    #[must_use]
    pub fn added_channels(&self) -> watch::Receiver<Arc<Vec<AddedChannel>>> {
        self.engine.added_channels()
    }

    /// ATOMIC: the channel + audit. One that is there already stays as it is. Returns whether it is new.
    ///
    /// # Errors
    /// There are too many; a write failed.
    pub async fn add_channel(
        &self,
        channel: AddedChannel,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        let by = by.clone();
        self.write(move |op| add(op, channel, &by, now)).await
    }

    /// ATOMIC: its keys + audit.
    ///
    /// # Errors
    /// It is not in the store; a write failed.
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

    /// ATOMIC: it is sent to no more + audit. What waits there stays queued, as for a channel that left the config, and goes
    /// out if one with its id comes back. Whether it was there.
    ///
    /// # Errors
    /// A write failed.
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
