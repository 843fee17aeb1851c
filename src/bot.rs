//! Telegram commands: what people type to the bot, answered from the store.
//!
//! An update is taken in `bot/poll.rs`, cut down to what is read of it in `bot/known.rs`, understood in
//! `bot/command.rs` or `bot/button.rs`, and answered by [`answer::Room`], whose files are what people may
//! want: `subscribe`, `sources`, `settings`, `filter`, `archive`, `story`, `add`, and for admins
//! `newcomer`, `admin`, `manage`, `rebroadcast`, `report`; `ask` asks for what no button offers; `target`
//! and `asker` know whose chat it is about and who may. The words are in `bot/words/`, one file a language.
//! `say` sends them through the pusher's pace.

mod add;
mod admin;
mod answer;
mod archive;
mod ask;
mod asker;
mod bounds;
mod button;
mod command;
mod filter;
mod known;
mod manage;
mod membership;
mod newcomer;
mod pages;
mod poll;
mod rebroadcast;
mod report;
mod say;
mod settings;
mod sources;
mod story;
mod subscribe;
mod target;
mod typed;
mod words;

use std::{any::Any, collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures::FutureExt;
use teloxide::{
    payloads::{GetMe, SetMyCommands, SetMyCommandsSetters},
    types::{BotCommand, BotCommandScope, ChatId, Recipient},
};
use tokio::{sync::mpsc, task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use self::{
    answer::{Me, Room, Shared},
    poll::{Polled, Trouble},
    say::Answer,
};
use crate::{
    bulletin::Language,
    config::{Config, Live},
    ops::{Answered, Failure, Store},
    push::{
        Pusher, Sent, backoff,
        telegram::{Voice, verdict},
    },
    supervise::{Supervisor, reason},
    watch::Watch,
};

/// Answers that wait for their turn, and those of one chat: what it asks beyond that is not answered.
const MOST_ANSWERS: usize = 1000;
const MOST_OF_A_CHAT: usize = 20;
/// After so long what the store refused is tried again.
const AGAIN: Duration = Duration::from_secs(60);
/// With so many of them, each chat has one: a few chats must not take the places of all others.
const CROWDED: usize = 200;

/// What the bot stands on; clones share it.
#[derive(Debug, Clone)]
pub struct Desk {
    pub store: Store,
    pub config: Live,
    pub pusher: Pusher,
    pub watch: Watch,
}

/// Answers updates by long poll until stopped; waits politely where another poller holds the token,
/// where the token is wrong, or where Telegram is down. Without `[telegram]` it only waits.
///
/// Answers go through the pusher's pace, ahead of what waits there.
///
/// # Errors
/// A store that failed a write.
pub async fn run(desk: Desk, stop: CancellationToken) -> Result<(), Failure> {
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            // The pusher took another token, and with it the bot has another voice.
            ended = serve(&desk) => ended?,
        }
    }
}

async fn serve(desk: &Desk) -> Result<(), Failure> {
    let voice = desk.pusher.voice().await;
    let mut trouble = Trouble::default();
    let me = introduce(&voice, &mut trouble).await;
    let named = desk.store.set_bot_name(&me.name).await;
    named.or_report("keeping the bot's name")?;
    let (outgoing, answers) = mpsc::channel(MOST_ANSWERS);
    let room = Room {
        store: desk.store.clone(),
        config: desk.config.borrow().clone(),
        shared: Arc::new(Shared::new(me)),
        voice,
        watch: desk.watch.clone(),
        pusher: desk.pusher.clone(),
        outgoing,
    };
    let dropped = room.drop_oversized_filters().await;
    dropped.or_report("removing the filters that are too large")?;
    tokio::select! {
        ended = listen(desk, &room, trouble) => ended,
        () = keep_menus(&room.voice, desk.config.clone()) => Ok(()),
        ended = keep_telling(desk, &room) => ended,
        () = speak(answers, desk.watch.supervisor()) => Ok(()),
        () = room.voice.ended() => Ok(()),
    }
}

/// The room with the config as it is now: sources may have come.
fn room_now(desk: &Desk, room: &Room) -> Room {
    Room {
        config: desk.config.borrow().clone(),
        ..room.clone()
    }
}

async fn listen(desk: &Desk, room: &Room, mut trouble: Trouble) -> Result<(), Failure> {
    let voice = &room.voice;
    loop {
        let offset = desk.store.update_offset().await;
        let offset = offset.or_report("reading the offset")?.unwrap_or_default();
        match poll::updates(voice, offset).await {
            Polled::Updates(updates) => {
                trouble.over(voice);
                let told = room.heed_rival(trouble.has_rival()).await;
                told.or_report("telling admins of another poller")?;
                for update in updates {
                    handle(&room_now(desk, room), update).await?;
                }
            }
            Polled::Wait(sent, conflict) => {
                let wait = trouble.met(voice, &sent, conflict);
                let told = room.heed_rival(trouble.has_rival()).await;
                told.or_report("telling admins of another poller")?;
                sleep(wait).await;
            }
        }
    }
}

