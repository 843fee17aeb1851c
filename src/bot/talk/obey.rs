//! Passes a typed command to the part that answers it.

use super::{
    archive,
    ask::Ask,
    asker::Asker,
    base::Base,
    channels,
    command::{self, AdminCommand, ChatCommand},
    filter, health,
    heard::Message,
    held,
    later::Tasks,
    manage, own, rebroadcast,
    reply::{Alone, Effect, Reply},
    settings,
    slow::Slow,
    sources, story, subscribe, welcome, wishes,
};
use crate::{ops::StoreError, push::Pusher};

/// Returns the request in a message; `None` if it does not concern the bot.
pub(super) fn understood(message: &Message, own_name: &str) -> Option<ChatCommand> {
    let parsed = command::parse(&message.text, own_name);
    // An answer may begin with a slash, as a regular expression does.
    let known = parsed
        .clone()
        .filter(|command| *command != ChatCommand::Unknown);
    let answer = || Some(asked_in(message)?.command(&message.text));
    known.or_else(answer).or(parsed)
}

/// Returns the question that this message answers.
fn asked_in(message: &Message) -> Option<Ask> {
    let first = message.text.split_whitespace().next()?;
    let is_for_others = first.starts_with('/') && first.contains('@');
    let original = message.answers.as_ref().filter(|_| !is_for_others)?;
    original.is_own.then(|| Ask::of(&original.text)).flatten()
}

pub(super) async fn obey(
    base: &Base,
    (tasks, pusher): (&Tasks, &Pusher),
    asker: &Asker,
    (command, message): (ChatCommand, &Message),
) -> Result<Vec<Effect>, StoreError> {
    let reply = match command {
        ChatCommand::Start(payload) => return subscribe::start(base, asker, &payload).await,
        ChatCommand::Subscribe(what) => {
            return subscribe::subscribe(base, tasks, asker, &what).await;
        }
        ChatCommand::Search(what) => return Ok(vec![tasks.begin(asker, Slow::Search(what))]),
        ChatCommand::Why(what) => return Ok(vec![tasks.begin(asker, Slow::Why(what))]),
        ChatCommand::Admin(act) if base.is_admin(asker) => {
            return administer(base, (tasks, pusher), asker, (act, message)).await;
        }
        ChatCommand::Admin(_) => Reply::refusing(asker.words().admins_only),
        ChatCommand::Unknown if asker.is_private() => asker.words().unknown.into(),
        // In a group, the command is perhaps another bot's.
        ChatCommand::Unknown => return Ok(Vec::new()),
        ChatCommand::Misused(usage) => usage.say(asker.words()).into(),
        command => answered(base, asker, command).await?,
    };
    Ok(vec![Effect::answer(asker, reply)])
}

/// Runs commands that are answered at once, in one message.
async fn answered(base: &Base, asker: &Asker, command: ChatCommand) -> Result<Reply, StoreError> {
    match command {
        ChatCommand::Hello => Ok(welcome::menu(asker)),
        ChatCommand::Help => Ok(welcome::help(base, asker)),
        ChatCommand::Sources => Ok(sources::offer_sources(base, asker, None, 0, "")),
        ChatCommand::Unsubscribe(what) => subscribe::unsubscribe(base, asker, &what).await,
        ChatCommand::Latest(n) => archive::latest(base, asker, n, 0).await,
        ChatCommand::Show(id) => archive::shown(base, asker, id).await,
        ChatCommand::Filter(what) => filter::set_filter(base, asker, &what).await,
        ChatCommand::MoreWords(what) => filter::add_to_filter(base, asker, &what).await,
        ChatCommand::Digest(what) => settings::set_digest(base, asker, &what).await,
        ChatCommand::Quiet(what) => settings::set_quiet(base, asker, &what).await,
        ChatCommand::TimeZone(what) => settings::set_time_zone(base, asker, &what).await,
        ChatCommand::Language(what) => settings::set_language(base, asker, &what).await,
        ChatCommand::Remind(what) => story::remind(base, asker, &what).await,
        ChatCommand::Settings(what) if what.is_empty() => Ok(wishes::settings(base, asker)),
        ChatCommand::Settings(what) => own::settings(base, asker, &what).await,
        _ => Ok(Reply::default()),
    }
}

/// Runs an admin's command. The answer is sent only to the admin if others in a group are not to see it.
async fn administer(
    base: &Base,
    (tasks, pusher): (&Tasks, &Pusher),
    asker: &Asker,
    (act, message): (AdminCommand, &Message),
) -> Result<Vec<Effect>, StoreError> {
    let is_apart = act.is_for_admins_eyes() && !asker.is_private();
    let alone = base.alone(asker).filter(|_| is_apart);
    let (group, asker) = (asker, alone.as_ref().unwrap_or(asker));
    if let AdminCommand::Poll(source) = act {
        let polled = tasks.begin(asker, Slow::Poll(source));
        let line = alone.as_ref().map(|_| group.words().answered_alone);
        let line = line.map(|line| Effect::answer(group, line.into()));
        return Ok(std::iter::once(polled).chain(line).collect());
    }
    let reply = act_on(base, pusher, asker, (act, message)).await?;
    let Some(alone) = alone else {
        return Ok(vec![Effect::answer(asker, reply)]);
    };
    let line = |text: &str| vec![(group.place.clone(), text.into())];
    Ok(vec![Effect::Alone(Alone {
        then: line(group.words().answered_alone),
        otherwise: line(group.words().write_first),
        ..Alone::new(group, alone.place, reply)
    })])
}

async fn act_on(
    base: &Base,
    pusher: &Pusher,
    asker: &Asker,
    (act, message): (AdminCommand, &Message),
) -> Result<Reply, StoreError> {
    match act {
        AdminCommand::Rebroadcast(again) => {
            let original = message.answers.as_ref();
            rebroadcast::offer_again(base, asker, again, original).await
        }
        AdminCommand::Broadcast(text) => rebroadcast::offer_broadcast(base, asker, &text).await,
        AdminCommand::Held => held::held(base, asker, None).await,
        AdminCommand::Pause(source) => manage::pause(base, asker, &source, true).await,
        AdminCommand::Resume(source) => manage::pause(base, asker, &source, false).await,
        AdminCommand::Channels => channels::channels(base, asker, 0).await,
        AdminCommand::Health => health::health(base, pusher, asker).await,
        AdminCommand::Manage => Ok(manage::manage(base, asker, 0)),
        AdminCommand::AskBroadcast => Ok(Reply::asking(Ask::Broadcast.text(asker.words()))),
        // A poll takes longer.
        AdminCommand::Poll(_) => Ok(Reply::default()),
    }
}
