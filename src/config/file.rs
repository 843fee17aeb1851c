//! Reads the file as a whole: its sections, and the references between them.

use std::path::Path;

use toml::de::DeTable;
use url::Url;

use super::{
    channel,
    checked::{Config, ConfigError},
    ids::Ids,
    read::{
        allow_private, duration, host, integer, list, listen, one_of, proxy, range, size, string,
        text, time_zone, unless_empty, web_address,
    },
    secret::{Surroundings, Unreadable},
    source,
    table::{Problems, Read, Table, Value, fault},
};
use crate::bulletin::{
    AddSources, FetchSettings, Language, Secret, StoreSettings, Subscribe, TelegramSettings,
    WebSettings,
};

pub(super) fn check(
    text: &str,
    path: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    unreadable: Unreadable,
) -> Result<Config, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let problems = Problems::new(path.display().to_string(), text);
    let surroundings = Surroundings::new(path, env).with(unreadable);
    match DeTable::parse(text) {
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, syntax_error(error.message()));
            problems.into_result().map(|()| Config::default())
        }
        Ok(table) => {
            let root = Table::new("the file", 0, table.get_ref(), &problems);
            let mut config = read(root, &problems, surroundings);
            config.path = Some(path.to_owned());
            drop(table);
            problems.into_result().map(|()| config)
        }
    }
}

fn syntax_error(message: &str) -> String {
    let message = message.trim().replace('\n', ", ");
    match message.rsplit_once(", expected ") {
        Some((what, expected)) => format!("{what}; expected {expected}"),
        None if message == "duplicate key" => {
            "a key or table is defined twice; expected one definition".to_owned()
        }
        None => format!("{message}; expected TOML"),
    }
}

fn read<'a>(mut root: Table<'a>, problems: &'a Problems<'a>, around: Surroundings<'_>) -> Config {
    let mut config = Config::default();
    root.set("language", &mut config.language, language);
    root.set("time_zone", &mut config.time_zone, time_zone);
    let telegram = root.table("telegram", "[telegram]");
    let has_bot = telegram.is_some();
    config.telegram = telegram.map(|table| read_telegram(table, around));
    if let Some(table) = root.table("web", "[web]") {
        config.web = read_web(table, around);
    }
    if let Some(table) = root.table("fetch", "[fetch]") {
        config.fetch = read_fetch(table);
    }
    if let Some(table) = root.table("store", "[store]") {
        config.store = read_store(table, around);
    }
    let mut sources = Ids::new("source", problems);
    for table in root.tables("source") {
        let source = source::read(table, &mut sources, config.time_zone, around);
        config.sources.push(source);
    }
    let mut channels = Ids::new("channel", problems);
    for table in root.tables("channel") {
        let scope = channel::Scope {
            sources: &sources,
            has_bot,
            time_zone: config.time_zone,
            around,
        };
        config
            .channels
            .extend(channel::read(table, &mut channels, scope));
    }
    if let Some(mut table) = root.table("alerts", "[alerts]") {
        table.set(
            "channels",
            &mut config.alerts,
            list(|value| channels.known(value)),
        );
        table.finish();
    }
    root.finish();
    config
}

fn language(value: &Value<'_>) -> Read<Language> {
    one_of(&Language::ALL.map(|language| (language.code(), language)))(value)
}

fn read_telegram(mut table: Table<'_>, around: Surroundings<'_>) -> TelegramSettings {
    let expected = "the bot's token, best as `\"env:NAME\"` or `\"file:PATH\"`";
    let token = table.require("token", expected, around.secret());
    let mut telegram = TelegramSettings::new(token.unwrap_or_else(|| Secret::new(String::new())));
    table.set("admins", &mut telegram.admins, list(integer(1..=i64::MAX)));
    table.set("api_url", &mut telegram.api_url, web_address);
    table.set("proxy", &mut telegram.proxy, proxy);
    table.set("rate", &mut telegram.rate, integer(1..=100_000));
    let subscribe = [
        ("approved", Subscribe::Approved),
        ("anyone", Subscribe::Anyone),
        ("nobody", Subscribe::Nobody),
    ];
    table.set("subscribe", &mut telegram.subscribe, |value| {
        one_of(&subscribe)(value)
    });
    let add_sources = [
        ("admins", AddSources::Admins),
        ("anyone", AddSources::Anyone),
        ("nobody", AddSources::Nobody),
    ];
    table.set("add_sources", &mut telegram.add_sources, |value| {
        one_of(&add_sources)(value)
    });
    table.finish();
    telegram
}

