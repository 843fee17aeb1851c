//! Whose wishes a command is about: the asker's own chat and topic, or a channel that they administrate.

use teloxide::{
    payloads::GetChat,
    types::{ChatId, MessageOrigin, Recipient},
};

use super::{
    answer::Room,
    asker::{Asker, PATIENCE},
    say::Answer,
};
use crate::{
    bulletin::{ChannelId, Chat},
    ops::StoreError,
    push::card::{clean_line, cut},
};

#[derive(Debug, Clone)]
pub(super) struct Target {
    pub(super) id: ChannelId,
    pub(super) of: Option<i64>,
    /// None: as it is called already.
    pub(super) title: Option<String>,
}

impl Room {
    pub(super) fn own(&self, asker: &Asker) -> Target {
        self.target_of(asker, None, Some(asker.title.clone()))
    }

    pub(super) fn target_of(
        &self,
        asker: &Asker,
        of: Option<i64>,
        title: Option<String>,
    ) -> Target {
        match of {
            Some(chat) => Target {
                id: ChannelId::of_chat(chat, None),
                of,
                title,
            },
            None => Target {
                id: asker.place(),
                of,
                title: Some(asker.title.clone()),
            },
        }
    }

    /// What a command names, and whose wishes it is about: `news @channel` is about that channel. The
    /// inner error says why the asker may not.
    pub(super) async fn target(
        &self,
        asker: &Asker,
        what: &str,
    ) -> Result<Result<(String, Target), &'static str>, StoreError> {
        let words = asker.words();
        let mut rest: Vec<&str> = what.split_whitespace().collect();
        let name = rest.pop_if(|last| last.len() > 1 && last.starts_with('@'));
        let target = match name {
            None => self.own(asker),
            Some(name) => {
                let chat = GetChat::new(Recipient::ChannelUsername(name.to_owned()));
                let Ok(chat) = self.voice.telegram.api().call_within(&chat, PATIENCE).await else {
                    return Ok(Err(words.no_such_channel));
                };
                let id = chat["id"].as_i64().unwrap_or_default();
                let title = chat["title"].as_str().unwrap_or(name).to_owned();
                self.target_of(asker, Some(id), Some(title))
            }
        };
        if !self
            .administrates(asker, target.of.unwrap_or(asker.chat))
            .await
        {
            let why = match target.of {
                Some(_) => words.channel_not_yours,
                None => words.group_admins_only,
            };
            return Ok(Err(why));
        }
        Ok(Ok((rest.join(" "), target)))
    }

    /// Somebody passed a channel's post on to the bot: that channel may be set up from here.
    pub(super) async fn offer_channel(
        &self,
        asker: &Asker,
        origin: &MessageOrigin,
    ) -> Result<Vec<Answer>, StoreError> {
        let MessageOrigin::Channel { chat, .. } = origin else {
            return Ok(Vec::new());
        };
        let words = asker.words();
        let ChatId(id) = chat.id;
        let reply = if self.administrates(asker, id).await {
            let title = chat.title().unwrap_or_default().to_owned();
            let target = self.target_of(asker, Some(id), Some(title));
            self.change(asker, &target, "set up", |_| {}).await?;
            self.offer_sources(asker, Some(id), 0, "")
        } else {
            words.channel_not_yours.into()
        };
        Ok(self.say(asker, reply).into_iter().collect())
    }

    /// Channels of the config that lead to the same chat and topic.
    pub(super) fn configured<'a>(
        &'a self,
        asker: &Asker,
        target: &Target,
    ) -> impl Iterator<Item = &'a ChannelId> + use<'a> {
        let (chat, topic) = target.id.chat().unwrap_or_default();
        let name = asker.username.clone().filter(|_| target.of.is_none());
        let leading: Vec<_> = self.channels_of(chat, name.as_deref()).collect();
        let same = leading
            .into_iter()
            .filter(move |(_, other)| *other == topic);
        same.map(|(id, _)| id)
    }

    /// Changes what a chat wishes for, in the log under the asker's name.
    pub(super) async fn change(
        &self,
        asker: &Asker,
        target: &Target,
        what: &str,
        change: impl FnOnce(&mut Chat) + Send + 'static,
    ) -> Result<Chat, StoreError> {
        let (zone, title) = (self.config.time_zone, target.title.clone());
        let changed = move |known: Option<Chat>| {
            let mut chat = known.unwrap_or_else(|| Chat::new(zone));
            if let Some(title) = title {
                chat.title = cut(&clean_line(&title), 100);
            }
            change(&mut chat);
            chat
        };
        let now = chrono::Utc::now();
        self.store
            .change_chat(&target.id, changed, what, &asker.actor(), now)
            .await
    }
}
