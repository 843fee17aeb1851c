//! The end of a command: its exit code and its error.

/// The exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    Done = 0,
    /// It failed, or some input did.
    Failed = 1,
    /// The command line or the config is wrong.
    Usage = 2,
}

/// The command line is wrong in a way that clap cannot see.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct UsageError(pub(super) String);

impl Exit {
    /// The code of a command that failed: a wrong command line or config, or anything else.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        let is_usage = error.is::<UsageError>()
            || error.is::<crate::config::ConfigError>()
            || error.is::<crate::schedule::ScheduleError>();
        if is_usage { Self::Usage } else { Self::Failed }
    }
}
