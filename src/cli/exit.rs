//! Defines the end of a command: its exit code and its error.

/// The exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done = 0,
    /// The command failed, or some input did.
    Failed = 1,
    /// The command line or the config is wrong.
    Usage = 2,
}

/// A mistake on the command line that clap cannot detect.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

impl Exit {
    /// Returns the code of a command that failed: usage for a wrong command line or config, otherwise failure.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let is_usage = error.is::<UsageError>()
            || error.is::<crate::config::ConfigError>()
            || error.is::<crate::schedule::ScheduleError>();
        if is_usage { Self::Usage } else { Self::Failed }
    }
}
