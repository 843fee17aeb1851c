//! Determines where messages of a robot are read, whatever the spelling of its address or its list of readers.

use std::collections::BTreeSet;

use url::Url;

use super::kinds::{Form, Robot};

/// Keys of a query that direct a webhook of Discord away from its channel.
const DISCORD_PLACES: [&str; 2] = ["thread_id", "thread_name"];

/// Returns the value of a key in its normal form.
pub(super) fn meant(robot: &Robot, key: &str) -> String {
    let value = robot.get(key).trim();
    let form = robot.kind().keys.iter().find(|known| known.name == key);
    match form.map(|key| key.form) {
        Some(Form::Mailboxes) => joined(mailboxes(value)),
        Some(Form::SecretAddress | Form::SecretPath | Form::Site | Form::Api(_)) => {
            address(robot.kind().name, value)
        }
        Some(Form::Room) => room(value),
        Some(Form::Text) if key == "to" => joined(members(value)),
        _ => value.trim_end_matches('/').to_owned(),
    }
}

/// Returns the readers, if the config names them one by one.
pub(super) fn readers(robot: &Robot) -> BTreeSet<String> {
    let to = robot.get("to");
    match robot.kind().name {
        "email" => mailboxes(to),
        "wecom-app" => members(to),
        _ => BTreeSet::new(),
    }
}

fn joined(readers: BTreeSet<String>) -> String {
    readers.into_iter().collect::<Vec<_>>().join("|")
}

fn mailboxes(list: &str) -> BTreeSet<String> {
    let parsed = list.parse::<lettre::message::Mailboxes>();
    let addresses = parsed.map(|list| {
        let addresses = list.into_iter().map(|one| one.email.to_string());
        addresses.map(|it| it.to_lowercase()).collect()
    });
    addresses.unwrap_or_else(|_| BTreeSet::from([list.to_lowercase()]))
}

/// Returns the members of a list; WeCom ignores the case of their names.
fn members(list: &str) -> BTreeSet<String> {
    let names = list.split('|').map(|name| name.trim().to_lowercase());
    names.filter(|name| !name.is_empty()).collect()
}

/// Returns a room's id; only its server may be written in any case.
fn room(id: &str) -> String {
    match id.split_once(':') {
        Some((room, server)) => format!("{room}:{}", server.to_lowercase()),
        None => id.to_owned(),
    }
}

/// Returns host and path, and the part of the query that names a place.
fn address(kind: &str, value: &str) -> String {
    let Ok(mut url) = Url::parse(value) else {
        return value.trim_end_matches('/').to_owned();
    };
    url.set_fragment(None);
    if kind == "discord"
        && let Some(hook) = discord_hook(&url)
    {
        return hook;
    }
    let mut query: Vec<(String, String)> = match kind {
        // The path is the topic; a query only has options for publishing.
        "ntfy" => Vec::new(),
        "discord" => discord_thread(&url),
        _ => url.query_pairs().into_owned().collect(),
    };
    query.sort_unstable();
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    let port = url
        .port()
        .map_or_else(String::new, |port| format!(":{port}"));
    let user = match kind {
        "webhook" => url.username(),
        _ => "",
    };
    let path = percent_encoding::percent_decode_str(url.path()).decode_utf8_lossy();
    let path = path.trim_end_matches('/');
    format!("{}://{user}@{host}{port}{path}?{query:?}", url.scheme())
}

/// Returns the number of a Discord webhook, which identifies it for any of Discord's hosts and versions.
fn discord_hook(url: &Url) -> Option<String> {
    let host = url.host_str()?.trim_end_matches('.');
    let is_discord = ["discord.com", "discordapp.com"].iter().any(|own| {
        host.strip_suffix(own)
            .is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    });
    let mut parts = url.path_segments()?.skip_while(|part| *part != "webhooks");
    let number = parts
        .nth(1)
        .filter(|number| !number.is_empty() && is_discord)?;
    Some(format!("{number}?{:?}", discord_thread(url)))
}

