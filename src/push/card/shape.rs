//! Defines a card: the content of one delivery before it is put in words.

use std::sync::Arc;

use chrono_tz::Tz;

use super::{
    act::{self, CardAct},
    quiet,
    text::link,
};
use crate::{
    bulletin::{Bulletin, BulletinId, Channel, DeliveryId, DeliveryKind, Language, Mode, SourceId},
    config::Config,
    ops::Waiting,
};

/// The content of one delivery, ready to be shown anywhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) kind: DeliveryKind,
    pub(crate) language: Language,
    pub(crate) time_zone: Tz,
    /// An admin's words on top of a rebroadcast, or the text of an announcement.
    pub(crate) note: Option<String>,
    pub(crate) bulletin: Option<Arc<Bulletin>>,
    /// The names of the sources that carry it.
    pub(crate) source: String,
    /// Further bulletins in the same message, if [`crate::push::sender::Sender::fits`] allows them.
    pub(crate) further: Vec<CardEntry>,
    /// The form in which several bulletins appear together.
    pub(crate) form: Grouping,
    /// The corrections since the message was sent; none if it is sent for the first time.
    pub(crate) changes: Vec<(BulletinId, String)>,
    /// The actions offered to its reader, if the platform has buttons.
    pub(crate) acts: Vec<CardAct>,
    /// The channel's own card, as Telegram's HTML.
    pub(in crate::push) own: Option<String>,
}

impl Card {
    /// Returns the card of a delivery and of all bulletins that are sent with it.
    pub(crate) fn new(
        waiting: &Waiting,
        bulletins: Vec<Bulletin>,
        channel: &Channel,
        config: &Config,
    ) -> Self {
        let manner = bulletins
            .first()
            .map_or(channel, |first| channel.for_sources(first.sources()));
        let acts = act::offered(waiting, &bulletins, channel, config);
        let form = match manner.mode {
            Mode::Digest => Grouping::Digest,
            Mode::Each | Mode::Bundle => Grouping::Bundle,
        };
        let entries = bulletins.into_iter().map(|bulletin| CardEntry {
            source: quiet::name_on(channel, &sources(&bulletin, channel, config)),
            bulletin: Arc::new(quiet::on(channel, bulletin)),
        });
        let card = Self {
            delivery: Some(waiting.id),
            kind: waiting.kind,
            language: channel.language.unwrap_or(config.language),
            time_zone: channel.time_zone,
            note: waiting.note.clone(),
            acts,
            ..Self::announcement(String::new(), config)
        };
        card.of_entries(form, entries.collect())
    }

    /// Returns the card of a bulletin that no delivery sends.
    pub(crate) fn of_bulletin(
        bulletin: Bulletin,
        source: &str,
        channel: &Channel,
        config: &Config,
    ) -> Self {
        Self {
            kind: DeliveryKind::New,
            time_zone: channel.time_zone,
            note: None,
            bulletin: Some(Arc::new(quiet::on(channel, bulletin))),
            source: quiet::name_on(channel, source),
            language: channel.language.unwrap_or(config.language),
            ..Self::announcement(String::new(), config)
        }
    }

    /// Returns a card without a bulletin.
    pub(crate) fn announcement(text: String, config: &Config) -> Self {
        Self {
            delivery: None,
            kind: DeliveryKind::Announcement,
            language: config.language,
            time_zone: config.time_zone,
            note: Some(text),
            bulletin: None,
            source: String::new(),
            further: Vec::new(),
            form: Grouping::default(),
            changes: Vec::new(),
            acts: Vec::new(),
            own: None,
        }
    }

    /// Returns the same card with `entries`, the first of which is its headline.
    pub(crate) fn of_entries(mut self, form: Grouping, entries: Vec<CardEntry>) -> Self {
        let mut entries = entries.into_iter();
        if let Some(first) = entries.next() {
            (self.bulletin, self.source) = (Some(first.bulletin), first.source);
        }
        self.form = form;
        self.further = entries.collect();
        self
    }

