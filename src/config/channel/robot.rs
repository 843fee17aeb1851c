//! Reads channels of the platforms other than Telegram, by the keys that each kind has.

use std::collections::BTreeMap;

use lettre::message::{Mailbox, Mailboxes};
use toml::de::DeValue;
use url::Url;

use crate::{
    bulletin::{ChannelKind, Form, Key, Robot, RobotKind, Secret, Setting},
    config::{
        read::{address_of, integer, list, text, web_address, word},
        secret::Surroundings,
        table::{Read, Table, Value, fault},
        user_info,
    },
};

/// Reads a channel by the keys of its kind.
pub(super) fn read(
    table: &mut Table<'_>,
    kind: &'static RobotKind,
    around: Surroundings<'_>,
) -> Option<ChannelKind> {
    let mut values = BTreeMap::new();
    let mut is_whole = true;
    for &Key {
        name,
        form,
        expected,
    } in kind.keys
    {
        let value = match form {
            Form::Secret => table
                .require(name, expected, around.secret())
                .map(Setting::Secret),
            Form::OptionalSecret | Form::SigningKey => {
                table.take(name, around.secret()).map(Setting::Secret)
            }
            Form::SecretAddress => table
                .require(name, expected, secret_address(around, false))
                .map(Setting::Secret),
            Form::SecretPath => table
                .require(name, expected, secret_address(around, true))
                .map(Setting::Secret),
            Form::Text => table.require(name, expected, text).map(Setting::Text),
            Form::Number => table
                .require(name, expected, number)
                .map(|number| Setting::Text(number.to_string())),
            Form::Site => table
                .require(name, expected, web_address)
                .map(|url| Setting::Text(base(&url))),
            Form::Smtp => table
                .require(name, expected, smtp(around))
                .map(Setting::Secret),
            Form::Mailbox => table
                .require(name, expected, mailbox)
                .map(|it| Setting::Text(it.to_string())),
            Form::Mailboxes => table
                .require(name, expected, mailboxes)
                .map(|list| Setting::Text(list.into_iter().collect::<Mailboxes>().to_string())),
            Form::Room => table.require(name, expected, room).map(Setting::Text),
            Form::Word(words) => {
                let mut chosen = words[0];
                table.set(name, &mut chosen, word(words));
                Some(Setting::Text(chosen.to_owned()))
            }
            Form::Api(url) => {
                let mut api = url.to_owned();
                table.set(name, &mut api, |value| {
                    web_address(value).map(|url| base(&url))
                });
                Some(Setting::Text(api))
            }
        };
        is_whole &= value.is_some() || !form.is_needed();
        values.extend(value.map(|value| (name, value)));
    }
    // A channel of the store may lack a key that stayed behind in another store.
    let is_enough = is_whole || around.are_of_store();
    is_enough.then(|| ChannelKind::Robot(Robot::new(kind, values)))
}

/// Reads a secret address as it appears in the secret.
fn secret_address(
    around: Surroundings<'_>,
    with_path: bool,
) -> impl Fn(&Value<'_>) -> Read<Secret> {
    move |value| {
        let secret = around.secret()(value)?;
        if secret.reveal().is_empty() {
            return Ok(secret);
        }
        match address_of(secret.reveal(), &["http", "https"]) {
            Ok(url) if with_path && url.path().trim_matches('/').is_empty() => fault(
                value,
                "this address has no path; expected the complete address",
            ),
            Ok(url) => Ok(Secret::new(url.into())),
            Err(what) => fault(value, what),
        }
    }
}

/// Reads a mail server's address, which may contain a password.
fn smtp(around: Surroundings<'_>) -> impl Fn(&Value<'_>) -> Read<Secret> {
    move |value| {
        let secret = around.secret()(value)?;
        if secret.reveal().is_empty() {
            return Ok(secret);
        }
        let address = secret.reveal();
        let read =
            user_info::check(address, true).and_then(|()| address_of(address, &["smtp", "smtps"]));
        match read {
            Ok(_) => Ok(secret),
            Err(what) => fault(value, what),
        }
    }
}

fn mailbox(value: &Value<'_>) -> Read<Mailbox> {
    let text = text(value)?;
    text.parse().or_else(|_| {
        let expected =
            "expected an address such as `news@example.org` or `News <news@example.org>`";
        fault(
            value,
            format!("`{text}` is not a valid email address; {expected}"),
        )
    })
}

/// Reads the recipients of a mail.
fn mailboxes(value: &Value<'_>) -> Read<Vec<Mailbox>> {
    let list = list(mailbox)(value)?;
    if list.is_empty() {
        return fault(
            value,
            "the list is empty; expected at least one email address",
        );
    }
    Ok(list)
}

/// Reads a number, or one in a string.
fn number(value: &Value<'_>) -> Read<u64> {
    match value.get_ref() {
        DeValue::String(text) => match text.trim().parse() {
            Ok(number) if number > 0 => Ok(number),
            _ => fault(
                value,
                "this is not a valid number; expected a whole number from 1",
            ),
        },
        _ => integer(1..=i64::MAX)(value),
    }
}

fn room(value: &Value<'_>) -> Read<String> {
    let room = text(value)?;
    if !room.starts_with('!') || room.contains(char::is_whitespace) {
        let expected = "expected a room's id, such as `!abc:example.org`; clients show it among the room's settings";
        return fault(
            value,
            format!("`{room}` is not a valid room id; {expected}"),
        );
    }
    Ok(room)
}

/// Returns an address to which paths are added.
fn base(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}
