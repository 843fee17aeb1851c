//! Mistakes in values from users. Each has a kind, and each language has words for each kind.

use std::fmt;

use super::page_fault::PageFault;

/// The kinds of mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputFault {
    /// It is empty, which it may not be.
    Empty,
    /// It is longer than this number of characters.
    TooLong(usize),
    /// It is not a web address, or one with a user name or password.
    NoAddress,
    /// There are more files than this number.
    TooManyFiles(usize),
    /// Nothing was changed.
    NothingChanged,
    /// The time is in the past.
    Past,
    /// The user name or password is in an address that is stored and exported.
    Login,
    /// The address leads to a place from which nothing may be fetched.
    Page(PageFault),
    /// It is not a schedule.
    NoSchedule,
    /// It is not a number up to this one.
    NoCount(i64),
    /// A word that can never match, or that takes too long to match.
    NoPattern(String),
    /// It is not a CSS selector.
    NoSelector,
    /// It names a channel that is not in the config.
    NoChannel,
    /// A feed, which no browser renders.
    NotRendered,
    /// It names the place of a secret, in files or variables of the server.
    Elsewhere,
    /// It is a secret that must be typed again, as it would be sent to another server.
    TypeAgain,
    /// It is not a secret: there is white space in it.
    NoSecret,
    /// It holds a password, which has a field of its own.
    PasswordInAddress,
    /// It is not the address of a mail server.
    NoMailServer,
    /// It is not a mail address, or not all are.
    NoMailbox,
    /// It is not the id of a Matrix room.
    NoRoom,
    /// It names a source that does not exist.
    NoSource,
    /// It is not a time of day.
    NoTimeOfDay,
    /// It is not a range of hours.
    NoHours,
    /// It is not a time zone.
    NoZone,
    /// It is not a template, or names something that does not exist.
    NoTemplate,
    /// Only programs send it, and their sentence states what is wrong.
    Unusable,
}

/// A mistake in one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field's name in the API; empty if it is about all of them.
    pub field: String,
    pub kind: InputFault,
    /// The explanation for programs and the log: `what; what is expected`.
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