    /// Returns the number of bulletins on the card.
    pub(crate) fn count(&self) -> usize {
        usize::from(self.bulletin.is_some()) + self.further.len()
    }

    /// Returns the same card with its first `count` bulletins.
    pub(crate) fn first(&self, count: usize) -> Self {
        let mut first = self.clone();
        first.further.truncate(count.saturating_sub(1));
        first
    }

    /// Returns a card for each of its bulletins, for kinds that cannot group them.
    pub(crate) fn each(&self) -> impl Iterator<Item = Self> + '_ {
        let one = |(bulletin, source): (Option<Arc<Bulletin>>, &str)| Self {
            bulletin,
            source: source.to_owned(),
            further: Vec::new(),
            ..self.clone()
        };
        let first = (self.bulletin.clone(), self.source.as_str());
        let rest = self
            .further
            .iter()
            .map(|entry| (Some(entry.bulletin.clone()), entry.source.as_str()));
        std::iter::once(first).chain(rest).map(one)
    }

    /// Returns the most of its bulletins, at least 1, whose card `fits`. Assumes that fewer bulletins fit if more do.
    pub(crate) fn fitting(&self, fits: impl Fn(&Self) -> bool) -> usize {
        let (mut most, mut too_many) = (1, self.count() + 1);
        while most + 1 < too_many {
            let middle = most.midpoint(too_many);
            if fits(&self.first(middle)) {
                most = middle;
            } else {
                too_many = middle;
            }
        }
        most
    }

    /// Returns the bulletin's address if people can open it.
    pub(crate) fn url(&self) -> Option<&str> {
        link(&self.bulletin.as_ref()?.url)
    }

    /// Returns the address of which a preview may be shown: several bulletins have none in common.
    pub(crate) fn previewed(&self) -> Option<&str> {
        self.url().filter(|_| self.further.is_empty())
    }

    /// Returns a name for the message: the same at each repetition, and at no other delivery, not even of a store that
    /// restarts its numbers.
    pub(in crate::push) fn key(&self) -> String {
        let Some(delivery) = self.delivery else {
            return format!("test-{:016x}", fastrand::u64(..));
        };
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("{:?} {:?}", self.kind, self.note).as_bytes());
        let further = self.further.iter().map(|entry| &entry.bulletin);
        for bulletin in self.bulletin.iter().chain(further) {
            let first_seen = bulletin.first_seen.timestamp_micros();
            hasher.update(format!("{} {first_seen} {}\n", bulletin.id, bulletin.url).as_bytes());
        }
        format!("noticast-{delivery}-{}", &hasher.finalize().to_hex()[..16])
    }
}

/// A further bulletin of a card.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CardEntry {
    pub(crate) bulletin: Arc<Bulletin>,
    /// The names of the sources that carry it.
    pub(crate) source: String,
}

/// The form in which the bulletins of a card appear together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Grouping {
    /// The first bulletin is the headline; the rest are lines below it.
    #[default]
    Bundle,
    /// Each bulletin is a line, under the names of its sources.
    Digest,
}

/// Returns the names of the sources that carry a bulletin, limited to those that the channel receives.
fn sources(bulletin: &Bulletin, channel: &Channel, config: &Config) -> String {
    let had: Vec<_> = bulletin.sources().filter(|id| channel.wants(id)).collect();
    match had.is_empty() {
        true => names(bulletin.sources(), config),
        false => names(had.into_iter(), config),
    }
}

pub(super) fn names<'a>(ids: impl Iterator<Item = &'a SourceId>, config: &Config) -> String {
    let name = |id: &SourceId| {
        let known = config.sources.iter().find(|source| source.id == *id);
        known.map_or_else(|| id.to_string(), |source| source.name.clone())
    };
    ids.map(name).collect::<Vec<_>>().join(" · ")
}
