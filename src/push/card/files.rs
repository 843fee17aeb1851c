//! The files of a bulletin on its card: named, and linked where the platform can.

use super::{Card, clean_line, cut, escape, link};
use crate::bulletin::Bulletin;

/// Files that a card names, and characters of a name.
const MOST: usize = 5;
const NAME: usize = 60;

impl Card {
    /// A line for each file, as Telegram's HTML.
    pub(super) fn files_html(&self) -> String {
        let line = |(name, url): (String, Option<&str>)| match url {
            Some(url) => format!("\n📎 <a href=\"{}\">{}</a>", escape(url), escape(&name)),
            None => format!("\n📎 {}", escape(&name)),
        };
        self.files().map(line).collect()
    }

    pub(super) fn files_plain(&self) -> String {
        self.files()
            .map(|(name, _)| format!("\n📎 {name}"))
            .collect()
    }

    /// Characters that the files take.
    pub(super) fn files_length(&self) -> usize {
        self.files_plain().chars().count()
    }

    fn files(&self) -> impl Iterator<Item = (String, Option<&str>)> {
        self.bulletin.iter().flat_map(|bulletin| files_of(bulletin))
    }
}

/// Names, and addresses that people can open.
pub(super) fn files_of(bulletin: &Bulletin) -> impl Iterator<Item = (String, Option<&str>)> {
    bulletin.attachments.iter().take(MOST).map(|file| {
        let name = clean_line(&file.name);
        // A link needs words to show.
        let shown = if name.is_empty() { &file.url } else { &name };
        let mut shown = cut(&clean_line(shown), NAME);
        if let Some(size) = file.shown_size() {
            shown = format!("{shown} ({size})");
        }
        (shown, link(&file.url))
    })
}
