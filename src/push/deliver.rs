//! Takes one delivery from its slot to its recorded outcome: begun durably, sent on time, completed.

mod prepare;
mod shared;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::time::Instant;

use self::prepare::Show;
pub(super) use self::shared::{MOST_UNANSWERED, SharedSender};
use super::{
    pace::SendSlot,
    sender::{ReadersSoFar, Sent},
};
use crate::{
    bulletin::{Channel, ChannelId, DeliveryKind, Reason, SendFault},
    ops::{Begun, Outcome, StoreError, Waiting},
};

/// The longest wait between two attempts, unless the platform itself asks for a longer one.
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);
/// The longest wait between attempts at a message that some readers already have.
const LONGEST_PATIENCE: Duration = Duration::from_secs(1800);
/// The maximum number of attempts at a message that some readers have and others reject: five days.
const MOST_PARTS: u32 = 11 + 5 * 48;

/// A delivery that has had its turn.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) slot: SendSlot,
    pub(super) channel: ChannelId,
    /// The times at which the request was sent and answered.
    pub(super) times: Option<(Instant, Instant)>,
    /// The end of the request; `None` if the delivery was dropped or done in the meantime.
    pub(super) sent: Option<Sent>,
    /// True if the pace knows of the answer.
    pub(super) is_paced: bool,
    /// The delivery that waits next in the channel.
    pub(super) next: Option<Waiting>,
}

impl SharedSender {
    /// Records that a delivery panicked: it is unknown how much of it was sent, and it is repeated as such.
    pub(super) async fn broke(
        &self,
        slot: SendSlot,
        waiting: &Waiting,
        why: &str,
    ) -> Result<Delivered, StoreError> {
        let (delivery, channel) = (waiting.id.0, &waiting.channel);
        tracing::error!(delivery.id = delivery, channel.id = %channel, "the program failed while sending this, and retries: {why}");
        let now = Utc::now();
        // The delivery may have failed before it was begun.
        self.store.begin_send(waiting.id, now).await?;
        let said = format!("possibly repeated: the program failed while it sent this: {why}");
        let outcome = Outcome::Uncertain {
            not_before: now + backoff(waiting.attempts, fastrand::f64()),
            why: Reason::new(SendFault::Broken, said),
        };
        let next = self.store.complete(waiting.id, outcome, now).await?;
        Ok(Delivered {
            slot,
            channel: channel.clone(),
            times: None,
            sent: None,
            is_paced: false,
            next,
        })
    }

    /// Performs one delivery. `sending` is durable before the request is sent, and its outcome before anything else of
    /// the channel happens.
    pub(super) async fn deliver(
        self: Arc<Self>,
        slot: SendSlot,
        waiting: Waiting,
        channel: Channel,
    ) -> Result<Delivered, StoreError> {
        let asked = Instant::now();
        let (begun, show) = self.begin(slot, &waiting, &channel).await?;
        // A file takes as long as its host needs, so it does not count.
        if waiting.kind != DeliveryKind::Document {
            self.lead().took(asked.elapsed());
        }
        let mut delivered = Delivered {
            slot,
            channel: channel.id.clone(),
            times: None,
            sent: None,
            is_paced: false,
            next: None,
        };
        if begun == Begun::No {
            delivered.next = self.head(&channel.id).await?;
            return Ok(delivered);
        }
        let on_time = tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            on_time = self.on_time(slot) => Some(on_time).filter(|_| self.may_send()),
        };
        let Some((went_out, _permit)) = on_time else {
            let put_back = Outcome::PutBack;
            let put_back = self.store.complete(waiting.id, put_back, Utc::now());
            delivered.next = put_back.await?;
            return Ok(delivered);
        };
        let readers = ReadersSoFar::of(&self.store, waiting.id);
        let send = |card| self.sender.send_to_readers(card, &channel, &readers);
        let sent = match &show {
            Ok(Show::Card(card)) => send(card).await,
            Ok(Show::Edit(card, message)) => {
                let edit = self.sender.edit(card, &channel, message);
                edit.unwrap_or_else(|| send(card)).await
            }
            Ok(Show::File(file, _turn)) => self.sender.document(file, &channel).await,
            Err(why) => Sent::Refused(why.clone()),
        };
        if !matches!(sent, Sent::Unreachable(_)) {
            delivered.times = Some((went_out, Instant::now()));
        }
        let sent = match sent {
            Sent::Perhaps(why) | Sent::Ailing(why) if self.sender.knows_repetitions() => {
                Sent::Again(why)
            }
            sent => sent,
        };
        // Set at once: others may have begun, and wait for their turn.
        if sent.is_about_all() {
            self.set_paused(true);
        }
        // The next message does not wait until this one is recorded.
        if matches!(sent, Sent::Done(_)) {
            self.pace_answer(slot, delivered.times);
            delivered.is_paced = true;
        }
        log(&sent, &waiting);
        delivered.next = self.record(&waiting, &sent).await?;
        delivered.sent = Some(sent);
        Ok(delivered)
    }

    async fn record(&self, waiting: &Waiting, sent: &Sent) -> Result<Option<Waiting>, StoreError> {
        let now = Utc::now();
        if matches!(sent, Sent::Gone(_)) {
            let (channel, why) = (&waiting.channel, sent.reason());
            self.store.block_channel(channel, why, now).await?;
        }
        let outcome = outcome(sent, waiting.attempts, now, fastrand::f64());
        let next = self.store.complete(waiting.id, outcome, now).await?;
        Ok(next.filter(|_| !matches!(sent, Sent::Gone(_))))
    }

    async fn head(&self, channel: &ChannelId) -> Result<Option<Waiting>, StoreError> {
        let heads = self.store.heads(Some(vec![channel.clone()])).await?;
        Ok(heads.into_iter().next())
    }
}

