//! Words and patterns that decide which bulletins a source lets in or a channel wants.

/// `include` and `exclude` of a source or channel: words or `/regex/`, in title or summary.
#[derive(Debug, Clone, Default)]
pub struct Filter;

/// What a filter says of a bulletin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Wanted,
    /// There are words to include, and none is in it.
    NoneIncluded,
    /// The word or pattern that refuses it, as written.
    Excluded(String),
}

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{pattern}` is no pattern: {why}")]
pub struct FilterError {
    pub pattern: String,
    pub why: String,
}

impl Filter {
    /// # Errors
    /// A `/regex/` that does not compile or is too large.
    pub fn new(_include: &[String], _exclude: &[String]) -> Result<Self, FilterError> {
        Ok(Self)
    }

    /// Full and half width, upper and lower case, traditional and simplified characters are alike.
    #[must_use]
    pub fn verdict(&self, _title: &str, _summary: &str) -> Verdict {
        Verdict::Wanted
    }
}

/// Two filters are the same when they were written the same.
impl PartialEq for Filter {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}
