//! Reads `[[channel]]`: the keys that all kinds share, then the keys of each kind.

mod robot;

use chrono_tz::Tz;
use toml::de::DeValue;

use super::{
    ids::Ids,
    read::{
        boolean, from_str, integer, list, mistyped, one_of, parsed, patterns, string, text,
        time_zone, unless_empty,
    },
    secret::Surroundings,
    source::filter,
    table::{Read, Table, Value, fault, nearest},
};
use crate::{
    bulletin::{
        Channel, ChannelId, ChannelKind, Filter, KINDS, Mode, Quiet, RobotKind, SourceId,
        StdoutFormat, TelegramChat, Template, topic_of,
    },
    schedule::Schedule,
};

/// The names that a channel may refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) sources: &'a Ids<'a>,
    pub(super) has_bot: bool,
    pub(super) time_zone: Tz,
    pub(super) around: Surroundings<'a>,
}

/// The keys of all kinds.
const KEYS_OF_ALL_KINDS: [&str; 21] = [
    "access_token",
    "agent_id",
    "api_url",
    "buttons",
    "chat",
    "corp_id",
    "documents",
    "encryption",
    "format",
    "from",
    "homeserver",
    "key",
    "password",
    "room",
    "secret",
    "silent",
    "smtp",
    "to",
    "token",
    "topic",
    "url",
];

/// Reads a channel; `None` if its kind is unknown, which was reported.
pub(super) fn read(mut table: Table<'_>, ids: &mut Ids<'_>, scope: Scope<'_>) -> Option<Channel> {
    let id: Option<ChannelId> =
        table.require("id", "an id such as `staff`", |value| ids.claim(value));
    let kind = kind(&mut table, scope.has_bot);
    let common = Common::read(&mut table, scope, kind);
    let kind = match kind {
        Some(Kind::Telegram) => telegram(&mut table),
        Some(Kind::Stdout) => Some(stdout(&mut table)),
        Some(Kind::Robot(kind)) => robot::read(&mut table, kind, scope.around),
        None => {
            table.allow(&KEYS_OF_ALL_KINDS);
            None
        }
    };
    table.finish();
    Some(common.channel(id?, kind?))
}

fn kind(table: &mut Table<'_>, has_bot: bool) -> Option<Kind> {
    let mut lacks_bot = None;
    let kind = table.require("kind", "a kind such as `stdout`", |value| {
        let kind = kind_name(value)?;
        let lacks = matches!(kind, Kind::Telegram) && !has_bot;
        lacks_bot = lacks.then_some(value);
        Ok(kind)
    });
    if let Some(value) = lacks_bot {
        table.complain(
            value,
            "a telegram channel needs a bot; expected the table `[telegram]` with its `token`",
        );
    }
    kind
}

/// The keys that all kinds share.
struct Common {
    name: Option<String>,
    sources: Option<Vec<SourceId>>,
    filter: Filter,
    time_zone: Tz,
    urgent: Vec<String>,
    mode: Option<Mode>,
    digest: Option<Schedule>,
    quiet: Option<Quiet>,
    corrections: bool,
    template: Option<Template>,
}

impl Common {
    fn read(table: &mut Table<'_>, scope: Scope<'_>, kind: Option<Kind>) -> Self {
        let mut common = Self {
            name: table.take("name", text),
            sources: None,
            filter: Filter::default(),
            time_zone: scope.time_zone,
            urgent: Vec::new(),
            mode: None,
            digest: None,
            quiet: None,
            corrections: false,
            template: None,
        };
        // A message about an unknown key names the keys in this order.
        table.set("sources", &mut common.sources, |value| {
            wanted(value, scope.sources)
        });
        common.filter = filter(table);
        table.set("time_zone", &mut common.time_zone, time_zone);
        table.set("urgent", &mut common.urgent, patterns);
        common.mode = table.take("mode", one_of(&Mode::ALL));
        common.digest = table.take("digest", digest);
        let quiet = unless_empty(from_str::<Quiet>);
        table.set("quiet", &mut common.quiet, quiet);
        table.set("corrections", &mut common.corrections, boolean);
        let of_kind = match kind {
            Some(Kind::Telegram) => Template::of_html,
            _ => Template::new,
        };
        let template = unless_empty(parsed(of_kind));
        table.set("template", &mut common.template, template);
        common
    }

