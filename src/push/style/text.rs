//! Renders a card of one bulletin as one text. Read [`Style::text`] first.

use crate::push::card::{CardWording, EntryWords, cut};

/// The unit in which a platform counts a text's length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::push) enum Unit {
    /// Bytes of UTF-8.
    Bytes,
    /// UTF-16 units, as JavaScript and Java count: never fewer than code points.
    Utf16,
}

impl Unit {
    pub(in crate::push) fn length(self, text: &str) -> usize {
        match self {
            Self::Bytes => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }

    /// Returns as much of `text` as `limit` allows, cut between characters.
    pub(in crate::push) fn cut(self, text: &str, limit: usize) -> String {
        self.cut_escaped(text, limit, str::to_owned)
    }

    /// Returns the same, where `limit` counts the text after escaping.
    pub(in crate::push) fn cut_escaped(
        self,
        text: &str,
        limit: usize,
        escape: fn(&str) -> String,
    ) -> String {
        let fits = |room: usize| {
            let kept = escape(&shortened(text, room));
            (self.length(&kept) <= limit).then_some(kept)
        };
        widest(limit, fits).unwrap_or_default()
    }
}

/// A platform's markup and its limit.
#[derive(Debug, Clone, Copy)]
pub(in crate::push) struct Style {
    pub(in crate::push) limit: usize,
    pub(in crate::push) unit: Unit,
    /// The end of a line.
    pub(in crate::push) newline: &'static str,
    /// The text between two paragraphs.
    pub(in crate::push) gap: &'static str,
    pub(in crate::push) escape: fn(&str) -> String,
    /// Returns escaped text in bold.
    pub(in crate::push) bold: fn(&str) -> String,
    /// Returns a link with escaped text to an address; `None` if addresses are on their own lines.
    pub(in crate::push) link: Option<fn(&str, &str) -> String>,
}

/// The maximum length, in characters, of the parts of a card.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) summary: usize,
    /// The maximum length, in characters, of the headline, the note and each line.
    pub(super) line: usize,
    pub(super) files: FileDetail,
}

/// The detail in which files are named.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FileDetail {
    Linked,
    Named,
    Left,
}

/// The maximum length, in characters, of any part of a card.
pub(super) const WIDE: usize = 4000;

impl Style {
    /// Returns the card as one text within the limit.
    pub(in crate::push) fn text(&self, wording: &CardWording) -> String {
        let several = wording.entries.len() > 1;
        let text = if several {
            self.list_within(wording)
        } else {
            self.single_within(wording)
        };
        text.unwrap_or_else(|| {
            self.unit
                .cut_escaped(&wording.title(), self.limit, self.escape)
        })
    }

    fn single_within(&self, wording: &CardWording) -> Option<String> {
        let fits = |room: Room| {
            let text = self.draw(wording, room);
            (self.unit.length(&text) <= self.limit).then_some(text)
        };
        let by_summary = |files| {
            let line = WIDE;
            let of = |summary| {
                fits(Room {
                    summary,
                    line,
                    files,
                })
            };
            widest(WIDE, of)
        };
        let (summary, files) = (0, FileDetail::Left);
        let by_line = |line| {
            fits(Room {
                summary,
                line,
                files,
            })
        };
        let some_files = [FileDetail::Linked, FileDetail::Named, FileDetail::Left];
        let by_files = some_files.into_iter().find_map(by_summary);
        by_files.or_else(|| widest(WIDE, by_line))
    }

    /// Returns the names of a bulletin's files, a line each, with their addresses if `limit` allows them.
    pub(in crate::push) fn files_within(&self, entry: &EntryWords, limit: usize) -> Option<String> {
        let text = |files| self.files(entry, WIDE, files);
        let fits = |text: &String| !text.is_empty() && self.unit.length(text) <= limit;
        [FileDetail::Linked, FileDetail::Named]
            .into_iter()
            .map(text)
            .find(fits)
    }

