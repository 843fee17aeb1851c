//! How much one chat may ask for at a time: a stranger must not keep the others waiting.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Commands and presses of a chat at once, and from one to the next in the long run.
const BURST: u32 = 60;
const GAP: Duration = Duration::from_secs(1);
/// Chats that are remembered; who is forgotten begins anew.
const MOST_CHATS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Bounds(Mutex<HashMap<i64, Account>>);

#[derive(Debug, Clone, Copy)]
struct Account {
    /// When all that was asked will have had its gap.
    paid: Instant,
    /// Whether the chat was told that it asks too often.
    is_told: bool,
}

impl Bounds {
    /// Whether the chat may ask once more now.
    pub(super) fn ask(&self, chat: i64, now: Instant) -> Asked {
        let mut chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if chats.len() >= MOST_CHATS {
            chats.retain(|_, account| account.paid > now);
        }
        if chats.len() >= MOST_CHATS {
            chats.clear();
        }
        let account = chats.entry(chat).or_insert(Account {
            paid: now,
            is_told: false,
        });
        if account.paid <= now {
            account.paid = now;
            account.is_told = false;
        }
        if account.paid + GAP <= now + GAP * BURST {
            account.paid += GAP;
            return Asked::May;
        }
        match std::mem::replace(&mut account.is_told, true) {
            false => Asked::TooOften,
            true => Asked::StillTooOften,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    May,
    /// For the first time since it asked nothing for a while.
    TooOften,
    StillTooOften,
}

/// What is under way, or waits for its turn, by chat.
#[derive(Debug, Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashMap<i64, usize>>>);

impl Turns {
    /// A place for one more of a chat, until it is dropped; None: it has `most` already.
    pub(super) fn take(&self, chat: i64, most: usize) -> Option<Turn> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = turns.entry(chat).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        let turns = self.clone();
        Some(Turn { turns, chat })
    }
}

#[derive(Debug)]
pub(super) struct Turn {
    turns: Turns,
    chat: i64,
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = self.turns.0.lock();
        let mut turns = turns.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = turns.get_mut(&self.chat) {
            *count -= 1;
        }
        turns.retain(|_, count| *count > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_may_ask_much_at_once_and_then_once_a_second() {
        let (bounds, now) = (Bounds::default(), Instant::now());
        let burst = (0..1000).map(|_| bounds.ask(9, now));
        let asked: Vec<Asked> = burst.collect();
        let may = asked.iter().filter(|asked| **asked == Asked::May).count();
        let told = asked.iter().filter(|asked| **asked == Asked::TooOften);
        assert_eq!((may, told.count()), (60, 1));
        assert_eq!(bounds.ask(10, now), Asked::May);
        let later = now + GAP * 10;
        let again: Vec<Asked> = (0..100).map(|_| bounds.ask(9, later)).collect();
        let may = again.iter().filter(|asked| **asked == Asked::May).count();
        assert!(may == 10 && !again.contains(&Asked::TooOften), "{may}");
    }

    #[test]
    fn turns_are_given_back() {
        let turns = Turns::default();
        let first = turns.take(9, 1);
        assert!(first.is_some() && turns.take(9, 1).is_none() && turns.take(8, 1).is_some());
        drop(first);
        assert!(turns.take(9, 1).is_some());
    }
}
