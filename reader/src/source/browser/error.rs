//! The reasons why a page was not rendered.

use std::{io, path::PathBuf};

/// The reason why a page was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    #[error("no browser is found: install Chromium, or name one as `browser` in [fetch]")]
    Missing,
    #[error("the browser {0} cannot be started: {1}")]
    NoStart(PathBuf, String),
    #[error("the connection to the browser was lost: {0}")]
    Lost(String),
    #[error("the browser rejected {0}: {1}")]
    Refused(String, String),
    #[error("the page keeps the browser so busy that it does not answer")]
    Silent,
    #[error("the page crashed the browser, or needs more memory than allowed")]
    Crashed,
    #[error("the browser's proxy could not be started: {0}")]
    NoWay(#[from] io::Error),
}

impl BrowserError {
    pub(super) fn lost(error: &dyn std::error::Error) -> Self {
        Self::Lost(error.to_string())
    }

    pub(super) fn ended() -> Self {
        Self::Lost("it ended".to_owned())
    }

    pub(super) fn refused(method: &str, why: &str) -> Self {
        Self::Refused(method.to_owned(), why.to_owned())
    }
}
