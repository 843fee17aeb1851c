//! The errors of fetching.

use std::{fmt, time::Duration};

use url::Url;

use crate::source::shown::Shown;

/// The error of a request. `Display` says what went wrong and what to do; it shows no header, proxy password or query secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}")]
pub struct FetchError {
    pub what: String,
    pub kind: FetchErrorKind,
    /// Retry-After of a 429 or 503, at most a day.
    pub retry_after: Option<Duration>,
}

/// The kind of an error, which callers act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchErrorKind {
    /// The guard or robots.txt refused the address.
    Refused,
    TooLarge,
    /// The server answered with this status.
    Status(u16),
    /// DNS, TLS, connection, time out, redirect loop, broken body.
    Failed,
}

impl FetchError {
    /// The contract's `error.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            FetchErrorKind::Refused => "refused",
            FetchErrorKind::TooLarge => "too-large",
            FetchErrorKind::Status(404 | 410) => "not-found",
            FetchErrorKind::Status(_) | FetchErrorKind::Failed => "fetch",
        }
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
        Self::failed(format!("{}: timed out after {after:?} {doing}", Shown(url)))
    }
}
