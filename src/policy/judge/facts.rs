//! The facts that the rules get, and their answers.

use std::collections::HashSet;

use crate::bulletin::{BulletinId, BulletinState, Cause, Filter, Moment};

/// The verdict about one row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// Seen before under this address, guid, or title and date.
    Known(BulletinId),
    /// The same as an earlier row of this page, at that place.
    Again(usize),
    /// To be archived and, if `Published`, pushed.
    Unknown(BulletinState, Cause),
}

/// The facts about the source, and its settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// None: this is the first poll. Else the oldest date that the baseline showed.
    pub(crate) baseline: Option<Option<Moment>>,
    pub(crate) newest: Option<Moment>,
    /// Any bulletin of this source is known.
    pub(crate) has_bulletins: bool,
    /// Those that the page showed before, as far as its rows were distinguished.
    pub(crate) last_page: Option<&'a HashSet<u64>>,
    /// Its last known row was news when it came, later than all known rows above it.
    pub(crate) ends_with_news: bool,
    /// So many of the rows stand on the first page of the list.
    pub(crate) first_page: usize,
    pub(crate) announce_first: usize,
    pub(crate) filter: &'a Filter,
    /// Summaries may still come with the articles: that no word is included yet is no verdict.
    pub(crate) articles_to_come: bool,
}
