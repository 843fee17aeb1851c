//! The task of one sender: who waits, whose turn it is, and what the platform's answers change.
//!
//! All that it holds can be read again from the store; a crash loses nothing. It opens a further
//! request only while the last answers are later than the pace. Read [`Worker::run`] first.

mod aside;
mod earlier;
mod landing;
mod resting;
mod rewire;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::{
    future::{BoxFuture, FutureExt},
    stream::{FuturesUnordered, StreamExt},
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

pub(crate) use self::aside::{Aside, Wish, ask};
use super::{
    deliver::{Delivered, Desk, MOST_UNANSWERED},
    health::Health,
    pace::{Lane, Limit, Slot, Turn},
    sender::Sent,
};
use crate::{
    bulletin::{Channel, ChannelId, DeliveryId},
    ops::{Outcome, StoreError, Waiting},
};

/// Deliveries under way at most: as many as may be unanswered or not yet recorded, and as many that are
/// being begun meanwhile.
const MOST_UNDER_WAY: usize = 2 * MOST_UNANSWERED;
/// Questions about chats in flight at most.
const MOST_QUESTIONS: usize = 8;
/// A delivery is begun this long before its slot, so that the store's sync does not make it late.
const LEAD: Duration = Duration::from_millis(40);
/// How long a stop waits for answers.
const STOP_WAITS: Duration = Duration::from_secs(5);
/// How long it waits for what is written down after that: a full disk must not hold up the end.
const WRITING_WAITS: Duration = Duration::from_secs(5);

/// Why nothing is sent for a while.
struct Rest {
    probes: u32,
    next: Instant,
    probing: bool,
}

enum Landed {
    Delivered(Delivered),
    Said(Aside, Slot, (Instant, Instant), Sent),
    Lane(ChannelId, Result<(Lane, Limit), Sent>),
    Heads(Vec<Waiting>),
    Probed(Result<(), Sent>),
}

pub(super) struct Worker {
    desk: Arc<Desk>,
    /// Those of the config; chats that subscribed by themselves come and go.
    channels: HashMap<ChannelId, Channel>,
    /// Where they change.
    wiring: watch::Receiver<Vec<Channel>>,
    takes_chats: bool,
    /// What each channel waits with, unless it is in flight.
    heads: HashMap<ChannelId, Waiting>,
    lanes: HashMap<ChannelId, Lane>,
    members: HashMap<Lane, Vec<ChannelId>>,
    /// What earlier runs sent, until the lane of its channel is known.
    recent: HashMap<ChannelId, Vec<Instant>>,
    /// Until when the platform told earlier runs to wait, likewise.
    told: HashMap<ChannelId, Instant>,
    asking: HashSet<ChannelId>,
    /// Those of them that lead elsewhere since they were asked about.
    outdated: HashSet<ChannelId>,
    /// Those that wait and have no lane.
    laneless: HashSet<ChannelId>,
    in_flight: HashMap<ChannelId, DeliveryId>,
    /// In flight while the outbox changed: what their completion knew of is perhaps not the latest.
    stale: HashSet<ChannelId>,
    reading: bool,
    read_again: bool,
    said: HashMap<Lane, VecDeque<Aside>>,
    /// Lanes in which one of them did not go out, and is repeated.
    stuck: HashSet<Lane>,
    flights: FuturesUnordered<BoxFuture<'static, Result<Landed, StoreError>>>,
    requests: usize,
    rest: Option<Rest>,
    /// Requests in a row that ended with neither a yes nor a no, and rests that this brought about.
    ailing: (u32, u32),
    /// `sending` when the program began: perhaps sent.
    unsettled: Vec<Waiting>,
    health: Health,
}

impl Worker {
    pub(super) async fn new(
        desk: Desk,
        (mut wiring, takes_chats): (watch::Receiver<Vec<Channel>>, bool),
        health: Health,
    ) -> Result<Self, StoreError> {
        let channels = wiring.borrow_and_update().clone();
        let channels = channels.into_iter();
        let mut worker = Self {
            channels: channels
                .map(|channel| (channel.id.clone(), channel))
                .collect(),
            wiring,
            outdated: HashSet::new(),
            takes_chats,
            desk: Arc::new(desk),
            heads: HashMap::new(),
            lanes: HashMap::new(),
            members: HashMap::new(),
            recent: HashMap::new(),
            told: HashMap::new(),
            asking: HashSet::new(),
            laneless: HashSet::new(),
            in_flight: HashMap::new(),
            stale: HashSet::new(),
            reading: false,
            read_again: false,
            said: HashMap::new(),
            stuck: HashSet::new(),
            flights: FuturesUnordered::new(),
            requests: 0,
            rest: None,
            ailing: (0, 0),
            unsettled: Vec::new(),
            health,
        };
        worker.remember().await?;
        Ok(worker)
    }

