//! Turns effects of the conversation into errands that are done when their chat's turn comes.

use std::{convert::Infallible, sync::Arc, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use teloxide::{
    payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters, SendChatAction, SendMessage},
    types::{CallbackQueryId, ChatAction, ChatId, MessageId, ThreadId},
};
use tokio::time::sleep;

use super::{
    super::talk::{Alone, Effect, Saying},
    errands::Errand,
    platform::{TelegramPlatform, note},
    requests,
};
use crate::{
    bulletin::ChannelId,
    ops::StoreError,
    push::{Sent, card::cut, telegram::about},
};

/// The time after which people wonder whether their message arrived, and the time for which Telegram then shows that it
/// did.
const NOTICED: Duration = Duration::from_secs(2);
const SHOWN_BUSY: Duration = Duration::from_secs(5);
/// The maximum length, in characters, of a note at a button.
const LONGEST_NOTE: usize = 200;

/// The effects of the conversation, done or about to be done.
type Doing = BoxFuture<'static, Result<Option<Effect>, StoreError>>;

/// Returns the errand of an effect; `None` if there is nothing to send. `press` is the press that a note answers.
pub(super) fn errand(
    telegram: &Arc<TelegramPlatform>,
    effect: Effect,
    press: Option<(&CallbackQueryId, i64)>,
) -> Option<Errand> {
    match effect {
        Effect::Say(saying) => say(telegram, saying),
        Effect::Alone(alone) => say_alone(telegram, alone),
        Effect::Edit {
            chat,
            message,
            reply,
        } => {
            let edit = requests::edit(telegram.token.as_ref(), (&chat, &message), reply)?;
            let voice = telegram.voice.clone();
            let work = async move { note(&voice.insist_edit(edit).await) }.boxed();
            let (chat, _) = chat.chat()?;
            Some(Errand { chat, work })
        }
        Effect::Note(text) => {
            let (query, chat) = press?;
            Some(acknowledge(telegram, (query, chat), &text))
        }
        Effect::Open(address) => {
            let (query, chat) = press?;
            let answer = AnswerCallbackQuery::new(query.clone()).url(address.parse().ok()?);
            Some(answered(telegram, answer, chat))
        }
        Effect::Later { place, work } => {
            let (chat, _) = place.chat()?;
            let work = later(telegram.clone(), place, work).boxed();
            Some(Errand { chat, work })
        }
    }
}

/// Returns the chat whose turn it takes, the message, and its subject.
fn prepared(telegram: &TelegramPlatform, saying: Saying) -> Option<(i64, SendMessage, u64)> {
    let (chat, _) = saying.of.chat()?;
    let message = requests::message(telegram.token.as_ref(), &saying.to, saying.reply)?;
    let question = saying.question.map_or_else(|| about(&message.text), about);
    Some((chat, message, question))
}

fn say(telegram: &TelegramPlatform, saying: Saying) -> Option<Errand> {
    let (chat, message, question) = prepared(telegram, saying)?;
    let voice = telegram.voice.clone();
    let work = async move { note(&voice.insist(message, question).await) }.boxed();
    Some(Errand { chat, work })
}

/// Sends a message in a person's private chat, and then the messages for others.
fn say_alone(telegram: &TelegramPlatform, alone: Alone) -> Option<Errand> {
    let (chat, message, question) = prepared(telegram, alone.saying)?;
    let messages = |lines: Vec<(ChannelId, _)>| {
        let lines = lines.into_iter();
        let message = |(to, reply)| requests::message(telegram.token.as_ref(), &to, reply);
        lines.filter_map(message).collect::<Vec<_>>()
    };
    let (then, otherwise) = (messages(alone.then), messages(alone.otherwise));
    let voice = telegram.voice.clone();
    let work = async move {
        let sent = voice.insist(message, question).await;
        note(&sent);
        let lines = match sent {
            Sent::Done(_) => then,
            // A person who never wrote to the bot cannot be written to.
            Sent::Gone(_) => otherwise,
            _ => Vec::new(),
        };
        for line in lines {
            note(&voice.insist(line, question).await);
        }
    }
    .boxed();
    Some(Errand { chat, work })
}

/// Ends the progress bar on the pressed button; no limit counts it.
pub(super) fn acknowledge(
    telegram: &TelegramPlatform,
    (query, chat): (&CallbackQueryId, i64),
    text: &str,
) -> Errand {
    let mut answer = AnswerCallbackQuery::new(query.clone());
    if !text.is_empty() {
        answer = answer.text(cut(text, LONGEST_NOTE));
    }
    answered(telegram, answer, chat)
}

fn answered(telegram: &TelegramPlatform, answer: AnswerCallbackQuery, chat: i64) -> Errand {
    let voice = telegram.voice.clone();
    let work = async move {
        if let Err(error) = voice.telegram.api().call(&answer).await {
            tracing::debug!("answerCallbackQuery: {error}");
        }
    }
    .boxed();
    Errand { chat, work }
}

async fn later(telegram: Arc<TelegramPlatform>, place: ChannelId, doing: Doing) {
    let done = tokio::select! {
        biased;
        done = doing => done,
        never = seem_at_work(&telegram, &place) => match never {},
    };
    match done {
        Ok(effect) => {
            let errand = effect.and_then(|effect| errand(&telegram, effect, None));
            if let Some(errand) = errand {
                errand.work.await;
            }
        }
        Err(error) => tracing::error!("a command was not answered: {error}"),
    }
}

/// Shows that an answer takes its time, for as long as it is awaited.
async fn seem_at_work(telegram: &TelegramPlatform, place: &ChannelId) -> Infallible {
    let (chat, topic) = place.chat().unwrap_or_default();
    let mut busy = SendChatAction::new(ChatId(chat), ChatAction::Typing);
    busy.message_thread_id = topic.map(|topic| ThreadId(MessageId(topic)));
    sleep(NOTICED).await;
    loop {
        if let Err(error) = telegram.voice.telegram.api().call(&busy).await {
            tracing::debug!("sendChatAction: {error}");
        }
        sleep(SHOWN_BUSY).await;
    }
}
