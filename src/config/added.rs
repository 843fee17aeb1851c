//! Reads sources in the store by the rules of `[[source]]`, and joins them with a config. Channels: [`channels`].

mod channels;
mod keys;

use chrono_tz::Tz;
use serde_json::Value;
use toml::de::DeTable;

use self::keys::{lines, wrong_pattern};
use super::{
    checked::Config,
    ids::Ids,
    secret::Surroundings,
    source::{self, MOST_ANNOUNCED},
    table::{Problems, Table, nearest},
};
use crate::bulletin::{
    AddedChannel, AddedSource, ChannelId, FieldFault, InputFault, Source, SourceId, SourceKeys,
};

/// The keys that lead past the guard on addresses, into files of this machine, or contain secrets.
const OF_THE_FILE_ALONE: [&str; 3] = ["proxy", "headers", "ca"];

impl Config {
    /// Reads the keys of a source that is to be stored.
    ///
    /// # Errors
    /// Fails with all mistakes in them.
    pub fn check_source(
        &self,
        id: &SourceId,
        keys: &SourceKeys,
    ) -> Result<Source, Vec<FieldFault>> {
        let (source, mut problems) = read(id, keys, self.time_zone);
        problems.extend(refused(keys));
        if source.login.is_some() {
            let what = "a user name or password in it would be stored and exported; expected it in the config file";
            problems.push(FieldFault::new("url", InputFault::Login, what));
        }
        problems.extend(self.unknown_channels(keys));
        if problems.is_empty() {
            Ok(source)
        } else {
            Err(problems)
        }
    }

    fn unknown_channels(&self, keys: &SourceKeys) -> Option<FieldFault> {
        let named = keys.get("channels").filter(|named| !named.is_null())?;
        let expected = "expected a list of ids of `[[channel]]`s; leave it out for every channel with `sources = [\"*\"]`";
        let known = |id: &str| {
            self.channels
                .iter()
                .any(|channel| channel.id.as_str() == id)
        };
        let wrong = match named.as_array().map(Vec::as_slice) {
            None | Some([]) => format!("this is not a list of channels; {expected}"),
            Some(named) => {
                let wrong = named.iter().find(|id| !id.as_str().is_some_and(known))?;
                let ids = self.channels.iter().map(|channel| channel.id.as_str());
                let near = wrong.as_str().and_then(|wrong| nearest(wrong, ids));
                let near = near.map_or(expected.to_owned(), |near| {
                    format!("did you mean `{near}`?")
                });
                format!("there is no channel {wrong}; {near}")
            }
        };
        Some(FieldFault::new("channels", InputFault::NoChannel, wrong))
    }

    /// Adds the sources and channels in the store, of which the file knows nothing, and removes those that were deleted
    /// there since the last time. An id of the file itself takes precedence.
    #[must_use]
    pub fn joined_by(mut self, sources: &[AddedSource], channels: &[AddedChannel]) -> Self {
        self.part();
        for source in sources {
            if !self.sources.iter().any(|known| known.id == source.id) {
                self.joined.push(source.id.clone());
                self.sources.push(added_source(source, self.time_zone));
            }
        }
        for channel in channels {
            self.join_channel(channel);
        }
        for source in sources {
            if self.is_joined(&source.id) {
                self.route(source);
            }
        }
        self
    }

    /// Removes everything that joined it before.
    fn part(&mut self) {
        let joined = std::mem::take(&mut self.joined);
        let channels = std::mem::take(&mut self.joined_channels);
        self.sources.retain(|source| !joined.contains(&source.id));
        self.channels.retain(|it| !channels.contains(&it.id));
        for channel in &mut self.channels {
            channel.without.clear();
            if let Some(wanted) = &mut channel.sources {
                wanted.retain(|id| !joined.contains(id));
            }
        }
    }

    /// Adds a source to the channels that it names.
    fn route(&mut self, added: &AddedSource) {
        let Some(named) = added.channels() else {
            return;
        };
        for channel in &mut self.channels {
            match (&mut channel.sources, named.contains(&channel.id)) {
                // A channel of the store may have named it already.
                (Some(wanted), true) if !wanted.contains(&added.id) => {
                    wanted.push(added.id.clone());
                }
                (None, false) => channel.without.push(added.id.clone()),
                (Some(_), _) | (None, true) => {}
            }
        }
        warn_of_missing(self, added, &named);
    }

