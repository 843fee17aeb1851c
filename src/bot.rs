//! Telegram commands: what people type to the bot, answered from the store.
//!
//! An update is taken in `bot/poll.rs`, understood in `bot/command.rs`, answered in `bot/answer.rs`;
//! the words are in `bot/words/`, one file a language. Answers go through the pusher's pace.

mod answer;
mod button;
mod command;
mod poll;
mod rebroadcast;
mod words;

use teloxide::{
    payloads::{GetMe, SetMyCommands},
    types::{BotCommand, Update, UpdateKind},
};
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;

use self::{
    answer::{Me, Room},
    poll::Polled,
};
use crate::{
    config::Live,
    push::{Pusher, telegram::Voice},
    store::{Store, StoreError},
};

/// Answers that wait for their turn; further people must ask again.
const MOST_ANSWERS: usize = 200;

/// Answers updates by long poll until stopped; waits politely where another poller holds the token,
/// where the token is wrong, or where Telegram is down. Without `[telegram]` it only waits.
///
/// Answers go through the pusher's pace, ahead of what waits there.
///
/// # Errors
/// A store that failed a write.
pub async fn run(
    store: Store,
    config: Live,
    pusher: Pusher,
    stop: CancellationToken,
) -> Result<(), StoreError> {
    let mut changes = config.clone();
    loop {
        // With another config the bot is perhaps another one: everything begins anew.
        changes.mark_unchanged();
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            ended = serve(&store, &config, &pusher) => return ended,
            Ok(()) = changes.changed() => {}
        }
    }
}

async fn serve(store: &Store, config: &Live, pusher: &Pusher) -> Result<(), StoreError> {
    let voice = pusher.voice().await;
    let mut trouble = poll::Trouble::default();
    let me = introduce(&voice, config, &mut trouble).await;
    let mut answers = JoinSet::new();
    loop {
        let offset = store.update_offset().await?;
        match poll::updates(&voice, offset).await {
            Polled::Updates(updates) => {
                trouble.over(&voice);
                for update in updates {
                    let room = Room {
                        store,
                        config: &config.borrow().clone(),
                        me: &me,
                        voice: &voice,
                    };
                    handle(room, update, &mut answers).await?;
                }
            }
            Polled::Wait(sent, conflict) => sleep(trouble.met(&voice, &sent, conflict)).await,
        }
        while answers.try_join_next().is_some() {}
    }
}

/// Handles an update and confirms it. A press is confirmed after its effect, which the store takes
/// once however often it comes; anything else before its answer, which nobody wants twice.
async fn handle(
    room: Room<'_>,
    update: poll::Received,
    answers: &mut JoinSet<()>,
) -> Result<(), StoreError> {
    let next = update.id.saturating_add(1);
    let is_press = matches!(
        &update.update,
        Some(Update {
            kind: UpdateKind::CallbackQuery(_),
            ..
        })
    );
    if !is_press {
        room.store.set_update_offset(next).await?;
    }
    if let Some(update) = update.update {
        for answer in room.answer(update).await? {
            if answers.len() < MOST_ANSWERS {
                answers.spawn(answer);
            }
        }
    }
    if is_press {
        room.store.set_update_offset(next).await?;
    }
    Ok(())
}

/// Learns the bot's own name, and tells Telegram which commands it has.
async fn introduce(voice: &Voice, config: &Live, trouble: &mut poll::Trouble) -> Me {
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
    let language = config.borrow().language;
    let words = words::of(language);
    let commands = words
        .commands
        .iter()
        .map(|(name, what)| BotCommand::new(*name, *what));
    if let Err(error) = api.call(&SetMyCommands::new(commands)).await {
        tracing::debug!("setMyCommands: {error}");
    }
    me
}
