//! Limits the requests of one chat at a time: a stranger must not keep the others waiting.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::bulletin::ChannelId;

/// The maximum number of commands and presses of a chat at once, and the gap between them in the long run.
const BURST: u32 = 60;
const GAP: Duration = Duration::from_secs(1);
/// The maximum number of chats that are remembered; a forgotten one starts afresh.
const MOST_CHATS: usize = 10_000;

/// The requests of each chat, by key.
#[derive(Debug)]
pub(super) struct Bounds<K>(Mutex<HashMap<K, Account>>);

impl<K> Default for Bounds<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[derive(Debug, Clone, Copy)]
struct Account {
    /// The time at which all requests will have had their gap.
    paid: Instant,
    /// True if the chat was warned that it asks too often.
    is_warned: bool,
}

impl<K: Eq + Hash> Bounds<K> {
    /// Returns whether the chat may ask once more now.
    pub(super) fn ask(&self, chat: K, now: Instant) -> Allowance {
        let mut chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if chats.len() >= MOST_CHATS {
            chats.retain(|_, account| account.paid > now);
        }
        if chats.len() >= MOST_CHATS {
            chats.clear();
        }
        let account = chats.entry(chat).or_insert(Account {
            paid: now,
            is_warned: false,
        });
        if account.paid <= now {
            account.paid = now;
            account.is_warned = false;
        }
        if account.paid + GAP <= now + GAP * BURST {
            account.paid += GAP;
            return Allowance::Granted;
        }
        match std::mem::replace(&mut account.is_warned, true) {
            false => Allowance::TooOften,
            true => Allowance::StillTooOften,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    Granted,
    /// The chat asks too often, for the first time after a while without requests.
    TooOften,
    StillTooOften,
}

/// The tasks that are under way, or wait for their turn, by chat.
#[derive(Debug, Clone, Default)]
pub(super) struct Tickets(Arc<Mutex<HashMap<ChannelId, usize>>>);

impl Tickets {
    /// Takes a place for one more task of a chat, until it is dropped; `None` if the chat has `most` already.
    pub(super) fn take(&self, chat: &ChannelId, most: usize) -> Option<Ticket> {
        let mut tickets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = tickets.entry(chat.clone()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        let tickets = self.clone();
        let chat = chat.clone();
        Some(Ticket { tickets, chat })
    }
}

#[derive(Debug)]
pub(super) struct Ticket {
    tickets: Tickets,
    chat: ChannelId,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let tickets = self.tickets.0.lock();
        let mut tickets = tickets.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = tickets.get_mut(&self.chat) {
            *count -= 1;
        }
        tickets.retain(|_, count| *count > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_may_ask_much_at_once_and_then_once_a_second() {
        let (bounds, now) = (Bounds::default(), Instant::now());
        let burst = (0..1000).map(|_| bounds.ask(9, now));
        let asked: Vec<Allowance> = burst.collect();
        let may = asked
            .iter()
            .filter(|asked| **asked == Allowance::Granted)
            .count();
        let warned = asked.iter().filter(|asked| **asked == Allowance::TooOften);
        assert_eq!((may, warned.count()), (60, 1));
        assert_eq!(bounds.ask(10, now), Allowance::Granted);
        let later = now + GAP * 10;
        let again: Vec<Allowance> = (0..100).map(|_| bounds.ask(9, later)).collect();
        let may = again
            .iter()
            .filter(|asked| **asked == Allowance::Granted)
            .count();
        assert!(may == 10 && !again.contains(&Allowance::TooOften), "{may}");
    }

    #[test]
    fn seats_are_given_back() {
        let tickets = Tickets::default();
        let (one, other) = ("a".parse().unwrap(), "b".parse().unwrap());
        let first = tickets.take(&one, 1);
        assert!(first.is_some() && tickets.take(&one, 1).is_none());
        assert!(tickets.take(&other, 1).is_some());
        drop(first);
        assert!(tickets.take(&one, 1).is_some());
    }
}