fn read_store(mut table: Table<'_>, around: Surroundings<'_>) -> StoreSettings {
    let mut store = StoreSettings::default();
    table.set("url", &mut store.url, |value| match string(value)? {
        "" => Ok(None),
        _ => database(value, around).map(Some),
    });
    table.set("worker", &mut store.worker, |value| worker(value).map(Some));
    table.finish();
    store
}

/// Reads the address of a database, which no message shows.
fn database(value: &Value<'_>, around: Surroundings<'_>) -> Read<Secret> {
    let url = around.secret()(value)?;
    if url.reveal().is_empty() {
        return Ok(url);
    }
    let is_postgres = ["postgres://", "postgresql://"];
    match is_postgres
        .iter()
        .any(|scheme| url.reveal().starts_with(scheme))
    {
        true => Ok(url),
        false => fault(
            value,
            "this is not a PostgreSQL address; expected `postgres://USER@HOST/DB`, best as \
             `\"env:NAME\"` or `\"file:PATH\"`",
        ),
    }
}

fn worker(value: &Value<'_>) -> Read<String> {
    const LONGEST: usize = 40;
    let name = string(value)?;
    let is_fit = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match !name.is_empty() && name.len() <= LONGEST && name.chars().all(is_fit) {
        true => Ok(name.to_owned()),
        false => fault(
            value,
            "this is not a valid worker name; expected up to 40 letters, digits, `-`, `_` and `.`",
        ),
    }
}

fn read_web(mut table: Table<'_>, around: Surroundings<'_>) -> WebSettings {
    let mut web = WebSettings::default();
    table.set("listen", &mut web.listen, listen);
    table.set("public_url", &mut web.public_url, unless_empty(web_address));
    table.set("hub", &mut web.hub, unless_empty(web_address));
    if web.hub.is_some() && web.public_url.is_none() {
        let what = "a hub needs the public addresses of the feeds; expected `public_url` beside it";
        table.complain_of("hub", what);
    }
    table.set("title", &mut web.title, unless_empty(text));
    web.admin_token = table.take("admin_token", around.secret());
    web.metrics_token = table.take("metrics_token", around.secret());
    table.set("hosts", &mut web.hosts, list(host));
    table.set("trusted_proxies", &mut web.trusted_proxies, list(range));
    table.finish();
    web
}

fn read_fetch(mut table: Table<'_>) -> FetchSettings {
    let mut fetch = FetchSettings::default();
    table.set("concurrency", &mut fetch.concurrency, integer(1..=10_000));
    table.set("per_host", &mut fetch.per_host, integer(1..=1_000));
    table.set("timeout", &mut fetch.timeout, duration);
    table.set("max_body", &mut fetch.max_body, size);
    table.set("user_agent", &mut fetch.user_agent, user_agent);
    table.set("proxy", &mut fetch.proxy, proxy);
    table.set("allow_private", &mut fetch.allow_private, allow_private);
    table.set("browser", &mut fetch.browser, browser);
    table.finish();
    fetch
}

/// Reads the name or path of a program, or the address of a running browser.
fn browser(value: &Value<'_>) -> Read<String> {
    let named = string(value)?;
    let Some((scheme, _)) = named.split_once("://") else {
        return Ok(named.to_owned());
    };
    match Url::parse(named) {
        Ok(url) if scheme == "ws" && url.has_host() => Ok(named.to_owned()),
        _ => fault(
            value,
            "this is neither a program nor a browser's address; expected a program, or ws://HOST:PORT/… of a running browser",
        ),
    }
}

fn user_agent(value: &Value<'_>) -> Read<String> {
    let text = text(value)?;
    match reqwest::header::HeaderValue::from_str(&text) {
        Ok(_) => Ok(text),
        Err(_) => fault(
            value,
            "the user agent has line breaks; expected a single line",
        ),
    }
}
