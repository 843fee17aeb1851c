//! Newcomers are told the chat's own id and what they can ask for.

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

/// Returns what a chat reads where it asks how to begin: in private all of it, in a group what concerns its
/// members, in a channel nothing.
pub(super) fn welcome(base: &Base, asker: &Asker) -> Reply {
    let words = asker.words();
    let reply = match asker.kind {
        ChatKind::Private => doors(asker, set_up(base, asker, asker)),
        ChatKind::Group => doors(asker, words.hello.into()),
        ChatKind::Channel => return Reply::default(),
    };
    reply.with([(words.help_label.to_owned(), Button::Help)])
}

/// The chat's id and the config block to paste, as they are told to `reader`.
fn set_up(base: &Base, asker: &Asker, reader: &Asker) -> Reply {
    let words = reader.words();
    let known = base.channels_of(&asker.chat, asker.username.as_deref());
    let known = known.map(|(channel, _)| format!("<code>{}</code>", channel.id));
    let known: Vec<_> = known.collect();
    let text = match (asker.is_private(), known.is_empty()) {
        (true, true) => words.start,
        (true, false) => words.start_known,
        (false, true) => words.set_up,
        (false, false) => words.set_up_known,
    };
    let parts = [
        ("id", address(&asker.chat).to_owned()),
        ("block", escape(&base.platform.config_block(asker))),
        ("channels", known.join(", ")),
        ("title", escape(&cut(&clean_line(&asker.title), 100))),
    ];
    let reply = Reply::from(fill(text, &parts));
    if asker.is_private() || asker.place != asker.chat {
        return reply;
    }
    let (page, of) = (0, Some(asker.chat.clone()));
    reply.with([(words.sources.to_owned(), Button::Sources { page, of })])
}

/// Tells whoever asks, alone, how to push to a group or channel: its readers have no use for it. Who
/// cannot be written to is told in the group where to ask; of a channel the admins of the config are told.
pub(super) fn introduce(base: &Base, asker: &Asker) -> Vec<Effect> {
    let line = (asker.kind == ChatKind::Group)
        .then(|| (asker.place.clone(), asker.words().hello_privately.into()));
    let Some(alone) = base.alone(asker) else {
        let messages = line.into_iter().chain(for_admins(base, asker));
        let tell = |(to, reply)| Effect::tell(&asker.chat, to, reply);
        return messages.map(tell).collect();
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

/// Returns how to push to a chat where nobody is named who could be told; once, as far as is remembered.
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

/// The answer to words that are no command.
pub(super) fn menu(asker: &Asker) -> Reply {
    let words = asker.words();
    let reply = doors(asker, words.menu.into());
    reply.with([(words.help_label.to_owned(), Button::Help)])
}

/// Buttons to all that anyone may ask for.
fn doors(asker: &Asker, reply: Reply) -> Reply {
    let words = asker.words();
    let (page, of, n) = (0, None, command::LATEST);
    reply
        .with([
            (words.sources.to_owned(), Button::Sources { page, of }),
            (words.settings.to_owned(), Button::Menu(None)),
        ])
        .with([
            (words.latest.to_owned(), Button::Latest { n, page }),
            (words.search.to_owned(), Button::Ask(Ask::Search)),
        ])
}
