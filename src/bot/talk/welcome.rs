//! Greets newcomers: explains the bot and its commands; to admins also how the config names their chat.

use super::{
    ask::Ask,
    asker::{Asker, ChatKind, address},
    base::Base,
    button::Button,
    command,
    reply::{Alone, Effect, Reply},
    words::fill,
};
use crate::{
    bulletin::ChannelId,
    push::card::{clean_line, cut, escape},
};

/// Returns the text for a chat that asks how to begin; nothing in a channel.
pub(super) fn welcome(base: &Base, asker: &Asker) -> Reply {
    let words = asker.words();
    let help = (words.help_label.to_owned(), Button::Help);
    let chat_id = (words.label_chat_id.to_owned(), Button::ChatId);
    match asker.kind {
        ChatKind::Private if may_set_up(base, asker) => {
            doors(asker, greeting(base, asker).into()).with([chat_id, help])
        }
        ChatKind::Private => doors(asker, greeting(base, asker).into()).with([help]),
        ChatKind::Group => doors(asker, words.hello.into()).with([help]),
        ChatKind::Channel => Reply::default(),
    }
}

/// Returns whether to show how the config names the chat, which readers do not need. Until the config names admins,
/// they are unknown.
fn may_set_up(base: &Base, asker: &Asker) -> bool {
    base.permissions.admins.is_empty() || base.is_admin(asker)
}

/// Explains in two lines what this is and how to begin.
fn greeting(base: &Base, asker: &Asker) -> String {
    let words = asker.words();
    match channels_there(base, asker) {
        None => words.start.to_owned(),
        Some(channels) => fill(words.start_known, &[("channels", channels)]),
    }
}

/// Returns the id of a private chat, and how the config names it.
pub(super) fn set_up_here(base: &Base, asker: &Asker) -> Reply {
    let words = asker.words();
    let text = match channels_there(base, asker) {
        None => words.set_up_here,
        Some(_) => words.set_up_here_known,
    };
    doors(asker, fill(text, &names_of(base, asker)).into())
}

/// Returns the parts of a text that explains how the config pushes to a chat.
fn names_of(base: &Base, asker: &Asker) -> [(&'static str, String); 3] {
    [
        ("id", address(&asker.chat).to_owned()),
        ("block", escape(&base.platform.config_block(asker))),
        ("title", escape(&cut(&clean_line(&asker.title), 100))),
    ]
}

/// Returns the names of the channels of the config that lead to the asker's chat; `None` if there are none.
fn channels_there(base: &Base, asker: &Asker) -> Option<String> {
    let known = base.channels_of(&asker.chat, asker.username.as_deref());
    let names: Vec<_> = known
        .map(|(channel, _)| base.title_of(&channel.id))
        .collect();
    (!names.is_empty()).then(|| names.join(asker.words().between_names))
}

/// Explains to `reader` how to push to a group or channel: its id and the config block to paste.
pub(super) fn set_up(base: &Base, asker: &Asker, reader: &Asker) -> Reply {
    let words = reader.words();
    let known = channels_there(base, asker);
    let text = match known {
        None => words.set_up,
        Some(_) => words.set_up_known,
    };
    let [id, block, title] = names_of(base, asker);
    let channels = ("channels", known.unwrap_or_default());
    let reply = Reply::from(fill(text, &[id, block, title, channels]));
    if asker.place != asker.chat {
        return reply;
    }
    let (page, of) = (0, Some(asker.chat.clone()));
    reply.with([(words.sources.to_owned(), Button::Sources { page, of })])
}

/// Explains in private, to the person who asks, how to push to a group or channel: its readers do not need that. A
/// person who cannot be written to reads in the group where to ask; for a channel the admins of the config are
/// notified.
pub(super) fn introduce(base: &Base, asker: &Asker) -> Vec<Effect> {
    let line = (asker.kind == ChatKind::Group)
        .then(|| (asker.place.clone(), asker.words().hello_privately.into()));
    let Some(alone) = base.alone(asker) else {
        let messages = line.into_iter().chain(for_admins(base, asker));
        let notify = |(to, reply)| Effect::notify(&asker.chat, to, reply);
        return messages.map(notify).collect();
    };
    let otherwise = match line {
        Some(line) => vec![line],
        None => for_admins(base, asker),
    };
    let reply = set_up(base, asker, &alone);
    vec![Effect::Alone(Alone {
        otherwise,
        ..Alone::new(asker, alone.place, reply)
    })]
}

/// Returns how to push to a chat without a known person who could be notified; once, as far as is remembered.
fn for_admins(base: &Base, asker: &Asker) -> Vec<(ChannelId, Reply)> {
    if !base.memory.is_first_introduction(&asker.chat) {
        return Vec::new();
    }
    let message = |admin: &ChannelId| {
        let reader = base.alone(&Asker {
            person: Some(admin.clone()),
            ..asker.clone()
        })?;
        let reply = set_up(base, asker, &reader);
        Some((reader.place, reply))
    };
    base.permissions.admins.iter().filter_map(message).collect()
}

pub(super) fn help(base: &Base, asker: &Asker) -> Reply {
    let words = asker.words();
    let is_admin = base.is_admin_alone(asker);
    let more = if is_admin { words.help_admin } else { "" };
    let reply = doors(asker, Reply::from(format!("{}{more}", words.help)));
    if !is_admin {
        return reply;
    }
    reply
        .with([
            (words.health_label.to_owned(), Button::Health),
            (words.held_label.to_owned(), Button::HeldList),
        ])
        .with([
            (words.channels.to_owned(), Button::Channels { page: 0 }),
            (words.manage.to_owned(), Button::Manage { page: 0 }),
            (words.announcement.to_owned(), Button::Ask(Ask::Broadcast)),
        ])
}

/// Returns the answer to words that are not a command.
pub(super) fn menu(asker: &Asker) -> Reply {
    let words = asker.words();
    let reply = doors(asker, words.menu.into());
    reply.with([(words.help_label.to_owned(), Button::Help)])
}

/// Adds buttons to everything that anyone may request.
fn doors(asker: &Asker, reply: Reply) -> Reply {
    let words = asker.words();
    let (page, of, n) = (0, None, command::LATEST);
    reply
        .with([
            (words.subscribe.to_owned(), Button::Sources { page, of }),
            (words.settings.to_owned(), Button::Menu(None)),
        ])
        .with([
            (words.latest.to_owned(), Button::Latest { n, page }),
            (words.search.to_owned(), Button::Ask(Ask::Search)),
        ])
}
