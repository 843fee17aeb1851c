//! Reads channels in the store by the rules of `[[channel]]`.

use serde_json::Value;
use toml::de::DeTable;
use url::Url;

use super::keys::{lines, wrong_pattern};
use crate::{
    bulletin::{
        AddedChannel, Channel, ChannelId, ChannelKeys, ChannelKind, FieldFault, Form, InputFault,
        Key, RobotKind,
    },
    config::{
        channel::{self, Scope},
        checked::Config,
        ids::Ids,
        secret::{ELSEWHERE, Surroundings},
        table::{Problems, Table},
    },
};

impl Config {
    /// Reads the keys of a channel that is to be stored.
    ///
    /// # Errors
    /// Fails with all mistakes in them.
    pub fn check_channel(
        &self,
        id: &ChannelId,
        keys: &ChannelKeys,
    ) -> Result<Channel, Vec<FieldFault>> {
        let text = |key: &str| keys.get(key).and_then(Value::as_str).unwrap_or_default();
        if let Some(fault) = not_of_the_store(keys.get("kind")) {
            return Err(vec![fault]);
        }
        let kind = RobotKind::named(text("kind"));
        let (channel, mut problems) = self.read_channel(id, keys, kind);
        problems.extend(kind.into_iter().flat_map(|kind| all_missing(kind, keys)));
        let has_password = |url: &Url| url.password().is_some();
        if Url::parse(text("smtp")).is_ok_and(|url| has_password(&url)) {
            let what = "a password in it would be shown; expected it in `password`";
            problems.push(FieldFault::new("smtp", InputFault::PasswordInAddress, what));
        }
        match channel {
            Some(channel) if problems.is_empty() => Ok(channel),
            _ => Err(problems),
        }
    }

    /// Returns the channel, as far as its keys are correct, and the mistakes in them.
    fn read_channel(
        &self,
        id: &ChannelId,
        keys: &ChannelKeys,
        kind: Option<&RobotKind>,
    ) -> (Option<Channel>, Vec<FieldFault>) {
        // A missing key is on no line: `all_missing` finds it.
        let lines = lines(("", id.as_str()), keys, &[]);
        let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
        let text = text.join("\n");
        let at_line = |line: usize| lines.get(line - 1).map_or("", |(key, _)| key.as_str());
        let problems = Problems::new(String::new(), &text);
        let channel = match DeTable::parse(&text) {
            Ok(table) => {
                let known = self.sources.iter().map(|source| source.id.as_str());
                let scope = Scope {
                    sources: &Ids::of("source", known, &problems),
                    has_bot: self.telegram.is_some(),
                    time_zone: self.time_zone,
                    around: Surroundings::of_store(),
                };
                let mut ids = Ids::new("channel", &problems);
                let table = Table::new("a channel", 0, table.get_ref(), &problems);
                channel::read(table, &mut ids, scope)
            }
            Err(error) => {
                let at = error.span().map_or(0, |span| span.start);
                problems.add(at, format!("{}; expected a plain value", error.message()));
                None
            }
        };
        let found = problems.into_found().into_iter();
        let found = found.map(|(line, what)| (at_line(line), what));
        let found = found.filter(|(key, _)| !key.is_empty());
        let found = found.map(|(key, what)| FieldFault::new(key, fault(key, keys, kind), what));
        (channel, found.collect())
    }

    /// Adds a channel of the store. A key that this version rejects is treated as absent; a source that it names and
    /// that was removed is not replaced by others.
    pub(super) fn join_channel(&mut self, added: &AddedChannel) {
        if self.channels.iter().any(|known| known.id == added.id) {
            tracing::warn!(
                channel = %added.id,
                "the config has a channel with the id of one that was added at the desk; that of the config is used"
            );
            return;
        }
        let mut keys = added.keys.clone();
        if let Some(Value::Array(named)) = keys.get_mut("sources") {
            let is_known = |id: &Value| {
                let id = id.as_str().unwrap_or_default();
                id == "*" || self.sources.iter().any(|known| known.id.as_str() == id)
            };
            named.retain(is_known);
        }
        let kind = RobotKind::named(added.kind());
        let Some(mut channel) = self.read_channel(&added.id, &keys, kind).0 else {
            tracing::error!(
                channel = %added.id,
                "this version knows no channels of kind `{}`: nothing is sent there", added.kind()
            );
            return;
        };
        if let ChannelKind::Robot(robot) = channel.kind {
            let lost = added.lost().first().copied();
            let robot = robot.perhaps_unfinished(added.id.as_str(), lost);
            if let Some(key) = robot.missing() {
                tracing::error!(
                    channel = %added.id,
                    "the channel was imported without its `{key}`: nothing is sent there until it is entered at the desk"
                );
            }
            channel.kind = ChannelKind::Robot(robot);
        }
        self.joined_channels.push(added.id.clone());
        self.channels.push(channel);
    }

