//! The evidence about a group of rows.

use crate::source::list::{candidates::group::RowGroup, regions::Region};

/// A group with the evidence about it.
#[derive(Debug, Clone)]
pub(in crate::source::list) struct Scored {
    pub group: RowGroup,
    pub score: f32,
    pub is_list: bool,
    /// The share of rows with a date.
    pub dated: f32,
    /// The mean of [`units`](crate::source::list::words::units) of the titles.
    pub units: f32,
    /// The share of rows whose address names one page among many.
    pub specific: f32,
    /// The share of rows that lead to a place in the page itself.
    pub places: f32,
    pub region: Region,
    pub heading: Option<String>,
    /// True if the page's own title repeats the heading.
    pub titled: bool,
    /// True if a pager follows.
    pub paged: bool,
    /// True if the heading announces popular, related or recommended pages.
    pub side_heading: bool,
    /// The share of rows with a text that no other has.
    pub variety: f32,
    /// The share of rows whose link is not part of a sentence.
    pub standing: f32,
    /// The share of rows whose link is only a date, as in an archive.
    pub days: f32,
}

impl Scored {
    /// Returns whether nothing that a script may add could be a better list.
    pub(in crate::source::list) fn is_sure(&self) -> bool {
        self.is_list && self.region != Region::Side && !self.side_heading && self.dated >= 0.5
    }

    pub(in crate::source::list) fn weigh(&self) -> f32 {
        let place = match self.region {
            Region::Frame if self.is_plainly_dated() => 0.4,
            Region::Frame => 0.15,
            Region::Side => 0.45,
            Region::Neutral => 1.0,
            Region::Main => 1.25,
        };
        let mut score = (self.group.items.len() as f32).powf(0.6) * self.units;
        score *= 0.35 + 1.65 * self.dated;
        score *= 0.5 + 0.5 * self.specific;
        score *= self.variety * self.standing * (1.0 - 0.9 * self.days) * place;
        for (holds, factor) in [
            (self.side_heading, 0.4),
            (self.titled, 1.6),
            (self.paged, 1.6),
        ] {
            if holds {
                score *= factor;
            }
        }
        score
    }

    /// Returns whether it could be a list of notices at all: dated, or with long titles of different pages.
    pub(in crate::source::list) fn qualifies(&self) -> bool {
        let (rows, units) = (self.group.items.len(), self.units);
        let says_enough = self.dated >= 0.5 && units >= 3.0
            || self.dated > 0.2 && units >= 6.0
            || (rows >= 3 || self.titled || self.paged) && units >= 7.0 && self.specific >= 0.5
            || rows >= 4 && units >= 9.0;
        // The contents of a text lead to its headings; they have no dates.
        let leads_on = self.places < 0.5 || self.dated > 0.5;
        says_enough
            && leads_on
            && self.days < 0.5
            && self.variety > 0.5
            && self.standing > 0.5
            && (self.region != Region::Frame || self.is_plainly_dated())
    }

    /// Returns whether these are rows of something, and not a menu, a pager or links of a sentence.
    pub(in crate::source::list) fn has_rows(&self) -> bool {
        (self.places < 0.5 || self.dated > 0.5)
            && self.region != Region::Frame
            && self.units >= 2.5
            && self.variety > 0.5
            && self.standing > 0.5
    }

    /// Returns whether the rows are so clearly dated that a class which names a menu does not count.
    fn is_plainly_dated(&self) -> bool {
        self.dated > 0.8 && self.units >= 6.0
    }
}
