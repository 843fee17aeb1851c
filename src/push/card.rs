//! What a channel shows of a bulletin: the words of a card, cleaned and bounded, and its form as
//! Telegram's HTML and as plain text.
//!
//! Page text is untrusted: whatever it holds, a card stays well-formed and within the platform's
//! limits. It is cut before it is escaped, never inside a character. Read [`Card::new`] first.

mod edition;
mod files;
mod list;
mod own;
mod preview;
mod quiet;

use std::sync::Arc;

use chrono_tz::Tz;
use unicode_segmentation::UnicodeSegmentation;

pub(crate) use self::edition::what_changed;
pub(crate) use self::list::{Entry, Form};
use self::{files::files_of, list::digest_title};
use crate::{
    bulletin::{
        Bulletin, BulletinId, BulletinState, Channel, DeliveryId, DeliveryKind, Language, Mode,
        Moment, SourceId,
    },
    config::Config,
    ops::Waiting,
};

/// Characters of a headline. With those below, the longest card has some 3,900 of the 4,096 that
/// Telegram takes after parsing.
const TITLE: usize = 500;
const SOURCE: usize = 100;
const PUBLISHER: usize = 100;
const NOTE: usize = 1000;
const SUMMARY: usize = 2000;
/// Characters of an announcement, which has nothing beside it.
const ANNOUNCEMENT: usize = 4000;
/// Characters of the names of all files in one line.
const NAMES: usize = 60;
/// Longer addresses are no longer links for Telegram.
const URL: usize = 2000;

/// One delivery, ready to be shown anywhere.
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
    /// Further bulletins in the same message, where [`super::sender::Sender::fits`] lets them in.
    pub(crate) further: Vec<Entry>,
    /// How several stand together.
    pub(crate) form: Form,
    /// What was corrected since the message was sent; none where it is sent for the first time.
    pub(crate) changes: Vec<(BulletinId, String)>,
    /// The channel's own card, as Telegram's HTML.
    pub(super) own: Option<String>,
}

impl Card {
    /// Of a delivery, and of all bulletins that go out with it.
    pub(crate) fn new(
        waiting: &Waiting,
        bulletins: Vec<Bulletin>,
        channel: &Channel,
        config: &Config,
    ) -> Self {
        let entries = bulletins.into_iter().map(|bulletin| Entry {
            source: quiet::name_on(channel, &sources(&bulletin, channel, config)),
            bulletin: Arc::new(quiet::on(channel, bulletin)),
        });
        let card = Self {
            delivery: Some(waiting.id),
            kind: waiting.kind,
            language: channel.language.unwrap_or(config.language),
            time_zone: channel.time_zone,
            note: waiting.note.clone(),
            ..Self::announcement(String::new(), config)
        };
        let form = match channel.mode {
            Mode::Digest => Form::Digest,
            Mode::Each | Mode::Bundle => Form::Bundle,
        };
        card.of_entries(form, entries.collect())
    }

    /// Of a bulletin that nothing sends.
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

