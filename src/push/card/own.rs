//! Renders a channel's own card in place of the built-in one if the channel has a template.

use serde_json::Value;

use super::{
    shape::Card,
    text::{clean_line, clean_text, link, show},
    words::mark,
};
use crate::bulletin::{Bulletin, Channel, ChannelKind, DeliveryKind, TemplateFields, TemplateFile};

/// The maximum length, in characters, of a Telegram message; a card that is longer with its markup is shown as the
/// built-in one.
const LONGEST: usize = 4096;
/// A sign appended to a text to see whether a kind shows the text to its end: a text that is too long is cut there.
const END: char = '■';

impl Card {
    /// Returns the card as the channel's template renders it; the same card if there is no template, or if `draft`,
    /// which returns what the kind posts of a card, has no room for all of it.
    pub(crate) fn in_own_words(self, channel: &Channel, draft: impl Fn(&Self) -> Value) -> Self {
        self.own_words(channel, draft).unwrap_or(self)
    }

    /// Returns how many of the card's first `most` bulletins go into one message, in the channel's own words if it has
    /// a template.
    pub(crate) fn fitting_own_words(
        &self,
        most: usize,
        channel: &Channel,
        draft: impl Fn(&Self) -> Value,
    ) -> usize {
        match channel.template {
            None => most,
            Some(_) => self
                .first(most)
                .fitting(|card| card.own_words(channel, &draft).is_some()),
        }
    }

    fn own_words(&self, channel: &Channel, draft: impl Fn(&Self) -> Value) -> Option<Self> {
        channel.template.as_ref()?;
        let own = self.clone().templated(channel);
        let Some(text) = own.note.as_ref().filter(|_| own.bulletin.is_none()) else {
            return (own.own.is_some()).then_some(own);
        };
        let to_its_end = Self {
            note: Some(format!("{text}{END}")),
            ..own.clone()
        };
        draft(&to_its_end).to_string().contains(END).then_some(own)
    }

    /// Renders the channel's template. A kind without markup shows the result as plain text; data carries it next to
    /// the fields.
    fn templated(mut self, channel: &Channel) -> Self {
        let template = channel.template.as_ref();
        let (Some(template), true) = (template, self.bulletin.is_some()) else {
            return self;
        };
        let marks_up = matches!(channel.kind, ChannelKind::Telegram { .. });
        let cards = self.each().filter_map(|card| card.fields());
        let rendered: Result<Vec<String>, String> = cards
            .map(|fields| template.render(&fields, marks_up))
            .collect();
        let room = LONGEST.saturating_sub(self.changes_length());
        match rendered.map(|cards| cards.join("\n\n")) {
            Ok(text) if text.is_empty() || text.chars().count() > room => {}
            Ok(text) if channel.kind.is_data() => self.own = Some(text),
            Ok(text) if marks_up => self.own = Some(text + &self.changes_html()),
            Ok(text) => {
                (self.kind, self.note) = (DeliveryKind::Announcement, Some(text));
                self.bulletin = None;
                self.further.clear();
            }
            Err(why) => {
                tracing::warn!(channel.id = %channel.id, "the built-in card is used: {why}");
            }
        }
        self
    }

    fn fields(&self) -> Option<TemplateFields> {
        let bulletin: &Bulletin = self.bulletin.as_ref()?;
        let words = self.words_of(bulletin, &self.source);
        let moment = |moment: Option<_>| {
            moment
                .map(|it| show(&it, self.time_zone))
                .unwrap_or_default()
        };
        let is_corrected = self.changes.iter().any(|(id, _)| *id == bulletin.id);
        let corrected = is_corrected.then_some(DeliveryKind::Update);
        let file = |file: &crate::bulletin::Attachment| TemplateFile {
            name: clean_line(&file.name),
            url: link(&file.url).unwrap_or_default().to_owned(),
            size: file.shown_size().unwrap_or_default(),
        };
        Some(TemplateFields {
            id: bulletin.id.0,
            title: words.title,
            url: words.url.unwrap_or_default(),
            source: clean_line(&self.source),
            publisher: bulletin
                .publisher
                .as_deref()
                .map(clean_line)
                .unwrap_or_default(),
            published: moment(bulletin.published),
            deadline: moment(bulletin.deadline),
            summary: words.summary.unwrap_or_default(),
            mark: mark(corrected.unwrap_or(self.kind), self.language)
                .unwrap_or_default()
                .to_owned(),
            note: self.note.as_deref().map(clean_text).unwrap_or_default(),
            attachments: bulletin.attachments.iter().take(20).map(file).collect(),
        })
    }
}
