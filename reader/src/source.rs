//! Turns an address into notices and article text: fetch, decode, read, clean, summarise.

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

/// Reads a decoded body as the kind in `read_as`; `Auto` detects the kind.
///
/// A JSON endpoint is read as [`Reading::List`]. An HTML page that announces a feed is read as itself: the round
/// decides whether to follow [`NoticeList::feeds`].
///
/// # Errors
/// Fails if the page is not of the requested kind, or cannot be read.
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
