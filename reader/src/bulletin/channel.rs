//! A channel as the checked config describes it.

use std::{collections::BTreeMap, str::FromStr, sync::Arc};

use chrono_tz::Tz;

use super::{
    filter::{Cost, Filter},
    id::{ChannelId, SourceId},
    manner::{Mode, Quiet},
    robot::Robot,
    settings::Language,
    template::Template,
};
use crate::schedule::Schedule;

/// A destination of bulletins.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    pub id: ChannelId,
    pub name: String,
    pub kind: ChannelKind,
    /// The sources that it has; `None` for all sources.
    pub sources: Option<Vec<SourceId>>,
    /// The sources that only other channels have.
    pub without: Vec<SourceId>,
    pub filter: Filter,
    /// The words of bulletins that pass quiet hours and digests; empty if none do.
    pub urgent: Filter,
    pub mode: Mode,
    /// The times at which a digest is sent, in `time_zone`.
    pub digest: Schedule,
    pub quiet: Option<Quiet>,
    /// True if a short note is sent where a sent message cannot be edited.
    pub corrections: bool,
    /// The template in place of the built-in card.
    pub template: Option<Template>,
    pub time_zone: Tz,
    /// The language of its cards; `None` for that of the config.
    pub language: Option<Language>,
    /// The variants of the channel for the bulletins of single sources, where a chat wishes them.
    pub apart: BTreeMap<SourceId, Arc<Channel>>,
}

/// The kinds of channel that exist, each with its own settings.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    Telegram {
        chat: TelegramChat,
        topic: Option<i32>,
        silent: bool,
        /// True if attachments are sent along as documents.
        documents: bool,
        /// True if cards have buttons below them.
        buttons: bool,
    },
    Stdout {
        format: StdoutFormat,
    },
    /// Any other kind, with its keys.
    Robot(Robot),
}

/// Telegram's name of a chat.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TelegramChat {
    Id(i64),
    /// A name with its leading `@`.
    Name(String),
}

/// Parses `@name`, or a number other than 0.
impl FromStr for TelegramChat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let Some(name) = text.strip_prefix('@') else {
            let id = text.parse().ok().filter(|id| *id != 0);
            return id.map(Self::Id).ok_or(());
        };
        let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let named = (!name.is_empty() && is_name(name)).then(|| Self::Name(text.to_owned()));
        named.ok_or(())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum StdoutFormat {
    #[default]
    Text,
    Json,
}

/// The number of bytes that a bot may upload to Telegram.
pub const LARGEST_DOCUMENT: u64 = 50 << 20;

impl ChannelKind {
    /// Returns whether a sent message can be changed.
    #[must_use]
    pub fn can_edit(&self) -> bool {
        match self {
            Self::Telegram { .. } => true,
            Self::Stdout { .. } => false,
            Self::Robot(robot) => robot.kind().edits(),
        }
    }

    /// Returns whether programs read the messages: fields, not a text.
    #[must_use]
    pub fn is_data(&self) -> bool {
        match self {
            Self::Stdout { format } => *format == StdoutFormat::Json,
            Self::Robot(robot) => robot.kind().name == "webhook",
            Self::Telegram { .. } => false,
        }
    }
}

impl Channel {
    /// The schedule of a digest if none is configured.
    pub const DIGEST: &'static str = "0 18 * * *";

    /// Creates a channel with every optional key at its default: all bulletins of all sources.
    #[must_use]
    pub fn new(id: ChannelId, kind: ChannelKind, time_zone: Tz) -> Self {
        Self {
            name: id.to_string(),
            id,
            kind,
            sources: None,
            without: Vec::new(),
            filter: Filter::default(),
            urgent: Filter::default(),
            mode: Mode::default(),
            digest: Self::DIGEST
                .parse()
                .expect("the default is a schedule, a test reads it"),
            quiet: None,
            corrections: false,
            template: None,
            time_zone,
            language: None,
            apart: BTreeMap::new(),
        }
    }

    /// Returns the value of a key of its kind, if that is one of the table's; empty if it was left out.
    #[must_use]
    pub fn setting(&self, key: &str) -> &str {
        match &self.kind {
            ChannelKind::Robot(robot) => robot.get(key),
            ChannelKind::Telegram { .. } | ChannelKind::Stdout { .. } => "",
        }
    }

    /// Returns whether this channel requested bulletins of `source`.
    #[must_use]
    pub fn wants(&self, source: &SourceId) -> bool {
        let wanted = self.sources.as_ref();
        wanted.is_none_or(|wanted| wanted.contains(source)) && !self.without.contains(source)
    }

    /// Returns the variant of the channel for a bulletin of these sources: the first one that it wants decides.
    #[must_use]
    pub fn for_sources<'a>(&self, mut sources: impl Iterator<Item = &'a SourceId>) -> &Self {
        if self.apart.is_empty() {
            return self;
        }
        let first = sources.find(|source| self.wants(source));
        first
            .and_then(|it| self.apart.get(it))
            .map_or(self, |it| it.as_ref())
    }

    /// Returns the cost of all its filters.
    #[must_use]
    pub fn filter_cost(&self) -> Cost {
        let apart = self.apart.values().map(|apart| &apart.filter);
        let own = apart.filter(|filter| **filter != self.filter);
        own.fold(self.filter.cost(), |cost, filter| cost.plus(filter.cost()))
    }

    /// Removes all its filters.
    pub fn drop_filters(&mut self) {
        self.filter = Filter::default();
        for apart in self.apart.values_mut() {
            Arc::make_mut(apart).filter = Filter::default();
        }
    }

    /// Returns the kind as the config names it.
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            ChannelKind::Telegram { .. } => "telegram",
            ChannelKind::Stdout { .. } => "stdout",
            ChannelKind::Robot(robot) => robot.kind().name,
        }
    }
}
