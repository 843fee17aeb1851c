//! Sends direct messages in the order in which they were requested, also if one is repeated: no edit undoes a later
//! one.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    state::{Landed, Worker},
    wish::Aside,
};
use crate::push::{
    deliver::backoff,
    pace::{Lane, SendSlot, Turn},
    sender::Sent,
};

/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

impl Worker {
    pub(super) fn queue_direct(&mut self, aside: Aside) {
        let lane = aside.lane;
        self.desk
            .pace()
            .set_limit(lane, aside.limit, Instant::now());
        let queue = self.direct.queues.entry(lane).or_default();
        if self.trouble.pause.is_some() || self.direct.stuck.contains(&lane) {
            let about = aside.wish.about;
            queue.retain(|other| about.is_none() || other.wish.about != about);
        }
        queue.push_back(aside);
        self.place_direct(lane);
    }

    pub(super) fn launch_direct(&mut self, slot: SendSlot) {
        let queue = self.direct.queues.entry(slot.lane).or_default();
        // Callers that gave up are not answered any longer.
        queue.retain(|aside| !aside.done.is_closed());
        match queue.pop_front() {
            Some(aside) => {
                self.flights.requests += 1;
                let (desk, health) = (self.desk.clone(), self.health.clone());
                self.fly(async move {
                    let (went_out, _permit) = desk.on_time(slot).await;
                    let run = async { (aside.wish.run)().await };
                    let sent = health.survive(run, |why| Sent::Refused(why.into())).await;
                    let times = (went_out, Instant::now());
                    Ok(Landed::Direct(aside, slot, times, sent))
                });
            }
            None => self.desk.pace().answered(slot, None),
        }
        self.place_direct(slot.lane);
    }

    /// Answers the caller that waits, or puts the message back in its place in the lane.
    pub(super) fn settle_direct(&mut self, mut aside: Aside, sent: Sent) {
        self.direct.stuck.remove(&aside.lane);
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
        self.direct.stuck.insert(lane);
        self.direct
            .queues
            .entry(lane)
            .or_default()
            .push_front(aside);
        self.place_direct(lane);
    }

    fn place_direct(&mut self, lane: Lane) {
        if self
            .direct
            .queues
            .get(&lane)
            .is_some_and(|queue| !queue.is_empty())
        {
            self.desk.pace().wait(lane, Turn::Urgent, Instant::now());
        } else {
            self.direct.queues.remove(&lane);
        }
    }
}
