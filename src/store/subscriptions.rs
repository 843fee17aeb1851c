//! Chats that subscribed by themselves: what they ask for, which they may change while all runs.
//!
//! Rows lie under the number of their channel. Routing reads them in the books; the pusher and the
//! bot read the same ones past the writer. Read [`ask_for`] first.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, PoisonError, RwLock},
};

use chrono::{DateTime, Utc};

use super::{
    Actor, Store, books::Books, change::Change, engine::Engine, error::Result, keys, manner,
    names::Names, people, rows::BulletinRow,
};
use crate::bulletin::{Channel, ChannelId, Chat, Cost, DeliveryKind, DeliveryState, Filter};

/// A chat, and the channel that it is.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) chat: Chat,
    pub(super) channel: Arc<Channel>,
}

/// For those who read past the writer.
pub(super) type SharedChats = Arc<RwLock<HashMap<ChannelId, Arc<Known>>>>;

#[derive(Debug, Default)]
pub(super) struct Chats {
    by_number: BTreeMap<u32, Arc<Known>>,
    shared: SharedChats,
    /// What the patterns of all of them cost.
    cost: Cost,
}

impl Chats {
    pub(super) fn load(&mut self, engine: &Engine, names: &Names) -> Result<()> {
        self.by_number.clear();
        self.cost = Cost::default();
        let mut shared = HashMap::new();
        for row in engine.scan(b"u") {
            let row = row?;
            let number = keys::interned_number(&row.key);
            let chat: Chat = engine.decode(&row.key, &row.value)?;
            if let Some((id, known)) = self.known(names, number, chat) {
                shared.insert(id, Arc::clone(&known));
                self.by_number.insert(number, known);
            }
        }
        *self.shared.write().unwrap_or_else(PoisonError::into_inner) = shared;
        Ok(())
    }

    pub(super) fn set(&mut self, names: &Names, number: u32, chat: Chat) {
        if let Some(before) = self.by_number.remove(&number) {
            self.cost = self.cost.minus(before.channel.filter.cost());
        }
        if let Some((id, known)) = self.known(names, number, chat) {
            let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
            shared.insert(id, Arc::clone(&known));
            self.by_number.insert(number, known);
        }
    }

    /// A chat that is another one now.
    pub(super) fn forget(&mut self, names: &Names, number: u32) {
        self.by_number.remove(&number);
        let mut shared = self.shared.write().unwrap_or_else(PoisonError::into_inner);
        shared.retain(|id, _| {
            names
                .channel_number(id)
                .is_some_and(|known| known != number)
        });
    }

    pub(super) fn channel(&self, number: u32) -> Option<&Channel> {
        Some(&*self.get(number)?.channel)
    }

    pub(super) fn get(&self, number: u32) -> Option<&Arc<Known>> {
        self.by_number.get(&number)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (u32, &Arc<Known>)> {
        self.by_number
            .iter()
            .map(|(number, known)| (*number, known))
    }

    /// Those that are let in and want something.
    pub(super) fn subscribed(&self) -> impl Iterator<Item = (u32, &Arc<Known>)> {
        self.all()
            .filter(|(_, known)| known.chat.may_have(true) && known.chat.wants_any())
    }

    pub(super) fn shared(&self) -> SharedChats {
        Arc::clone(&self.shared)
    }

    /// A chat as its row says; without its filter where all of them together cost too much.
    fn known(&mut self, names: &Names, number: u32, chat: Chat) -> Option<(ChannelId, Arc<Known>)> {
        let id = names.channel(number)?;
        let mut channel = chat.channel(&id)?;
        let cost = self.cost.plus(channel.filter.cost());
        match cost.fits(Cost::OF_ALL_CHATS) {
            true => self.cost = cost,
            false => channel.filter = Filter::default(),
        }
        let channel = Arc::new(channel);
        Some((id, Arc::new(Known { chat, channel })))
    }
}

impl Store {
    /// What a chat asked for; memory, no I/O.
    #[must_use]
    pub fn chat(&self, id: &ChannelId) -> Option<Chat> {
        let chats = self.shared.chats.read();
        let chats = chats.unwrap_or_else(PoisonError::into_inner);
        chats.get(id).map(|known| known.chat.clone())
    }

    /// A chat as a channel, also one that only the bot itself writes to; None: no chat's id.
    #[must_use]
    pub fn chat_channel(&self, id: &ChannelId) -> Option<Arc<Channel>> {
        let chats = self.shared.chats.read();
        let chats = chats.unwrap_or_else(PoisonError::into_inner);
        match chats.get(id) {
            Some(known) => Some(Arc::clone(&known.channel)),
            None => Chat::new(chrono_tz::UTC).channel(id).map(Arc::new),
        }
    }

    /// Whether a filter of this cost has room beside those of all other chats; memory, no I/O.
    #[must_use]
    pub fn has_room_for_filter(&self, id: &ChannelId, cost: Cost) -> bool {
        let chats = self.shared.chats.read();
        let chats = chats.unwrap_or_else(PoisonError::into_inner);
        let others = chats.iter().filter(|(other, _)| *other != id);
        let others = others.map(|(_, known)| known.channel.filter.cost());
        others.fold(cost, Cost::plus).fits(Cost::OF_ALL_CHATS)
    }

