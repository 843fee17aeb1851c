//! Sets the menus of commands that Telegram shows.

use teloxide::{
    payloads::{SetMyCommands, SetMyCommandsSetters},
    types::{BotCommand, BotCommandScope, ChatId, Recipient},
};
use tokio::time::sleep;

use super::super::talk::words_of;
use crate::{
    bulletin::Language,
    config::{Config, Live},
    push::{
        Sent, backoff,
        telegram::{Voice, verdict},
    },
};

/// Sets Telegram's list of commands while people are already answered, and again when the commands change.
pub(super) async fn keep(voice: &Voice, mut live: Live) {
    let mut sent = None;
    loop {
        let menus = menus(&live.borrow_and_update());
        if sent.as_ref() != Some(&menus) {
            set_menus(voice, &menus).await;
            sent = Some(menus);
        }
        if live.changed().await.is_err() {
            // The config cannot change any longer.
            std::future::pending::<()>().await;
        }
    }
}

async fn set_menus(voice: &Voice, menus: &[SetMyCommands]) {
    for menu in menus {
        let mut attempt = 0;
        while let Err(error) = voice.telegram.api().call(menu).await {
            tracing::debug!("setMyCommands: {error}");
            let wait = match verdict::of(error, 0) {
                Sent::TooFast(wait) => wait,
                Sent::Again(_) | Sent::Unreachable(_) | Sent::Perhaps(_) | Sent::Ailing(_) => {
                    backoff(attempt, 0.0)
                }
                // An admin who never wrote to the bot has no menu yet.
                _ => break,
            };
            attempt += 1;
            sleep(wait).await;
        }
    }
}

/// The commands in the menu of plain members of a group.
const OF_MEMBERS: [&str; 6] = ["latest", "search", "sources", "why", "settings", "help"];

/// Returns a menu for each language and scope: an admin's private chat has the admins' commands as well, and a group
/// shows its members what they may do.
fn menus(config: &Config) -> Vec<SetMyCommands> {
    let menu = |language: Language, scope: BotCommandScope, is_admin: bool| {
        let words = words_of(language);
        let more = if is_admin { words.admin_commands } else { &[] };
        let is_for_members = matches!(scope, BotCommandScope::AllGroupChats);
        let commands = words.commands.iter().chain(more);
        let commands = commands.filter(|(name, _)| !is_for_members || OF_MEMBERS.contains(name));
        let commands = commands.map(|(name, what)| BotCommand::new(*name, *what));
        SetMyCommands::new(commands).scope(scope)
    };
    let admins = config.telegram.iter().flat_map(|telegram| &telegram.admins);
    let admins = admins.map(|admin| BotCommandScope::Chat {
        chat_id: Recipient::Id(ChatId(*admin)),
    });
    let mut scopes = vec![
        (BotCommandScope::Default, false),
        (BotCommandScope::AllPrivateChats, false),
        (BotCommandScope::AllGroupChats, false),
        (BotCommandScope::AllChatAdministrators, false),
    ];
    scopes.extend(admins.map(|scope| (scope, true)));
    let mut menus = Vec::new();
    for (scope, is_admin) in scopes {
        menus.push(menu(config.language, scope.clone(), is_admin));
        menus.extend(Language::ALL.map(|language| {
            menu(language, scope.clone(), is_admin).language_code(language.code())
        }));
    }
    menus
}
