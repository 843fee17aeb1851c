//! Returns the words of a card, clean and bounded, not yet escaped.

use super::{
    files::files_of,
    shape::{Card, Grouping},
    text::{clean_line, clean_text, cut, link, show},
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, DeliveryKind, Language},
    words::{self, fill},
};

/// The maximum length, in characters, of a headline. With the limits below, the longest card has some 3,900 of the
/// 4,096 that Telegram accepts after parsing.
const TITLE: usize = 500;
const SOURCE: usize = 100;
const PUBLISHER: usize = 100;
const NOTE: usize = 1000;
const SUMMARY: usize = 2000;
/// The maximum length, in characters, of an announcement, which is alone on its card.
const ANNOUNCEMENT: usize = 4000;
/// The maximum length, in characters, of the names of all files in one line.
const NAMES: usize = 60;

/// The words of a card, clean and bounded, not yet escaped.
#[derive(Debug, Clone)]
pub(in crate::push) struct CardWording {
    /// See [`Card::mark`].
    pub(in crate::push) mark: Option<&'static str>,
    pub(in crate::push) note: Option<String>,
    /// The bulletins; empty for an announcement.
    pub(in crate::push) entries: Vec<EntryWords>,
    /// The form in which several entries appear together.
    pub(in crate::push) form: Grouping,
    pub(in crate::push) language: Language,
}

impl CardWording {
    /// Returns the heading above several entries.
    pub(in crate::push) fn heading(&self) -> String {
        heading(self.form, self.entries.len(), self.language)
    }

    /// Returns one line for lists of chats, never empty.
    pub(in crate::push) fn title(&self) -> String {
        let mark = self.mark.map(|mark| format!("【{mark}】"));
        let said = match (&self.entries[..], self.form) {
            ([_, _, ..], Grouping::Digest) => self.heading(),
            ([first, rest @ ..], _) => {
                let more = (!rest.is_empty()).then(|| format!(" (+{})", rest.len()));
                format!("{}{}{}", first.tag, first.title, more.unwrap_or_default())
            }
            ([], _) => clean_line(self.note.as_deref().unwrap_or("noticast")),
        };
        mark.unwrap_or_default() + &said
    }
}

/// The parts of a card about a bulletin, clean and bounded, not yet escaped.
#[derive(Debug, Clone)]
pub(in crate::push) struct EntryWords {
    /// The source, in brackets.
    pub(in crate::push) tag: String,
    pub(in crate::push) title: String,
    pub(in crate::push) url: Option<String>,
    /// The date and the publisher.
    pub(in crate::push) line: Option<String>,
    pub(in crate::push) deadline: Option<String>,
    pub(in crate::push) summary: Option<String>,
    /// The names of the files, with their addresses.
    pub(in crate::push) files: Vec<(String, Option<String>)>,
    pub(in crate::push) number: BulletinId,
}

impl EntryWords {
    /// Returns the files in one line, for a form without links.
    pub(in crate::push) fn files_line(&self) -> Option<String> {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        (!names.is_empty()).then(|| format!("📎 {}", cut(&names.join(" · "), NAMES)))
    }
}

