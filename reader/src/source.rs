//! From an address to notices and article text: fetch, decode, read, clean, summarise.

pub mod article;
pub mod browser;
pub mod charset;
mod css;
pub mod date;
pub mod document;
mod download;
pub mod feed;
pub mod fetch;
pub mod guard;
mod kind;
mod links;
pub mod list;
pub mod onward;
mod page;
mod program;
mod reading;
mod shown;
pub mod summary;
pub mod text;

pub use self::reading::{
    Context, Instead, NoticeFeed, NoticeList, OtherList, ReadError, ReadStep, Reading,
};
use crate::bulletin::ReadAs;

/// Reads a decoded body as what `read_as` says; `Auto` works out what it is.
///
/// A JSON endpoint reads as [`Reading::List`]. An HTML page that announces a feed reads as itself:
/// whether to follow [`NoticeList::feeds`] is the round's decision.
///
/// # Errors
/// The page is not what it was asked for, or nothing that can be read.
pub fn read(
    text: &str,
    content_type: Option<&str>,
    read_as: ReadAs,
    context: &Context<'_>,
) -> Result<Reading, ReadError> {
    let mut reading = kind::read(text, content_type, read_as, context)?;
    links::take_logins_off(&mut reading);
    Ok(reading)
}

#[cfg(test)]
mod cases;
#[cfg(test)]
#[path = "../tests/drawn/mod.rs"]
mod drawn;
#[cfg(test)]
mod facts;
