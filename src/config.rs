//! The file that an admin writes: read raw, checked whole, all problems told at once.
//!
//! It knows TOML, the environment and the files that secrets lie in; of the other rooms only the
//! words of `bulletin`. Read [`Config::load`], then `config/file.rs`: each section is a list of its
//! keys over the defaults that its type brings.

mod added;
mod block;
mod channel;
mod file;
mod ids;
mod naming;
pub mod opml;
mod read;
mod secret;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod user_info;

use std::{
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use chrono_tz::Tz;

pub use added::{KeyProblem, added_source};
pub use block::{SourceBlock, append_sources};
pub use read::zone_named;

use crate::bulletin::{
    Channel, ChannelId, FetchSettings, Language, Source, SourceId, StoreSettings, TelegramSettings,
    WebSettings,
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
    pub store: StoreSettings,
    /// In the order of the file.
    pub sources: Vec<Source>,
    /// In the order of the file.
    pub channels: Vec<Channel>,
    /// Those of the sources that live in the store.
    joined: Vec<SourceId>,
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

/// Far more than thousands of sources need; a device or a wrong file is not read for ever.
const MAX_BYTES: u64 = 16 << 20;

impl Config {
    /// # Errors
    /// All that is wrong with the file at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_file(path)?;
        Self::check(&text, path)
    }

    /// Checks a text as if it stood in the file at `path`.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn check(text: &str, path: &Path) -> Result<Self, ConfigError> {
        file::check(text, path, &|name| std::env::var(name).ok())
    }
}

impl Config {
    /// Returns whether the file names nothing to watch, to push to, or to talk with: it is empty, or was cut off.
    #[must_use]
    pub fn does_nothing(&self) -> bool {
        self.sources.len() == self.joined.len()
            && self.channels.is_empty()
            && self.telegram.is_none()
    }

    /// The error of a file that does nothing, where it did something before.
    #[must_use]
    pub fn emptied(&self) -> ConfigError {
        let path = self.path.as_deref().unwrap_or(Path::new("the config"));
        ConfigError {
            problems: vec![format!(
                "{}: it holds no [[source]], no [[channel]] and no [telegram] any more, and it did before; \
                 expected the file as it was (to begin anew, use another state folder)",
                path.display()
            )],
        }
    }
}

impl Default for Config {
    /// Embedded defaults, without sources and channels (`demo`, `watch`, `preview`).
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
        }
    }
}

fn read_file(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |what: String| ConfigError {
        problems: vec![format!("{}: {what}", path.display())],
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unreadable(
            "is larger than 16 MiB; expected a config".to_owned(),
        ));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8; expected TOML".to_owned()))
}
