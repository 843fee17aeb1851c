//! Sources and channels that are in the store: they were added from a chat, at the desk or by the API.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use super::{
    id::{ChannelId, SourceId},
    robot::{Form, Key, RobotKind},
};

/// The keys of a `[[source]]` as JSON, without its id; next to them, `channels` names the only channels that have it.
pub type SourceKeys = Map<String, Value>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedSource {
    pub id: SourceId,
    /// The chat that it was added from; `None` if it was added at the desk or by the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chat: Option<ChannelId>,
    pub at: DateTime<Utc>,
    /// The keys, which were checked by the rules of the config when they were written.
    #[serde(flatten)]
    pub keys: SourceKeys,
}

impl AddedSource {
    /// Creates a source with only an id, a name and an address, as chats add them.
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

    /// Returns the name, or the id if it has no name.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.keys.get("name").and_then(Value::as_str);
        name.unwrap_or(self.id.as_str())
    }

    /// Returns the address; empty if it has no page.
    #[must_use]
    pub fn url(&self) -> &str {
        let url = self.keys.get("url").and_then(Value::as_str);
        url.unwrap_or_default()
    }

    /// Returns the only channels that have it; `None` for all channels that have all sources.
    #[must_use]
    pub fn channels(&self) -> Option<Vec<ChannelId>> {
        let named = self.keys.get("channels")?.as_array()?;
        let named = named.iter().filter_map(Value::as_str);
        Some(named.filter_map(|id| id.parse().ok()).collect())
    }
}

/// The keys of a `[[channel]]` as JSON, without its id.
pub type ChannelKeys = Map<String, Value>;

/// The keys that a channel of any kind has, none of which holds a secret.
const KEYS_OF_EVERY_CHANNEL: [&str; 12] = [
    "kind",
    "name",
    "sources",
    "include",
    "exclude",
    "time_zone",
    "urgent",
    "mode",
    "digest",
    "quiet",
    "corrections",
    "template",
];

/// A channel that was added at the desk or by the API. Its keys hold secrets, which leave the store only in the
/// messages of its sender.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedChannel {
    pub id: ChannelId,
    pub at: DateTime<Utc>,
    /// The keys, which were checked by the rules of the config when they were written.
    #[serde(flatten)]
    pub keys: ChannelKeys,
}

impl fmt::Debug for AddedChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<&String> = self.keys.keys().collect();
        write!(f, "AddedChannel({} {keys:?})", self.id)
    }
}

impl AddedChannel {
    /// Returns the kind as the config names it.
    #[must_use]
    pub fn kind(&self) -> &str {
        let kind = self.keys.get("kind").and_then(Value::as_str);
        kind.unwrap_or_default()
    }

    /// Returns the name, or the id if it has no name.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.keys.get("name").and_then(Value::as_str);
        name.unwrap_or(self.id.as_str())
    }

    /// Returns the keys that everyone at the desk may see. A key that this version does not know may be a secret.
    #[must_use]
    pub fn open_keys(&self) -> ChannelKeys {
        let mut keys = self.keys.clone();
        keys.retain(|key, _| KEYS_OF_EVERY_CHANNEL.contains(&key.as_str()) || self.is_open(key));
        keys
    }

    fn is_open(&self, key: &str) -> bool {
        let kind = RobotKind::named(self.kind());
        let known = kind.and_then(|kind| kind.keys.iter().find(|known| known.name == key));
        known.is_some_and(|known| !known.form.is_secret())
    }

    /// Returns the names of its secrets that are set.
    #[must_use]
    pub fn secrets(&self) -> Vec<&'static str> {
        self.secrets_where(|value| !value.is_null())
    }

    /// Returns the names of its secrets that stayed behind in another store.
    #[must_use]
    pub fn lost(&self) -> Vec<&'static str> {
        self.secrets_where(Value::is_null)
    }

    fn secrets_where(&self, is_so: impl Fn(&Value) -> bool) -> Vec<&'static str> {
        let kind = RobotKind::named(self.kind());
        let keys = kind.map_or(&[][..], |kind| kind.keys).iter();
        let secret = keys.filter(|key| key.form.is_secret());
        let found = secret.filter(|key| self.keys.get(key.name).is_some_and(&is_so));
        found.map(|key| key.name).collect()
    }

    /// Returns a secret that these keys would send to another server, or without encryption, although it was not typed
    /// again: people who may edit a channel could read its secrets in this way.
    #[must_use]
    pub fn secret_for_another_server(
        &self,
        keys: &ChannelKeys,
        is_typed: impl Fn(&str) -> bool,
    ) -> Option<&'static str> {
        let kind = RobotKind::named(self.kind())?;
        let is_moved = |key: &Key| server(key, &self.keys) != server(key, keys);
        let mut addresses = kind.keys.iter().filter(|key| key.form.is_address());
        let is_same_way = self.keys.get(ENCRYPTION) == keys.get(ENCRYPTION);
        if is_same_way && !addresses.any(is_moved) {
            return None;
        }
        let is_kept = |key: &&Key| {
            let is_string = |keys: &ChannelKeys| keys.get(key.name).is_some_and(Value::is_string);
            is_string(&self.keys) && is_string(keys) && !is_typed(key.name)
        };
        let mut secrets = kind.keys.iter().filter(|key| key.form.is_sent_along());
        secrets.find(is_kept).map(|key| key.name)
    }

    /// Returns the channel in the form in which it may leave this machine: each secret that is set is null.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut keys = self.open_keys();
        let secrets = self.secrets().into_iter().chain(self.lost());
        keys.extend(secrets.map(|key| (key.to_owned(), Value::Null)));
        Self {
            keys,
            ..self.clone()
        }
    }
}

