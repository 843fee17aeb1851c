//! Messages that go out past the outbox, within the pace and ahead of the backlog: answers to people, tests.
//! It is in memory alone.

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

/// So long somebody waits for the outcome before it is not worth sending any more.
const PATIENCE: Duration = Duration::from_secs(60);
/// An hour of trouble is waited out where a wish is repeated.
const LONG_PATIENCE: Duration = Duration::from_secs(2 * 3600);

/// A message that goes out once, however that ends, or again and again ([`Wish::insisting`]).
pub(crate) struct Wish {
    pub(super) run: Box<dyn Fn() -> BoxFuture<'static, Sent> + Send + Sync>,
    pub(super) about: Option<u64>,
    /// Where it is repeated: how often also what was perhaps taken.
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

    /// Where wishes cannot go out, a later one about the same takes the place of one that waits.
    pub(crate) fn about(self, about: u64) -> Self {
        Self {
            about: Some(about),
            ..self
        }
    }

    /// Repeated until the platform has it, or never will; `doubts` times also where it was perhaps taken.
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

/// Has a wish sent by the worker; gives up where that is stopped or paused for too long.
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
    /// Returns whether its outcome may say anything of other chats: what one chat does not take again and again
    /// does not.
    pub(super) fn is_about_others(&self, sent: &Sent) -> bool {
        let is_trouble = matches!(sent, Sent::Again(_) | Sent::Perhaps(_) | Sent::Ailing(_));
        self.tries == 0 || !is_trouble
    }

    /// Returns whether it is to go out again after this.
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