    /// Returns whether a source is in the store.
    #[must_use]
    pub fn is_joined(&self, source: &SourceId) -> bool {
        self.joined.contains(source)
    }
}

/// Warns of channels that have left the config while the store names them.
fn warn_of_missing(config: &Config, added: &AddedSource, named: &[ChannelId]) {
    let is_there = |id: &ChannelId| config.channels.iter().any(|channel| channel.id == *id);
    if !named.iter().any(is_there) {
        tracing::warn!(
            source = %added.id,
            "none of the channels that the source names are in the config: nothing is pushed; edit the source"
        );
    }
}

/// Returns a source of the store as it is watched. A key that this version rejects is treated as absent.
#[must_use]
pub fn added_source(added: &AddedSource, time_zone: Tz) -> Source {
    read(&added.id, &added.keys, time_zone).0
}

fn refused(keys: &SourceKeys) -> impl Iterator<Item = FieldFault> + use<'_> {
    let given = OF_THE_FILE_ALONE
        .into_iter()
        .filter(|key| keys.contains_key(*key));
    given.map(|key| {
        let what =
            format!("`{key}` can only be set in the config file; expected a [[source]] there");
        FieldFault::new(key, InputFault::Unusable, what)
    })
}

/// Returns the source, as far as its keys are correct, and the mistakes in them.
fn read(id: &SourceId, keys: &SourceKeys, zone: Tz) -> (Source, Vec<FieldFault>) {
    let left_out: Vec<&str> = ["channels"].into_iter().chain(OF_THE_FILE_ALONE).collect();
    // Only the address can be missing.
    let lines = lines(("url", id.as_str()), keys, &left_out);
    let text: Vec<&str> = lines.iter().map(|(_, line)| line.as_str()).collect();
    let text = text.join("\n");
    let at_line = |line: usize| lines.get(line - 1).map_or("", |(key, _)| key.as_str());
    let problems = Problems::new(String::new(), &text);
    let source = match DeTable::parse(&text) {
        Ok(table) => {
            let mut ids = Ids::new("source", &problems);
            let table = Table::new("a source", 0, table.get_ref(), &problems);
            source::read(table, &mut ids, zone, Surroundings::of_store())
        }
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            problems.add(at, format!("{}; expected a plain value", error.message()));
            Source::desk(id.clone())
        }
    };
    let found = problems.into_found().into_iter();
    let found = found.map(|(line, what)| {
        let key = at_line(line);
        FieldFault::new(key, kind(key, keys.get(key)), what)
    });
    (source, found.collect())
}

