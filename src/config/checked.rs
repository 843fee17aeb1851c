//! Defines the configuration for all other modules, once it has no mistakes.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use crate::bulletin::{
    Channel, ChannelId, FetchSettings, Language, Source, SourceId, StoreSettings, TelegramSettings,
    WebSettings,
};

/// A checked configuration; later code never checks again.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// The path from which it was read; `None` for embedded defaults (`demo`, `watch`).
    pub path: Option<PathBuf>,
    pub language: Language,
    pub time_zone: Tz,
    pub telegram: Option<TelegramSettings>,
    pub web: WebSettings,
    /// The channels to which faults are reported.
    pub alerts: Vec<ChannelId>,
    pub fetch: FetchSettings,
    pub store: StoreSettings,
    /// The sources in the order of the file.
    pub sources: Vec<Source>,
    /// The channels in the order of the file.
    pub channels: Vec<Channel>,
    /// The ids of the sources that are in the store.
    pub(super) joined: Vec<SourceId>,
    /// The ids of the channels that are in the store.
    pub(super) joined_channels: Vec<ChannelId>,
}

/// The present config; a reload sends a new one to all holders.
pub type Live = tokio::sync::watch::Receiver<std::sync::Arc<Config>>;

/// The mistakes in a config; `Display` prints a line for each problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", problems.join("\n"))]
pub struct ConfigError {
    /// `FILE:LINE:COLUMN: what; what is expected`, or `FILE: what`.
    pub problems: Vec<String>,
}

impl Config {
    /// Returns whether the file names nothing to watch, to push to, or to talk with: it is empty, or was cut off.
    #[must_use]
    pub fn does_nothing(&self) -> bool {
        self.sources.len() == self.joined.len()
            && self.channels.len() == self.joined_channels.len()
            && self.telegram.is_none()
    }

    /// Returns whether anything of the store joined it.
    #[must_use]
    pub fn has_joined(&self) -> bool {
        !self.joined.is_empty() || !self.joined_channels.is_empty()
    }

    /// Returns the error of a file that does nothing now, but did something before.
    #[must_use]
    pub fn emptied(&self) -> ConfigError {
        let path = self.path.as_deref().unwrap_or(Path::new("the config"));
        ConfigError {
            problems: vec![format!(
                "{}: all [[source]], [[channel]] and [telegram] tables are gone; expected at least one of them (to start from scratch, use a new state directory)",
                path.display()
            )],
        }
    }
}

impl Default for Config {
    /// Returns the embedded defaults, without sources and channels (`demo`, `watch`, `preview`).
    fn default() -> Self {
        Self {
            path: None,
            language: Language::default(),
            time_zone: chrono_tz::Asia::Shanghai,
            telegram: None,
            web: WebSettings::default(),
            alerts: Vec::new(),
            fetch: FetchSettings::default(),
            store: StoreSettings::default(),
            sources: Vec::new(),
            channels: Vec::new(),
            joined: Vec::new(),
            joined_channels: Vec::new(),
        }
    }
}
