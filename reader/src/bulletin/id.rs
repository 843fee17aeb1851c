//! Identifiers that could be mixed up, each as its own type.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The error of a text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a valid id; an id is 1 to 32 of a-z, 0-9, `_` and `-`, and begins with a letter or digit"
)]
pub struct IdError(pub String);

fn is_config_id(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && text.len() <= 32
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-')
}

/// The id of a `[[source]]`: `[a-z0-9][a-z0-9_-]{0,31}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,31}$")]
#[serde(try_from = "String")]
pub struct SourceId(Arc<str>);

/// The id of a `[[channel]]`, or `telegram:CHAT` / `telegram:CHAT/TOPIC` for a chat that
/// subscribed by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[schema(value_type = String, pattern = "^([a-z0-9][a-z0-9_-]{0,31}|telegram:-?[0-9]+(/[0-9]+)?)$")]
#[serde(try_from = "String")]
pub struct ChannelId(Arc<str>);

impl FromStr for SourceId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if is_config_id(text) {
            Ok(Self(text.into()))
        } else {
            Err(IdError(text.to_owned()))
        }
    }
}

impl FromStr for ChannelId {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if chat_of(text).is_some() || is_config_id(text) {
            Ok(Self(text.into()))
        } else {
            Err(IdError(text.to_owned()))
        }
    }
}

/// Returns the topic of a Telegram group to which messages are addressed: the General one (1) is the group itself, and
/// Telegram rejects its number.
#[must_use]
pub fn topic_of(number: i32) -> Option<i32> {
    const GENERAL: i32 = 1;
    Some(number).filter(|number| *number != GENERAL)
}

impl ChannelId {
    /// Returns the id of a chat that subscribed itself, or of a topic in it.
    #[must_use]
    pub fn of_chat(chat: i64, topic: Option<i32>) -> Self {
        let id = match topic.and_then(topic_of) {
            Some(topic) => format!("telegram:{chat}/{topic}"),
            None => format!("telegram:{chat}"),
        };
        Self(id.into())
    }

    /// Returns the chat, and the topic in it, of an id that is not the config's.
    #[must_use]
    pub fn chat(&self) -> Option<(i64, Option<i32>)> {
        chat_of(&self.0)
    }
}

fn chat_of(id: &str) -> Option<(i64, Option<i32>)> {
    let chat = id.strip_prefix("telegram:")?;
    match chat.split_once('/') {
        Some((chat, topic)) => Some((chat.parse().ok()?, topic_of(topic.parse().ok()?))),
        None => Some((chat.parse().ok()?, None)),
    }
}

macro_rules! text_id {
    ($name:ident) => {
        impl $name {
            /// Returns the id as it is written in the config and on the command line.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id!(SourceId);
text_id!(ChannelId);

/// The short, stable number of a bulletin, counted from 1 and never used twice. People type it
/// into a chat.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct BulletinId(pub u64);

/// The number of a delivery, counted from 1 and never used twice.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(transparent)]
pub struct DeliveryId(pub u64);

impl fmt::Display for BulletinId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