/// Returns the kind of mistake that the rules of `[[source]]` find in a key.
fn kind(key: &str, value: Option<&Value>) -> InputFault {
    match key {
        "url" if value.is_none() => InputFault::Empty,
        "url" => InputFault::NoAddress,
        "schedule" => InputFault::NoSchedule,
        "announce_first" => InputFault::NoCount(MOST_ANNOUNCED),
        "include" | "exclude" => wrong_pattern(value),
        "browser" => InputFault::NotRendered,
        key if key.starts_with("select.") => InputFault::NoSelector,
        _ => InputFault::Unusable,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::bulletin::{Channel, ChannelKind, ReadAs, StdoutFormat};

    fn keys(value: &Value) -> SourceKeys {
        value.as_object().unwrap().clone()
    }

    fn config() -> Config {
        let mut config = Config::default();
        for id in ["staff", "wall"] {
            let kind = ChannelKind::Stdout {
                format: StdoutFormat::Text,
            };
            let channel = Channel::new(id.parse().unwrap(), kind, config.time_zone);
            config.channels.push(channel);
        }
        config
    }

    fn checked(value: &Value) -> Result<Source, Vec<FieldFault>> {
        config().check_source(&"news".parse().unwrap(), &keys(value))
    }

    fn added(value: &Value) -> AddedSource {
        AddedSource {
            id: "news".parse().unwrap(),
            chat: None,
            at: chrono::DateTime::UNIX_EPOCH,
            keys: keys(value),
        }
    }

    #[test]
    fn the_keys_of_a_source_mean_what_they_mean_in_the_config() {
        let source = checked(&json!({
            "url": "https://www.example.com/news/", "name": "\"要闻\"\u{7f}\n", "schedule": "*/10 8-20 * * Mon-Fri",
            "group": "集团", "kind": "list", "depth": 2, "public": false, "include": ["放假", "/停.*/"],
            "select": { "item": "ul > li[class='x']", "date": null }, "charset": null, "channels": ["staff"]
        }))
        .unwrap();
        assert_eq!(source.name, "\"要闻\"\u{7f}");
        assert_eq!(
            (source.kind, source.depth, source.public),
            (ReadAs::List, 2, false)
        );
        assert_eq!(source.schedule.to_string(), "*/10 8-20 * * Mon-Fri");
        assert_eq!(source.select.item.as_deref(), Some("ul > li[class='x']"));
        assert!(!source.filter.is_empty());
        assert_eq!(checked(&json!({ "kind": "desk" })).unwrap().address(), None);
    }

    #[test]
    fn each_mistake_is_said_of_its_key() {
        for (wrong, key, what) in [
            (json!({}), "url", "missing"),
            (json!({ "url": "ftp://example.com/" }), "url", "http"),
            (
                json!({ "url": "https://bob:x@example.com/" }),
                "url",
                "config file",
            ),
            (json!({ "schedule": "every day" }), "schedule", "expected"),
            (json!({ "depth": i64::MAX }), "depth", "from 1 to 100"),
            (json!({ "depth": "2" }), "depth", "a string"),
            (
                json!({ "select": { "item": "li[" } }),
                "select.item",
                "not a valid CSS selector",
            ),
            (
                json!({ "select": { "itme": "li" } }),
                "select.itme",
                "did you mean `item`?",
            ),
            (json!({ "select": "li" }), "select", "expected the table"),
            (
                json!({ "shedule": "every 5m" }),
                "shedule",
                "did you mean `schedule`?",
            ),
            (json!({ "include": [null] }), "include", "expected a string"),
            (
                json!({ "include": [{ "a\nb": [1.5] }] }),
                "include",
                "expected a string",
            ),
            (
                json!({ "ca": "/etc/passwd" }),
                "ca",
                "only be set in the config file",
            ),
            (
                json!({ "proxy": "http://127.0.0.1:1/" }),
                "proxy",
                "only be set in the config file",
            ),
            (
                json!({ "headers": { "Cookie": "x" } }),
                "headers",
                "only be set in the config file",
            ),
            (
                json!({ "channels": ["stafff"] }),
                "channels",
                "did you mean `staff`?",
            ),
            (json!({ "channels": [] }), "channels", "not a list"),
            (json!({ "channels": "staff" }), "channels", "not a list"),
            (json!({ "kind": "article" }), "kind", "expected `auto`"),
        ] {
            let mut all = keys(&wrong);
            if key != "url" {
                all.insert("url".to_owned(), json!("https://www.example.com/"));
            }
            let problems = checked(&Value::Object(all)).unwrap_err();
            assert_eq!(problems.len(), 1, "{wrong}: {problems:?}");
            assert_eq!(problems[0].field, key, "{wrong}: {problems:?}");
            assert!(problems[0].what.contains(what), "{wrong}: {problems:?}");
        }
    }

    #[test]
    fn a_source_that_names_channels_goes_to_them_alone() {
        let url = "https://www.example.com/";
        let id: SourceId = "news".parse().unwrap();
        let mut config = config();
        config.channels[1].sources = Some(Vec::new());
        let wanted = |config: &Config| {
            let wants = config.channels.iter().map(|channel| channel.wants(&id));
            wants.collect::<Vec<bool>>()
        };
        let config = config.joined_by(&[added(&json!({ "url": url }))], &[]);
        assert_eq!(wanted(&config), [true, false]);
        let config = config.joined_by(&[added(&json!({ "url": url, "channels": ["wall"] }))], &[]);
        assert_eq!(wanted(&config), [false, true]);
        let config = config.joined_by(&[added(&json!({ "url": url, "channels": ["staff"] }))], &[]);
        assert_eq!(wanted(&config), [true, false]);
        let config = config.joined_by(&[], &[]);
        assert_eq!(wanted(&config), [true, false]);
        assert!(config.sources.is_empty());
    }

    #[test]
    fn a_key_that_a_later_version_refuses_leaves_the_source_watched() {
        let added =
            added(&json!({ "url": "https://www.example.com/", "name": "要闻", "depth": 5000 }));
        let source = added_source(&added, chrono_tz::UTC);
        assert_eq!((source.name.as_str(), source.depth), ("要闻", 1));
        assert_eq!(source.url.as_str(), "https://www.example.com/");
    }
}
