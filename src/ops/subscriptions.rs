//! Manages chats that subscribed themselves: their wishes, which they may change at any time.
//!
//! Start with [`ask_for`].

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{handle::Store, op::Op, outbox};
use crate::{
    bulletin::{Channel, ChannelId, Chat, Cost, DeliveryKind},
    policy::{audit::Actor, routes::Known},
    store::Result,
};

impl Store {
    /// Returns the wishes of a chat; memory, no I/O.
    #[must_use]
    pub fn chat(&self, id: &ChannelId) -> Option<Chat> {
        let chats = self.engine.chats();
        chats.get(id).map(|known| known.chat.clone())
    }

    /// Returns a chat as a channel, even one that only the bot itself writes to; `None` if the id is not that of a
    /// chat.
    #[must_use]
    pub fn chat_channel(&self, id: &ChannelId) -> Option<Arc<Channel>> {
        let chats = self.engine.chats();
        match chats.get(id) {
            Some(known) => Some(Arc::clone(&known.channel)),
            None => Chat::new(chrono_tz::UTC).channel(id).map(Arc::new),
        }
    }

    /// Returns whether a filter of this cost fits in addition to those of all other chats; memory, no I/O.
    #[must_use]
    pub fn has_room_for_filter(&self, id: &ChannelId, cost: Cost) -> bool {
        let chats = self.engine.chats();
        chats.has_room_for(id, cost)
    }

    /// Returns the chats whose filter was accepted in the past and is too large by now: they get everything.
    #[must_use]
    pub fn oversized_filters(&self) -> Vec<(ChannelId, Chat)> {
        let chats = self.engine.chats();
        let is_oversized = |known: &Known| known.chat.lacks_filter(&known.channel);
        let oversized = chats.all().filter(|(_, known)| is_oversized(known));
        oversized
            .map(|(id, known)| (id.clone(), known.chat.clone()))
            .collect()
    }

    /// Returns all chats that are let in, as channels; memory, no I/O.
    #[must_use]
    pub fn subscribed_channels(&self) -> Vec<Arc<Channel>> {
        let chats = self.engine.chats();
        let let_in = chats.all().filter(|(_, known)| known.chat.may_have(true));
        let_in
            .map(|(_, known)| Arc::clone(&known.channel))
            .collect()
    }

    /// Returns every chat that ever had wishes, oldest first.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn chats(&self) -> Result<Vec<(ChannelId, Chat)>> {
        self.ask(|op| {
            let chats = op.tx.chats();
            let chats = chats.all();
            chats
                .map(|(id, known)| (id.clone(), known.chat.clone()))
                .collect()
        })
        .await
    }

    /// Changes the wishes of a chat and adds an audit entry in one transaction. Its waiting deliveries from sources
    /// that it no longer wants are dropped. `changed` is given the former wishes; returns the new ones.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn change_chat(
        &self,
        id: &ChannelId,
        changed: impl FnOnce(Option<Chat>) -> Chat + Send + 'static,
        what: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Chat> {
        let (id, what, by) = (id.clone(), what.to_owned(), by.clone());
        self.write(move |op| ask_for(op, (&id, changed), (&what, &by), now))
            .await
    }

    /// Returns this chat and its topics, if anything was ever sent to them or they had wishes.
    ///
    /// # Errors
    /// Fails if the store was closed.
    pub async fn known_in(&self, chat: &ChannelId) -> Result<Vec<ChannelId>> {
        let whole = |id: &ChannelId| id.chat().map(|(chat, _)| chat);
        let asked = whole(chat);
        self.ask(move |op| {
            let mut ids = op.tx.channels();
            ids.retain(|id| asked.is_some() && whole(id) == asked);
            ids
        })
        .await
    }
}

fn ask_for(
    op: &mut Op<'_>,
    (id, changed): (&ChannelId, impl FnOnce(Option<Chat>) -> Chat),
    (what, by): (&str, &Actor),
    now: DateTime<Utc>,
) -> Result<Chat> {
    let before = op.tx.chat(id);
    let chat = changed(before.clone());
    if before.as_ref() != Some(&chat) {
        op.log(by, ("change-chat", id), what, now);
        op.tx.enter_channel(id);
        drop_unwanted(op, id, &chat, now)?;
        if let Some(channel) = chat.channel(id) {
            outbox::rearrange(op, id, Some(&channel), now)?;
        }
        op.tx.set_chat(id, chat.clone());
    }
    Ok(chat)
}

fn drop_unwanted(op: &mut Op<'_>, id: &ChannelId, chat: &Chat, now: DateTime<Utc>) -> Result<()> {
    for (delivery, _) in op.tx.waiting_in(id) {
        let Some(entry) = op.tx.delivery(delivery)? else {
            continue;
        };
        let (DeliveryKind::New, Some(bulletin)) = (entry.kind, entry.bulletin) else {
            continue;
        };
        let row = op.tx.bulletin(bulletin)?;
        let sources = row.map_or_else(Vec::new, |row| row.sources());
        if !sources.is_empty() && !sources.iter().any(|source| chat.wants(source)) {
            op.drop_delivery(delivery, entry, now)?;
        }
    }
    Ok(())
}

/// Merges the wishes of a chat into another known one that it became.
pub(super) fn merge(op: &mut Op<'_>, from: &ChannelId, to: &ChannelId) {
    let Some(mut chat) = op.tx.chat(from) else {
        return;
    };
    if let Some(new) = op.tx.chat(to).filter(Chat::wants_any) {
        let old = std::mem::replace(&mut chat, new);
        chat.sources = match (chat.sources, old.sources) {
            (Some(mut sources), Some(more)) => {
                sources.extend(more);
                sources.sort_unstable();
                sources.dedup();
                Some(sources)
            }
            _ => None,
        };
        for (source, wish) in old.own {
            chat.own.entry(source).or_insert(wish);
        }
    }
    op.tx.set_chat(to, chat);
    op.tx.remove_chat(from);
}
