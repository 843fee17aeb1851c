//! Renders a card of one bulletin as Telegram's HTML and as plain text.

use super::{shape::Card, text::escape, words::mark};
use crate::bulletin::DeliveryKind;

impl Card {
    /// Returns Telegram's HTML: at most 4,096 characters after parsing, regardless of the page's content.
    pub(crate) fn html(&self) -> String {
        if let Some(own) = &self.own {
            return own.clone();
        }
        if !self.further.is_empty() {
            return self.list_html();
        }
        let mut html = self.top(|text| format!("<b>{}</b>", escape(text)), escape);
        let Some(words) = self.words() else {
            return html;
        };
        let title = format!("<b>{}</b>", escape(&words.title));
        let title = match &words.url {
            Some(url) => format!("<a href=\"{}\">{title}</a>", escape(url)),
            None => title,
        };
        html += &format!("{}{title}", escape(&words.tag));
        for line in [&words.line, &words.deadline].into_iter().flatten() {
            html += &format!("\n{}", escape(line));
        }
        if let Some(summary) = &words.summary {
            html += &format!("\n\n{}", escape(summary));
        }
        html += &self.files_html();
        html + &format!("\n\n#{}", words.number) + &self.changes_html()
    }

    /// Returns the card without markup, for a platform that cannot read ours. A card of several bulletins has all their
    /// addresses, however long that is.
    pub(crate) fn plain(&self) -> String {
        if !self.further.is_empty() {
            return self.list_plain();
        }
        let mut text = self.top(str::to_owned, str::to_owned);
        let Some(words) = self.words() else {
            return text;
        };
        text += &format!("{}{}", words.tag, words.title);
        for line in [&words.line, &words.deadline].into_iter().flatten() {
            text += &format!("\n{line}");
        }
        if let Some(summary) = &words.summary {
            text += &format!("\n\n{summary}");
        }
        text += &self.files_plain();
        text += &format!("\n\n#{}", words.number);
        text += &self.changes_plain();
        // The address counts as text here; one that does not fit is left out entirely.
        match &words.url {
            Some(url) if text.chars().count() + url.chars().count() < 4096 => {
                text + &format!("\n{url}")
            }
            _ => text,
        }
    }

    /// Returns the lines above the headline: the kind of card and the note.
    pub(super) fn top(
        &self,
        bold: impl Fn(&str) -> String,
        plain: impl Fn(&str) -> String,
    ) -> String {
        let note = self.clean_note().as_deref().map(plain);
        let corrected = match self.language {
            _ if self.changes.is_empty() => None,
            language => mark(DeliveryKind::Update, language),
        };
        let marks = [self.mark(), corrected];
        let marks: Vec<_> = marks.into_iter().flatten().collect();
        let mark = (!marks.is_empty()).then(|| bold(&marks.join(" · ")));
        match (mark, note) {
            (None, Some(note)) if self.bulletin.is_none() => note,
            (None, Some(note)) => format!("{note}\n\n"),
            (None, None) => String::new(),
            (Some(mark), None) => format!("{mark}\n\n"),
            (Some(mark), Some(note)) => format!("{mark}\n{note}\n\n"),
        }
    }
}
