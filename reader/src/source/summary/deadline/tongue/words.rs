//! The words by which a language names a last day.

/// Matches nothing.
pub(super) const NONE: &str = r"[^\s\S]";

/// The words of a language, as alternatives of a pattern.
pub(super) struct TongueWords {
    /// Common words that show the language, parted by spaces.
    pub(super) marks: &'static str,
    /// Right before a last day: by, until.
    pub(super) until: &'static str,
    /// Right after it: まで, kadar.
    pub(super) after: &'static str,
    /// The names of a last day, some words before it: deadline, no later than.
    pub(super) label: &'static str,
    /// Verbs right before the day on which what is done ends: closes.
    pub(super) ends: &'static str,
    /// The beginnings of words for what readers are asked to do.
    pub(super) doing: &'static str,
    /// Says that something is asked of the reader or open to him: please, must, you may.
    pub(super) asking: &'static str,
    /// Says that it is over.
    pub(super) past: &'static str,
    /// Between the two days of a range.
    pub(super) to: &'static str,
    /// Right before the first day of a range.
    pub(super) from: &'static str,
    /// Between these words and the day: articles, `day`.
    pub(super) fill: &'static str,
    /// Says that a deadline is a new one.
    pub(super) moved: &'static str,
    /// Says that the day that follows is no deadline: one that holds no longer, or the end of what is valid.
    pub(super) former: &'static str,
    /// Words for acts that are not the readers': closed, completed, in force.
    pub(super) others: &'static str,
    /// Words for what else has a day in notices: contracts, events, results, conditions.
    pub(super) beside: &'static str,
    /// Numbers of a date stand in the order of day and month.
    pub(super) day_first: bool,
}
