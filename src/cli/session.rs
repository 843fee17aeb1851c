//! Provides the basis of every subcommand: the global options, the runtime, the config, the mask for secrets.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
};

use super::{
    global::Global,
    log::{self, Mask},
};
use crate::{
    app::HideSecrets,
    config::{Config, ConfigError},
};

const DEFAULT_CONFIG: &str = "config/noticast.toml";
/// Where the packages put it.
const INSTALLED_CONFIG: &str = "/etc/noticast/noticast.toml";
const DEFAULT_STATE: &str = "state";

pub(super) struct Session {
    named_config: Option<PathBuf>,
    pub(super) state: PathBuf,
    pub(super) verbose: bool,
    pub(super) mask: Mask,
}

impl Session {
    pub(super) fn begin(global: &Global, is_service: bool) -> Self {
        let mask = Mask::default();
        log::begin(global, is_service, &mask);
        Self {
            named_config: named(global.config.as_ref(), "NOTICAST_CONFIG"),
            state: named(global.state.as_ref(), "NOTICAST_STATE")
                .unwrap_or_else(|| DEFAULT_STATE.into()),
            verbose: global.verbose > 0,
            mask,
        }
    }

    pub(super) fn block_on<T>(
        &self,
        work: impl Future<Output = anyhow::Result<T>>,
    ) -> anyhow::Result<T> {
        crate::app::memory::keep_together();
        crate::app::descriptors::raise();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()?;
        // Boxed, otherwise each way into the runtime would be compiled with all commands in it.
        let work: Pin<Box<dyn Future<Output = _>>> = Box::pin(work);
        let done = runtime.block_on(work);
        // A read of stdin or the resolution of a name must not keep the program from ending.
        runtime.shutdown_background();
        done
    }

    /// Prints an error on one line, with its causes and without secrets.
    pub(super) fn say_error(&self, error: &anyhow::Error) {
        let text = self.mask.masked(&format!("{error:#}"));
        if error.is::<ConfigError>() {
            eprintln!("{text}");
        } else {
            eprintln!("noticast: {text}");
        }
    }

    /// Returns the path of `--config`, otherwise that of the environment.
    pub(super) fn named_config(&self) -> Option<&Path> {
        self.named_config.as_deref()
    }

    pub(super) fn config_path(&self) -> PathBuf {
        self.named_config
            .clone()
            .unwrap_or_else(|| DEFAULT_CONFIG.into())
    }

    /// Hides the secrets of each config that is loaded from now on.
    pub(super) fn hide_secrets(&self) -> HideSecrets {
        let mask = self.mask.clone();
        Box::new(move |config| mask.hide_secrets_of(config))
    }

    /// Loads the config, whose secrets are hidden from now on.
    pub(super) fn config(&self) -> Result<Config, ConfigError> {
        if !self.has_config() {
            return Err(no_config());
        }
        load(&self.config_path(), &self.mask)
    }

    /// Returns the config to append to: the defaults if the file does not exist yet.
    pub(super) fn config_to_append(&self) -> Result<Config, ConfigError> {
        match self.config_path().try_exists() {
            Ok(false) => Ok(Config::default()),
            _ => self.config_without_secrets(),
        }
    }

    /// Returns the config, or the defaults if none is named and none exists.
    pub(super) fn config_or_default(&self) -> Result<Config, ConfigError> {
        match self.has_config() {
            true => self.config(),
            false => Ok(Config::default()),
        }
    }

    /// The same for a command that needs no secret: those of a service are often not in the shell of its admin.
    pub(super) fn config_without_secrets(&self) -> Result<Config, ConfigError> {
        if !self.has_config() {
            return Ok(Config::default());
        }
        let config = Config::load_without_secrets(&self.config_path())?;
        self.mask.hide_secrets_of(&config);
        Ok(config)
    }

    fn has_config(&self) -> bool {
        self.named_config.is_some() || Path::new(DEFAULT_CONFIG).exists()
    }
}

/// Returns a path of the command line, otherwise of the environment; an empty variable counts as unset.
fn named(option: Option<&PathBuf>, variable: &str) -> Option<PathBuf> {
    let from_environment = || std::env::var_os(variable).filter(|path| !path.is_empty());
    option
        .cloned()
        .or_else(|| from_environment().map(PathBuf::from))
}

/// The error of a command that needs a config, in a folder that has none.
fn no_config() -> ConfigError {
    let installed = match Path::new(INSTALLED_CONFIG).exists() {
        true => format!(", such as {INSTALLED_CONFIG}"),
        false => String::new(),
    };
    ConfigError {
        problems: vec![format!(
            "{DEFAULT_CONFIG}: there is no such file; --config or NOTICAST_CONFIG names another one{installed}"
        )],
    }
}

/// Reads a config and hides its secrets.
pub(super) fn load(path: &Path, mask: &Mask) -> Result<Config, ConfigError> {
    let config = Config::load(path)?;
    mask.hide_secrets_of(&config);
    Ok(config)
}
