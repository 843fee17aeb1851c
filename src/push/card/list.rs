//! A card of several bulletins: the bundle of one look, with its headline on top, and the digest,
//! grouped by source.
//!
//! How many go into one message is the channel's question ([`Card::fitting`]); what does not fit
//! follows in the next one, so that each bulletin is reachable from what was sent.

use std::sync::Arc;

use super::{Card, Words, cut, escape};
use crate::bulletin::{Bulletin, Language};

/// A further bulletin of a card.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) bulletin: Arc<Bulletin>,
    /// The names of the sources that carry it.
    pub(crate) source: String,
}

/// How the bulletins of a card stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Form {
    /// The first is the headline, the rest are lines below it.
    #[default]
    Bundle,
    /// All are lines, under the names of their sources.
    Digest,
}

/// Characters of the title of an entry, and of the summary below the headline.
const TITLE: usize = 120;
const SUMMARY: usize = 300;

/// How words and links are written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ink {
    /// Telegram's HTML.
    Html,
    /// Without markup; addresses stand below what they are of.
    Plain,
    /// What a reader of the HTML sees.
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

    /// A title that is written already, as the link to `url`, and what follows it on its line.
    fn linked(self, title: &str, url: Option<&str>, after: &str) -> String {
        match (self, url) {
            (Self::Html, Some(url)) => format!("<a href=\"{}\">{title}</a>{after}", escape(url)),
            (Self::Plain, Some(url)) => format!("{title}{after}\n{url}"),
            _ => format!("{title}{after}"),
        }
    }
}

impl Card {
    /// The same as the card of `entries`, the first of which is its headline.
    pub(crate) fn of_entries(mut self, form: Form, entries: Vec<Entry>) -> Self {
        let mut entries = entries.into_iter();
        if let Some(first) = entries.next() {
            (self.bulletin, self.source) = (Some(first.bulletin), first.source);
        }
        self.form = form;
        self.further = entries.collect();
        self
    }

    /// Returns how many bulletins it has.
    pub(crate) fn count(&self) -> usize {
        usize::from(self.bulletin.is_some()) + self.further.len()
    }

    /// The same with its first `count` bulletins.
    pub(crate) fn first(&self, count: usize) -> Self {
        let mut first = self.clone();
        first.further.truncate(count.saturating_sub(1));
        first
    }

    /// A card for each of its bulletins, for kinds that have nothing to hold them together.
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

    /// As [`Card::plain`], without addresses where they make it longer than `limit` characters.
    pub(crate) fn plain_within(&self, limit: usize) -> String {
        let plain = self.plain();
        if self.further.is_empty() || plain.chars().count() <= limit {
            return plain;
        }
        self.list_seen()
    }

    /// The most of its bulletins, at least 1, whose card `fits`; of a card with more, less must fit.
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

    pub(super) fn list_html(&self) -> String {
        self.list(Ink::Html)
    }

    pub(super) fn list_plain(&self) -> String {
        self.list(Ink::Plain)
    }

    /// Returns what a reader of the HTML sees: without the addresses of its links.
    pub(crate) fn list_seen(&self) -> String {
        self.list(Ink::Seen)
    }

    fn list(&self, ink: Ink) -> String {
        let top = self.top(|text| ink.bold(text), |text| ink.text(text));
        let entries = self.entries();
        let list = match self.form {
            Form::Bundle => bundle(&entries, ink),
            Form::Digest => digest(&entries, self.language, ink),
        };
        let changes = match ink {
            Ink::Html => self.changes_html(),
            Ink::Plain | Ink::Seen => self.changes_plain(),
        };
        top + &list + &changes
    }

    /// The words of all its bulletins, each with the name of its source.
    pub(super) fn entries(&self) -> Vec<(&str, Words)> {
        let first = self
            .bulletin
            .iter()
            .map(|bulletin| (bulletin, &self.source));
        let rest = self
            .further
            .iter()
            .map(|entry| (&entry.bulletin, &entry.source));
        first
            .chain(rest)
            .map(|(bulletin, source)| (source.as_str(), self.words_of(bulletin, source)))
            .collect()
    }
}

fn bundle(entries: &[(&str, Words)], ink: Ink) -> String {
    let Some(((source, head), rest)) = entries.split_first() else {
        return String::new();
    };
    let title = ink.linked(&ink.bold(&head.title), head.url.as_deref(), "");
    let mut text = ink.text(&head.tag) + &title;
    for line in [&head.line, &head.deadline].into_iter().flatten() {
        text += &format!("\n{}", ink.text(line));
    }
    if let Some(summary) = &head.summary {
        text += &format!("\n\n{}", ink.text(&cut(summary, SUMMARY)));
    }
    text += &format!("\n#{}\n", head.number);
    for (place, (from, words)) in rest.iter().enumerate() {
        let tag = if from == source { "" } else { &words.tag };
        text += &format!("\n{}. {}{}", place + 2, ink.text(tag), line(words, ink));
    }
    text
}

/// Returns what a digest of `count` bulletins is called.
pub(super) fn digest_title(count: usize, language: Language) -> String {
    match language {
        Language::Zh => format!("摘要 · {count} 条"),
        Language::En => format!("Digest · {count}"),
    }
}

fn digest(entries: &[(&str, Words)], language: Language, ink: Ink) -> String {
    let mut text = ink.bold(&digest_title(entries.len(), language));
    for group in entries.chunk_by(|(a, _), (b, _)| a == b) {
        text += &format!("\n\n{}", ink.bold(group[0].1.tag.trim_end()));
        for (_, words) in group {
            text += &format!("\n• {}", line(words, ink));
        }
    }
    text
}

/// An entry: its title, by when people must act, and its number.
fn line(words: &Words, ink: Ink) -> String {
    let deadline = words.deadline.as_ref().map(|by| format!(" · {by}"));
    let after = format!("{} #{}", deadline.unwrap_or_default(), words.number);
    let title = ink.text(&cut(&words.title, TITLE));
    ink.linked(&title, words.url.as_deref(), &ink.text(&after))
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{bulletin, card},
        *,
    };
    use crate::bulletin::{BulletinId, DeliveryKind};

    fn entries(count: u64) -> Vec<Entry> {
        let entry = |n: u64| Entry {
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

    fn several(form: Form, count: u64) -> Card {
        card(DeliveryKind::New, None, None).of_entries(form, entries(count))
    }

    #[test]
    fn a_bundle_has_its_headline_on_top_and_lines_below() {
        insta::assert_snapshot!(several(Form::Bundle, 4).html());
        insta::assert_snapshot!(several(Form::Bundle, 4).plain());
    }

    #[test]
    fn a_digest_is_grouped_by_source() {
        insta::assert_snapshot!(several(Form::Digest, 5).html());
    }

    #[test]
    fn what_does_not_fit_is_left_for_the_next_message() {
        let digest = several(Form::Digest, 200);
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
        for form in [Form::Bundle, Form::Digest] {
            let card = several(form, 6);
            let html = dom_query::Document::from(card.html().as_str());
            assert_eq!(html.text().to_string(), card.list_seen());
        }
    }
}
