//! Sends logs to stderr, through a writer that knows every secret and hides it, regardless of the part and the level of
//! the log (promise 9).

use std::{
    io::{self, Write},
    sync::{Arc, RwLock},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tracing_subscriber::{
    EnvFilter,
    fmt::{MakeWriter, time::ChronoLocal},
};

use super::{
    global::{Global, LogFormat},
    secrets,
};
use crate::config::Config;

/// The secrets that must not be shown; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask(Arc<RwLock<Vec<String>>>);

impl Mask {
    /// Hides these secrets from now on. In addresses they are percent-encoded.
    pub(super) fn hide(&self, secrets: impl IntoIterator<Item = String>) {
        let Ok(mut hidden) = self.0.write() else {
            return;
        };
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            for form in forms(secret) {
                if !hidden.contains(&form) {
                    hidden.push(form);
                }
            }
        }
        // A secret that is part of another one must not leave the rest of that one visible.
        hidden.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    pub(super) fn hide_secrets_of(&self, config: &Config) {
        self.hide(secrets::of(config));
    }

    /// Returns the text with `***` for each secret.
    pub(super) fn masked(&self, text: &str) -> String {
        let hidden = self
            .0
            .read()
            .map(|hidden| hidden.clone())
            .unwrap_or_default();
        hidden
            .iter()
            // A shorter value is not a secret, and would blot out every line.
            .filter(|secret| secret.len() >= 4 && text.contains(secret.as_str()))
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// Returns a secret as it appears in a form, in a path and in JSON.
fn forms(secret: String) -> Vec<String> {
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let path = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::Value::from(secret.as_str()).to_string();
    let json = json.trim_matches('"').to_owned();
    vec![secret, form, path, json]
}

/// Sends logs to stderr from now on, and panics with them.
pub(super) fn begin(global: &Global, is_service: bool, mask: &Mask) {
    // Faults of sled and lost connections result in our own errors: their logs would report them twice.
    let ours = match (global.quiet, global.verbose) {
        (true, _) => "error,sled=off,deadpool_postgres=off",
        (false, 0) if is_service => "warn,noticast=info,sled=off,deadpool_postgres=off",
        (false, 0) => "warn,sled=off,deadpool_postgres=off",
        (false, 1) => "info,noticast=debug",
        (false, _) => "trace,sled=info",
    };
    let asked = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let asked = asked.filter(|asked| !asked.trim().is_empty());
    // Below this level sled also logs while a thread ends, when the log cannot be written any longer.
    let asked = asked.and_then(|asked| EnvFilter::try_new(format!("{asked},sled=info")).ok());
    let filter = asked.unwrap_or_else(|| EnvFilter::new(ours));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(Writer(mask.clone()))
        .with_timer(ChronoLocal::new("%Y-%m-%dT%H:%M:%S%.3f%:z".to_owned()))
        .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
        .with_target(global.verbose > 0);
    match global.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    let mask = mask.clone();
    std::panic::set_hook(Box::new(move |panic| {
        let _ = writeln!(io::stderr(), "{}", mask.masked(&panic.to_string()));
    }));
}

#[derive(Debug, Clone)]
struct Writer(Mask);

impl<'a> MakeWriter<'a> for Writer {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for Writer {
    /// Writes an event. The subscriber passes whole events, so no secret is cut in two.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let masked = self.0.masked(&String::from_utf8_lossy(event));
        io::stderr().lock().write_all(masked.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_secret_is_hidden() {
        let mask = Mask::default();
        mask.hide(["12:ab".to_owned(), "12:abcd".to_owned(), String::new()]);
        assert_eq!(
            mask.masked("GET /bot12:abcd/getMe?token=12%3Aab failed"),
            "GET /bot***/getMe?token=*** failed"
        );
    }
}
