//! Reads and writes OPML, the lists of feeds that feed readers exchange (<https://opml.org/spec2.opml>).

mod export;
mod import;

pub use export::{Address, Outline, to_opml};
pub use import::{Imported, Skipped, decode, from_opml};

#[cfg(test)]
mod tests;
