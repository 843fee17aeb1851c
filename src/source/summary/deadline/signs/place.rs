//! A date, and the text around it.

use chrono::NaiveDate;

use super::masked::Masked;
use crate::source::summary::deadline::dates::DatedSentence;

/// Takes the parts of a sign's name.
pub(in super::super) type Say<'a> = &'a mut dyn FnMut(&[&str]);

/// A sentence and what stands around it.
pub(in super::super) struct Around {
    pub(super) sentence: Masked,
    pub(super) heading: Masked,
    pub(super) last: Masked,
    pub(super) next: Masked,
}

impl Around {
    pub(in super::super) fn new(dated: &DatedSentence) -> Self {
        let masked = |text: &str| Masked::new(text, &[]);
        Self {
            sentence: Masked::new(&dated.plain, dated.dates.iter().map(|(range, _)| range)),
            heading: masked(&dated.heading),
            last: masked(&dated.last),
            next: masked(&dated.next),
        }
    }
}

/// A date of a sentence.
pub(in super::super) struct Place<'a> {
    pub dated: &'a DatedSentence,
    pub around: &'a Around,
    /// Which date of its sentence it is.
    pub nth: usize,
    /// Which date of the text it is, and how many there are.
    pub of: (usize, usize),
    pub published: NaiveDate,
}