    /// Returns whether a channel is in the store.
    #[must_use]
    pub fn is_joined_channel(&self, channel: &ChannelId) -> bool {
        self.joined_channels.contains(channel)
    }
}

/// Rejects kinds that are set up elsewhere.
fn not_of_the_store(kind: Option<&Value>) -> Option<FieldFault> {
    let expected = match kind.filter(|kind| !kind.is_null()).map(Value::as_str) {
        None => return Some(missing("kind", "a kind such as `webhook`")),
        Some(Some("telegram")) => {
            "a Telegram chat cannot be added as a channel; add it as a chat at the desk, or with /subscribe"
        }
        Some(Some("stdout")) => {
            "it writes where this program was started; expected a [[channel]] in the config file"
        }
        Some(_) => return None,
    };
    Some(FieldFault::new("kind", InputFault::Unusable, expected))
}

/// Returns the missing keys without which nothing can be sent.
fn all_missing<'a>(
    kind: &'a RobotKind,
    keys: &'a ChannelKeys,
) -> impl Iterator<Item = FieldFault> + use<'a> {
    let is_set = |key: &Key| keys.get(key.name).is_some_and(|value| !value.is_null());
    let needed = kind.keys.iter().filter(|key| !key.expected.is_empty());
    let lacking = needed.filter(move |key| !is_set(key));
    lacking.map(|key| missing(key.name, key.expected))
}

fn missing(key: &str, expected: &str) -> FieldFault {
    let what = format!("`{key}` is missing; expected {expected}");
    FieldFault::new(key, InputFault::Empty, what)
}

/// Returns the kind of mistake that the rules of `[[channel]]` find in a key.
fn fault(key: &str, keys: &ChannelKeys, kind: Option<&RobotKind>) -> InputFault {
    let value = keys.get(key);
    let known = kind.and_then(|kind| kind.keys.iter().find(|known| known.name == key));
    match (key, known) {
        (_, Some(known)) => fault_of(known, value),
        ("sources", _) => InputFault::NoSource,
        ("include" | "exclude" | "urgent", _) => wrong_pattern(value),
        ("digest", _) => InputFault::NoTimeOfDay,
        ("quiet", _) => InputFault::NoHours,
        ("time_zone", _) => InputFault::NoZone,
        ("template", _) => InputFault::NoTemplate,
        _ => InputFault::Unusable,
    }
}