/// The key for the encryption of the connection to a mail server; its port follows from it.
const ENCRYPTION: &str = "encryption";

/// Returns scheme, host and port of an address; `None` if there is no address.
fn server(key: &Key, keys: &ChannelKeys) -> Option<(String, Option<String>, Option<u16>)> {
    let left_out = match key.form {
        Form::Api(platform) => platform,
        _ => "",
    };
    let written = keys.get(key.name).and_then(Value::as_str);
    let url = Url::parse(written.unwrap_or(left_out)).ok()?;
    let host = url.host_str().map(str::to_owned);
    Some((url.scheme().to_owned(), host, url.port_or_known_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_goes_to_another_server_only_where_it_is_typed_again() {
        let of = |keys: Value| AddedChannel {
            id: "it".parse().unwrap(),
            at: DateTime::UNIX_EPOCH,
            keys: keys.as_object().unwrap().clone(),
        };
        let with = |channel: &AddedChannel, changes: Value| {
            let (mut keys, typed) = (channel.keys.clone(), changes.as_object().unwrap());
            keys.extend(typed.clone());
            channel.secret_for_another_server(&keys, |key| typed.contains_key(key))
        };
        let mail = of(json!({ "kind": "email", "smtp": "smtp://a@mail.example", "password": "p" }));
        assert_eq!(
            with(&mail, json!({ "smtp": "smtp://b@mail.example" })),
            None
        );
        let moved = json!({ "smtp": "smtp://a@evil.example" });
        assert_eq!(with(&mail, moved), Some("password"));
        for again in ["p", "q"] {
            let moved = json!({ "smtp": "smtp://a@evil.example", "password": again });
            assert_eq!(with(&mail, moved), None);
        }
        let in_clear = json!({ "encryption": "none" });
        assert_eq!(with(&mail, in_clear), Some("password"));
        let robot = of(json!({ "kind": "dingtalk-robot", "access_token": "t", "secret": "s" }));
        let moved = json!({ "api_url": "https://evil.example" });
        assert_eq!(with(&robot, moved), Some("access_token"));
        let same = json!({ "api_url": "https://oapi.dingtalk.com" });
        assert_eq!(with(&robot, same), None);
        let hook = of(json!({ "kind": "webhook", "url": "https://a.example/x", "secret": "s" }));
        assert_eq!(with(&hook, json!({ "url": "https://b.example/x" })), None);
    }

    #[test]
    fn neither_secrets_nor_unknown_keys_leave_a_channel() {
        let keys = json!({
            "kind": "webhook", "name": "群", "url": "https://hooks.example/key-1234", "secret": "whsec_abcdefgh",
            "later": "a key of a later version", "sources": ["news"]
        });
        let channel = AddedChannel {
            id: "hook".parse().unwrap(),
            at: DateTime::UNIX_EPOCH,
            keys: keys.as_object().unwrap().clone(),
        };
        let shown = json!({ "kind": "webhook", "name": "群", "sources": ["news"] });
        assert_eq!(Value::Object(channel.open_keys()), shown);
        assert_eq!(channel.secrets(), ["url", "secret"]);
        let left = channel.without_secrets();
        assert_eq!(
            (left.lost(), left.secrets()),
            (vec!["url", "secret"], vec![])
        );
        let text = serde_json::to_string(&left).unwrap();
        assert!(
            !text.contains("key-1234") && !text.contains("later"),
            "{text}"
        );
        assert_eq!(left.without_secrets(), left);
        let debug = format!("{channel:?}");
        assert!(
            !debug.contains("key-1234") && debug.contains("secret"),
            "{debug}"
        );
    }
}
