//! Runs the loop of a worker: whose turn it is, and what is started.

use std::time::Duration;

use chrono::Utc;
use futures::{future::FutureExt, stream::StreamExt};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::{
    state::{Landed, Worker},
    wish::Aside,
};
use crate::{
    bulletin::{Channel, Reason, SendFault},
    ops::{Outcome, StoreError},
    push::{
        deliver::{MOST_UNANSWERED, SharedSender},
        health::SenderHealth,
        pace::{SendSlot, Turn},
        sender::Sent,
    },
};

/// The maximum number of deliveries under way: as many as may be unanswered or not yet recorded, and as many that are
/// being begun in the meantime.
const MOST_UNDER_WAY: usize = 2 * MOST_UNANSWERED;
/// The maximum number of questions about chats in flight.
const MOST_QUESTIONS: usize = 8;
/// The time that a stop waits for answers.
const STOP_WAITS: Duration = Duration::from_secs(5);
/// The time that a stop waits for the last writes after that: a full disk must not hold up the end.
const WRITING_WAITS: Duration = Duration::from_secs(5);

impl Worker {
    pub(in crate::push) async fn new(
        desk: SharedSender,
        channels: (watch::Receiver<Vec<Channel>>, bool),
        health: SenderHealth,
    ) -> Result<Self, StoreError> {
        let mut worker = Self::blank(desk, channels, health);
        worker.remember().await?;
        Ok(worker)
    }

    /// Pushes until stopped; then requests in flight are completed, for five seconds at most, and put back after that.
    /// An outcome that cannot be recorded by then leaves its message perhaps sent.
    pub(in crate::push) async fn run(
        self,
        asides: &mut mpsc::Receiver<Aside>,
        stop: CancellationToken,
    ) -> Result<(), StoreError> {
        let overdue = async {
            stop.cancelled().await;
            sleep(STOP_WAITS + WRITING_WAITS).await;
        };
        tokio::select! {
            ended = self.push(asides, stop.clone()) => ended,
            () = overdue => {
                tracing::warn!("the outcome of the last messages could not be stored");
                Ok(())
            }
        }
    }

    async fn push(
        mut self,
        asides: &mut mpsc::Receiver<Aside>,
        stop: CancellationToken,
    ) -> Result<(), StoreError> {
        let mut outbox = self.desk.store.outbox_changes();
        self.read_heads();
        loop {
            self.launch();
            let wake = self.next_wake();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(landed) = self.flights.all.next() => self.settle(landed?).await?,
                Ok(()) = outbox.changed() => self.read_heads(),
                Ok(()) = self.served.wiring.changed() => self.rewire(),
                Some(aside) = asides.recv() => self.queue_direct(aside),
                () = sleep_until(wake) => {}
            }
        }
        let landing = async {
            while self.flights.requests > 0
                && let Some(landed) = self.flights.all.next().await
            {
                self.settle(landed?).await?;
            }
            Ok(())
        };
        match timeout(STOP_WAITS, landing).await {
            Ok(landed) => landed,
            Err(_) => self.put_back().await,
        }
    }

    /// Leaves messages that are still unanswered, and so perhaps sent, to the next run, which repeats them.
    async fn put_back(self) -> Result<(), StoreError> {
        drop(self.flights.all);
        for id in self.flights.deliveries.into_values() {
            let said = "possibly repeated: the program stopped before the platform answered";
            let why = Reason::new(SendFault::Ended, said);
            let outcome = Outcome::Interrupted { why };
            self.desk.store.complete(id, outcome, Utc::now()).await?;
        }
        Ok(())
    }

    fn next_wake(&self) -> Instant {
        let now = Instant::now();
        let wake = match &self.trouble.pause {
            Some(pause) => (!pause.probing).then_some(pause.next),
            None if self.flights.requests >= MOST_UNDER_WAY => None,
            None => {
                let (next, ahead) = (self.desk.pace().next_at(), self.desk.begins_ahead());
                next.map(|at| at.checked_sub(ahead).unwrap_or(at))
            }
        };
        wake.unwrap_or(now + Duration::from_secs(3600))
    }

    fn launch(&mut self) {
        let now = Instant::now();
        if let Some(pause) = &mut self.trouble.pause {
            if !pause.probing && pause.next <= now {
                pause.probing = true;
                let (desk, health) = (self.desk.clone(), self.health.clone());
                self.fly(async move {
                    let probe = async { desk.sender.probe().await };
                    let again = |why: String| Err(Sent::Again(why.into()));
                    Ok(Landed::Probed(health.survive(probe, again).await))
                });
            }
            return;
        }
        self.ask();
        while self.flights.requests < MOST_UNDER_WAY
            && let Some(slot) = self.take(now)
        {
            match slot.turn {
                Turn::Urgent => self.launch_direct(slot),
                Turn::Plain => self.launch_delivery(slot),
            }
        }
    }

    fn take(&self, now: Instant) -> Option<SendSlot> {
        let by = now + self.desk.begins_ahead();
        self.desk.pace().take(now, by)
    }

    /// Requests the lanes of channels that wait and have none.
    fn ask(&mut self) {
        let room = MOST_QUESTIONS.saturating_sub(self.lanes.asked.len());
        let unknown: Vec<_> = self.lanes.wanted.iter().take(room).cloned().collect();
        for id in unknown {
            self.lanes.wanted.remove(&id);
            let Some(channel) = self.channel(&id) else {
                continue;
            };
            self.lanes.asked.insert(id.clone());
            let (desk, health) = (self.desk.clone(), self.health.clone());
            self.fly(async move {
                let lane = async { desk.sender.lane(&channel).await };
                let again = |why: String| Err(Sent::Again(why.into()));
                Ok(Landed::Lane(id, health.survive(lane, again).await))
            });
        }
    }

    fn launch_delivery(&mut self, slot: SendSlot) {
        // The two clocks are read one after the other.
        let due = Utc::now() + (slot.at - Instant::now()) + Duration::from_millis(2);
        let members = self.lanes.members.get(&slot.lane).into_iter().flatten();
        let heads = members.filter_map(|id| self.waiting.by_channel.get(id));
        let first = heads
            .filter(|head| head.due_at <= due)
            .min_by_key(|head| head.id);
        let channel = first.map(|head| head.channel.clone());
        let taken =
            channel.and_then(|id| Some((self.waiting.by_channel.remove(&id)?, self.channel(&id)?)));
        match taken {
            Some((waiting, channel)) => {
                self.flights.requests += 1;
                self.flights
                    .deliveries
                    .insert(channel.id.clone(), waiting.id);
                let (desk, health) = (self.desk.clone(), self.health.clone());
                let span =
                    tracing::info_span!("delivery", id = waiting.id.0, channel = %channel.id);
                let delivery = async move {
                    let delivering = desk.clone().deliver(slot, waiting.clone(), channel);
                    let delivered = health.survive(delivering.map(Ok), Err).await;
                    match delivered {
                        Ok(delivered) => delivered,
                        Err(why) => desk.broke(slot, &waiting, &why).await,
                    }
                    .map(Landed::Delivered)
                };
                self.fly(delivery.instrument(span));
            }
            None => self.desk.pace().answered(slot, None),
        }
        self.place(slot.lane);
    }
}