fn fault_of(key: &Key, value: Option<&Value>) -> InputFault {
    let text = value.and_then(Value::as_str).unwrap_or_default().trim();
    match key.form {
        _ if value
            .and_then(Value::as_str)
            .is_some_and(|it| it.trim().is_empty()) =>
        {
            InputFault::Empty
        }
        form if form.is_secret() && ELSEWHERE.iter().any(|it| text.starts_with(it)) => {
            InputFault::Elsewhere
        }
        Form::SecretAddress | Form::SecretPath | Form::Site | Form::Api(_) => InputFault::NoAddress,
        Form::Secret | Form::OptionalSecret | Form::SigningKey => InputFault::NoSecret,
        Form::Smtp => InputFault::NoMailServer,
        Form::Mailbox | Form::Mailboxes => InputFault::NoMailbox,
        Form::Room => InputFault::NoRoom,
        _ => InputFault::Unusable,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bulletin::{Mode, Source};

    fn config() -> Config {
        let mut config = Config::default();
        let url = "https://www.example.com/".parse().unwrap();
        config
            .sources
            .push(Source::new("news".parse().unwrap(), url));
        config
    }

    fn checked(keys: &Value) -> Result<Channel, Vec<FieldFault>> {
        config().check_channel(&"hook".parse().unwrap(), keys.as_object().unwrap())
    }

    fn added(id: &str, keys: &Value) -> AddedChannel {
        AddedChannel {
            id: id.parse().unwrap(),
            at: chrono::DateTime::UNIX_EPOCH,
            keys: keys.as_object().unwrap().clone(),
        }
    }

    #[test]
    fn the_keys_of_a_channel_mean_what_they_mean_in_the_config() {
        let channel = checked(&json!({
            "kind": "wecom-robot", "key": "693a91f6-7xxx", "format": "markdown", "name": "办公室群",
            "sources": ["news"], "include": ["放假"], "mode": "digest", "digest": "0 17 * * *",
            "quiet": "22:00-07:00", "corrections": true, "template": null
        }))
        .unwrap();
        assert_eq!(
            (channel.name.as_str(), channel.mode),
            ("办公室群", Mode::Digest)
        );
        assert_eq!(channel.sources, Some(vec!["news".parse().unwrap()]));
        assert_eq!(
            (channel.setting("key"), channel.setting("format")),
            ("693a91f6-7xxx", "markdown")
        );
        assert!(channel.quiet.is_some() && channel.corrections);
        let mail = json!({
            "kind": "email", "smtp": "smtp://noticast@mail.example.org", "password": "p#ss",
            "from": "news@example.org", "to": ["a@example.org"]
        });
        assert_eq!(checked(&mail).unwrap().setting("to"), "a@example.org");
    }

    #[test]
    fn each_mistake_is_said_of_its_key_and_shows_no_secret() {
        let secret = "hunter2-hunter2";
        for (wrong, key, what) in [
            (json!({}), "kind", "missing"),
            (json!({ "kind": "slak" }), "kind", "did you mean `slack`?"),
            (
                json!({ "kind": "telegram", "chat": 5 }),
                "kind",
                "as a chat",
            ),
            (json!({ "kind": "stdout" }), "kind", "config file"),
            (json!({ "kind": "slack" }), "url", "missing"),
            (
                json!({ "kind": "slack", "url": secret }),
                "url",
                "no scheme",
            ),
            (
                json!({ "kind": "slack", "url": "env:HOME" }),
                "url",
                "the secret itself",
            ),
            (
                json!({ "kind": "wecom-robot", "key": "file:/etc/passwd" }),
                "key",
                "the secret itself",
            ),
            (
                json!({ "kind": "wecom-robot", "key": " env:HOME" }),
                "key",
                "the secret itself",
            ),
            (
                json!({ "kind": "wecom-robot", "key": format!("{secret} x") }),
                "key",
                "white space",
            ),
            (
                json!({ "kind": "wecom-robot", "key": 5 }),
                "key",
                "a string",
            ),
            (
                json!({ "kind": "wecom-robot", "key": secret, "kye": "x" }),
                "kye",
                "did you mean `key`?",
            ),
            (
                json!({ "kind": "wecom-robot", "key": secret, "sources": ["nws"] }),
                "sources",
                "did you mean `news`?",
            ),
            (
                json!({ "kind": "wecom-robot", "key": secret, "quiet": "22" }),
                "quiet",
                "expected",
            ),
            (
                json!({ "kind": "wecom-robot", "key": secret, "digest": "every 1h" }),
                "digest",
                "no time of day",
            ),
            (
                json!({ "kind": "email", "smtp": format!("smtp://a:{secret}@b.example"), "from": "a@b.example", "to": ["c@d.example"] }),
                "smtp",
                "in `password`",
            ),
        ] {
            let problems = checked(&wrong).unwrap_err();
            assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
            assert_eq!(problems[0].field, key, "{wrong}: {problems:?}");
            assert!(problems[0].what.contains(what), "{wrong}: {problems:?}");
            assert!(!problems[0].what.contains(secret), "{problems:?}");
        }
    }

    #[test]
    fn channels_of_the_store_join_leave_and_never_get_more_than_they_named() {
        let keys =
            json!({ "kind": "webhook", "url": "https://a.example/x", "sources": ["news", "gone"] });
        let config = config().joined_by(&[], &[added("hook", &keys)]);
        let channel = &config.channels[0];
        assert!(config.is_joined_channel(&channel.id) && config.has_joined());
        assert_eq!(channel.sources, Some(vec!["news".parse().unwrap()]));
        let gone = json!({ "kind": "webhook", "url": "https://a.example/x", "sources": ["gone"] });
        let config = config.joined_by(&[], &[added("hook", &gone)]);
        assert_eq!(
            (config.channels.len(), &config.channels[0].sources),
            (1, &Some(Vec::new()))
        );
        assert!(config.joined_by(&[], &[]).channels.is_empty());
    }

    #[test]
    fn what_lost_its_secret_is_there_and_meets_no_other_channel() {
        let keys =
            json!({ "kind": "webhook", "url": "https://a.example/x", "secret": "whsec_12345678" });
        let whole = added("one", &keys);
        let lost = [
            whole.without_secrets(),
            added("two", &json!({ "kind": "webhook", "url": null })),
        ];
        let config = config().joined_by(&[], &[lost.as_slice(), &[added("three", &keys)]].concat());
        let robots: Vec<_> = config
            .channels
            .iter()
            .map(|it| match &it.kind {
                ChannelKind::Robot(robot) => robot,
                _ => panic!("{it:?}"),
            })
            .collect();
        assert_eq!(
            (robots[0].missing(), robots[2].missing()),
            (Some("url"), None)
        );
        assert_ne!(robots[0].place(), robots[1].place());
        assert_ne!(robots[0].account(), robots[1].account());
    }
}
