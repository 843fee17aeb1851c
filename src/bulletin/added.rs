//! A source that lives in the store: somebody added it from a chat, at the desk or by the API.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::id::{ChannelId, SourceId};

/// The keys of a `[[source]]` as JSON, without its id; `channels` beside them names the channels that alone have it.
pub type SourceKeys = Map<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedSource {
    pub id: SourceId,
    /// The chat that it was added from; None: it was added at the desk or by the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChannelId>,
    pub at: DateTime<Utc>,
    /// They were checked by the rules of the config when they were written.
    #[serde(flatten)]
    pub keys: SourceKeys,
}

impl AddedSource {
    /// A source that has nothing but an id, a name and an address, as chats add them.
    #[must_use]
    pub fn from_chat(
        id: SourceId,
        (name, url): (&str, &Url),
        chat: ChannelId,
        at: DateTime<Utc>,
    ) -> Self {
        let keys = [("name", json!(name)), ("url", json!(url))];
        Self {
            id,
            chat: Some(chat),
            at,
            keys: keys
                .map(|(key, value)| (key.to_owned(), value))
                .into_iter()
                .collect(),
        }
    }

    /// The id where it has no name.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.keys.get("name").and_then(Value::as_str);
        name.unwrap_or(self.id.as_str())
    }

    /// Empty where it has no page.
    #[must_use]
    pub fn url(&self) -> &str {
        let url = self.keys.get("url").and_then(Value::as_str);
        url.unwrap_or_default()
    }

    /// The channels that alone have it; None: all that have all sources.
    #[must_use]
    pub fn channels(&self) -> Option<Vec<ChannelId>> {
        let named = self.keys.get("channels")?.as_array()?;
        let named = named.iter().filter_map(Value::as_str);
        Some(named.filter_map(|id| id.parse().ok()).collect())
    }
}
