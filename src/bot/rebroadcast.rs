//! `/rebroadcast`: asked for by an admin, confirmed by a button, done once.

use futures::FutureExt;
use teloxide::{
    payloads::{EditMessageText, EditMessageTextSetters, SendMessageSetters},
    types::{
        CallbackQuery, ChatId, InlineKeyboardButton, InlineKeyboardMarkup, Message, ParseMode, User,
    },
};

use super::{
    answer::{Answer, Room, TITLE, note, reply},
    button::Button,
    command,
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, ChannelId},
    push::card::{clean_line, cut, escape},
    store::{Actor, StoreError},
};

/// Channels that a question names; more are counted.
const NAMED: usize = 10;

impl<'a> Room<'a> {
    /// Asks an admin whether it is really meant.
    pub(super) async fn offer_rebroadcast(
        self,
        id: Option<BulletinId>,
        channel: Option<ChannelId>,
        message: &Message,
    ) -> Result<Vec<Answer>, StoreError> {
        let words = self.words();
        if !self.is_admin(message.from.as_ref()) {
            return Ok(vec![self.say(reply(message, words.admins_only.to_owned()))]);
        }
        let text = match id.or_else(|| self.replied_to(message)) {
            None => words
                .misused
                .replace("{usage}", "/rebroadcast ID [channel]"),
            Some(id) => match self.question(id, channel.as_ref()).await? {
                Err(refusal) => refusal,
                Ok(question) => {
                    let asked = reply(message, question).reply_markup(self.buttons(
                        id,
                        channel,
                        message.chat.id,
                    ));
                    return Ok(vec![self.say(asked)]);
                }
            },
        };
        Ok(vec![self.say(reply(message, text))])
    }

    async fn question(
        self,
        id: BulletinId,
        channel: Option<&ChannelId>,
    ) -> Result<Result<String, String>, StoreError> {
        let words = self.words();
        let filled = |text: &str| text.replace("{id}", &id.to_string());
        let Some(bulletin) = self.store.bulletin(id).await? else {
            return Ok(Err(filled(words.no_bulletin)));
        };
        if bulletin.state == BulletinState::Held {
            return Ok(Err(filled(words.is_held)));
        }
        let to: Vec<_> = match channel {
            Some(channel) => vec![channel],
            None => self.wanting(&bulletin).collect(),
        };
        if let Some(unknown) = to.iter().find(|id| !self.is_channel(id)) {
            return Ok(Err(words.no_channel.replace("{channel}", unknown.as_str())));
        }
        if to.is_empty() {
            return Ok(Err(filled(words.nowhere)));
        }
        let named = to.iter().take(NAMED).map(|id| format!("<code>{id}</code>"));
        let mut channels = named.collect::<Vec<_>>().join(", ");
        if to.len() > NAMED {
            channels += &format!(" … ({})", to.len());
        }
        let title = escape(&cut(&clean_line(&bulletin.title), TITLE));
        let text = filled(words.confirm).replace("{channels}", &channels);
        Ok(Ok(text.replace("{title}", &title)))
    }

    fn buttons(
        self,
        id: BulletinId,
        channel: Option<ChannelId>,
        chat: ChatId,
    ) -> InlineKeyboardMarkup {
        let words = self.words();
        let button = |text: &str, button: Button| {
            let data = self
                .config
                .telegram
                .as_ref()
                .map(|telegram| button.data(&telegram.token, chat.0));
            InlineKeyboardButton::callback(text, data.unwrap_or_default())
        };
        InlineKeyboardMarkup::new([[
            button(words.yes, Button::Rebroadcast(id, channel)),
            button(words.no, Button::Cancel),
        ]])
    }

    /// A press does what its button says if the bot wrote it and an admin pressed it. The message that
    /// carries the button is the request's id: pressed twice, it is one request.
    pub(super) async fn pressed(self, query: CallbackQuery) -> Result<Vec<Answer>, StoreError> {
        let words = self.words();
        let message = query
            .message
            .as_ref()
            .map(|message| (message.chat().id, message.id()));
        let button = message.and_then(|(chat, _)| {
            let token = &self.config.telegram.as_ref()?.token;
            Button::read(query.data.as_deref()?, token, chat.0)
        });
        let (Some((chat, message)), Some(button)) = (message, button) else {
            return Ok(vec![self.acknowledge(&query, words.stale_button)]);
        };
        if !self.is_admin(Some(&query.from)) {
            return Ok(vec![self.acknowledge(&query, words.admins_only)]);
        }
        let text = match button {
            Button::Cancel => words.cancelled.to_owned(),
            Button::Rebroadcast(id, channel) => {
                let request = format!("telegram {chat} {message}");
                self.rebroadcast(id, channel, &request, &query.from).await?
            }
        };
        let edit = EditMessageText::new(chat, message, text).parse_mode(ParseMode::Html);
        let voice = self.voice.clone();
        let shown = async move { note(&voice.edit(edit).await) }.boxed();
        Ok(vec![self.acknowledge(&query, ""), shown])
    }

    async fn rebroadcast(
        self,
        id: BulletinId,
        channel: Option<ChannelId>,
        request: &str,
        by: &User,
    ) -> Result<String, StoreError> {
        let words = self.words();
        let by = Actor {
            who: by.id.to_string(),
            from: "telegram".to_owned(),
        };
        let to = channel.map(|channel| vec![channel]);
        let now = chrono::Utc::now();
        match self
            .store
            .rebroadcast(id, to, None, request, &by, now)
            .await
        {
            Ok(deliveries) => {
                let text = words.queued.replace("{id}", &id.to_string());
                Ok(text.replace("{count}", &deliveries.len().to_string()))
            }
            Err(error @ StoreError::Failed(_)) => Err(error),
            Err(error) => Ok(words.refused.replace("{why}", &escape(&error.to_string()))),
        }
    }

    fn is_channel(self, id: &ChannelId) -> bool {
        self.config.channels.iter().any(|channel| channel.id == *id)
    }

    fn wanting(self, bulletin: &Bulletin) -> impl Iterator<Item = &'a ChannelId> {
        let sources = std::iter::once(&bulletin.source).chain(&bulletin.also);
        let sources: Vec<_> = sources.cloned().collect();
        let channels = self.config.channels.iter();
        channels
            .filter(move |channel| sources.iter().any(|source| channel.wants(source)))
            .map(|channel| &channel.id)
    }

    /// The bulletin of the pushed message that `message` answers.
    fn replied_to(self, message: &Message) -> Option<BulletinId> {
        let original = message.reply_to_message()?;
        let is_ours = original
            .from
            .as_ref()
            .is_some_and(|from| i64::try_from(from.id.0) == Ok(self.me.id));
        let text = original
            .text()
            .filter(|_| is_ours || original.sender_chat.is_some())?;
        command::number_of(text)
    }
}
