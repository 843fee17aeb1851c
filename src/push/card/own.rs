//! A channel's own card in place of the built-in one, where it has a template.

use super::{Card, clean_line, clean_text, link, mark, show};
use crate::bulletin::{
    Bulletin, Channel, ChannelKind, DeliveryKind, StdoutFormat, TemplateFields, TemplateFile,
};

/// Characters of a message of Telegram; what is longer with its markup is shown as the built-in card.
const LONGEST: usize = 4096;

impl Card {
    /// What the channel's template makes of it; the same where it has none, or where its card is too
    /// long. A kind without markup shows it as the text that it is.
    pub(crate) fn in_own_words(mut self, channel: &Channel) -> Self {
        let is_json = matches!(
            channel.kind,
            ChannelKind::Stdout {
                format: StdoutFormat::Json
            }
        );
        let template = channel.template.as_ref().filter(|_| !is_json);
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
            Ok(text) if marks_up => self.own = Some(text + &self.changes_html()),
            Ok(text) => {
                (self.kind, self.note) = (DeliveryKind::Announcement, Some(text));
                self.bulletin = None;
                self.further.clear();
            }
            Err(why) => {
                tracing::warn!(channel.id = %channel.id, "the built-in card serves: {why}");
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
