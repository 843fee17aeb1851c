//! The worth of a date as the last day to act.

/// The worth of a date as the last day to act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Worth {
    /// Something is to be done before it; by whom stays open.
    Bare,
    /// Papers are to be had until then, by which something else is handed in later.
    Fetched,
    Asked,
    /// It takes the place of a deadline that was given before.
    Moved,
}
