//! A chat that subscribed itself: its admission and its wishes.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{
    channel::{Channel, ChannelKind, TelegramChat},
    filter::Filter,
    id::{ChannelId, SourceId},
    manner::Mode,
    settings::Language,
    wish::{FilterWords, SourceWish},
};

/// The number of characters of an announcement to chats and channels: together with the question whether to send it, it
/// is one message.
pub const LONGEST_ANNOUNCEMENT: usize = 3000;

/// The settings that a chat requested. Each wish that is text was checked when it was accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chat {
    /// The last title that Telegram reported, for the admins who admit it.
    pub title: String,
    pub standing: Standing,
    /// The sources that it has; `None` for all sources.
    pub sources: Option<Vec<SourceId>>,
    /// Words or `/regex/`, as in a channel's `include` and `exclude`.
    pub include: Vec<String>,
    pub exclude: Vec<String>,
    #[serde(with = "zone")]
    pub time_zone: Tz,
    /// The quiet hours as in the config: `22:00-07:00`.
    pub quiet: Option<String>,
    /// The digest schedule as in the config: a crontab line.
    pub digest: Option<String>,
    pub silent: bool,
    /// The language; `None` for the one that Telegram reports for the writer, else the config's.
    pub language: Option<Language>,
    /// True if its cards have no buttons.
    #[serde(default)]
    pub without_buttons: bool,
    /// Its different wishes for single sources.
    #[serde(default)]
    pub own: BTreeMap<SourceId, SourceWish>,
}

/// The admission of a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// It never requested anything.
    #[default]
    New,
    /// It made a request, and waits for an admin.
    Pending,
    /// It may have public sources, where anyone may subscribe.
    Open,
    /// An admin admitted it to all sources.
    Approved,
    /// An admin rejected it.
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
            without_buttons: false,
            own: BTreeMap::new(),
        }
    }

    /// Returns whether it requested bulletins of `source`, admitted or not.
    #[must_use]
    pub fn wants(&self, source: &SourceId) -> bool {
        let sources = self.sources.as_ref();
        sources.is_none_or(|sources| sources.contains(source))
    }

    /// Returns whether it requested anything.
    #[must_use]
    pub fn wants_any(&self) -> bool {
        self.sources
            .as_ref()
            .is_none_or(|wanted| !wanted.is_empty())
    }

    /// Returns whether bulletins may be sent there: of public sources, or of others.
    #[must_use]
    pub fn may_have(&self, is_public: bool) -> bool {
        match self.standing {
            Standing::Approved => true,
            Standing::Open => is_public,
            Standing::New | Standing::Pending | Standing::Refused => false,
        }
    }

    /// Returns the filter; `None` if it was accepted in the past, and now costs more than a chat's may.
    #[must_use]
    pub fn filter(&self) -> Option<Filter> {
        Filter::accepted(&self.include, &self.exclude)
    }

    /// Returns whether it requested a filter.
    #[must_use]
    pub fn has_filter(&self) -> bool {
        !self.include.is_empty() || !self.exclude.is_empty()
    }

    /// Returns whether `channel`, which is this chat, lacks a filter that it requested.
    #[must_use]
    pub fn lacks_filter(&self, channel: &Channel) -> bool {
        let mut own = self.own.iter();
        let lacks = |(source, wish): (&SourceId, &SourceWish)| {
            let asked = wish.filter.as_ref().is_some_and(|it| !it.is_empty());
            let apart = channel.apart.get(source);
            asked && apart.is_none_or(|apart| apart.filter.is_empty())
        };
        (self.has_filter() && channel.filter.is_empty()) || own.any(lacks)
    }

    /// Returns the chat without any filter.
    #[must_use]
    pub fn without_filters(mut self) -> Self {
        (self.include, self.exclude) = (Vec::new(), Vec::new());
        for wish in self.own.values_mut() {
            wish.filter = None;
        }
        self.forget_empty_wishes();
        self
    }

    /// Changes its wishes for one source.
    pub fn wish_for(&mut self, source: &SourceId, change: impl FnOnce(&mut SourceWish)) {
        change(self.own.entry(source.clone()).or_default());
        self.forget_empty_wishes();
    }

    fn forget_empty_wishes(&mut self) {
        self.own.retain(|_, wish| *wish != SourceWish::default());
    }

    /// Returns the words of its filter, or of its own one for a source.
    #[must_use]
    pub fn filter_words(&self, source: Option<&SourceId>) -> FilterWords {
        let own = source.and_then(|source| self.own.get(source)?.filter.clone());
        own.unwrap_or_else(|| FilterWords {
            include: self.include.clone(),
            exclude: self.exclude.clone(),
        })
    }

    /// Returns the chat as a channel; `None` if `id` is not a chat's.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<Channel> {
        let (chat, topic) = id.chat()?;
        let kind = ChannelKind::Telegram {
            chat: TelegramChat::Id(chat),
            topic,
            silent: self.silent,
            documents: false,
            buttons: !self.without_buttons,
        };
        let mut channel = Channel::new(id.clone(), kind, self.time_zone);
        if !self.title.is_empty() {
            channel.name.clone_from(&self.title);
        }
        channel.sources.clone_from(&self.sources);
        // Without a filter no bulletin is missed; the bot notifies the chat.
        channel.filter = self.filter().unwrap_or_default();
        channel.language = self.language;
        channel.quiet = self.quiet.as_ref().and_then(|hours| hours.parse().ok());
        if let Some(digest) = self.digest.as_ref().and_then(|times| times.parse().ok()) {
            channel.mode = Mode::Digest;
            channel.digest = digest;
        }
        let apart = self.own.iter();
        let apart = apart.map(|(source, wish)| (source.clone(), Arc::new(wish.of(&channel))));
        channel.apart = apart.collect();
        Some(channel)
    }
}

/// A time zone, serialized by its name.
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
