//! Holds the store, the config and the platform on which every answer is based, and the questions that all of them
//! share.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    asker::{Asker, ChatKind},
    memory::ChatMemory,
    platform::{Permissions, Platform},
    words::{self, BotWords, shown_name},
};
use crate::{
    bulletin::{Bulletin, Channel, ChannelId, Chat, Language, Source, SourceId},
    config::Config,
    ops::Store,
    push::card::escape,
};

#[derive(Clone)]
pub(in crate::bot) struct Base {
    pub(in crate::bot) store: Store,
    pub(in crate::bot) config: Arc<Config>,
    pub(in crate::bot) permissions: Arc<Permissions>,
    pub(in crate::bot) platform: Arc<dyn Platform>,
    pub(in crate::bot) memory: Arc<ChatMemory>,
}

impl Base {
    /// Returns the chat's own choice, otherwise the known language of the person, otherwise the config's.
    pub(super) fn language_of(&self, asker: &Asker) -> Language {
        let mut wishes = [&asker.place, &asker.chat].into_iter();
        let wished = wishes.find_map(|id| self.store.chat(id)?.language);
        if let Some(spoken) = asker.spoken {
            self.memory.set_spoken(&asker.chat, spoken);
        }
        wished.or(asker.spoken).unwrap_or(self.config.language)
    }

    /// Returns the words for a chat that did not just ask.
    pub(super) fn words_at(&self, id: &ChannelId) -> &'static BotWords {
        words::of(self.language_at(id))
    }

    fn language_at(&self, id: &ChannelId) -> Language {
        let wished = self.store.chat(id).and_then(|chat| chat.language);
        let spoken = || self.memory.spoken(&self.platform.whole(id));
        wished.or_else(spoken).unwrap_or(self.config.language)
    }

    /// Returns whether the asker is one of the config's admins.
    pub(super) fn is_admin(&self, asker: &Asker) -> bool {
        let person = asker.person.as_ref();
        person.is_some_and(|person| self.permissions.admins.contains(person))
    }

    /// Returns the name by which people know a channel or chat: that of the config, otherwise the chat's title,
    /// otherwise its id.
    pub(super) fn called(&self, id: &ChannelId) -> String {
        let configured = self.channel(id).map(|channel| channel.name.clone());
        let name = configured.or_else(|| Some(self.store.chat(id)?.title));
        let name = name.filter(|name| !name.trim().is_empty());
        shown_name(&name.unwrap_or_else(|| id.to_string()))
    }

    /// Returns [`called`](Self::called), escaped.
    pub(super) fn title_of(&self, id: &ChannelId) -> String {
        escape(&self.called(id))
    }

    /// Returns whether the asker is an admin in a private chat.
    pub(super) fn is_admin_alone(&self, asker: &Asker) -> bool {
        asker.is_private() && self.is_admin(asker)
    }

    /// Returns the asker in their private chat; `None` if the person is unknown.
    pub(super) fn alone(&self, asker: &Asker) -> Option<Asker> {
        let person = asker.person.clone()?;
        Some(Asker {
            language: self.language_at(&person),
            place: person.clone(),
            chat: person,
            kind: ChatKind::Private,
            title: String::new(),
            username: None,
            ..asker.clone()
        })
    }

    /// Returns whether the asker administrates `chat`: a private chat is its person's own.
    pub(super) async fn administrates(&self, asker: &Asker, chat: &ChannelId) -> bool {
        if *chat == asker.chat && (asker.is_private() || asker.speaks_for_chat) {
            return true;
        }
        match &asker.person {
            Some(person) => self.platform.administrates(person, chat).await,
            None => false,
        }
    }

    pub(super) async fn administrates_here(&self, asker: &Asker) -> bool {
        self.administrates(asker, &asker.chat).await
    }

    /// Returns whether to tell people that they may not do something; in a group only once.
    pub(super) fn is_to_be_answered(&self, asker: &Asker) -> bool {
        let (chat, person) = (&asker.chat, asker.person.as_ref());
        asker.is_private() || self.memory.is_first_refusal(chat, person)
    }

    pub(super) fn own_wishes(&self, asker: &Asker) -> Chat {
        let known = self.store.chat(&asker.place);
        known.unwrap_or_else(|| Chat::new(self.config.time_zone))
    }

    /// Returns a time by the clock of the asker's chat.
    pub(super) fn clock(&self, asker: &Asker, at: DateTime<Utc>) -> String {
        let at = at.with_timezone(&self.own_wishes(asker).time_zone);
        at.format("%Y-%m-%d %H:%M").to_string()
    }

    /// Returns the source with that id in the config.
    pub(super) fn source(&self, id: &SourceId) -> Option<&Source> {
        let mut sources = self.config.sources.iter();
        sources.find(|source| source.id == *id)
    }

    /// Returns the name of a bulletin's source.
    pub(super) fn source_name<'a>(&'a self, bulletin: &'a Bulletin) -> &'a str {
        let source = self.source(&bulletin.source);
        source.map_or(bulletin.source.as_str(), |source| &source.name)
    }

    /// Returns the channel with that id in the config.
    pub(super) fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        let mut channels = self.config.channels.iter();
        channels.find(|channel| channel.id == *id)
    }

    /// Returns the channels of the config that lead to a conversation, with the places in it.
    pub(super) fn channels_of(
        &self,
        chat: &ChannelId,
        username: Option<&str>,
    ) -> impl Iterator<Item = (&Channel, ChannelId)> {
        let channels = self.config.channels.iter();
        channels.filter_map(move |channel| {
            let place = self.platform.place_of(channel, chat, username)?;
            Some((channel, place))
        })
    }
}
