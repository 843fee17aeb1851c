//! What the bot says: messages and edits with their buttons, each sent when its chat's turn comes.

use std::{convert::Infallible, time::Duration};

use futures::{FutureExt, future::BoxFuture};
use teloxide::{
    payloads::{
        AnswerCallbackQuery, AnswerCallbackQuerySetters, EditMessageText, EditMessageTextSetters,
        SendChatAction, SendMessage, SendMessageSetters,
    },
    types::{
        CallbackQuery, ChatAction, ChatId, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup,
        MessageId, ParseMode, ThreadId,
    },
};

use tokio::time::sleep;

use super::{
    answer::{Room, Slow},
    asker::Asker,
    button::Button,
};
use crate::{
    bulletin::ChannelId,
    push::{
        Sent,
        card::cut,
        telegram::{about, preview},
    },
};

/// Work that ends with a message, and the chat that it is for.
pub(super) struct Answer {
    pub(super) chat: i64,
    pub(super) work: BoxFuture<'static, ()>,
}

/// A message in the making: HTML, and rows of buttons.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) buttons: Vec<Vec<(String, Button)>>,
    /// A reply to this message is what it asks for.
    pub(super) asks: bool,
}

impl<T: Into<String>> From<T> for Reply {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

impl Reply {
    pub(super) fn with(mut self, row: impl IntoIterator<Item = (String, Button)>) -> Self {
        let row: Vec<_> = row.into_iter().collect();
        if !row.is_empty() {
            self.buttons.push(row);
        }
        self
    }
}

/// Characters of a message after parsing; whole lines beyond it are left out.
const LONGEST: usize = 4096;
/// After so long people wonder whether they were heard; Telegram then shows for so long that they were.
const NOTICED: Duration = Duration::from_secs(2);
const SHOWN_BUSY: Duration = Duration::from_secs(5);
/// Bytes of a button's data.
const LONGEST_DATA: usize = 64;

/// What a press gives: a note at the button, and what its message says from then on.
#[derive(Debug, Default)]
pub(super) struct Pressed {
    pub(super) note: String,
    pub(super) shown: Option<Reply>,
    /// Further messages.
    pub(super) more: Vec<(ChannelId, Reply)>,
    /// What takes longer, and is said in a message of its own.
    pub(super) later: Option<Slow>,
}

impl From<Reply> for Pressed {
    fn from(reply: Reply) -> Self {
        Self {
            shown: Some(reply),
            ..Self::default()
        }
    }
}

impl Pressed {
    /// The message stays, and another one follows.
    pub(super) fn beside(asker: &Asker, reply: Reply) -> Self {
        Self {
            more: vec![(asker.place(), reply)],
            ..Self::default()
        }
    }

    pub(super) fn later(what: Slow) -> Self {
        Self {
            later: Some(what),
            ..Self::default()
        }
    }

    pub(super) fn note(note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..Self::default()
        }
    }
}

/// The message that carries a button.
#[derive(Debug, Clone)]
pub(super) struct Carrier {
    pub(super) id: MessageId,
    /// As it is shown, without markup.
    pub(super) text: String,
}

impl Room {
    /// Answers who asked; None: there is nothing to say. Of several answers to the same question that
    /// could not be given yet, the last one is.
    pub(super) fn say(&self, asker: &Asker, reply: Reply) -> Option<Answer> {
        let question = about((asker.user, &asker.question));
        self.insist(&asker.place(), reply, question)
    }

    /// Says in the asker's own chat what others in the group are not to see, and in the group that it did.
    pub(super) fn say_alone(&self, group: &Asker, alone: &Asker, reply: Reply) -> Option<Answer> {
        let words = group.words();
        let line = |text: &str| self.message(&group.place(), text.into());
        let said = line(words.answered_alone);
        let shut = line(words.write_first).into_iter().collect();
        self.say_privately(group, alone, reply, (said, shut))
    }

    /// Says something in the asker's own chat, and then `said`; `shut` where nobody can be written to there.
    pub(super) fn say_privately(
        &self,
        asker: &Asker,
        alone: &Asker,
        reply: Reply,
        (said, shut): (Option<SendMessage>, Vec<SendMessage>),
    ) -> Option<Answer> {
        let message = self.message(&alone.place(), reply)?;
        let question = about((asker.user, &asker.question));
        let voice = self.voice.clone();
        let work = async move {
            let sent = voice.insist(message, question).await;
            note(&sent);
            let lines = match sent {
                Sent::Done(_) => said.into_iter().collect(),
                // Nobody is written to who never wrote.
                Sent::Gone(_) => shut,
                _ => Vec::new(),
            };
            for line in lines {
                note(&voice.insist(line, question).await);
            }
        }
        .boxed();
        let chat = asker.chat;
        Some(Answer { chat, work })
    }

    /// A message for a chat that did not ask just now; None: there is nothing to say.
    pub(super) fn tell(&self, to: &ChannelId, reply: Reply) -> Option<Answer> {
        let what = about(&reply.text);
        self.insist(to, reply, what)
    }

    fn insist(&self, to: &ChannelId, reply: Reply, about: u64) -> Option<Answer> {
        let (chat, _) = to.chat()?;
        let message = self.message(to, reply)?;
        Some(self.insist_on(chat, message, about))
    }

    /// Sends what `chat` brought about, in its turn.
    pub(super) fn send(&self, chat: i64, message: SendMessage) -> Answer {
        let about = about(&message.text);
        self.insist_on(chat, message, about)
    }

