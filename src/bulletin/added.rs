//! A source that somebody added from a chat.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    id::{ChannelId, SourceId},
    source::Source,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedSource {
    pub id: SourceId,
    pub name: String,
    pub url: Url,
    /// The chat that it was added from.
    pub chat: ChannelId,
    pub at: DateTime<Utc>,
}

impl AddedSource {
    /// Watched as a source of the config is that has nothing but an id, a name and an address.
    #[must_use]
    pub fn source(&self, time_zone: Tz) -> Source {
        let mut source = Source::new(self.id.clone(), self.url.clone());
        source.name.clone_from(&self.name);
        source.time_zone = time_zone;
        source
    }
}
