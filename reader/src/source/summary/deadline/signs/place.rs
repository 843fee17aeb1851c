//! A date, and the text around it.

use chrono::NaiveDate;

use super::masked::Masked;
use crate::source::summary::deadline::dates::DatedSentence;

/// A callback that takes the parts of a sign's name.
pub(in super::super) type Say<'a> = &'a mut dyn FnMut(&[&str]);

/// A sentence and the text around it.
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

/// The facts that all dates of a text share: its first line, if others follow, and the days from the publication on.
pub(in super::super) struct Whole<'a> {
    pub(super) head: &'a str,
    pub(super) masked_head: Masked,
    days: Vec<NaiveDate>,
}

impl<'a> Whole<'a> {
    pub(in super::super) fn new(text: &'a str, mut days: Vec<NaiveDate>) -> Self {
        // Longer first lines are not titles.
        const LONGEST: usize = 160;
        let text = text.trim();
        let (first, _) = text.split_once('\n').unwrap_or_default();
        let head = if first.len() > LONGEST {
            ""
        } else {
            first.trim()
        };
        days.sort_unstable();
        days.dedup();
        Self {
            head,
            masked_head: Masked::new(head, &[]),
            days,
        }
    }

    /// Returns the rank of a day among the days of the text from the publication on.
    pub(super) fn rank(&self, day: NaiveDate) -> &'static str {
        match (self.days.as_slice(), day) {
            ([_], _) => "only",
            ([first, ..], day) if *first == day => "first",
            ([.., last], day) if *last == day => "last",
            _ => "between",
        }
    }
}

/// A date of a sentence.
pub(in super::super) struct Place<'a> {
    pub whole: &'a Whole<'a>,
    pub dated: &'a DatedSentence,
    pub around: &'a Around,
    /// The index of the date in its sentence.
    pub nth: usize,
    /// The index of the date in the text, and the number of dates there.
    pub of: (usize, usize),
    pub published: NaiveDate,
}
