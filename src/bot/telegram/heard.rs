//! Converts updates to messages of the conversation. Pure.

use teloxide::types::{
    CallbackQuery, Chat, ChatMemberUpdated, InlineKeyboardButtonKind, Message, MessageOrigin,
    ThreadId, User,
};

use super::{
    super::talk::{self, Asker, Carrier, ChatKind, Heard, Original, Press, SentFile},
    data,
};
use crate::bulletin::{ChannelId, Language, MessageRef, Secret, topic_of};

/// The user that Telegram names if an administrator of a group writes in the group's own name.
const ANONYMOUS: u64 = 1_087_968_824;

/// Converts a message; `me` is the bot's own id.
pub(super) fn message(message: &Message, me: i64) -> (Asker, Heard) {
    let asker = writer(message);
    let heard = match message.forward_origin() {
        Some(origin) => Heard::PassedOn(passed_on(&asker, origin)),
        None => file(message).unwrap_or_else(|| {
            Heard::Message(talk::Message {
                text: message.text().unwrap_or_default().to_owned(),
                answers: message.reply_to_message().map(|it| original(it, me)),
            })
        }),
    };
    (asker, heard)
}

fn file(message: &Message) -> Option<Heard> {
    let document = message.document()?;
    Some(Heard::File(SentFile {
        id: document.file.id.0.clone(),
        name: document.file_name.clone().unwrap_or_default(),
        bytes: document.file.size.into(),
    }))
}

pub(super) fn press(query: &CallbackQuery, chat: &Chat, token: Option<&Secret>) -> (Asker, Heard) {
    let message = query.regular_message();
    let question = query.data.clone().unwrap_or_default();
    let asker = Asker {
        question,
        ..asker(chat, Some(&query.from), message.and_then(topic))
    };
    let carrier = message.and_then(|message| {
        Some(Carrier {
            message: MessageRef(message.id.0.to_string()),
            text: message.text()?.to_owned(),
        })
    });
    let heard = Heard::Press(Press {
        button: token.and_then(|token| data::read(&asker.question, token, chat.id.0)),
        carrier,
        is_shown: is_shown(query),
    });
    (asker, heard)
}

pub(super) fn membership(change: &ChatMemberUpdated) -> (Asker, Heard) {
    let heard = match change.new_chat_member.is_present() {
        true => Heard::Joined {
            was_there: change.old_chat_member.is_present(),
        },
        false => Heard::Left,
    };
    (asker(&change.chat, Some(&change.from), None), heard)
}

fn writer(message: &Message) -> Asker {
    let chat = &message.chat;
    let sender = message.sender_chat.as_ref().map(|sender| sender.id);
    let asker = asker(chat, message.from.as_ref(), topic(message));
    Asker {
        question: message.text().unwrap_or_default().to_owned(),
        speaks_for_chat: sender == Some(chat.id),
        // Any owner of a channel may write in its name.
        person: asker.person.filter(|_| sender.is_none()),
        ..asker
    }
}

fn asker(chat: &Chat, user: Option<&User>, topic: Option<ThreadId>) -> Asker {
    let topic = topic.map(|ThreadId(topic)| topic.0);
    let person = user.filter(|user| user.id.0 != ANONYMOUS);
    let person = person.and_then(|user| i64::try_from(user.id.0).ok());
    Asker {
        place: ChannelId::of_chat(chat.id.0, topic),
        chat: ChannelId::of_chat(chat.id.0, None),
        kind: match chat {
            chat if chat.is_private() => ChatKind::Private,
            chat if chat.is_channel() => ChatKind::Channel,
            _ => ChatKind::Group,
        },
        title: title(chat),
        username: chat.username().map(str::to_owned),
        person: person.map(|user| ChannelId::of_chat(user, None)),
        name: user.map_or_else(|| title(chat), User::full_name),
        speaks_for_chat: false,
        spoken: user.filter(|_| chat.is_private()).and_then(language),
        language: Language::default(),
        question: String::new(),
    }
}

fn title(chat: &Chat) -> String {
    if !chat.is_private() {
        return chat.title().unwrap_or_default().to_owned();
    }
    let names = [chat.first_name(), chat.last_name()];
    names.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

pub(super) fn language(user: &User) -> Option<Language> {
    let code = user.language_code.as_deref()?;
    // A person who speaks none of our languages most likely reads English.
    Some(Language::of_tag(code).unwrap_or(Language::OF_LOG))
}

/// Returns the channel of a post that was forwarded in private.
fn passed_on(asker: &Asker, origin: &MessageOrigin) -> Option<(ChannelId, String)> {
    let MessageOrigin::Channel { chat, .. } = origin else {
        return None;
    };
    let title = chat.title().unwrap_or_default().to_owned();
    let channel = (ChannelId::of_chat(chat.id.0, None), title);
    (asker.kind == ChatKind::Private).then_some(channel)
}

fn original(message: &Message, me: i64) -> Original {
    let from = message.from.as_ref();
    let is_own = from.is_some_and(|from| i64::try_from(from.id.0) == Ok(me));
    // A card in a channel has the channel's name; a message that was forwarded is not the bot's own.
    let is_passed_on = message.forward_origin().is_some();
    let speaker = message.sender_chat.as_ref();
    let is_channels = speaker.is_some_and(|speaker| speaker.id == message.chat.id);
    Original {
        text: message.text().unwrap_or_default().to_owned(),
        is_own,
        is_published: message.is_automatic_forward() || (is_own || is_channels) && !is_passed_on,
    }
}

/// Returns whether the message that was pressed has the button, as far as is known.
fn is_shown(query: &CallbackQuery) -> bool {
    let markup = query.regular_message().and_then(Message::reply_markup);
    let mut buttons = markup
        .iter()
        .flat_map(|it| it.inline_keyboard.iter().flatten());
    buttons.any(|button| match &button.kind {
        InlineKeyboardButtonKind::CallbackData(data) => Some(data) == query.data.as_ref(),
        _ => false,
    })
}

fn topic(message: &Message) -> Option<ThreadId> {
    let topic = message.thread_id.filter(|_| message.is_topic_message);
    topic.filter(|topic| topic_of(topic.0.0).is_some())
}
