//! The files of a bulletin on its card: named, and linked where the platform can.

use super::{Card, clean_line, cut, escape, link};

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
        let files = self
            .bulletin
            .iter()
            .flat_map(|bulletin| &bulletin.attachments);
        files.take(MOST).map(|file| {
            let name = cut(&clean_line(&file.name), NAME);
            (name, link(&file.url))
        })
    }
}
