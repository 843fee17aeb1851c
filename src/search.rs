//! An index on disk of all that bulletins say: which of them hold some words, as substrings of any kind.
//!
//! Each text is cut into grams ([`grams`]); a [`segment`] is a file that says which bulletins hold each gram, and is
//! never changed; [`build`] makes one of documents or of other segments; the [`catalog`] says which segments there are
//! and up to which change of the store they go. What the index finds is a superset for words of several grams: the
//! caller reads the texts to be sure. The index knows nothing of the store that it is of. Read [`index::Index`] first.
//!
//! Memory holds a row of some 32 bytes for each bulletin; everything else is read from the files when it is asked for.

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
