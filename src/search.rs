//! Indexes all texts of bulletins on disk: finds the bulletins that hold some words, as substrings of any kind.
//!
//! Each text is cut into grams ([`grams`]); a [`segment`] is a file that lists the bulletins for each gram, and is
//! never changed; [`build`] makes one of documents or of other segments; the [`catalog`] lists the segments and the
//! last change of the store that they include. The result for words of several grams is a superset: the caller reads
//! the texts to be sure. The index does not know its store. Start with [`index::Index`].
//!
//! Memory holds a row of some 32 bytes for each bulletin; everything else is read from the files on request.

mod build;
mod catalog;
mod document;
pub mod grams;
mod index;
mod postings;
mod segment;
mod table;
#[cfg(test)]
mod tests;

pub use self::{
    catalog::{Anchor, Progress},
    document::Document,
    index::{Candidates, Index, Question},
};
