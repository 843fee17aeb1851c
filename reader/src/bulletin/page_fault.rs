//! The reasons why a page could not be read, by kind: each language has words for each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of page that was found in place of a list of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageKind {
    Article,
    SignIn,
    Captcha,
    Error,
    Maintenance,
    EmptyList,
    NeedsScripts,
    /// No part of it repeats like the rows of a list.
    NoRows,
}

impl PageKind {
    /// Returns its name on the command line and in the log.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Article => "an article",
            Self::SignIn => "a sign-in page",
            Self::Captcha => "a captcha",
            Self::Error => "an error page",
            Self::Maintenance => "a maintenance notice",
            Self::EmptyList => "an empty list",
            Self::NeedsScripts => {
                "a page that needs JavaScript; set `browser = true`, or give the address of its data instead"
            }
            Self::NoRows => "no repeating rows with titles were found",
        }
    }
}

impl fmt::Display for PageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The reason why a page could not be fetched or read. It is stored with a source's state, so new kinds are added at
/// the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageFault {
    NotFound,
    /// The server answered with a status other than success.
    Status(u16),
    /// No connection, or a broken one.
    Unreachable,
    TimedOut,
    /// The host name does not resolve.
    NoHost,
    /// There is no safe connection: the server's certificate is not valid, or it does not support our TLS versions.
    NotSafe,
    /// The proxy did not let the request through.
    Proxy,
    /// The guard on private addresses rejected it.
    Private,
    /// The site's robots.txt forbids it.
    Robots,
    /// The address has a user name or a password, which is not allowed there.
    HasLogin,
    TooLarge,
    /// The page is of another kind than a list.
    Instead(PageKind),
    /// No list was found, for another reason.
    NoList,
    NotAFeed,
    NoText,
    /// Binary, empty, or in no charset that makes sense.
    Unreadable,
    /// A fault in our own program.
    Broken,
}

impl PageFault {
    /// Returns the contract's `error.code`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Status(_)
            | Self::Unreachable
            | Self::TimedOut
            | Self::NoHost
            | Self::NotSafe
            | Self::Proxy => "fetch",
            Self::Private | Self::Robots | Self::HasLogin => "refused",
            Self::TooLarge => "too-large",
            Self::Instead(_) | Self::NoList => "not-a-list",
            Self::NotAFeed => "not-a-feed",
            Self::NoText => "no-text",
            Self::Unreadable | Self::Broken => "unreadable",
        }
    }
}
