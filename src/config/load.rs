//! Loads a checked config from a path.

use std::{fs::File, io::Read as _, path::Path};

use super::{
    checked::{Config, ConfigError},
    file,
    secret::Unreadable,
};

/// The maximum length, in bytes, of a file, far more than thousands of sources need: a device or a wrong file is not
/// read for ever.
const MAX_BYTES: u64 = 16 << 20;

impl Config {
    /// # Errors
    /// Fails with all mistakes in the file at `path`.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = read_file(path)?;
        Self::check(&text, path)
    }

    /// Loads the config for a command that needs no secret: those that this process cannot read are empty.
    ///
    /// # Errors
    /// Fails with all other mistakes in the file at `path`.
    pub fn load_without_secrets(path: &Path) -> Result<Self, ConfigError> {
        let text = read_file(path)?;
        Self::check_without_secrets(&text, path)
    }

    /// Checks a text as if it were in the file at `path`, except for the secrets that this process cannot read.
    ///
    /// # Errors
    /// Fails with all other mistakes in it.
    pub fn check_without_secrets(text: &str, path: &Path) -> Result<Self, ConfigError> {
        file::check(text, path, &of_process, Unreadable::LeftEmpty)
    }

    /// Checks a text as if it were in the file at `path`.
    ///
    /// # Errors
    /// Fails with all mistakes in it.
    pub fn check(text: &str, path: &Path) -> Result<Self, ConfigError> {
        file::check(text, path, &of_process, Unreadable::Reported)
    }
}

fn of_process(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}

/// Returns the text of the file at `path`.
///
/// # Errors
/// Fails if it cannot be read, is too large, or is not UTF-8.
pub(super) fn read_file(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |what: String| ConfigError {
        problems: vec![format!("{}: {what}", path.display())],
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unreadable(
            "is larger than 16 MiB; expected a smaller file".to_owned(),
        ));
    }
    String::from_utf8(bytes).map_err(|_| unreadable("is not UTF-8; expected TOML".to_owned()))
}