    /// A card without a bulletin.
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
            form: Form::default(),
            changes: Vec::new(),
            own: None,
        }
    }

    /// Telegram's HTML: at most 4,096 characters after parsing, whatever the page holds.
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

    /// The same without markup, for a platform that cannot read ours. That of several bulletins has all
    /// their addresses, and is as long as they are.
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
        // The address counts as text here; one that does not fit is left out whole.
        match &words.url {
            Some(url) if text.chars().count() + url.chars().count() < 4096 => {
                text + &format!("\n{url}")
            }
            _ => text,
        }
    }

    /// The bulletin's address, where it is one that people can open.
    pub(crate) fn url(&self) -> Option<&str> {
        link(&self.bulletin.as_ref()?.url)
    }

    /// Returns what stands above the headline: what kind of card it is, and the note.
    fn top(&self, bold: impl Fn(&str) -> String, plain: impl Fn(&str) -> String) -> String {
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

    /// That it is not simply news.
    pub(super) fn mark(&self) -> Option<&'static str> {
        let state = self.bulletin.as_ref().map(|bulletin| bulletin.state);
        match (self.kind, state, self.language) {
            (DeliveryKind::Update, Some(BulletinState::Withdrawn), Language::Zh) => Some("已撤回"),
            (DeliveryKind::Update, Some(BulletinState::Withdrawn), Language::En) => {
                Some("Withdrawn")
            }
            (kind, _, language) => mark(kind, language),
        }
    }

    fn clean_note(&self) -> Option<String> {
        let limit = if self.bulletin.is_some() {
            NOTE
        } else {
            ANNOUNCEMENT
        };
        let note = cut(&clean_text(self.note.as_ref()?), limit);
        (!note.is_empty()).then_some(note)
    }

    /// A name for what is sent: the same at each repetition, and at no other delivery, not even of a
    /// store that begins anew.
    pub(super) fn key(&self) -> String {
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

    /// Returns what the card says, for platforms with a form of their own.
    pub(super) fn wording(&self) -> Wording {
        Wording {
            mark: self.mark(),
            note: self.clean_note(),
            entries: self.entries().into_iter().map(|(_, words)| words).collect(),
            form: self.form,
            language: self.language,
        }
    }

    fn words(&self) -> Option<Words> {
        let bulletin = self.bulletin.as_ref()?;
        Some(self.words_of(bulletin, &self.source))
    }

    fn words_of(&self, bulletin: &Bulletin, source: &str) -> Words {
        let tag = cut(&clean_line(source), SOURCE);
        let tag = match self.language {
            Language::Zh => format!("【{tag}】"),
            Language::En => format!("[{tag}] "),
        };
        let withdrawn = match (bulletin.state, self.language) {
            (BulletinState::Withdrawn, Language::Zh) => "（已撤回）",
            (BulletinState::Withdrawn, Language::En) => "(withdrawn) ",
            _ => "",
        };
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
        // A link needs words to show.
        let title = match cut(&clean_line(&bulletin.title), TITLE) {
            title if title.is_empty() => format!("#{}", bulletin.id),
            title => title,
        };
        // A note of a correction is short: its reader has the rest.
        let is_note = self.kind == DeliveryKind::Update;
        let summary = bulletin.summary.as_deref().filter(|_| !is_note);
        let summary = summary.map(clean_text);
        let beside = self.changes_length() + self.files_length();
        Words {
            tag,
            title: format!("{withdrawn}{title}"),
            url: link(&bulletin.url).map(str::to_owned),
            line: (!line.is_empty()).then(|| line.join(" · ")),
            deadline: bulletin.deadline.map(|moment| {
                let moment = show(&moment, self.time_zone);
                match self.language {
                    Language::Zh => format!("截止：{moment}"),
                    Language::En => format!("Deadline: {moment}"),
                }
            }),
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

/// All words of a card, clean and bounded, not yet escaped.
#[derive(Debug, Clone)]
pub(super) struct Wording {
    /// See [`Card::mark`].
    pub(super) mark: Option<&'static str>,
    pub(super) note: Option<String>,
    /// None: an announcement.
    pub(super) entries: Vec<Words>,
    /// How several stand together.
    pub(super) form: Form,
    pub(super) language: Language,
}

impl Wording {
    /// One line for lists of chats, never empty.
    pub(super) fn title(&self) -> String {
        let mark = self.mark.map(|mark| format!("【{mark}】"));
        let count = self.entries.len();
        let said = match (&self.entries[..], self.form) {
            ([_, _, ..], Form::Digest) => digest_title(count, self.language),
            ([first, rest @ ..], _) => {
                let more = (!rest.is_empty()).then(|| format!(" (+{})", rest.len()));
                format!("{}{}{}", first.tag, first.title, more.unwrap_or_default())
            }
            ([], _) => clean_line(self.note.as_deref().unwrap_or("noticast")),
        };
        mark.unwrap_or_default() + &said
    }
}

/// The names of the sources that carry a bulletin, of those that the channel has.
fn sources(bulletin: &Bulletin, channel: &Channel, config: &Config) -> String {
    let had: Vec<_> = bulletin.sources().filter(|id| channel.wants(id)).collect();
    match had.is_empty() {
        true => names(bulletin.sources(), config),
        false => names(had.into_iter(), config),
    }
}

fn names<'a>(ids: impl Iterator<Item = &'a SourceId>, config: &Config) -> String {
    let name = |id: &SourceId| {
        let known = config.sources.iter().find(|source| source.id == *id);
        known.map_or_else(|| id.to_string(), |source| source.name.clone())
    };
    ids.map(name).collect::<Vec<_>>().join(" · ")
}

/// The parts of a card about a bulletin, clean and bounded, not yet escaped.
#[derive(Debug, Clone)]
pub(super) struct Words {
    /// The source, in brackets.
    pub(super) tag: String,
    pub(super) title: String,
    pub(super) url: Option<String>,
    /// Date and publisher.
    pub(super) line: Option<String>,
    pub(super) deadline: Option<String>,
    pub(super) summary: Option<String>,
    /// Names of files, and where they are.
    pub(super) files: Vec<(String, Option<String>)>,
    pub(super) number: BulletinId,
}

impl Words {
    /// The files in one line, where a form has no links.
    pub(super) fn files_line(&self) -> Option<String> {
        let names: Vec<&str> = self.files.iter().map(|(name, _)| name.as_str()).collect();
        (!names.is_empty()).then(|| format!("📎 {}", cut(&names.join(" · "), NAMES)))
    }
}

/// Returns how a card that is not simply news says so.
pub(crate) fn mark(kind: DeliveryKind, language: Language) -> Option<&'static str> {
    let (zh, en) = match kind {
        DeliveryKind::New | DeliveryKind::Announcement | DeliveryKind::Document => return None,
        DeliveryKind::Update => ("更正", "Corrected"),
        DeliveryKind::Rebroadcast => ("重发", "Again"),
        DeliveryKind::Reminder => ("提醒", "Reminder"),
    };
    Some(match language {
        Language::Zh => zh,
        Language::En => en,
    })
}

/// `url`, if it is one that people can open.
pub(crate) fn link(url: &str) -> Option<&str> {
    let opens = url.starts_with("http://") || url.starts_with("https://");
    let is_clean = !url.chars().any(|c| c.is_control() || c.is_whitespace());
    (opens && is_clean && url.len() <= URL).then_some(url)
}

/// A day as it is, a time by the clock of `zone`, to the minute.
pub(crate) fn show(moment: &Moment, zone: Tz) -> String {
    match moment {
        Moment::Day(day) => day.format("%Y-%m-%d").to_string(),
        Moment::Time(time) => time
            .with_timezone(&zone)
            .format("%Y-%m-%d %H:%M")
            .to_string(),
    }
}

/// One line without control characters: a page must not move a reader's cursor or turn its text round.
pub(crate) fn clean_line(text: &str) -> String {
    let seen = text.chars().filter(|c| c.is_whitespace() || shows(*c));
    let seen: String = seen.collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lines, each clean, with at most one empty line between two.
pub(crate) fn clean_text(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for line in text.lines().map(clean_line) {
        if !line.is_empty() || !(clean.is_empty() || clean.ends_with("\n\n")) {
            clean += &line;
            clean.push('\n');
        }
    }
    clean.truncate(clean.trim_end().len());
    clean
}

fn shows(c: char) -> bool {
    let turns_text = matches!(c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_nothing = matches!(c, '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    !c.is_control() && !turns_text && !is_nothing
}

/// At most `max` characters (code points), cut between what a reader sees as characters.
pub(crate) fn cut(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let (mut kept, mut count) = (String::new(), 0);
    for cluster in text.graphemes(true) {
        count += cluster.chars().count();
        if count >= max {
            break;
        }
        kept += cluster;
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Text as it stands in Telegram's HTML, also between the quotes of an attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
pub(crate) mod tests;