/// Handles an update and confirms it once its effect is durable: after a crash it comes again, and
/// changes nothing then. Its answers go out after that, so that none is given twice.
async fn handle(room: &Room, update: poll::Received) -> Result<(), Failure> {
    let next = update.id.saturating_add(1);
    let mut answers = Vec::new();
    if let Some(taken) = update.update {
        // One that breaks its handler must not come again for ever.
        match AssertUnwindSafe(room.answer(taken)).catch_unwind().await {
            Ok(done) => {
                let done = done.or_report("answering an update")?;
                answers = done.unwrap_or_default();
            }
            Err(panic) => {
                let why = format!("update {}: {}", update.id, reason(panic.as_ref()));
                room.watch.supervisor().broke("answers", &why);
            }
        }
    }
    let confirmed = room.store.set_update_offset(next).await;
    confirmed.or_report("confirming an update")?;
    for answer in answers {
        // Where too many ask at once, Telegram keeps what others ask until there is room.
        if room.outgoing.send(answer).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// The chat that was answered, and the panic that it met.
type Spoken = (i64, Result<(), Box<dyn Any + Send>>);

/// Gives answers, each when its chat's turn has come.
async fn speak(mut answers: mpsc::Receiver<Answer>, supervisor: &Supervisor) {
    let mut at_work: JoinSet<Spoken> = JoinSet::new();
    let mut of_chat: HashMap<i64, usize> = HashMap::new();
    loop {
        tokio::select! {
            Some(Ok((chat, ended))) = at_work.join_next() => {
                if let Err(panic) = ended {
                    supervisor.broke("answers", &reason(panic.as_ref()));
                }
                if let Some(count) = of_chat.get_mut(&chat) {
                    *count -= 1;
                }
                of_chat.retain(|_, count| *count > 0);
            }
            answer = answers.recv(), if at_work.len() < MOST_ANSWERS => {
                let Some(Answer { chat, work }) = answer else { return };
                let count = of_chat.entry(chat).or_default();
                let most = if at_work.len() < CROWDED { MOST_OF_A_CHAT } else { 1 };
                if *count < most {
                    *count += 1;
                    // One that panics gives its chat's place back, too.
                    let work = AssertUnwindSafe(work).catch_unwind();
                    at_work.spawn(work.map(move |ended| (chat, ended)));
                }
            }
        }
    }
}

/// What is told without being asked: reports of what was sent to many, and what is held.
async fn keep_telling(desk: &Desk, room: &Room) -> Result<(), Failure> {
    loop {
        let room = room_now(desk, room);
        let wait = room.report().await.or_report("reporting to admins")?;
        let told = room.tell_of_held().await;
        told.or_report("telling admins of what is held")?;
        sleep(wait.unwrap_or(AGAIN)).await;
    }
}

/// Tells Telegram which commands there are, while people are answered already, and again when they change.
async fn keep_menus(voice: &Voice, mut live: Live) {
    let mut told = None;
    loop {
        let menus = menus(&live.borrow_and_update());
        if told.as_ref() != Some(&menus) {
            set_menus(voice, &menus).await;
            told = Some(menus);
        }
        if live.changed().await.is_err() {
            // Nobody can change it any more.
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

/// Learns the bot's own name.
async fn introduce(voice: &Voice, trouble: &mut Trouble) -> Me {
    let api = voice.telegram.api();
    let me = loop {
        match api.call(&GetMe::new()).await {
            Ok(me) => {
                break Me {
                    id: me["id"].as_i64().unwrap_or_default(),
                    name: me["username"].as_str().unwrap_or_default().to_owned(),
                };
            }
            Err(error) => {
                let (sent, conflict) = poll::understood(error);
                sleep(trouble.met(voice, &sent, conflict)).await;
            }
        }
    };
    trouble.over(voice);
    me
}

/// What the plain members of a group may do there.
const OF_MEMBERS: [&str; 6] = ["latest", "search", "sources", "why", "settings", "help"];

/// A menu for each language and scope: an admin's own chat has the admins' commands as well, and a group
/// shows its members what they may do.
fn menus(config: &Config) -> Vec<SetMyCommands> {
    let menu = |language: Language, scope: BotCommandScope, is_admin: bool| {
        let words = words::of(language);
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
        menus.push(menu(Language::Zh, scope.clone(), is_admin).language_code("zh"));
        menus.push(menu(Language::En, scope, is_admin).language_code("en"));
    }
    menus
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_few_chats_that_ask_much_do_not_take_the_places_of_the_others() {
        let (answers, received) = mpsc::channel(MOST_ANSWERS);
        let supervisor = Supervisor::default();
        let (said, mut heard) = mpsc::unbounded_channel();
        let saying = async {
            for n in 0..40 * MOST_OF_A_CHAT {
                let chat = i64::try_from(n / MOST_OF_A_CHAT).unwrap_or_default();
                let work = std::future::pending().boxed();
                assert!(answers.send(Answer { chat, work }).await.is_ok());
            }
            let work = async move { said.send(()).unwrap() }.boxed();
            assert!(answers.send(Answer { chat: 1000, work }).await.is_ok());
            heard.recv().await
        };
        tokio::select! {
            () = speak(received, &supervisor) => panic!("it goes on"),
            heard = saying => assert_eq!(heard, Some(())),
        }
    }

    #[tokio::test]
    async fn an_answer_that_panics_costs_its_chat_no_place() {
        let (answers, received) = mpsc::channel(MOST_ANSWERS);
        let supervisor = Supervisor::default();
        let (said, mut heard) = mpsc::unbounded_channel();
        let saying = async move {
            for n in 0..=MOST_OF_A_CHAT {
                let said = said.clone();
                let is_last = n == MOST_OF_A_CHAT;
                let work = async move {
                    assert!(is_last, "answer {n} breaks");
                    let _ = said.send(n);
                };
                let answer = Answer {
                    chat: 7,
                    work: work.boxed(),
                };
                assert!(answers.send(answer).await.is_ok());
                sleep(std::time::Duration::from_millis(1)).await;
            }
        };
        tokio::join!(speak(received, &supervisor), saying);
        assert_eq!(heard.recv().await, Some(MOST_OF_A_CHAT));
        assert_eq!(supervisor.breakages()[0].times, MOST_OF_A_CHAT as u64);
    }
}