    /// Chats whose filter was accepted in the past and is too large by now: they get everything.
    #[must_use]
    pub fn oversized_filters(&self) -> Vec<(ChannelId, Chat)> {
        let chats = self.shared.chats.read();
        let chats = chats.unwrap_or_else(PoisonError::into_inner);
        let is_oversized =
            |known: &Known| known.chat.has_filter() && known.channel.filter.is_empty();
        let oversized = chats.iter().filter(|(_, known)| is_oversized(known));
        oversized
            .map(|(id, known)| (id.clone(), known.chat.clone()))
            .collect()
    }

    /// All chats that are let in, as channels; memory, no I/O.
    #[must_use]
    pub fn subscribed_channels(&self) -> Vec<Arc<Channel>> {
        let chats = self.shared.chats.read();
        let chats = chats.unwrap_or_else(PoisonError::into_inner);
        let let_in = chats.values().filter(|known| known.chat.may_have(true));
        let_in.map(|known| Arc::clone(&known.channel)).collect()
    }

    /// Every chat that ever asked for something, oldest first.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn chats(&self) -> Result<Vec<(ChannelId, Chat)>> {
        self.ask(|books| {
            let names = books.names();
            let chats = books.chats.all();
            chats
                .filter_map(|(number, known)| Some((names.channel(number)?, known.chat.clone())))
                .collect()
        })
        .await
    }

    /// ATOMIC: what a chat asks for from now on + audit. What waits there of sources that it wants
    /// no more is dropped. `changed` is given what it asked for before; gives what that made of it.
    ///
    /// # Errors
    /// A write failed.
    pub async fn change_chat(
        &self,
        id: &ChannelId,
        changed: impl FnOnce(Option<Chat>) -> Chat + Send + 'static,
        what: &str,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Chat> {
        let (id, what, by) = (id.clone(), what.to_owned(), by.clone());
        self.write(move |books, change| ask_for(books, change, (&id, changed), (&what, &by), now))
            .await
    }

    /// Chats and topics with this id that anything was ever sent to, or that asked for something.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn known_in(&self, chat: i64) -> Result<Vec<ChannelId>> {
        self.ask(move |books| {
            let names = books.names();
            let ids = names.channel_numbers().filter_map(|n| names.channel(n));
            ids.filter(|id| id.chat().is_some_and(|(own, _)| own == chat))
                .collect()
        })
        .await
    }
}

fn ask_for(
    books: &Books,
    change: &mut Change,
    (id, changed): (&ChannelId, impl FnOnce(Option<Chat>) -> Chat),
    (what, by): (&str, &Actor),
    now: DateTime<Utc>,
) -> Result<Chat> {
    let number = change.intern_channel(books, id);
    let before = books.chats.get(number).map(|known| known.chat.clone());
    let chat = changed(before.clone());
    if before.as_ref() != Some(&chat) {
        people::log(change, by, &format!("{id}: {what}"), now);
        drop_unwanted(books, change, number, &chat, now)?;
        if let Some(channel) = chat.channel(id) {
            manner::rearrange(books, change, number, Some(&channel), now)?;
        }
        set(change, number, chat.clone());
    }
    Ok(chat)
}

fn drop_unwanted(
    books: &Books,
    change: &mut Change,
    number: u32,
    chat: &Chat,
    now: DateTime<Utc>,
) -> Result<()> {
    for id in books.outbox.waiting_in(number).collect::<Vec<u64>>() {
        let Some(mut slot) = change.slot(&books.engine, id)? else {
            continue;
        };
        let (DeliveryKind::New, Some(bulletin)) = (slot.kind, slot.bulletin) else {
            continue;
        };
        let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(bulletin))?;
        let names = books.names();
        let sources = row.map_or_else(Vec::new, |row| row.sources(&names));
        if !sources.is_empty() && !sources.iter().any(|source| chat.wants(source)) {
            slot.state = DeliveryState::Dropped;
            slot.set_ended_ms(Some(now.timestamp_millis()));
            change.set_slot(&books.engine, id, slot)?;
        }
    }
    Ok(())
}

/// Writes what a chat asks for from now on.
pub(super) fn set(change: &mut Change, number: u32, chat: Chat) {
    change.writes.put(keys::chat(number), &chat);
    change.then(move |books| books.chats.set(&books.names(), number, chat));
}

/// A chat became another one that is known too: that one wants what both did.
pub(super) fn merge(books: &Books, change: &mut Change, from: u32, to: u32) {
    let Some(old) = books.chats.get(from) else {
        return;
    };
    let mut chat = old.chat.clone();
    if let Some(new) = books.chats.get(to).filter(|new| new.chat.wants_any()) {
        let old = std::mem::replace(&mut chat, new.chat.clone());
        chat.sources = match (chat.sources, old.sources) {
            (Some(mut sources), Some(more)) => {
                sources.extend(more);
                sources.sort_unstable();
                sources.dedup();
                Some(sources)
            }
            _ => None,
        };
    }
    set(change, to, chat);
    change.writes.remove(keys::chat(from));
    change.then(move |books| books.chats.forget(&books.names(), from));
}
