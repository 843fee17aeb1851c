//! Decides the consequences of an attempt to send a delivery: whether it is repeated, and when.

use chrono::{DateTime, Utc};

use super::facts::OutboxEntry;
use crate::bulletin::{DeliveryState, MessageRef, Reason, SendFault};

/// The number of unanswered sends of one delivery after which it is not repeated: a platform in trouble breaks off
/// several requests in a row and took none, and a message that crashes the program each time must not do so forever.
const MOST_DOUBTS: u8 = 8;

/// The beginning of the error of a delivery that failed, as far as is known.
pub const PERHAPS: &str = "perhaps delivered";

/// The end of a begun send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Sent {
        message: Option<MessageRef>,
    },
    /// The message was certainly not sent; it may be sent again at `not_before` or later.
    Retry {
        not_before: DateTime<Utc>,
        why: Reason,
    },
    /// The message was certainly not sent, and never will be.
    Failed {
        why: Reason,
    },
    /// The message may have been sent. It waits for a repetition not before this time, so that nothing is lost; only
    /// the eighth time it is `failed` with "perhaps delivered".
    Uncertain {
        not_before: DateTime<Utc>,
        why: Reason,
    },
    /// The message may have been sent, but hardly: an error page arrived instead of an answer. It is repeated
    /// without a limit.
    Ailing {
        not_before: DateTime<Utc>,
        why: Reason,
    },
    /// The message may have been sent: the program stopped before the platform answered. It is repeated at once, as
    /// often as an uncertain one.
    Interrupted {
        why: Reason,
    },
    /// The message was certainly not sent and no attempt spent: a shutdown.
    PutBack,
}

impl Outcome {
    /// Converts the outcome to another clock; `clock` converts a time.
    #[must_use]
    pub fn by(self, clock: impl FnOnce(DateTime<Utc>) -> DateTime<Utc>) -> Self {
        match self {
            Self::Retry { not_before, why } => Self::Retry {
                not_before: clock(not_before),
                why,
            },
            Self::Uncertain { not_before, why } => Self::Uncertain {
                not_before: clock(not_before),
                why,
            },
            Self::Ailing { not_before, why } => Self::Ailing {
                not_before: clock(not_before),
                why,
            },
            other => other,
        }
    }
}

/// The effect of a settled attempt on the counts of its channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterAttempt {
    /// The delivery was sent, with a warning if an earlier attempt was never answered.
    Sent {
        warning: Option<Reason>,
    },
    Again {
        why: Reason,
    },
    Failed {
        why: Reason,
    },
    PutBack,
}

/// Applies the outcome of its attempt to a begun delivery.
pub fn settle(entry: &mut OutboxEntry, outcome: Outcome, now: DateTime<Utc>) -> AfterAttempt {
    let now_ms = now.timestamp_millis();
    // If the clock was set back meanwhile, the attempt began by the other one.
    entry.begun_ms = entry.begun_ms.map(|begun_ms| begun_ms.min(now_ms));
    match outcome {
        Outcome::Sent { message } => {
            entry.state = DeliveryState::Sent;
            entry.message = message;
            entry.ended_ms = Some(now_ms);
            // A doubt stays as a warning: the message is possibly repeated.
            let warning = (entry.doubts > 0).then(|| {
                let said = "possibly repeated: an earlier attempt was never answered";
                Reason::new(SendFault::Repeated, said)
            });
            AfterAttempt::Sent { warning }
        }
        Outcome::Retry { not_before, why } => again(entry, not_before, why),
        Outcome::Failed { why } => fail(entry, why, now_ms),
        Outcome::Uncertain { not_before, why } => doubt(entry, not_before, why, now_ms),
        Outcome::Interrupted { why } => doubt(entry, now, why, now_ms),
        Outcome::Ailing { not_before, why } => {
            entry.doubts = entry.doubts.max(1);
            again(entry, not_before, why)
        }
        Outcome::PutBack => {
            entry.state = DeliveryState::Queued;
            entry.attempts = entry.attempts.saturating_sub(1);
            entry.begun_ms = None;
            // It was due when it was begun, even if by another clock.
            entry.due_ms = entry.due_ms.min(now_ms);
            AfterAttempt::PutBack
        }
    }
}

/// Repeats a message that may have been sent, unless it was in doubt too often.
fn doubt(
    entry: &mut OutboxEntry,
    not_before: DateTime<Utc>,
    why: Reason,
    now_ms: i64,
) -> AfterAttempt {
    entry.doubts = entry.doubts.saturating_add(1);
    if entry.doubts < MOST_DOUBTS {
        again(entry, not_before, why)
    } else {
        let fault = SendFault::Perhaps(entry.doubts);
        fail(entry, why.behind(fault, PERHAPS), now_ms)
    }
}

fn again(entry: &mut OutboxEntry, not_before: DateTime<Utc>, why: Reason) -> AfterAttempt {
    entry.state = DeliveryState::Queued;
    entry.due_ms = not_before.timestamp_millis();
    AfterAttempt::Again { why }
}

fn fail(entry: &mut OutboxEntry, why: Reason, now_ms: i64) -> AfterAttempt {
    entry.state = DeliveryState::Failed;
    entry.ended_ms = Some(now_ms);
    AfterAttempt::Failed { why }
}
