//! A chat that subscribed by itself: who let it in, and what it wants.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    channel::{Channel, ChannelKind, TelegramChat},
    filter::Filter,
    id::{ChannelId, SourceId},
    manner::Mode,
    settings::Language,
};

/// The settings that a chat asked for. Each wish that is text was checked when it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// As Telegram called it last, for those who let it in.
    pub title: String,
    pub standing: Standing,
    /// None: all sources.
    pub sources: Option<Vec<SourceId>>,
    /// Words or `/regex/`, as in a channel's `include` and `exclude`.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    #[serde(with = "zone")]
    pub time_zone: Tz,
    /// As in the config: `22:00-07:00`.
    pub quiet: Option<String>,
    /// As in the config: a crontab line.
    pub digest: Option<String>,
    pub silent: bool,
    /// None: what Telegram says of the person who writes, else the config's.
    pub language: Option<Language>,
}

/// The admission of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It never asked.
    #[default]
    New,
    /// It asked, and waits for an admin.
    Pending,
    /// Where anyone may subscribe: to public sources.
    Open,
    /// An admin let it in: to all sources.
    Approved,
    /// An admin turned it down.
    Refused,
}

impl Chat {
    #[must_use]
    pub fn new(time_zone: Tz) -> Self {
        Self {
            title: String::new(),
            standing: Standing::New,
            sources: Some(Vec::new()),
            include: Vec::new(),
            exclude: Vec::new(),
            time_zone,
            quiet: None,
            digest: None,
            silent: false,
            language: None,
        }
    }

    /// Returns whether it asked for bulletins of `source`, let in or not.
    #[must_use]
    pub fn wants(&self, source: &SourceId) -> bool {
        let sources = self.sources.as_ref();
        sources.is_none_or(|sources| sources.contains(source))
    }

    /// Returns whether it asked for anything.
    #[must_use]
    pub fn wants_any(&self) -> bool {
        self.sources
            .as_ref()
            .is_none_or(|wanted| !wanted.is_empty())
    }

    /// Returns whether bulletins may go there: of public sources, or of those that are not.
    #[must_use]
    pub fn may_have(&self, is_public: bool) -> bool {
        match self.standing {
            Standing::Approved => true,
            Standing::Open => is_public,
            Standing::New | Standing::Pending | Standing::Refused => false,
        }
    }

    /// None: it was accepted in the past, and costs more than a chat's may by now.
    #[must_use]
    pub fn filter(&self) -> Option<Filter> {
        Filter::accepted(&self.include, &self.exclude)
    }

    /// Returns whether it asked for a filter.
    #[must_use]
    pub fn has_filter(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty()
    }

    /// The channel that the chat is; None where `id` is no chat's.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<Channel> {
        let (chat, topic) = id.chat()?;
        let kind = ChannelKind::Telegram {
            chat: TelegramChat::Id(chat),
            topic,
            silent: self.silent,
            documents: false,
        };
        let mut channel = Channel::new(id.clone(), kind, self.time_zone);
        if !self.title.is_empty() {
            channel.name.clone_from(&self.title);
        }
        channel.sources.clone_from(&self.sources);
        // Without a filter nothing is missed; the bot tells the chat.
        channel.filter = self.filter().unwrap_or_default();
        channel.language = self.language;
        channel.quiet = self.quiet.as_ref().and_then(|hours| hours.parse().ok());
        if let Some(digest) = self.digest.as_ref().and_then(|times| times.parse().ok()) {
            channel.mode = Mode::Digest;
            channel.digest = digest;
        }
        Some(channel)
    }
}

/// A time zone by its name.
mod zone {
    use chrono_tz::Tz;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(zone: &Tz, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(zone.name())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Tz, D::Error> {
        let name = String::deserialize(from)?;
        name.parse()
            .map_err(|_| D::Error::custom(format!("no time zone `{name}`")))
    }
}