impl Card {
    /// Returns the mark of a card that is not ordinary news.
    pub(in crate::push) fn mark(&self) -> Option<&'static str> {
        let state = self.bulletin.as_ref().map(|bulletin| bulletin.state);
        match (self.kind, state) {
            (DeliveryKind::Update, Some(BulletinState::Withdrawn)) => {
                Some(words::of(self.language).cards.withdrawn)
            }
            (kind, _) => mark(kind, self.language),
        }
    }

    /// Returns the mark of the card and the note on it, as one line.
    pub(in crate::push) fn noted(&self, mark: &str, note: String) -> String {
        let values = [("mark", mark.to_owned()), ("note", note)];
        fill(words::of(self.language).cards.noted, &values)
    }

    /// Returns the words of the card, for platforms with their own form.
    pub(in crate::push) fn wording(&self) -> CardWording {
        CardWording {
            mark: self.mark(),
            note: self.clean_note(),
            entries: self.entries().into_iter().map(|(_, words)| words).collect(),
            form: self.form,
            language: self.language,
        }
    }

    /// Returns the words of all its bulletins, each with the name of its source.
    pub(super) fn entries(&self) -> Vec<(&str, EntryWords)> {
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

    pub(super) fn clean_note(&self) -> Option<String> {
        let limit = if self.bulletin.is_some() {
            NOTE
        } else {
            ANNOUNCEMENT
        };
        let note = cut(&clean_text(self.note.as_ref()?), limit);
        (!note.is_empty()).then_some(note)
    }

    pub(super) fn words(&self) -> Option<EntryWords> {
        let bulletin = self.bulletin.as_ref()?;
        Some(self.words_of(bulletin, &self.source))
    }

    pub(super) fn words_of(&self, bulletin: &Bulletin, source: &str) -> EntryWords {
        let texts = &words::of(self.language).cards;
        let tag = cut(&clean_line(source), SOURCE);
        let tag = fill(texts.source, &[("source", tag)]);
        let publisher = bulletin.publisher.as_deref().map(clean_line);
        let line: Vec<_> = [
            bulletin
                .published
                .map(|moment| show(&moment, self.time_zone)),
            publisher.map(|name| cut(&name, PUBLISHER)),
        ]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
        // A link needs text to show.
        let title = match cut(&clean_line(&bulletin.title), TITLE) {
            title if title.is_empty() => format!("#{}", bulletin.id),
            title => title,
        };
        let title = match bulletin.state {
            BulletinState::Withdrawn => fill(texts.withdrawn_title, &[("title", title)]),
            _ => title,
        };
        // The note of a correction is short: its reader already has the rest.
        let is_note = self.kind == DeliveryKind::Update;
        let summary = bulletin.summary.as_deref().filter(|_| !is_note);
        let summary = summary.map(clean_text);
        let beside = self.changes_length() + self.files_length();
        EntryWords {
            tag,
            title,
            url: link(&bulletin.url).map(str::to_owned),
            line: (!line.is_empty()).then(|| line.join(" · ")),
            deadline: bulletin
                .deadline
                .map(|moment| fill(texts.deadline, &[("when", show(&moment, self.time_zone))])),
            files: files_of(bulletin, self.language)
                .map(|(name, url)| (name, url.map(str::to_owned)))
                .collect(),
            summary: summary
                .filter(|text| !text.is_empty())
                .map(|text| cut(&text, SUMMARY.saturating_sub(beside))),
            number: bulletin.id,
        }
    }
}

/// Returns the mark of a card that is not ordinary news.
pub(crate) fn mark(kind: DeliveryKind, language: Language) -> Option<&'static str> {
    let words = &words::of(language).cards;
    match kind {
        DeliveryKind::New | DeliveryKind::Announcement | DeliveryKind::Document => None,
        DeliveryKind::Update => Some(words.corrected),
        DeliveryKind::Rebroadcast => Some(words.rebroadcast),
        DeliveryKind::Reminder => Some(words.reminder),
    }
}

/// Returns the heading of a card of `count` bulletins.
pub(super) fn heading(form: Grouping, count: usize, language: Language) -> String {
    let words = &words::of(language).cards;
    match form {
        Grouping::Digest => words.digest.say(count),
        Grouping::Bundle => words.bundle.say(count),
    }
}

/// Groups entries by source, in the order in which the sources first appear; `source` distinguishes them.
pub(in crate::push) fn by_source<T>(entries: &[T], source: impl Fn(&T) -> &str) -> Vec<Vec<&T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for entry in entries {
        let same = groups
            .iter_mut()
            .find(|group| source(group[0]) == source(entry));
        match same {
            Some(group) => group.push(entry),
            None => groups.push(vec![entry]),
        }
    }
    groups
}
