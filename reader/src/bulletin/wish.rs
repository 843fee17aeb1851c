//! The wishes of a chat for the bulletins of one source, where they differ from its general ones.

use serde::{Deserialize, Serialize};

use super::{
    channel::{Channel, ChannelKind},
    filter::Filter,
    manner::Mode,
};

/// Wishes that override the chat's own; `None` for the chat's.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceWish {
    pub filter: Option<FilterWords>,
    pub silent: Option<bool>,
    pub digest: Option<DigestWish>,
}

/// Words or `/regex/`, as in a channel's `include` and `exclude`. Without any, everything is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilterWords {
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestWish {
    /// Each bulletin as it arrives.
    AtOnce,
    /// A crontab line, as in the config.
    At(String),
}

impl FilterWords {
    /// Returns the filter; `None` if it was accepted in the past, and now costs more than a chat's may.
    #[must_use]
    pub fn filter(&self) -> Option<Filter> {
        Filter::accepted(&self.include, &self.exclude)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.include.is_empty() && self.exclude.is_empty()
    }
}

impl SourceWish {
    /// Returns the chat's channel for bulletins of this source.
    #[must_use]
    pub(super) fn of(&self, chat: &Channel) -> Channel {
        let mut channel = chat.clone();
        if let Some(words) = &self.filter {
            // Without a filter no bulletin is missed; the bot notifies the chat.
            channel.filter = words.filter().unwrap_or_default();
        }
        if let (Some(wished), ChannelKind::Telegram { silent, .. }) =
            (self.silent, &mut channel.kind)
        {
            *silent = wished;
        }
        match &self.digest {
            None => {}
            Some(DigestWish::AtOnce) => channel.mode = Mode::Each,
            Some(DigestWish::At(times)) => {
                if let Ok(digest) = times.parse() {
                    (channel.mode, channel.digest) = (Mode::Digest, digest);
                }
            }
        }
        channel
    }
}
