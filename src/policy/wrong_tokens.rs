//! Delays clients that send wrong tokens in a row: they must wait, longer each time, before the next one is checked.
//! Pure.
//!
//! Clients are remembered in places with a few clients each, so that the memory is bounded, and checking one is
//! quick.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The number of wrong tokens in a row that are tolerated.
const FREE: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_secs(4);
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// The time after which a client restarts at zero.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);
/// The number of places; below, that of clients in each, beyond which the least recent one is forgotten.
const PLACES: u16 = 1024;
const IN_ONE_PLACE: usize = 16;

/// The reach of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    Nothing,
    /// The token opens less than an admin may; it does not make up for wrong tokens.
    Little,
    All,
}

/// The answer to a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knocked {
    Taken,
    /// This number of tokens in a row was wrong, and the next one is checked after this time.
    Wrong(u32, Duration),
    /// Too many were wrong: the token is not checked before this time has passed.
    Wait(Duration),
}

/// The clients of one place that sent wrong tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrongTokens(Vec<Tries>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Tries {
    client: String,
    wrong: u32,
    last_ms: i64,
    /// The time before which no token is checked.
    until_ms: i64,
}

impl WrongTokens {
    /// Returns the place of a client.
    #[must_use]
    pub fn place_of(client: &str) -> u16 {
        let [first, second, ..] = *blake3::hash(client.as_bytes()).as_bytes();
        u16::from_be_bytes([first, second]) % PLACES
    }

    /// Checks a token of a client that opens `opens`.
    pub fn knock(&mut self, client: &str, opens: Opens, now_ms: i64) -> Knocked {
        self.0
            .retain(|tries| since(tries.last_ms, now_ms) < FORGOTTEN);
        let known = self.0.iter().position(|tries| tries.client == client);
        if let Some(wait) = known.and_then(|at| self.0[at].wait(now_ms)) {
            return Knocked::Wait(wait);
        }
        if opens == Opens::Little {
            return Knocked::Taken;
        }
        let before = known.map(|at| self.0.remove(at));
        if opens == Opens::All {
            return Knocked::Taken;
        }
        let wrong = before.map_or(0, |tries| tries.wrong).saturating_add(1);
        let wait = wait_after(wrong);
        if self.0.len() >= IN_ONE_PLACE {
            // They are in the order of their last tries.
            self.0.remove(0);
        }
        self.0.push(Tries {
            client: client.to_owned(),
            wrong,
            last_ms: now_ms,
            until_ms: now_ms.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)),
        });
        Knocked::Wrong(wrong, wait)
    }
}

impl Tries {
    fn wait(&self, now_ms: i64) -> Option<Duration> {
        // A clock that was set back makes no client wait for longer.
        let wait = since(now_ms, self.until_ms).min(LONGEST_WAIT);
        (!wait.is_zero()).then_some(wait)
    }
}

fn since(from_ms: i64, to_ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or_default())
}

fn wait_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(further) => FIRST_WAIT
            .saturating_mul(1 << further.min(16))
            .min(LONGEST_WAIT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_wrong_tokens_are_free_and_each_further_one_costs_twice_the_wait() {
        let (mut all, mut now_ms) = (WrongTokens::default(), 0);
        for wrong in 1..5 {
            let knocked = all.knock("a", Opens::Nothing, now_ms);
            assert_eq!(knocked, Knocked::Wrong(wrong, Duration::ZERO));
        }
        for (wrong, wait) in (5..).zip([4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
            let knocked = all.knock("a", Opens::Nothing, now_ms);
            assert_eq!(knocked, Knocked::Wrong(wrong, secs(wait)));
            for opens in [Opens::Nothing, Opens::Little, Opens::All] {
                let knocked = all.knock("a", opens, now_ms);
                assert_eq!(knocked, Knocked::Wait(secs(wait)), "{opens:?}");
            }
            assert_eq!(all.knock("b", Opens::All, now_ms), Knocked::Taken);
            now_ms += 1000 * i64::try_from(wait).unwrap();
        }
        assert_eq!(all.knock("a", Opens::All, now_ms), Knocked::Taken);
        let anew = all.knock("a", Opens::Nothing, now_ms);
        assert_eq!(anew, Knocked::Wrong(1, Duration::ZERO));
    }

    #[test]
    fn a_lesser_token_does_not_make_up_for_wrong_ones() {
        let mut all = WrongTokens::default();
        for _ in 0..5 {
            assert_eq!(all.knock("a", Opens::Little, 0), Knocked::Taken);
            let knocked = all.knock("a", Opens::Nothing, 0);
            assert!(matches!(knocked, Knocked::Wrong(..)), "{knocked:?}");
        }
        let knocked = all.knock("a", Opens::Nothing, 0);
        assert_eq!(knocked, Knocked::Wait(FIRST_WAIT));
    }

    #[test]
    fn an_hour_later_all_is_forgotten_and_a_clock_that_was_set_back_makes_nobody_wait_for_longer() {
        let mut all = WrongTokens::default();
        for _ in 0..5 {
            all.knock("a", Opens::Nothing, 0);
        }
        let mut later = all.clone();
        let knocked = later.knock("a", Opens::Nothing, 3_600_000);
        assert_eq!(knocked, Knocked::Wrong(1, Duration::ZERO));
        let knocked = all.knock("a", Opens::All, -9_000_000);
        assert_eq!(knocked, Knocked::Wait(LONGEST_WAIT));
    }

    #[test]
    fn a_place_holds_so_many_clients_and_forgets_who_tried_the_longest_time_ago() {
        let mut all = WrongTokens::default();
        for number in 0..100 {
            all.knock(&number.to_string(), Opens::Nothing, number);
        }
        assert_eq!(all.0.len(), IN_ONE_PLACE);
        assert_eq!(all.0[0].client, "84");
        let places = (0..50_000).map(|number: u32| WrongTokens::place_of(&number.to_string()));
        let places: std::collections::BTreeSet<u16> = places.collect();
        assert_eq!(places.len(), usize::from(PLACES));
    }
}
