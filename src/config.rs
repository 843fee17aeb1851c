//! The file that an admin writes: read raw, checked whole, all problems told at once.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use crate::bulletin::{
    Channel, ChannelId, FetchSettings, Language, Source, TelegramSettings, WebSettings,
};

/// A checked configuration; later code never checks again.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where it was read from; None for embedded defaults (`demo`, `watch`).
    pub path: Option<PathBuf>,
    pub language: Language,
    pub time_zone: Tz,
    pub telegram: Option<TelegramSettings>,
    pub web: WebSettings,
    /// Channels that are told of faults.
    pub alerts: Vec<ChannelId>,
    pub fetch: FetchSettings,
    /// In the order of the file.
    pub sources: Vec<Source>,
    /// In the order of the file.
    pub channels: Vec<Channel>,
}

/// The config as it stands now; a reload sends a new one to all who hold this.
pub type Live = tokio::sync::watch::Receiver<std::sync::Arc<Config>>;

/// Everything that is wrong with a config; `Display` prints a line for each problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("\n"))]
pub struct ConfigError {
    /// `FILE:LINE:COLUMN: what; what is expected`, or `FILE: what`.
    pub problems: Vec<String>,
}

impl Config {
    /// # Errors
    /// All that is wrong with the file at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Err(ConfigError {
            problems: vec![format!("{}: not built yet", path.display())],
        })
    }
}

impl Default for Config {
    /// Embedded defaults, without sources and channels (`demo`, `watch`, `preview`).
    fn default() -> Self {
        todo!()
    }
}
