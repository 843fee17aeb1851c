//! Remembers when the last sends were begun, or answered where they have an answer: the pace is rebuilt from these
//! times after a restart. No platform counts a message later than that.

use std::collections::{BTreeSet, VecDeque};

use crate::bulletin::DeliveryState;

/// The period (ms) of sends that is restored after a restart: the longest window of any pace (ntfy's, 300 s), and
/// some more.
pub(super) const RECENT_MS: i64 = 330_000;
/// The most sends that are restored after a restart.
const MOST: usize = 100_000;

/// One delivery as a transaction leaves it.
pub(super) struct Attempt<C> {
    pub(super) channel: C,
    pub(super) state: DeliveryState,
    pub(super) begun_ms: Option<i64>,
    /// When the platform had taken the message, or was requested to.
    pub(super) taken_ms: Option<i64>,
}

/// The sends by channel, as an engine names it; oldest first.
#[derive(Debug, Clone)]
pub(super) struct RecentSends<C>(VecDeque<(i64, C)>);

impl<C> Default for RecentSends<C> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<C: Ord + Clone> RecentSends<C> {
    /// Restores the sends after a restart: deliveries that were sent together were one message.
    pub(super) fn restore(taken: impl Iterator<Item = (i64, C)>) -> Self {
        let taken: BTreeSet<(i64, C)> = taken.collect();
        let mut sends = Self(taken.into_iter().collect());
        sends.forget_old();
        sends
    }

    /// Remembers the sends that one transaction began or answered: the deliveries of one message count once.
    pub(super) fn remember(&mut self, attempts: impl Iterator<Item = Attempt<C>>) {
        let mut begun = BTreeSet::new();
        for attempt in attempts {
            match (attempt.state, attempt.begun_ms, attempt.taken_ms) {
                (DeliveryState::Sending, Some(at), _) => {
                    begun.insert((at, attempt.channel));
                }
                (DeliveryState::Sent, _, Some(taken)) => {
                    let mut newest_first = self.0.iter_mut().rev();
                    if let Some((at, _)) = newest_first.find(|(_, of)| *of == attempt.channel) {
                        *at = taken.max(*at);
                    }
                }
                _ => {}
            }
        }
        self.0.extend(begun);
        self.forget_old();
    }

    pub(super) fn since(&self, since_ms: i64) -> impl Iterator<Item = &(i64, C)> {
        self.0.iter().filter(move |(at, _)| *at >= since_ms)
    }

    /// Returns the time (ms) before which no send is remembered.
    pub(super) fn oldest_ms(&self) -> i64 {
        let newest = self.0.back().map_or(i64::MIN, |(at, _)| *at);
        newest.saturating_sub(RECENT_MS)
    }

    fn forget_old(&mut self) {
        let oldest = self.oldest_ms();
        let is_old = |sends: &VecDeque<(i64, C)>| sends.front().is_some_and(|(at, _)| *at < oldest);
        while self.0.len() > MOST || is_old(&self.0) {
            self.0.pop_front();
        }
    }
}
