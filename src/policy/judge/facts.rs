//! Defines the facts that the rules get, and their answers.

use std::collections::HashSet;

use crate::bulletin::{BulletinId, BulletinState, Cause, Filter, Moment};

/// The verdict about one row of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// The row was seen before under this address, guid, or title and date.
    Known(BulletinId),
    /// The row is the same as an earlier row of this page, at that place.
    Again(usize),
    /// The row is to be archived and, if `Published`, pushed.
    Unknown(BulletinState, Cause),
}

/// The facts about the source, and its settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The oldest date that the baseline showed; `None` for the first poll.
    pub(crate) baseline: Option<Option<Moment>>,
    pub(crate) newest: Option<Moment>,
    /// True if any bulletin of this source is known.
    pub(crate) has_bulletins: bool,
    /// The bulletins that the page showed before, as far as its rows were distinguished.
    pub(crate) last_page: Option<&'a HashSet<u64>>,
    /// True if its last known row was news when it appeared, later than all known rows above it.
    pub(crate) ends_with_news: bool,
    /// The number of rows that are on the first page of the list.
    pub(crate) first_page: usize,
    pub(crate) announce_first: usize,
    pub(crate) filter: &'a Filter,
    /// True if summaries may still arrive with the articles: until then, a missing `include` word decides nothing.
    pub(crate) articles_to_come: bool,
}
