//! `[[channel]]`: what all kinds share, then the keys of each kind.

use chrono_tz::Tz;
use toml::de::DeValue;

use super::{
    file::Ids,
    read::{boolean, integer, list, mistyped, one_of, string, text, time_zone},
    source::filter,
    table::{Read, Table, Value, fault, nearest},
};
use crate::bulletin::{Channel, ChannelId, ChannelKind, SourceId, StdoutFormat, TelegramChat};

/// What a channel may refer to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) sources: &'a Ids<'a>,
    pub(super) has_bot: bool,
    pub(super) time_zone: Tz,
}

/// The kinds of the contract that are not built, and all keys that they have.
const LATER: [&str; 10] = [
    "wecom-robot",
    "wecom-app",
    "dingtalk-robot",
    "feishu-robot",
    "slack",
    "discord",
    "matrix",
    "ntfy",
    "email",
    "webhook",
];
const KEYS_OF_ALL_KINDS: [&str; 20] = [
    "access_token",
    "agent_id",
    "api_url",
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

/// None where its kind is not known; that was told.
pub(super) fn read(mut table: Table<'_>, ids: &mut Ids<'_>, scope: Scope<'_>) -> Option<Channel> {
    let id: Option<ChannelId> =
        table.require("id", "an id such as `staff`", |value| ids.claim(value));
    let kind = table.require("kind", "`telegram` or `stdout`", |value| {
        kind_name(value, scope.has_bot)
    });
    let name = table.take("name", text);
    let mut sources = None;
    table.set("sources", &mut sources, |value| {
        wanted(value, scope.sources)
    });
    let filter = filter(&mut table);
    let mut zone = scope.time_zone;
    table.set("time_zone", &mut zone, time_zone);
    table.unbuilt("urgent", "[]");
    table.unbuilt("mode", "\"each\"");
    table.unbuilt("digest", "\"0 18 * * *\"");
    table.unbuilt("quiet", "\"\"");
    table.unbuilt("corrections", "false");
    table.unbuilt("template", "\"\"");
    let kind = match kind {
        Some(Kind::Telegram) => telegram(&mut table),
        Some(Kind::Stdout) => Some(stdout(&mut table)),
        None => {
            table.allow(&KEYS_OF_ALL_KINDS);
            None
        }
    };
    table.finish();
    let mut channel = Channel::new(id?, kind?, zone);
    channel.name = name.unwrap_or(channel.name);
    channel.sources = sources;
    channel.filter = filter;
    Some(channel)
}

#[derive(Clone, Copy)]
enum Kind {
    Telegram,
    Stdout,
}

fn kind_name(value: &Value<'_>, has_bot: bool) -> Read<Kind> {
    match string(value)? {
        "telegram" if !has_bot => fault(
            value,
            "a telegram channel without a bot; expected the table `[telegram]` with its `token`",
        ),
        "telegram" => Ok(Kind::Telegram),
        "stdout" => Ok(Kind::Stdout),
        later if LATER.contains(&later) => fault(
            value,
            format!("`kind = \"{later}\"` is not built yet; expected `telegram` or `stdout`"),
        ),
        unknown => {
            let known = LATER.into_iter().chain(["telegram", "stdout"]);
            let expected = match nearest(unknown, known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "expected `telegram` or `stdout`".to_owned(),
            };
            fault(value, format!("unknown kind `{unknown}`; {expected}"))
        }
    }
}

/// None where `*` is among them: all sources.
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
    let mut silent = false;
    table.set("silent", &mut silent, boolean);
    table.unbuilt("documents", "false");
    Some(ChannelKind::Telegram {
        chat: chat?,
        topic,
        silent,
        documents: false,
    })
}

fn telegram_chat(value: &Value<'_>) -> Read<TelegramChat> {
    let expected = "expected `\"@name\"`, a number, or a number in a string";
    let text = match value.get_ref() {
        DeValue::String(text) => text.trim(),
        DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
        _ => return mistyped(value, "`\"@name\"` or a number"),
    };
    if let Some(name) = text.strip_prefix('@') {
        let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if word && !name.is_empty() {
            return Ok(TelegramChat::Name(text.to_owned()));
        }
    }
    match text.parse::<i64>() {
        Ok(id) if id != 0 => Ok(TelegramChat::Id(id)),
        _ => fault(value, format!("`{text}` is no chat; {expected}")),
    }
}

fn stdout(table: &mut Table<'_>) -> ChannelKind {
    let mut format = StdoutFormat::default();
    let formats = [("text", StdoutFormat::Text), ("json", StdoutFormat::Json)];
    table.set("format", &mut format, |value| one_of(&formats)(value));
    ChannelKind::Stdout { format }
}
