//! Remembers facts from one answer to the next, which are lost with the program.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use super::bounds::{Allowance, Bounds};
use crate::bulletin::{ChannelId, Language};

/// The maximum number of rejected people that are remembered, so that they are not answered again.
const MOST_REFUSED: usize = 1000;
/// The maximum number of conversations that are remembered.
const MOST_CHATS: usize = 20_000;

#[derive(Debug, Default)]
pub(in crate::bot) struct ChatMemory {
    /// The conversations and people in them who were rejected.
    refused: Mutex<HashSet<(ChannelId, Option<ChannelId>)>>,
    /// The languages of people who wrote, for messages that they did not ask for.
    spoken: Mutex<HashMap<ChannelId, Language>>,
    /// The chats for which admins were asked, and those of which they were notified.
    requests: Mutex<HashSet<ChannelId>>,
    introduced: Mutex<HashSet<ChannelId>>,
    /// The limit of chats for which admins are asked.
    admin_asks: Bounds<()>,
    /// True if another program receives the bot's messages.
    has_rival: AtomicBool,
}

impl ChatMemory {
    pub(super) fn is_first_refusal(&self, chat: &ChannelId, person: Option<&ChannelId>) -> bool {
        is_first(&self.refused, (chat.clone(), person.cloned()), MOST_REFUSED)
    }

    pub(super) fn is_first_request(&self, of: &ChannelId) -> bool {
        is_first(&self.requests, of.clone(), MOST_CHATS)
    }

    pub(super) fn is_first_introduction(&self, of: &ChannelId) -> bool {
        is_first(&self.introduced, of.clone(), MOST_CHATS)
    }

    /// Returns whether admins may be asked about one more chat; strangers can create any number of groups.
    pub(super) fn may_ask_admins(&self) -> bool {
        self.admin_asks.ask((), Instant::now()) == Allowance::Granted
    }

    pub(super) fn set_spoken(&self, chat: &ChannelId, language: Language) {
        let mut spoken = lock(&self.spoken);
        if spoken.len() >= MOST_CHATS {
            spoken.clear();
        }
        spoken.insert(chat.clone(), language);
    }

    pub(super) fn spoken(&self, chat: &ChannelId) -> Option<Language> {
        lock(&self.spoken).get(chat).copied()
    }

    pub(super) fn has_rival(&self) -> bool {
        self.has_rival.load(Ordering::Relaxed)
    }

    /// Sets whether there is a rival; returns the previous value.
    pub(super) fn set_rival(&self, has_rival: bool) -> bool {
        self.has_rival.swap(has_rival, Ordering::Relaxed)
    }
}

fn is_first<T: Eq + Hash>(known: &Mutex<HashSet<T>>, one: T, most: usize) -> bool {
    let mut known = lock(known);
    if known.len() >= most {
        known.clear();
    }
    known.insert(one)
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