fn discord_thread(url: &Url) -> Vec<(String, String)> {
    let pairs = url.query_pairs().into_owned();
    let mut places: Vec<_> = pairs
        .filter(|(key, value)| DISCORD_PLACES.contains(&key.as_str()) && !value.is_empty())
        .collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{
        super::{RobotKind, Setting},
        *,
    };

    fn robot(kind: &str, values: &[(&'static str, &str)]) -> Robot {
        let values = values
            .iter()
            .map(|(key, value)| (*key, Setting::Text((*value).to_owned())));
        Robot::new(RobotKind::named(kind).unwrap(), BTreeMap::from_iter(values))
    }

    fn at(kind: &str, key: &'static str, value: &str) -> super::super::Fingerprint {
        robot(kind, &[(key, value)]).place()
    }

    #[test]
    fn the_same_place_is_one_however_it_is_written() {
        let hook = "https://discord.com/api/webhooks/1/abc";
        for (kind, key, one, other) in [
            (
                "discord",
                "url",
                hook,
                "https://discord.com/api/webhooks/1/abc?wait=true",
            ),
            (
                "discord",
                "url",
                hook,
                "https://Discord.com:443/api/webhooks/1/abc/?with_components=true",
            ),
            (
                "discord",
                "url",
                hook,
                "https://discordapp.com/api/v10/webhooks/1/abc",
            ),
            (
                "discord",
                "url",
                "https://discord.com/api/webhooks/1/abc?thread_id=7",
                "https://discord.com/api/webhooks/1/abc?wait=true&thread_id=7#x",
            ),
            (
                "discord",
                "url",
                "https://proxy.example/hook",
                "https://proxy.example/hook?wait=true",
            ),
            ("wecom-app", "to", "a|b", " B | a|b|"),
            (
                "ntfy",
                "url",
                "https://ntfy.sh/topic",
                "https://NTFY.sh:443/topic/?priority=high",
            ),
            (
                "slack",
                "url",
                "https://hooks.slack.com/services/T/B/x",
                "https://HOOKS.slack.com./services/T/B/x/",
            ),
            (
                "webhook",
                "url",
                "http://a.example/in?a=1&b=2",
                "http://A.example:80/in/?b=2&a=1#top",
            ),
            (
                "webhook",
                "url",
                "http://a.example/~in",
                "http://a.example/%7Ein",
            ),
            ("matrix", "room", "!aB:example.org", "!aB:Example.ORG"),
            (
                "email",
                "to",
                "a@example.org, b@example.org",
                "\"B, C\" <B@Example.org>, a@example.org, A@example.org",
            ),
        ] {
            assert_eq!(
                at(kind, key, one),
                at(kind, key, other),
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn other_places_stay_apart() {
        let hook = "https://discord.com/api/webhooks/1/abc";
        for (kind, key, one, other) in [
            (
                "discord",
                "url",
                hook,
                "https://discord.com/api/webhooks/1/abc?thread_id=7",
            ),
            (
                "discord",
                "url",
                hook,
                "https://discord.com/api/webhooks/2/abc",
            ),
            (
                "discord",
                "url",
                "https://a.example/1",
                "https://b.example/1",
            ),
            ("wecom-app", "to", "a|b", "a"),
            ("wecom-app", "to", "a", "@all"),
            (
                "ntfy",
                "url",
                "https://ntfy.sh/topic",
                "https://ntfy.sh/Topic",
            ),
            (
                "webhook",
                "url",
                "http://a.example/in?room=1",
                "http://a.example/in?room=2",
            ),
            (
                "webhook",
                "url",
                "http://a.example/in",
                "http://a.example:8080/in",
            ),
            (
                "webhook",
                "url",
                "http://a.example/in",
                "http://a.example/In",
            ),
            ("matrix", "room", "!aB:example.org", "!ab:example.org"),
            ("wecom-robot", "key", "abc", "aBc"),
        ] {
            assert_ne!(
                at(kind, key, one),
                at(kind, key, other),
                "{one} and {other}"
            );
        }
    }

    #[test]
    fn readers_are_those_that_the_config_names() {
        let of = |kind, to| {
            let readers = readers(&robot(kind, &[("to", to)]));
            readers.into_iter().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            of("email", "B <b@example.org>, a@example.org"),
            "a@example.org b@example.org"
        );
        assert_eq!(of("wecom-app", "b|A"), "a b");
        assert_eq!(of("webhook", ""), "");
    }
}
