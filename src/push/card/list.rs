//! Renders a card of several bulletins, grouped by source: the bundle of one poll, with a summary of the first, and the
//! digest.
//!
//! The channel decides how many go into one message ([`Card::fitting`]); the rest follows in the next one, so that each
//! bulletin can be reached from the messages.

use super::{
    shape::{Card, Grouping},
    text::{cut, escape},
    words::{EntryWords, by_source, heading},
};

/// The maximum length, in characters, of the title of an entry, and of the summary below the headline.
const TITLE: usize = 120;
const SUMMARY: usize = 300;

/// The way in which words and links are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ink {
    /// Telegram's HTML.
    Html,
    /// Plain text without markup; an address is on the line below its title.
    Plain,
    /// The text that a reader of the HTML sees.
    Seen,
}

impl Ink {
    fn text(self, text: &str) -> String {
        match self {
            Self::Html => escape(text),
            Self::Plain | Self::Seen => text.to_owned(),
        }
    }

    fn bold(self, text: &str) -> String {
        match self {
            Self::Html => format!("<b>{}</b>", escape(text)),
            Self::Plain | Self::Seen => text.to_owned(),
        }
    }

    /// Returns a title that is already rendered, as a link to `url`, and the text that follows it on its line.
    fn linked(self, title: &str, url: Option<&str>, after: &str) -> String {
        match (self, url) {
            (Self::Html, Some(url)) => format!("<a href=\"{}\">{title}</a>{after}", escape(url)),
            (Self::Plain, Some(url)) => format!("{title}{after}\n{url}"),
            _ => format!("{title}{after}"),
        }
    }
}

impl Card {
    /// Returns [`Card::plain`], without addresses if they make it longer than `limit` characters.
    pub(crate) fn plain_within(&self, limit: usize) -> String {
        let plain = self.plain();
        if self.further.is_empty() || plain.chars().count() <= limit {
            return plain;
        }
        self.list_seen()
    }

    pub(super) fn list_html(&self) -> String {
        self.list(Ink::Html)
    }

    pub(super) fn list_plain(&self) -> String {
        self.list(Ink::Plain)
    }

    /// Returns the text that a reader of the HTML sees, which lacks the addresses of the links.
    pub(crate) fn list_seen(&self) -> String {
        self.list(Ink::Seen)
    }

    fn list(&self, ink: Ink) -> String {
        let top = self.top(|text| ink.bold(text), |text| ink.text(text));
        let changes = match ink {
            Ink::Html => self.changes_html(),
            Ink::Plain | Ink::Seen => self.changes_plain(),
        };
        top + &self.groups(ink) + &changes
    }

    /// Returns a heading, and below it the entries of each source.
    fn groups(&self, ink: Ink) -> String {
        let entries = self.entries();
        let mut text = ink.bold(&heading(self.form, entries.len(), self.language));
        let mut place = 0;
        for group in by_source(&entries, |(source, _)| source) {
            text.truncate(text.trim_end().len());
            text += &format!("\n\n{}", ink.bold(group[0].1.tag.trim()));
            for (_, words) in group {
                place += 1;
                text += &match (self.form, place) {
                    (Grouping::Digest, _) => format!("\n• {}", line(words, ink)),
                    (Grouping::Bundle, 1) => {
                        format!("\n1. {}{}", line(words, ink), details(words, ink))
                    }
                    (Grouping::Bundle, _) => format!("\n{place}. {}", line(words, ink)),
                };
            }
        }
        text.trim_end().to_owned()
    }
}

/// Returns the date and the summary below the first bulletin of a bundle.
fn details(words: &EntryWords, ink: Ink) -> String {
    let summary = words.summary.as_ref().map(|summary| cut(summary, SUMMARY));
    let mut text = String::new();
    for line in [words.line.as_deref(), summary.as_deref()]
        .into_iter()
        .flatten()
    {
        text += &format!("\n{}", ink.text(line));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

/// Returns the line of an entry: its title, its deadline and its number.
fn line(words: &EntryWords, ink: Ink) -> String {
    let deadline = words.deadline.as_ref().map(|by| format!(" · {by}"));
    let after = format!("{} #{}", deadline.unwrap_or_default(), words.number);
    let title = ink.text(&cut(&words.title, TITLE));
    ink.linked(&title, words.url.as_deref(), &ink.text(&after))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{
        super::{
            shape::CardEntry,
            tests::{bulletin, card},
        },
        *,
    };
    use crate::bulletin::{Bulletin, BulletinId, DeliveryKind};

    fn entries(count: u64) -> Vec<CardEntry> {
        let entry = |n: u64| CardEntry {
            bulletin: Arc::new(Bulletin {
                id: BulletinId(n),
                title: format!("第{n}号 <通知>"),
                url: format!("https://www.example.com/{n}?a&b"),
                ..bulletin()
            }),
            source: if n < 4 { "集团要闻" } else { "规章" }.to_owned(),
        };
        (1..=count).map(entry).collect()
    }

    fn several(form: Grouping, count: u64) -> Card {
        card(DeliveryKind::New, None, None).of_entries(form, entries(count))
    }

    #[test]
    fn a_bundle_has_a_heading_and_a_summary_of_its_first_bulletin() {
        insta::assert_snapshot!(several(Grouping::Bundle, 4).html());
        insta::assert_snapshot!(several(Grouping::Bundle, 4).plain());
    }

    #[test]
    fn a_digest_is_grouped_by_source() {
        insta::assert_snapshot!(several(Grouping::Digest, 5).html());
    }

    #[test]
    fn what_does_not_fit_is_left_for_the_next_message() {
        let digest = several(Grouping::Digest, 200);
        let fits = |card: &Card| card.list_seen().chars().count() <= 500;
        let most = digest.fitting(fits);
        assert!(
            fits(&digest.first(most)) && !fits(&digest.first(most + 1)),
            "{most}"
        );
        assert_eq!(digest.fitting(|_| true), 200);
        assert_eq!(digest.fitting(|_| false), 1, "a message has one at least");
        assert_eq!(
            card(DeliveryKind::New, Some(bulletin()), None).fitting(|_| false),
            1
        );
    }

    #[test]
    fn what_is_seen_is_the_html_without_its_tags() {
        for form in [Grouping::Bundle, Grouping::Digest] {
            let card = several(form, 6);
            let html = dom_query::Document::from(card.html().as_str());
            assert_eq!(html.text().to_string(), card.list_seen());
        }
    }
}
