//! Why a page could not be read, by kind: each language has words for each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The kind of page that came in place of a list of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageKind {
    Article,
    SignIn,
    Captcha,
    Error,
    Maintenance,
    EmptyList,
    NeedsScripts,
    /// Nothing on it repeats as the rows of a list do.
    NoRows,
}

impl PageKind {
    /// Its name on the command line and in the log.
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

/// Why a page could not be had or read. It is stored with a source's state, so that new kinds stand last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageFault {
    NotFound,
    /// The server answered with another status than that of success.
    Status(u16),
    /// No connection, or one that broke off.
    Unreachable,
    TimedOut,
    /// The host name leads nowhere.
    NoHost,
    /// There is no safe connection: its certificate is not valid, or it does not speak TLS as we do.
    NotSafe,
    /// The proxy did not let the request through.
    Proxy,
    /// The guard on private addresses refused it.
    Private,
    /// The site's robots.txt forbids it.
    Robots,
    /// The address has a user name or a password, which it may not have there.
    HasLogin,
    TooLarge,
    /// The page is of another kind than a list.
    Instead(PageKind),
    /// No list is found, for a reason of its own.
    NoList,
    NotAFeed,
    NoText,
    /// Binary, empty, or in no charset that makes sense.
    Unreadable,
    /// A fault of our own.
    Broken,
}

impl PageFault {
    /// The contract's `error.code`.
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
