//! Pauses a whole sender while its platform cannot be reached, rejects the key, or owes an answer.

use std::time::Duration;

use chrono::Utc;
use futures::future::try_join_all;
use tokio::time::Instant;

use super::state::{SenderPause, Worker};
use crate::{
    bulletin::{Reason, SendFault},
    ops::{Outcome, StoreError},
    push::{deliver::backoff, sender::Sent},
};

/// The wait between tries of a wrong key.
const DENIED_WAITS: Duration = Duration::from_secs(60);
/// The longest wait for anything else: once the platform is back, the first message is sent soon.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

impl Worker {
    /// Pauses sending until a call without effect is answered.
    pub(super) fn pause_for(&mut self, sent: &Sent) {
        if self.trouble.pause.is_some() {
            return;
        }
        let is_doubt = matches!(sent, Sent::Perhaps(_) | Sent::Ailing(_));
        // If probes are answered and messages are not, each message that is tried may be lost.
        let again = self.trouble.pauses;
        self.trouble.pauses = again.saturating_add(1);
        let wait = if is_doubt && again == 0 {
            Duration::ZERO
        } else {
            backoff(again, fastrand::f64()).min(LONGEST_WAIT)
        };
        self.desk.set_paused(true);
        self.trouble.pause = Some(SenderPause {
            probes: 0,
            next: Instant::now() + wait,
            probing: false,
        });
        if !is_doubt {
            self.health.is_ill(sent);
        }
    }

    pub(super) async fn take_probe(&mut self, answer: Result<(), Sent>) -> Result<(), StoreError> {
        let Err(sent) = answer else {
            self.trouble.pause = None;
            self.desk.set_paused(false);
            self.health.is_well();
            return self.settle_doubts().await;
        };
        self.health.is_ill(&sent);
        if let Some(pause) = &mut self.trouble.pause {
            pause.probing = false;
            pause.probes += 1;
            let wait = match sent {
                Sent::TooFast(wait) => wait,
                Sent::Denied(_) => DENIED_WAITS,
                _ => backoff(pause.probes, fastrand::f64()).min(LONGEST_WAIT),
            };
            pause.next = Instant::now() + wait;
        }
        Ok(())
    }

    /// Settles doubts once the platform answers: messages that were perhaps sent before the program ended have their
    /// one repetition.
    async fn settle_doubts(&mut self) -> Result<(), StoreError> {
        let now = Utc::now();
        let mut settled = Vec::new();
        for waiting in std::mem::take(&mut self.trouble.unsettled) {
            let ended = "the program stopped before the platform answered";
            let outcome = if self.desk.sender.knows_repetitions() {
                let said = format!(
                    "retried with the same message id, so that the platform ignores duplicates: {ended}"
                );
                let why = Reason::new(SendFault::EndedSafely, said);
                Outcome::Retry {
                    not_before: now,
                    why,
                }
            } else {
                let said = format!("possibly repeated: {ended}");
                let why = Reason::new(SendFault::Ended, said);
                tracing::warn!(delivery.id = waiting.id.0, channel.id = %waiting.channel, "{why}");
                Outcome::Interrupted { why }
            };
            settled.push(self.desk.store.complete(waiting.id, outcome, now));
        }
        // Together, so that they share a transaction: callers have waited for this process to start.
        try_join_all(settled).await?;
        self.read_heads();
        Ok(())
    }
}
