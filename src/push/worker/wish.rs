//! Sends messages past the outbox, within the pace and ahead of the backlog: answers to people, tests. They are only in
//! memory.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::push::{
    pace::{Lane, LaneLimit},
    sender::Sent,
};

/// The time that a caller waits for the outcome before the message is not worth sending any longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The same for a wish that is repeated: an hour of trouble is waited out.
const LONG_PATIENCE: Duration = Duration::from_secs(2 * 3600);

/// A message that is sent once, regardless of the outcome, or repeatedly ([`Wish::insisting`]).
pub(crate) struct Wish {
    pub(super) run: Box<dyn Fn() -> BoxFuture<'static, Sent> + Send + Sync>,
    pub(super) about: Option<u64>,
    /// The number of repetitions after the wish was perhaps accepted; `None` for a wish that is sent once.
    doubts: Option<u32>,
}

impl Wish {
    pub(crate) fn once(run: impl Fn() -> BoxFuture<'static, Sent> + Send + Sync + 'static) -> Self {
        Self {
            run: Box::new(run),
            about: None,
            doubts: None,
        }
    }

    /// Gives the wish a subject: while wishes cannot be sent, a later one with the same subject replaces one that
    /// waits.
    pub(crate) fn about(self, about: u64) -> Self {
        Self {
            about: Some(about),
            ..self
        }
    }

    /// Repeats the wish until the platform has it, or never will; `doubts` times also if it was perhaps accepted.
    pub(crate) fn insisting(self, doubts: u32) -> Self {
        Self {
            doubts: Some(doubts),
            ..self
        }
    }
}

/// A wish on its way.
pub(crate) struct Aside {
    pub(super) lane: Lane,
    pub(super) limit: LaneLimit,
    pub(super) wish: Wish,
    pub(super) tries: u32,
    pub(super) done: oneshot::Sender<Sent>,
}

/// Has the worker send a wish; gives up if the worker is stopped or paused for too long.
pub(crate) async fn ask(
    asides: &mpsc::Sender<Aside>,
    (lane, limit): (Lane, LaneLimit),
    wish: Wish,
) -> Sent {
    let (done, answer) = oneshot::channel();
    let patience = match wish.doubts {
        None => PATIENCE,
        Some(_) => LONG_PATIENCE,
    };
    let aside = Aside {
        lane,
        limit,
        wish,
        tries: 0,
        done,
    };
    let paused = || Sent::Again("nothing is sent now".into());
    if asides.try_send(aside).is_err() {
        return paused();
    }
    match timeout(patience, answer).await {
        Ok(Ok(sent)) => sent,
        _ => paused(),
    }
}

impl Aside {
    /// Returns whether its outcome may concern other chats: a wish that one chat rejects again and again does not.
    pub(super) fn is_about_others(&self, sent: &Sent) -> bool {
        let is_trouble = matches!(sent, Sent::Again(_) | Sent::Perhaps(_) | Sent::Ailing(_));
        self.tries == 0 || !is_trouble
    }

    /// Returns whether it is to be sent again after this.
    pub(super) fn goes_on(&mut self, sent: &Sent) -> bool {
        let Some(doubts) = self.wish.doubts.as_mut() else {
            return false;
        };
        if !matches!(sent, Sent::Perhaps(_)) {
            return !sent.is_settled();
        }
        let left = doubts.checked_sub(1);
        *doubts = left.unwrap_or_default();
        left.is_some()
    }
}