    fn files(&self, entry: &EntryWords, room: usize, files: FileDetail) -> String {
        let line = |(name, url): &(String, Option<String>)| {
            let name = (self.escape)(&shortened(name, room));
            match (
                self.link,
                url.as_ref().filter(|_| files == FileDetail::Linked),
            ) {
                (Some(link), Some(url)) => format!("📎 {}", link(&name, url)),
                (None, Some(url)) => format!("📎 {name}{}{url}", self.newline),
                (_, None) => format!("📎 {name}"),
            }
        };
        let all = entry.files.iter().filter(|_| files != FileDetail::Left);
        self.lines(all.map(line))
    }

    /// Returns the lines above the headline.
    pub(super) fn top(&self, wording: &CardWording, room: usize) -> String {
        let mark = wording.mark.map(|mark| (self.bold)(&(self.escape)(mark)));
        let note = wording.note.as_deref().map(|note| self.prose(note, room));
        self.lines(mark.into_iter().chain(note))
    }

    fn draw(&self, wording: &CardWording, room: Room) -> String {
        let mut blocks = vec![self.top(wording, room.line)];
        for entry in &wording.entries {
            blocks.push(self.head(entry, room.line));
            let summary = entry.summary.as_deref().unwrap_or_default();
            blocks.push(self.prose(summary, room.summary));
            blocks.push(self.files(entry, room.line, room.files));
            let url = self.url(entry).filter(|_| self.link.is_none());
            let number = format!("#{}", entry.number);
            blocks.push(self.lines(std::iter::once(number).chain(url.map(str::to_owned))));
        }
        blocks.retain(|block| !block.is_empty());
        blocks.join(self.gap)
    }

    pub(super) fn head(&self, entry: &EntryWords, room: usize) -> String {
        let title = (self.bold)(&self.title(entry, room));
        let title = match (self.link, self.url(entry)) {
            (Some(link), Some(url)) => link(&title, url),
            _ => title,
        };
        let tag = (self.escape)(&shortened(&entry.tag, room));
        let further = [&entry.line, &entry.deadline].into_iter().flatten();
        let further = further.map(|line| (self.escape)(&shortened(line, room)));
        self.lines(std::iter::once(format!("{tag}{title}")).chain(further))
    }

    /// Returns the title, which is never empty: a link needs text to show.
    pub(super) fn title(&self, entry: &EntryWords, room: usize) -> String {
        match shortened(&entry.title, room) {
            title if title.is_empty() => format!("#{}", entry.number),
            title => (self.escape)(&title),
        }
    }

    /// Returns the address if it leaves room for words.
    pub(super) fn url<'a>(&self, entry: &'a EntryWords) -> Option<&'a str> {
        let url = entry.url.as_deref()?;
        let written = self
            .link
            .map_or_else(|| url.to_owned(), |link| link("", url));
        (self.unit.length(&written) <= self.limit / 2).then_some(url)
    }

    /// Returns the lines of a page, each escaped.
    pub(super) fn prose(&self, text: &str, room: usize) -> String {
        let text = shortened(text, room);
        self.lines(text.lines().map(self.escape))
    }

    pub(super) fn lines(&self, lines: impl Iterator<Item = String>) -> String {
        let lines: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        lines.join(self.newline)
    }
}

/// Returns at most `room` characters; nothing if there is no room for a character and the ellipsis.
fn shortened(text: &str, room: usize) -> String {
    match room {
        0 | 1 if text.chars().count() > room => String::new(),
        room => cut(text, room),
    }
}

/// Returns the result for the largest number up to `most` that has one, assuming that all smaller numbers have one too.
pub(super) fn widest<T>(most: usize, of: impl Fn(usize) -> Option<T>) -> Option<T> {
    if let Some(all) = of(most) {
        return Some(all);
    }
    let (mut low, mut high) = (0, most);
    let mut best = of(0)?;
    while high - low > 1 {
        let middle = low.midpoint(high);
        match of(middle) {
            Some(fits) => (best, low) = (fits, middle),
            None => high = middle,
        }
    }
    Some(best)
}
