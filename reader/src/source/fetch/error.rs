//! The errors of fetching.

use std::{fmt, time::Duration};

use url::Url;

use crate::{bulletin::PageFault, source::shown::Shown};

/// The error of a request. `Display` states what went wrong and what to do; it shows no header, proxy password or query
/// secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct FetchError {
    pub what: String,
    pub kind: FetchErrorKind,
    /// The Retry-After of a 429 or 503, at most a day.
    pub retry_after: Option<Duration>,
}

/// The kind of an error, which callers act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// The guard on private addresses rejected the address.
    Refused,
    /// The site's robots.txt disallows it.
    Robots,
    TooLarge,
    /// The server answered with this status.
    Status(u16),
    TimedOut,
    /// The host's name does not resolve.
    NoHost,
    /// TLS failed.
    NotSafe,
    /// A proxy answered in place of the site.
    Proxy,
    /// No connection, a redirect loop, or a broken body.
    Failed,
}

impl FetchError {
    #[must_use]
    pub fn fault(&self) -> PageFault {
        match self.kind {
            FetchErrorKind::Refused => PageFault::Private,
            FetchErrorKind::Robots => PageFault::Robots,
            FetchErrorKind::TooLarge => PageFault::TooLarge,
            FetchErrorKind::Status(404 | 410) => PageFault::NotFound,
            FetchErrorKind::Status(status) => PageFault::Status(status),
            FetchErrorKind::TimedOut => PageFault::TimedOut,
            FetchErrorKind::NoHost => PageFault::NoHost,
            FetchErrorKind::NotSafe => PageFault::NotSafe,
            FetchErrorKind::Proxy => PageFault::Proxy,
            FetchErrorKind::Failed => PageFault::Unreachable,
        }
    }

    /// Returns whether the site itself sent no answer.
    pub(super) fn is_unanswered(&self) -> bool {
        use FetchErrorKind::{Failed, NoHost, NotSafe, Proxy, TimedOut};
        matches!(self.kind, Failed | NoHost | NotSafe | Proxy | TimedOut)
    }

    pub(super) fn failed(what: String) -> Self {
        Self::of(FetchErrorKind::Failed, what)
    }

    pub(super) fn of(kind: FetchErrorKind, what: String) -> Self {
        Self {
            what,
            kind,
            retry_after: None,
        }
    }

    pub(super) fn refused(url: &Url, why: impl fmt::Display) -> Self {
        Self::of(FetchErrorKind::Refused, format!("{}: {why}", Shown(url)))
    }

    pub(super) fn timed_out(url: &Url, after: Duration, doing: &str) -> Self {
        let what = format!("{}: timed out after {after:?} {doing}", Shown(url));
        Self::of(FetchErrorKind::TimedOut, what)
    }
}
