//! Counts wrong tokens, which slow down their senders: in the store, and in memory while the store accepts no writes.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::Utc;

use super::clients::Client;
use crate::ops::{Knocked, Opens, Store, StoreError, WrongTokens};

#[derive(Debug, Default)]
pub(super) struct Door {
    /// The counts that could not be written.
    unwritten: Mutex<BTreeMap<u16, WrongTokens>>,
    /// The turn to write a wrong token: many at once must not keep others from the store.
    turn: tokio::sync::Mutex<()>,
    refused: AtomicU64,
    delayed: AtomicU64,
}

/// The reason why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shut {
    Wrong,
    /// Too many tokens were wrong; this one was not checked.
    For(Duration),
}

impl Door {
    /// Returns whether a client's token, which opens so much, is accepted now.
    ///
    /// # Errors
    /// Fails if the store failed.
    pub(super) async fn knock(
        &self,
        store: &Store,
        client: Client,
        opens: Opens,
    ) -> Result<Result<(), Shut>, StoreError> {
        let (name, now) = (client.to_string(), Utc::now());
        let _turn = match opens {
            Opens::Nothing => Some(self.turn.lock().await),
            Opens::Little | Opens::All => None,
        };
        let knocked = match store.knock(&name, opens, now).await {
            Err(StoreError::Refused(_)) => {
                self.knock_unwritten(&name, opens, now.timestamp_millis())
            }
            knocked => knocked?,
        };
        Ok(match knocked {
            Knocked::Taken => Ok(()),
            Knocked::Wait(wait) => {
                self.delayed.fetch_add(1, Ordering::Relaxed);
                Err(Shut::For(wait))
            }
            Knocked::Wrong(wrong, wait) => {
                self.refused.fetch_add(1, Ordering::Relaxed);
                if !wait.is_zero() {
                    let seconds = wait.as_secs();
                    tracing::warn!(
                        "{client} sent {wrong} wrong tokens in a row; the next is checked in {seconds} s"
                    );
                }
                Err(Shut::Wrong)
            }
        })
    }

    fn knock_unwritten(&self, client: &str, opens: Opens, now_ms: i64) -> Knocked {
        let unwritten = self.unwritten.lock();
        let mut unwritten = unwritten.unwrap_or_else(PoisonError::into_inner);
        let place = unwritten.entry(WrongTokens::place_of(client)).or_default();
        place.knock(client, opens, now_ms)
    }

    /// Returns how many tokens were wrong, and how many were not checked.
    pub(super) fn counts(&self) -> [(&'static str, u64); 2] {
        [
            ("refused", self.refused.load(Ordering::Relaxed)),
            ("delayed", self.delayed.load(Ordering::Relaxed)),
        ]
    }
}
