//! The words with which a language names a last day.

/// A pattern that matches nothing.
pub(super) const NONE: &str = r"[^\s\S]";

/// The words of a language, as alternatives of a pattern.
pub(super) struct TongueWords {
    /// Common words that show the language, separated by spaces.
    pub(super) marks: &'static str,
    /// Words right before a last day: by, until.
    pub(super) until: &'static str,
    /// Words right after it: まで, kadar.
    pub(super) after: &'static str,
    /// The names of a last day, some words before it: deadline, no later than.
    pub(super) label: &'static str,
    /// Verbs right before the day on which an activity ends: closes.
    pub(super) ends: &'static str,
    /// The beginnings of words for what readers are requested to do.
    pub(super) doing: &'static str,
    /// Words that request something from the reader or permit it: please, must, you may.
    pub(super) asking: &'static str,
    /// Words for something that is over.
    pub(super) past: &'static str,
    /// Words between the two days of a range.
    pub(super) to: &'static str,
    /// Words right before the first day of a range.
    pub(super) from: &'static str,
    /// Words between these and the day: articles, `day`.
    pub(super) fill: &'static str,
    /// Words for a deadline that is a new one.
    pub(super) moved: &'static str,
    /// Words before a day that is not a deadline: one that is no longer valid, or the end of a validity.
    pub(super) former: &'static str,
    /// Words for acts that are not the readers': closed, completed, in force.
    pub(super) others: &'static str,
    /// Words for other things with a day in notices: contracts, events, results, conditions.
    pub(super) beside: &'static str,
    /// True if the numbers of a date are in the order of day and month.
    pub(super) day_first: bool,
}
