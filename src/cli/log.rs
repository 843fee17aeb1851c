//! Logs go to stderr, past a writer that knows every secret and hides it, whoever logs it and at
//! whatever level (promise 9).

use std::{
    io::{self, Write},
    sync::{Arc, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use tracing_subscriber::{
    EnvFilter,
    fmt::{MakeWriter, time::ChronoLocal},
};

use super::{Global, LogFormat};
use crate::{
    bulletin::{ChannelKind, Login, Secret},
    config::Config,
};

/// All secrets that must not show; clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Mask(Arc<RwLock<Vec<String>>>);

impl Mask {
    /// Hides these from now on. In addresses they are percent-encoded.
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
        // A secret that is part of another must not leave the rest of that one standing.
        hidden.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    }

    pub(super) fn hide_secrets_of(&self, config: &Config) {
        let revealed = |secret: &Secret| secret.reveal().to_owned();
        let telegram = config
            .telegram
            .iter()
            .map(|telegram| revealed(&telegram.token));
        let web = [&config.web.admin_token, &config.web.metrics_token];
        let database = config.store.url.iter().flat_map(|url| {
            let password = password_of(url.reveal()).map(str::to_owned);
            [Some(revealed(url)), password].into_iter().flatten()
        });
        let proxies = config
            .sources
            .iter()
            .filter_map(|source| source.proxy.as_ref())
            .chain(&config.fetch.proxy)
            .chain(
                config
                    .telegram
                    .iter()
                    .filter_map(|telegram| telegram.proxy.as_ref()),
            )
            .flat_map(|url| {
                let encoded = url.password().map(str::to_owned);
                let plain = Login::take_from(&mut url.clone());
                let plain = plain.map(|login| revealed(&login.password));
                encoded.into_iter().chain(plain)
            });
        let logins = config
            .sources
            .iter()
            .filter_map(|source| source.login.as_ref());
        let logins = logins.flat_map(|login| {
            let pair = format!("{}:{}", login.user.reveal(), login.password.reveal());
            // A user without a password is a key.
            let key = match login.password.reveal() {
                "" => &login.user,
                _ => &login.password,
            };
            [revealed(key), STANDARD.encode(pair)]
        });
        let headers = config.sources.iter().flat_map(|source| {
            let secret = source
                .headers
                .iter()
                .filter(|(name, _)| may_be_secret(name));
            secret.flat_map(|(_, value)| parts_of(value))
        });
        let robots = config
            .channels
            .iter()
            .filter_map(|channel| match &channel.kind {
                ChannelKind::Robot(robot) => Some(robot.secrets()),
                _ => None,
            });
        self.hide(
            telegram
                .chain(robots.flatten())
                .chain(web.into_iter().flatten().map(revealed))
                .chain(proxies)
                .chain(database)
                .chain(logins)
                .chain(headers),
        );
    }

    /// The text with `***` for each secret.
    pub(super) fn masked(&self, text: &str) -> String {
        let hidden = self
            .0
            .read()
            .map(|hidden| hidden.clone())
            .unwrap_or_default();
        hidden
            .iter()
            // A shorter value is no secret, and would blot out every line.
            .filter(|secret| secret.len() >= 4 && text.contains(secret.as_str()))
            .fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

/// The password in a database's address, which may name several hosts.
fn password_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (login, _) = rest.split_once('@')?;
    Some(login.split_once(':')?.1)
}

/// A secret as it stands in a form, in a path and in JSON.
fn forms(secret: String) -> Vec<String> {
    let form = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let path = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
    let json = serde_json::Value::from(secret.as_str()).to_string();
    let json = json.trim_matches('"').to_owned();
    vec![secret, form, path, json]
}

/// Returns whether the header of a source may hold what nobody must see.
fn may_be_secret(name: &str) -> bool {
    const OPEN: [&str; 13] = [
        "accept",
        "accept-encoding",
        "accept-language",
        "cache-control",
        "connection",
        "content-type",
        "dnt",
        "origin",
        "pragma",
        "referer",
        "upgrade-insecure-requests",
        "user-agent",
        "x-requested-with",
    ];
    let name = name.to_ascii_lowercase();
    // Browsers describe themselves by these: `Sec-Fetch-Dest: document`.
    !OPEN.contains(&name.as_str()) && !name.starts_with("sec-")
}

/// A header's value, and the keys in it: `Bearer KEY`, `a=KEY; b=KEY`.
fn parts_of(value: &str) -> Vec<String> {
    let parts = value
        .split([' ', ';', ',', '='])
        .filter(|part| part.len() >= 8);
    std::iter::once(value)
        .chain(parts)
        .map(str::to_owned)
        .collect()
}

/// Sends logs to stderr from now on, and panics with them.
pub(super) fn begin(global: &Global, is_service: bool, mask: &Mask) {
    // What sled cannot do, or a lost connection, ends as an error of ours: it would be told twice.
    let ours = match (global.quiet, global.verbose) {
        (true, _) => "error,sled=off,deadpool_postgres=off",
        (false, 0) if is_service => "warn,noticast=info,sled=off,deadpool_postgres=off",
        (false, 0) => "warn,sled=off,deadpool_postgres=off",
        (false, 1) => "info,noticast=debug",
        (false, _) => "trace,sled=info",
    };
    let asked = std::env::var(EnvFilter::DEFAULT_ENV).ok();
    let asked = asked.filter(|asked| !asked.trim().is_empty());
    // What sled says below that it also says while a thread ends, when nobody can write it any more.
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
    /// The subscriber hands over whole events, so no secret is cut in two.
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