/// Returns the outcome that the store records of a request. `jitter` is between 0 and 1.
fn outcome(sent: &Sent, attempts: u32, now: DateTime<Utc>, jitter: f64) -> Outcome {
    let why = sent.reason();
    let retry = |after: Duration, why| Outcome::Retry {
        not_before: now + after,
        why,
    };
    match sent {
        Sent::Done(message) => Outcome::Sent {
            message: message.clone(),
        },
        Sent::Again(_) => retry(backoff(attempts, jitter), why),
        Sent::TooFast(wait) => retry(*wait, why),
        Sent::Partly(_) if attempts >= MOST_PARTS => {
            let never = "some recipients never received it; the others did";
            let why = why.behind(SendFault::NeverAll, never);
            Outcome::Failed { why }
        }
        Sent::Partly(_) => retry(patient(attempts), why),
        Sent::Refused(_) => Outcome::Failed { why },
        // The channel or the whole sender is paused; the delivery itself is ready.
        Sent::Moved { .. } | Sent::Gone(_) | Sent::Denied(_) | Sent::Unreachable(_) => {
            retry(Duration::ZERO, why)
        }
        Sent::Perhaps(_) => Outcome::Uncertain {
            not_before: now + repetition(attempts, jitter),
            why,
        },
        Sent::Ailing(_) => Outcome::Ailing {
            not_before: now + repetition(attempts, jitter),
            why,
        },
    }
}

/// Returns the wait before a message that was perhaps sent is repeated. The first repetition is immediate: the usual
/// cause is a connection that was kept open too long.
fn repetition(attempts: u32, jitter: f64) -> Duration {
    let again = attempts.checked_sub(1);
    again.map_or(Duration::ZERO, |again| backoff(again, jitter))
}

/// Returns 1 s, 2 s, 4 s, … up to a minute, plus up to a fifth.
pub(crate) fn backoff(attempts: u32, jitter: f64) -> Duration {
    let doubled = Duration::from_secs(1 << attempts.min(10));
    doubled.min(LONGEST_BACKOFF).mul_f64(1.0 + jitter / 5.0)
}

/// Returns the wait that mail servers use for a full mailbox: 1 s, 2 s, 4 s, … up to half an hour.
fn patient(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.min(11)).min(LONGEST_PATIENCE)
}

fn log(sent: &Sent, waiting: &Waiting) {
    let (delivery, channel) = (waiting.id.0, &waiting.channel);
    match sent {
        Sent::Done(_) => {
            tracing::debug!(delivery.id = delivery, channel.id = %channel, "pushed");
        }
        Sent::Refused(why) => {
            tracing::error!(delivery.id = delivery, channel.id = %channel, "a message was rejected permanently: {why}");
        }
        Sent::Gone(why) => {
            tracing::error!(channel.id = %channel, "channel `{channel}` is blocked: {why}");
        }
        Sent::TooFast(wait) => {
            tracing::warn!(channel.id = %channel, wait_s = wait.as_secs(), "the platform says that messages to `{channel}` are sent too fast");
        }
        Sent::Perhaps(why) | Sent::Ailing(why) => {
            tracing::warn!(delivery.id = delivery, channel.id = %channel, "possibly repeated: {why}");
        }
        Sent::Again(why) | Sent::Partly(why) => {
            tracing::warn!(delivery.id = delivery, channel.id = %channel, "not sent, will be retried: {why}");
        }
        // These are reported once for the whole sender, or not worth reporting.
        Sent::Moved { .. } | Sent::Denied(_) | Sent::Unreachable(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_to_a_minute() {
        let seconds: Vec<_> = (0..12).map(|n| backoff(n, 0.0).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60, 60]);
        assert_eq!(backoff(0, 1.0), Duration::from_millis(1200));
    }

    #[test]
    fn only_an_unanswered_request_is_uncertain() {
        let now = Utc::now();
        let why = || Reason::from("why");
        for sent in [
            Sent::Again(why()),
            Sent::TooFast(Duration::from_secs(3)),
            Sent::Moved { from: -1, to: -2 },
            Sent::Gone(why()),
            Sent::Denied(why()),
            Sent::Unreachable(why()),
        ] {
            let outcome = outcome(&sent, 0, now, 0.0);
            assert!(matches!(outcome, Outcome::Retry { .. }), "{sent:?}");
        }
        assert!(matches!(
            outcome(&Sent::Perhaps(why()), 0, now, 0.0),
            Outcome::Uncertain { .. }
        ));
        assert!(matches!(
            outcome(&Sent::Ailing(why()), 0, now, 0.0),
            Outcome::Ailing { .. }
        ));
        assert!(matches!(
            outcome(&Sent::Refused(why()), 0, now, 0.0),
            Outcome::Failed { .. }
        ));
    }
}
