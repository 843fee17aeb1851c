//! Mistakes in values that somebody sent. Each has a kind, and each language has words for each kind.

use std::fmt;

use super::page_fault::PageFault;

/// The kinds of mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputFault {
    /// There is nothing in it, and there has to be.
    Empty,
    /// It is longer than so many characters.
    TooLong(usize),
    /// It is no address of the web, or one with a user name or password.
    NoAddress,
    /// There are more files than so many.
    TooManyFiles(usize),
    /// All is as it was.
    NothingChanged,
    /// A time that is over.
    Past,
    /// A user name or password of an address that is kept and exported.
    Login,
    /// The address leads where it may not be fetched.
    Page(PageFault),
    /// It says no times.
    NoSchedule,
    /// It is no number up to this one.
    NoCount(i64),
    /// A word that can never match, or that takes too long to match.
    NoPattern(String),
    /// It is no CSS selector.
    NoSelector,
    /// It names a channel that is not in the config.
    NoChannel,
    /// A feed, which no browser renders.
    NotRendered,
    /// It says where a secret lies, in files or variables of the server.
    Elsewhere,
    /// A secret that is to be typed again, as it would go to another server.
    TypeAgain,
    /// It is no secret: there is white space in it.
    NoSecret,
    /// It holds a password, which has a field of its own.
    PasswordInAddress,
    /// It is no address of a mail server.
    NoMailServer,
    /// It is no mail address, or not all are.
    NoMailbox,
    /// It is no id of a room of Matrix.
    NoRoom,
    /// It names a source that is not there.
    NoSource,
    /// It says no time of day.
    NoTimeOfDay,
    /// It says no hours from one time to another.
    NoHours,
    /// It is no time zone.
    NoZone,
    /// It is no template, or names what there is not.
    NoTemplate,
    /// Programs alone send it, and their sentence says what is wrong.
    Unusable,
}

/// A mistake in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// Its name in the API; empty: it is about all of them.
    pub field: String,
    pub kind: InputFault,
    /// For programs and the log: `what; what is expected`.
    pub what: String,
}

impl FieldFault {
    #[must_use]
    pub fn new(field: &str, kind: InputFault, what: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            kind,
            what: what.into(),
        }
    }
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.field.as_str() {
            "" => f.write_str(&self.what),
            field => write!(f, "`{field}`: {}", self.what),
        }
    }
}
