//! Wrong tokens: whoever sends some in a row must wait, longer each time, before the next is looked at.

use std::{
    collections::HashMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::clients::Client;

/// Wrong tokens in a row that are nobody's fault.
const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(4);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// After this a client begins anew.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// Clients that are remembered; of more, those that tried the longest time ago are forgotten.
const MOST_CLIENTS: usize = 10_000;

#[derive(Debug, Default)]
pub(super) struct Door {
    tries: Mutex<HashMap<Client, Tries>>,
    refused: AtomicU64,
    delayed: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Instant,
    /// No token is looked at before this.
    until: Instant,
}

/// The reach of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opens {
    Nothing,
    /// Less than an admin may; it does not make up for wrong tokens.
    Little,
    All,
}

/// The token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    Wrong,
    /// Too many were wrong; it was not looked at.
    For(Duration),
}

impl Door {
    /// Returns whether a client's token, which opens so much, is taken now.
    pub(super) fn knock(&self, client: Client, opens: Opens, now: Instant) -> Result<(), Shut> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let before = tries.get(&client).copied();
        let before = before.filter(|tries| now.duration_since(tries.last) < FORGOTTEN);
        if let Some(wait) = before.and_then(|tries| tries.until.checked_duration_since(now))
            && !wait.is_zero()
        {
            self.delayed.fetch_add(1, Ordering::Relaxed);
            return Err(Shut::For(wait));
        }
        match opens {
            Opens::Little => return Ok(()),
            Opens::All => {
                tries.remove(&client);
                return Ok(());
            }
            Opens::Nothing => {}
        }
        let wrong = before.map_or(0, |tries| tries.wrong).saturating_add(1);
        let wait = wait_after(wrong);
        if tries.len() >= MOST_CLIENTS && !tries.contains_key(&client) {
            forget_some(&mut tries, now);
        }
        let until = now + wait;
        let last = now;
        tries.insert(client, Tries { wrong, last, until });
        drop(tries);
        self.refused.fetch_add(1, Ordering::Relaxed);
        if !wait.is_zero() {
            tracing::warn!(
                "{client} sent {wrong} wrong tokens in a row; the next is looked at in {} s",
                wait.as_secs()
            );
        }
        Err(Shut::Wrong)
    }

    /// Returns how many tokens were wrong, and how many were not looked at.
    pub(super) fn counts(&self) -> [(&'static str, u64); 2] {
        [
            ("refused", self.refused.load(Ordering::Relaxed)),
            ("delayed", self.delayed.load(Ordering::Relaxed)),
        ]
    }
}

fn wait_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(further) => FIRST_WAIT
            .saturating_mul(1 << further.min(16))
            .min(LONGEST_WAIT),
    }
}

/// Makes room for many at once, so that this is seldom done.
fn forget_some(tries: &mut HashMap<Client, Tries>, now: Instant) {
    tries.retain(|_, tries| now.duration_since(tries.last) < FORGOTTEN);
    if tries.len() < MOST_CLIENTS {
        return;
    }
    let mut times: Vec<Instant> = tries.values().map(|tries| tries.last).collect();
    let (_, middle, _) = times.select_nth_unstable(MOST_CLIENTS / 10);
    let middle = *middle;
    tries.retain(|_, tries| tries.last > middle);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(number: u32) -> Client {
        Client::of(std::net::Ipv4Addr::from_bits(number).into())
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_wrong_tokens_are_free_and_each_further_one_costs_twice_the_wait() {
        let (door, mut now) = (Door::default(), Instant::now());
        for _ in 0..5 {
            let wrong = door.knock(client(1), Opens::Nothing, now);
            assert_eq!(wrong, Err(Shut::Wrong));
        }
        for wait in [4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            for opens in [Opens::Nothing, Opens::Little, Opens::All] {
                let shut = door.knock(client(1), opens, now);
                assert_eq!(shut, Err(Shut::For(secs(wait))), "{opens:?}");
            }
            assert_eq!(door.knock(client(2), Opens::All, now), Ok(()));
            now += secs(wait);
            let wrong = door.knock(client(1), Opens::Nothing, now);
            assert_eq!(wrong, Err(Shut::Wrong));
        }
        assert_eq!(door.counts(), [("refused", 15), ("delayed", 30)]);
        now += secs(900);
        assert_eq!(door.knock(client(1), Opens::All, now), Ok(()));
        assert_eq!(
            door.knock(client(1), Opens::Nothing, now),
            Err(Shut::Wrong),
            "it begins anew"
        );
        assert_eq!(door.knock(client(1), Opens::All, now), Ok(()));
    }

    #[test]
    fn a_lesser_token_does_not_make_up_for_wrong_ones() {
        let (door, now) = (Door::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(door.knock(client(1), Opens::Little, now), Ok(()));
            let wrong = door.knock(client(1), Opens::Nothing, now);
            assert_eq!(wrong, Err(Shut::Wrong));
        }
        let shut = door.knock(client(1), Opens::Nothing, now);
        assert_eq!(shut, Err(Shut::For(FIRST_WAIT)));
    }

    #[test]
    fn an_hour_later_all_is_forgotten() {
        let (door, now) = (Door::default(), Instant::now());
        for _ in 0..5 {
            let _ = door.knock(client(1), Opens::Nothing, now);
        }
        let later = now + FORGOTTEN;
        for _ in 0..5 {
            let wrong = door.knock(client(1), Opens::Nothing, later);
            assert_eq!(wrong, Err(Shut::Wrong));
        }
    }

    #[test]
    fn a_million_addresses_take_bounded_memory_and_those_who_try_now_are_remembered() {
        let (door, begun) = (Door::default(), Instant::now());
        for number in 0..50_000 {
            let now = begun + Duration::from_millis(number.into());
            let _ = door.knock(client(number), Opens::Nothing, now);
        }
        let tries = door.tries.lock().unwrap();
        assert!(tries.len() <= MOST_CLIENTS, "{}", tries.len());
        assert!(tries.contains_key(&client(49_999)) && tries.contains_key(&client(45_000)));
    }
}
