//! Renders the card that a channel shows of a bulletin: its words, cleaned and bounded, and its form as Telegram's HTML
//! and as plain text.
//!
//! Page text is untrusted: regardless of it, a card stays well-formed and within the platform's limits. The text is cut
//! before it is escaped, never inside a character. Read [`Card::new`] first.

mod act;
mod edition;
mod files;
mod list;
mod markup;
mod own;
mod preview;
mod quiet;
mod shape;
#[cfg(test)]
pub(crate) mod tests;
mod text;
mod words;

#[cfg(test)]
pub(crate) use self::shape::CardEntry;
pub(super) use self::words::{CardWording, EntryWords, by_source};
pub(crate) use self::{
    act::CardAct,
    edition::what_changed,
    shape::{Card, Grouping},
    text::{clean_line, clean_text, cut, escape, link, show},
    words::mark,
};
