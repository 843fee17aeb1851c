//! Collects all values of a config that no log may show.

use base64::{Engine, engine::general_purpose::STANDARD};
use url::Url;

use crate::{
    bulletin::{ChannelKind, Login, Secret},
    config::Config,
};

pub(super) fn of(config: &Config) -> Vec<String> {
    let telegram = config.telegram.iter();
    let tokens = telegram.map(|telegram| &telegram.token);
    let web = [&config.web.admin_token, &config.web.metrics_token];
    let tokens = tokens.chain(web.into_iter().flatten()).map(revealed);
    let kinds = config.channels.iter().map(|channel| &channel.kind);
    let robots = kinds.filter_map(|kind| match kind {
        ChannelKind::Robot(robot) => Some(robot.secrets()),
        _ => None,
    });
    let proxies = proxies(config).flat_map(passwords_of);
    let database = config.store.url.iter().flat_map(of_database);
    let logins = config.sources.iter().filter_map(|it| it.login.as_ref());
    let rest = database.chain(logins.flat_map(of_login));
    let all = tokens.chain(robots.flatten()).chain(proxies).chain(rest);
    all.chain(headers(config)).collect()
}

fn revealed(secret: &Secret) -> String {
    secret.reveal().to_owned()
}

fn proxies(config: &Config) -> impl Iterator<Item = &Url> {
    let of_sources = config.sources.iter().filter_map(|it| it.proxy.as_ref());
    let of_telegram = config.telegram.iter().filter_map(|it| it.proxy.as_ref());
    of_sources.chain(&config.fetch.proxy).chain(of_telegram)
}

/// Returns the password of an address, encoded and plain.
fn passwords_of(url: &Url) -> impl Iterator<Item = String> {
    let encoded = url.password().map(str::to_owned);
    let plain = Login::take_from(&mut url.clone());
    let plain = plain.map(|login| revealed(&login.password));
    encoded.into_iter().chain(plain)
}

fn of_database(url: &Secret) -> impl Iterator<Item = String> {
    let password = password_of(url.reveal()).map(str::to_owned);
    [Some(revealed(url)), password].into_iter().flatten()
}

fn of_login(login: &Login) -> [String; 2] {
    let pair = format!("{}:{}", login.user.reveal(), login.password.reveal());
    // A user without a password is a key.
    let key = match login.password.reveal() {
        "" => &login.user,
        _ => &login.password,
    };
    [revealed(key), STANDARD.encode(pair)]
}

fn headers(config: &Config) -> impl Iterator<Item = String> {
    let headers = config.sources.iter().flat_map(|source| &source.headers);
    let secret = headers.filter(|(name, _)| may_be_secret(name));
    secret.flat_map(|(_, value)| parts_of(value))
}

/// Returns the password in a database's address, which may name several hosts.
fn password_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    let (login, _) = rest.split_once('@')?;
    Some(login.split_once(':')?.1)
}

/// Returns whether the header of a source may contain a secret.
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

/// Returns a header's value, and the keys in it: `Bearer KEY`, `a=KEY; b=KEY`.
fn parts_of(value: &str) -> Vec<String> {
    let parts = value
        .split([' ', ';', ',', '='])
        .filter(|part| part.len() >= 8);
    std::iter::once(value)
        .chain(parts)
        .map(str::to_owned)
        .collect()
}
