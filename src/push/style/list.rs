//! Renders a card of several bulletins as one text, grouped by source: a bundle with a summary of its first, or a
//! digest.

use super::text::{FileDetail, Room, Style, WIDE, widest};
use crate::push::card::{CardWording, EntryWords, Grouping, by_source};

/// The maximum length, in characters, of the title of an entry, and of the summary below the headline.
const TITLE: usize = 120;
const SUMMARY: usize = 300;

impl Style {
    /// Returns whether several bulletins all go into one text, with their titles.
    pub(in super::super) fn fits(&self, wording: &CardWording) -> bool {
        let room = Room {
            summary: 0,
            line: TITLE,
            files: FileDetail::Left,
        };
        self.unit.length(&self.list(wording, room)) <= self.limit
    }

    /// Returns the list with as much of its summary as fits; if even the titles are too long, with a part of each.
    pub(super) fn list_within(&self, wording: &CardWording) -> Option<String> {
        let fits = |summary, line| {
            let files = FileDetail::Left;
            let text = self.list(
                wording,
                Room {
                    summary,
                    line,
                    files,
                },
            );
            (self.unit.length(&text) <= self.limit).then_some(text)
        };
        widest(SUMMARY, |summary| fits(summary, TITLE))
            .or_else(|| widest(TITLE, |line| fits(0, line)))
    }

    fn list(&self, wording: &CardWording, room: Room) -> String {
        let heading = (self.bold)(&(self.escape)(&wording.heading()));
        let mut blocks = vec![self.top(wording, WIDE), heading];
        let mut place = 0;
        for group in by_source(&wording.entries, |entry| &entry.tag) {
            let source = (self.bold)(&(self.escape)(group[0].tag.trim()));
            let entries = group.into_iter().map(|entry| {
                place += 1;
                match (wording.form, place) {
                    (Grouping::Digest, _) => self.entry("• ", entry, room),
                    (Grouping::Bundle, 1) => self.first(entry, room),
                    (Grouping::Bundle, _) => self.entry(&format!("{place}. "), entry, room),
                }
            });
            blocks.push(self.lines(std::iter::once(source).chain(entries)));
        }
        blocks.retain(|block| !block.is_empty());
        blocks.join(self.gap)
    }

    /// Returns the first entry of a bundle, with its date and a summary.
    fn first(&self, entry: &EntryWords, room: Room) -> String {
        let summary = entry.summary.as_deref().unwrap_or_default();
        let parts = [
            self.entry("1. ", entry, room),
            (self.escape)(entry.line.as_deref().unwrap_or_default()),
            self.prose(summary, room.summary),
        ];
        self.lines(parts.into_iter())
    }

    /// Returns the line of an entry: its title, its deadline and its number.
    fn entry(&self, before: &str, entry: &EntryWords, room: Room) -> String {
        let deadline = entry.deadline.as_ref().map(|by| format!(" · {by}"));
        let after = (self.escape)(&format!(
            "{} #{}",
            deadline.unwrap_or_default(),
            entry.number
        ));
        let title = self.title(entry, room.line);
        match (self.link, self.url(entry)) {
            (Some(link), Some(url)) => {
                format!("{before}{}{after}", link(&title, url))
            }
            (None, Some(url)) => format!("{before}{title}{after}{}{url}", self.newline),
            _ => format!("{before}{title}{after}"),
        }
    }
}
