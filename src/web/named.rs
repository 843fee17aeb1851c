//! Finds sources, channels, bulletins and deliveries by the names in addresses.

use super::{problem::Problem, site::Site};
use crate::bulletin::{BulletinId, ChannelId, DeliveryId, SourceId};

/// Returns a source of the config.
pub(super) fn source(site: &Site, id: &str) -> Result<SourceId, Problem> {
    let config = site.config();
    let mut ids = config.sources.iter().map(|source| &source.id);
    let found = ids.find(|known| known.as_str() == id).cloned();
    found.ok_or_else(|| Problem::missing(format!("no source `{id}`")))
}

/// Returns a channel of the config, which excludes chats that subscribed on their own.
pub(super) fn channel(site: &Site, id: &str) -> Result<ChannelId, Problem> {
    let config = site.config();
    let mut ids = config.channels.iter().map(|channel| &channel.id);
    let found = ids.find(|known| known.as_str() == id).cloned();
    found.ok_or_else(|| Problem::missing(format!("no channel `{id}`")))
}

pub(super) fn bulletin(text: &str) -> Result<BulletinId, Problem> {
    let number = text.parse().map(BulletinId);
    number.map_err(|_| Problem::missing(format!("no bulletin `{text}`; a number is expected")))
}

pub(super) fn delivery(text: &str) -> Result<DeliveryId, Problem> {
    let number = text.parse().map(DeliveryId);
    number.map_err(|_| Problem::missing(format!("no delivery `{text}`; a number is expected")))
}