    fn channel(self, id: ChannelId, kind: ChannelKind) -> Channel {
        let default = Channel::new(id, kind, self.time_zone);
        Channel {
            name: self.name.unwrap_or_else(|| default.name.clone()),
            sources: self.sources,
            filter: self.filter,
            urgent: Filter::new(&self.urgent, &[]).expect("each pattern was tried"),
            mode: self.mode.unwrap_or_default(),
            digest: self.digest.unwrap_or_else(|| default.digest.clone()),
            quiet: self.quiet,
            corrections: self.corrections,
            template: self.template,
            ..default
        }
    }
}

/// Reads a crontab line: an interval would be counted again from each bulletin.
fn digest(value: &Value<'_>) -> Read<Schedule> {
    let schedule: Schedule = from_str(value)?;
    if schedule.every().is_some() {
        let what = format!(
            "`{schedule}` has no time of day; expected a crontab line such as `0 18 * * *`"
        );
        return fault(value, what);
    }
    Ok(schedule)
}

#[derive(Clone, Copy)]
enum Kind {
    Telegram,
    Stdout,
    Robot(&'static RobotKind),
}

fn kind_name(value: &Value<'_>) -> Read<Kind> {
    let name = string(value)?;
    match name {
        "telegram" => Ok(Kind::Telegram),
        "stdout" => Ok(Kind::Stdout),
        _ => RobotKind::named(name).map(Kind::Robot).map_or_else(
            || {
                let expected = match nearest(name, kinds()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("expected one of {}", kinds().join(", ")),
                };
                fault(value, format!("unknown kind `{name}`; {expected}"))
            },
            Ok,
        ),
    }
}

/// Returns the kinds that are built.
fn kinds() -> Vec<&'static str> {
    let robots = KINDS.iter().map(|kind| kind.name);
    ["telegram", "stdout"].into_iter().chain(robots).collect()
}

/// Reads the wanted sources; `None` if `*` is among them, which means all.
fn wanted(value: &Value<'_>, sources: &Ids<'_>) -> Read<Option<Vec<SourceId>>> {
    let wanted = list(|item| match string(item)? {
        "*" => Ok(None),
        _ => sources.known(item).map(Some),
    })(value)?;
    Ok(wanted.into_iter().collect())
}

fn telegram(table: &mut Table<'_>) -> Option<ChannelKind> {
    let expected = "`\"@name\"` or a number such as `-1001234`";
    let chat = table.require("chat", expected, telegram_chat);
    let topic = table.take("topic", integer(1..=i64::from(i32::MAX)));
    let topic = topic.and_then(topic_of);
    let mut silent = false;
    table.set("silent", &mut silent, boolean);
    let mut documents = false;
    table.set("documents", &mut documents, boolean);
    let mut buttons = true;
    table.set("buttons", &mut buttons, boolean);
    Some(ChannelKind::Telegram {
        chat: chat?,
        topic,
        silent,
        documents,
        buttons,
    })
}

fn telegram_chat(value: &Value<'_>) -> Read<TelegramChat> {
    let expected = "expected `\"@name\"`, a number, or a number in a string";
    let text = match value.get_ref() {
        DeValue::String(text) => text.trim(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        _ => return mistyped(value, "`\"@name\"` or a number"),
    };
    match text.parse() {
        Ok(chat) => Ok(chat),
        Err(()) => fault(value, format!("`{text}` is not a valid chat; {expected}")),
    }
}

fn stdout(table: &mut Table<'_>) -> ChannelKind {
    let mut format = StdoutFormat::default();
    let formats = [("text", StdoutFormat::Text), ("json", StdoutFormat::Json)];
    table.set("format", &mut format, |value| one_of(&formats)(value));
    ChannelKind::Stdout { format }
}
