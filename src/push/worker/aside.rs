//! What goes out past the outbox, within the pace and ahead of the backlog: answers to people, tests.
//!
//! It is in memory alone. A lane has its turns in the order in which they were asked for, also where
//! one is repeated: no edit undoes a later one.

use std::time::Duration;

use futures::future::BoxFuture;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout},
};

use super::{Landed, Worker};
use crate::push::{
    deliver::backoff,
    pace::{Lane, Limit, Slot, Turn},
    sender::Sent,
};

/// So long somebody waits for the outcome before it is not worth sending any more.
const PATIENCE: Duration = Duration::from_secs(60);
/// An hour of trouble is waited out where a wish is repeated.
const LONG_PATIENCE: Duration = Duration::from_secs(2 * 3600);
/// Between two tries, at most.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// What is to go out. It goes out once, however that ends, or again and again ([`Wish::insisting`]).
pub(crate) struct Wish {
    run: Box<dyn Fn() -> BoxFuture<'static, Sent> + Send + Sync>,
    about: Option<u64>,
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
    lane: Lane,
    limit: Limit,
    wish: Wish,
    tries: u32,
    done: oneshot::Sender<Sent>,
}

/// Has a wish sent by the worker; gives up where that is stopped or rests for too long.
pub(crate) async fn ask(
    asides: &mpsc::Sender<Aside>,
    (lane, limit): (Lane, Limit),
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
    let resting = || Sent::Again("nothing is sent now".to_owned());
    if asides.try_send(aside).is_err() {
        return resting();
    }
    match timeout(patience, answer).await {
        Ok(Ok(sent)) => sent,
        _ => resting(),
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
    fn goes_on(&mut self, sent: &Sent) -> bool {
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

impl Worker {
    pub(super) fn queue_aside(&mut self, aside: Aside) {
        let lane = aside.lane;
        self.desk
            .pace()
            .set_limit(lane, aside.limit, Instant::now());
        let queue = self.said.entry(lane).or_default();
        if self.rest.is_some() || self.stuck.contains(&lane) {
            let about = aside.wish.about;
            queue.retain(|other| about.is_none() || other.wish.about != about);
        }
        queue.push_back(aside);
        self.place_asides(lane);
    }

    pub(super) fn launch_aside(&mut self, slot: Slot) {
        let queue = self.said.entry(slot.lane).or_default();
        // Nobody waits for an answer that came too late.
        queue.retain(|aside| !aside.done.is_closed());
        match queue.pop_front() {
            Some(aside) => {
                self.requests += 1;
                let (desk, health) = (self.desk.clone(), self.health.clone());
                self.fly(async move {
                    let (went_out, _permit) = desk.on_time(slot).await;
                    let run = async { (aside.wish.run)().await };
                    let sent = health.survive(run, Sent::Refused).await;
                    let times = (went_out, Instant::now());
                    Ok(Landed::Said(aside, slot, times, sent))
                });
            }
            None => self.desk.pace().answered(slot, None),
        }
        self.place_asides(slot.lane);
    }

    /// Tells who waits, or puts it back to where it was in its lane.
    pub(super) fn land_aside(&mut self, mut aside: Aside, sent: Sent) {
        self.stuck.remove(&aside.lane);
        if !aside.goes_on(&sent) || aside.done.is_closed() {
            let _ = aside.done.send(sent);
            return;
        }
        let now = Instant::now();
        if let Sent::Moved { to, .. } = sent {
            aside.lane = Lane(to);
        }
        let wait = backoff(aside.tries, fastrand::f64()).min(LONGEST_WAIT);
        aside.tries += 1;
        let lane = aside.lane;
        let mut pace = self.desk.pace();
        pace.set_limit(lane, aside.limit, now);
        pace.hold(lane, now + wait);
        drop(pace);
        self.stuck.insert(lane);
        self.said.entry(lane).or_default().push_front(aside);
        self.place_asides(lane);
    }

    fn place_asides(&mut self, lane: Lane) {
        if self.said.get(&lane).is_some_and(|queue| !queue.is_empty()) {
            self.desk.pace().wait(lane, Turn::Urgent, Instant::now());
        } else {
            self.said.remove(&lane);
        }
    }
}
