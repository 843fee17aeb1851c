//! A card of several bulletins as one text: a bundle with its headline on top, or a digest by sources.

use super::text::{FileDetail, Room, Style, WIDE, widest};
use crate::push::card::{CardWording, EntryWords, Grouping};

/// Characters of the title of an entry, and of the summary below the headline.
const TITLE: usize = 120;
const SUMMARY: usize = 300;

impl Style {
    /// Returns whether all of several bulletins go into one text, with their titles.
    pub(in super::super) fn fits(&self, wording: &CardWording) -> bool {
        let room = Room {
            summary: 0,
            line: TITLE,
            files: FileDetail::Left,
        };
        self.unit.length(&self.list(wording, room)) <= self.limit
    }

    /// The list with as much of its summary as there is room for; where even the titles are too long,
    /// with a part of each.
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
        let mut blocks = vec![self.top(wording, WIDE)];
        match wording.form {
            Grouping::Digest => {
                blocks.push((self.bold)(&(self.escape)(&wording.title())));
                for group in wording.entries.chunk_by(|a, b| a.tag == b.tag) {
                    let source = (self.bold)(&(self.escape)(group[0].tag.trim()));
                    let entries = group.iter().map(|entry| self.entry("• ", entry, room));
                    blocks.push(self.lines(std::iter::once(source).chain(entries)));
                }
            }
            Grouping::Bundle => {
                if let Some((first, rest)) = wording.entries.split_first() {
                    blocks.push(self.first(first, room));
                    let numbered = rest.iter().zip(2..).map(|(entry, place)| {
                        let tag = if entry.tag == first.tag {
                            ""
                        } else {
                            &entry.tag
                        };
                        self.entry(&format!("{place}. {}", (self.escape)(tag)), entry, room)
                    });
                    blocks.push(self.lines(numbered));
                }
            }
        }
        blocks.retain(|block| !block.is_empty());
        blocks.join(self.gap)
    }

    /// The headline of a bundle.
    fn first(&self, entry: &EntryWords, room: Room) -> String {
        let summary = entry.summary.as_deref().unwrap_or_default();
        let url = self.url(entry).filter(|_| self.link.is_none());
        let parts = [
            self.head(entry, room.line),
            self.prose(summary, room.summary),
            format!("#{}", entry.number),
            url.unwrap_or_default().to_owned(),
        ];
        self.lines(parts.into_iter())
    }

    /// A line: a title, by when people must act, and its number.
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