    /// Pushes until stopped; then what is in flight is completed, for five seconds at most, and put back after
    /// that. What cannot be written down by then is perhaps sent.
    pub(super) async fn run(
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
                tracing::warn!("how the last messages ended could not be written down");
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
                Some(landed) = self.flights.next() => self.settle(landed?).await?,
                Ok(()) = outbox.changed() => self.read_heads(),
                Ok(()) = self.wiring.changed() => self.rewire(),
                Some(aside) = asides.recv() => self.queue_aside(aside),
                () = sleep_until(wake) => {}
            }
        }
        let landing = async {
            while self.requests > 0
                && let Some(landed) = self.flights.next().await
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

    /// Leaves what is still unanswered, which is perhaps sent, to the next run: it repeats it.
    async fn put_back(self) -> Result<(), StoreError> {
        drop(self.flights);
        for id in self.in_flight.into_values() {
            let why =
                "possibly repeated: the program was stopped before it was answered".to_owned();
            let outcome = Outcome::Interrupted { why };
            self.desk.store.complete(id, outcome, Utc::now()).await?;
        }
        Ok(())
    }

    /// Returns whether it is this sender's to send there.
    fn serves(&self, id: &ChannelId) -> bool {
        self.channels.contains_key(id) || self.takes_chats && id.chat().is_some()
    }

    fn channel(&self, id: &ChannelId) -> Option<Channel> {
        let configured = self.channels.get(id).cloned();
        let subscribed = || self.desk.store.chat_channel(id).map(|it| (*it).clone());
        configured.or_else(|| subscribed().filter(|_| self.takes_chats))
    }

    fn next_wake(&self) -> Instant {
        let now = Instant::now();
        let wake = match &self.rest {
            Some(rest) => (!rest.probing).then_some(rest.next),
            None if self.requests >= MOST_UNDER_WAY => None,
            None => self
                .desk
                .pace()
                .next_at()
                .map(|at| at.checked_sub(LEAD).unwrap_or(at)),
        };
        wake.unwrap_or(now + Duration::from_secs(3600))
    }

    // ---- launching ----

    fn launch(&mut self) {
        let now = Instant::now();
        if let Some(rest) = &mut self.rest {
            if !rest.probing && rest.next <= now {
                rest.probing = true;
                let (desk, health) = (self.desk.clone(), self.health.clone());
                self.fly(async move {
                    let probe = async { desk.sender.probe().await };
                    let again = |why| Err(Sent::Again(why));
                    Ok(Landed::Probed(health.survive(probe, again).await))
                });
            }
            return;
        }
        self.ask();
        while self.requests < MOST_UNDER_WAY
            && let Some(slot) = self.take(now)
        {
            match slot.turn {
                Turn::Urgent => self.launch_aside(slot),
                Turn::Plain => self.launch_delivery(slot),
            }
        }
    }

    fn take(&self, now: Instant) -> Option<Slot> {
        self.desk.pace().take(now, now + LEAD)
    }

    fn fly(&mut self, flight: impl Future<Output = Result<Landed, StoreError>> + Send + 'static) {
        self.flights.push(flight.boxed());
    }

    /// Asks for the lanes of channels that wait and have none.
    fn ask(&mut self) {
        let room = MOST_QUESTIONS.saturating_sub(self.asking.len());
        let unknown: Vec<_> = self.laneless.iter().take(room).cloned().collect();
        for id in unknown {
            self.laneless.remove(&id);
            let Some(channel) = self.channel(&id) else {
                continue;
            };
            self.asking.insert(id.clone());
            let (desk, health) = (self.desk.clone(), self.health.clone());
            self.fly(async move {
                let lane = async { desk.sender.lane(&channel).await };
                let again = |why| Err(Sent::Again(why));
                Ok(Landed::Lane(id, health.survive(lane, again).await))
            });
        }
    }

    fn launch_delivery(&mut self, slot: Slot) {
        // The two clocks are read one after the other.
        let due = Utc::now() + (slot.at - Instant::now()) + Duration::from_millis(2);
        let members = self.members.get(&slot.lane).into_iter().flatten();
        let heads = members.filter_map(|id| self.heads.get(id));
        let first = heads
            .filter(|head| head.due_at <= due)
            .min_by_key(|head| head.id);
        let channel = first.map(|head| head.channel.clone());
        let taken = channel.and_then(|id| Some((self.heads.remove(&id)?, self.channel(&id)?)));
        match taken {
            Some((waiting, channel)) => {
                self.requests += 1;
                self.in_flight.insert(channel.id.clone(), waiting.id);
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

    /// Tells the pace since when the lane waits.
    fn place(&mut self, lane: Lane) {
        let members = self.members.get(&lane).into_iter().flatten();
        let due = members
            .filter_map(|id| self.heads.get(id))
            .map(|head| head.due_at)
            .min();
        match due {
            Some(due) => self.desk.pace().wait(lane, Turn::Plain, instant(due)),
            None => self.desk.pace().unwait(lane, Turn::Plain),
        }
    }

    fn read_heads(&mut self) {
        self.stale.extend(self.in_flight.keys().cloned());
        if self.reading {
            self.read_again = true;
            return;
        }
        self.reading = true;
        let (store, served) = (self.desk.store.clone(), self.served());
        self.fly(async move { Ok(Landed::Heads(store.heads_where(served).await?)) });
    }

    /// [`Worker::serves`] for others to ask.
    fn served(&self) -> impl Fn(&ChannelId) -> bool + Send + 'static {
        let own: HashSet<ChannelId> = self.channels.keys().cloned().collect();
        let takes_chats = self.takes_chats;
        move |id| own.contains(id) || takes_chats && id.chat().is_some()
    }

    fn read_heads_of(&mut self, ids: Vec<ChannelId>) {
        let store = self.desk.store.clone();
        self.fly(async move { Ok(Landed::Heads(store.heads(Some(ids)).await?)) });
    }
}

#[cfg(test)]
mod tests;

/// Times past are told too: who has waited longest goes first.
fn instant(at: DateTime<Utc>) -> Instant {
    let (now, today) = (Instant::now(), Utc::now());
    match (at - today).to_std() {
        Ok(ahead) => now + ahead,
        Err(_) => (today - at)
            .to_std()
            .ok()
            .and_then(|ago| now.checked_sub(ago))
            .unwrap_or(now),
    }
}