    fn insist_on(&self, chat: i64, message: SendMessage, about: u64) -> Answer {
        let voice = self.voice.clone();
        let work = async move { note(&voice.insist(message, about).await) }.boxed();
        Answer { chat, work }
    }

    pub(super) fn message(&self, to: &ChannelId, reply: Reply) -> Option<SendMessage> {
        let (chat, topic) = to.chat()?;
        if reply.text.is_empty() {
            return None;
        }
        let keyboard = self.keyboard(chat, &reply);
        let mut message = SendMessage::new(ChatId(chat), fitting(reply.text))
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(None));
        message.message_thread_id = topic.map(|topic| ThreadId(MessageId(topic)));
        // In a group, everybody's keyboard would open.
        if reply.asks && chat > 0 {
            message = message.reply_markup(ForceReply::new());
        } else if !keyboard.inline_keyboard.is_empty() {
            message = message.reply_markup(keyboard);
        }
        Some(message)
    }

    /// Shows that an answer takes its time, for as long as it is awaited.
    pub(super) async fn seem_at_work(&self, asker: &Asker) -> Infallible {
        let mut busy = SendChatAction::new(ChatId(asker.chat), ChatAction::Typing);
        busy.message_thread_id = asker.topic.map(|topic| ThreadId(MessageId(topic)));
        sleep(NOTICED).await;
        loop {
            if let Err(error) = self.voice.telegram.api().call(&busy).await {
                tracing::debug!("sendChatAction: {error}");
            }
            sleep(SHOWN_BUSY).await;
        }
    }

    pub(super) fn edit(&self, chat: i64, message: MessageId, reply: Reply) -> Answer {
        let edit = self.edit_request(chat, message, reply);
        let voice = self.voice.clone();
        let work = async move { note(&voice.insist_edit(edit).await) }.boxed();
        Answer { chat, work }
    }

    pub(super) fn edit_request(
        &self,
        chat: i64,
        message: MessageId,
        reply: Reply,
    ) -> EditMessageText {
        let keyboard = self.keyboard(chat, &reply);
        let mut edit = EditMessageText::new(ChatId(chat), message, fitting(reply.text))
            .parse_mode(ParseMode::Html)
            .link_preview_options(preview(None));
        if !keyboard.inline_keyboard.is_empty() {
            edit = edit.reply_markup(keyboard);
        }
        edit
    }

    fn keyboard(&self, chat: i64, reply: &Reply) -> InlineKeyboardMarkup {
        let token = self
            .config
            .telegram
            .as_ref()
            .map(|telegram| &telegram.token);
        let rows = reply.buttons.iter().map(|row| {
            row.iter()
                .filter_map(|(text, button)| {
                    let data = button.data(token?, chat);
                    // One that Telegram refuses would take the whole message with it.
                    let fits = data.len() <= LONGEST_DATA;
                    fits.then(|| InlineKeyboardButton::callback(text.clone(), data))
                })
                .collect::<Vec<_>>()
        });
        InlineKeyboardMarkup::new(rows.filter(|row| !row.is_empty()))
    }

    /// Ends the progress bar on the pressed button; no limit counts it.
    pub(super) fn acknowledge(&self, query: &CallbackQuery, text: &str) -> Answer {
        let mut answer = AnswerCallbackQuery::new(query.id.clone());
        if !text.is_empty() {
            answer = answer.text(cut(text, 200));
        }
        let voice = self.voice.clone();
        let chat = query.message.as_ref().map_or(0, |it| it.chat().id.0);
        let work = async move {
            if let Err(error) = voice.telegram.api().call(&answer).await {
                tracing::debug!("answerCallbackQuery: {error}");
            }
        }
        .boxed();
        Answer { chat, work }
    }
}

/// An answer that could not be sent is no fault of anybody who could do something about it.
pub(super) fn note(sent: &Sent) {
    if !matches!(sent, Sent::Done(_)) {
        tracing::info!("an answer of the bot was not sent: {sent}");
    }
}

/// HTML of at most [`LONGEST`] characters as a reader sees it; no markup goes over several of the
/// lines that are left out.
fn fitting(html: String) -> String {
    if seen(&html) <= LONGEST {
        return html;
    }
    let mut lines: Vec<&str> = html.lines().collect();
    let mut length = seen(&html);
    while length + 2 > LONGEST
        && let Some(line) = lines.pop()
    {
        length = length.saturating_sub(seen(line) + 1);
    }
    lines.push("…");
    lines.join("\n")
}

fn seen(html: &str) -> usize {
    let (mut count, mut in_tag, mut in_entity) = (0, false, false);
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ if in_tag => {}
            ';' if in_entity => in_entity = false,
            _ if in_entity => {}
            c => {
                in_entity = c == '&';
                count += 1;
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_ends_at_a_line() {
        let line = format!(
            "<a href=\"https://a.example/?a=1&amp;b=2\">{}</a>",
            "告".repeat(99)
        );
        let short = [line.as_str(); 40].join("\n");
        assert_eq!((seen(&line), seen("&lt;&amp;a")), (99, 3));
        assert_eq!(fitting(short.clone()), short);
        let cut = fitting([line.as_str(); 80].join("\n"));
        assert_eq!(cut.lines().count(), 41);
        assert!(cut.ends_with("</a>\n…") && seen(&cut) <= LONGEST);
    }
}
