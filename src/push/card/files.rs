//! Lists the files of a bulletin on its card: by name, and as links where the platform supports them.

use super::{
    shape::Card,
    text::{clean_line, cut, escape, link},
};
use crate::{
    bulletin::{Attachment, Bulletin, Language},
    words,
};

/// The maximum number of files that a card names, and of characters of a name.
const MOST: usize = 8;
const NAME: usize = 60;

impl Card {
    /// Returns a line for each file, as Telegram's HTML.
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

    /// Returns the number of characters that the files take.
    pub(super) fn files_length(&self) -> usize {
        self.files_plain().chars().count()
    }

    fn files(&self) -> impl Iterator<Item = (String, Option<&str>)> {
        let files = |bulletin| files_of(bulletin, self.language);
        self.bulletin.iter().flat_map(move |it| files(it))
    }
}

/// Returns the names of the files, with addresses that people can open. If there are many, a last entry leads to the
/// page, which has the rest.
pub(super) fn files_of(
    bulletin: &Bulletin,
    language: Language,
) -> impl Iterator<Item = (String, Option<&str>)> {
    let all = &bulletin.attachments;
    let left = all.len().saturating_sub(MOST);
    let left = (left > 0).then(|| words::of(language).cards.more_files.say(left));
    let left = left.map(|words| (words, link(&bulletin.url)));
    let shown = move |file| shown(file, language);
    all.iter().take(MOST).map(shown).chain(left)
}

fn shown(file: &Attachment, language: Language) -> (String, Option<&str>) {
    let name = clean_line(&file.name);
    // A link needs words to show.
    let shown = if name.is_empty() { &file.url } else { &name };
    let shown = cut(&clean_line(shown), NAME);
    let shown = words::of(language).cards.sized(shown, file.shown_size());
    (shown, link(&file.url))
}
