//! Holds the state of a worker. All of it can be read again from the store; a crash loses nothing.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::{
    future::{BoxFuture, FutureExt},
    stream::FuturesUnordered,
};
use tokio::{sync::watch, time::Instant};

use super::wish::Aside;
use crate::{
    bulletin::{Channel, ChannelId, DeliveryId},
    ops::{StoreError, Waiting},
    push::{
        deliver::{Delivered, SharedSender},
        health::SenderHealth,
        pace::{Lane, LaneLimit, SendSlot, Turn},
        sender::Sent,
    },
};

/// The task of one sender.
pub(in crate::push) struct Worker {
    pub(super) desk: Arc<SharedSender>,
    pub(super) health: SenderHealth,
    pub(super) served: Served,
    pub(super) waiting: WaitingHeads,
    pub(super) lanes: Lanes,
    pub(super) direct: DirectSends,
    pub(super) flights: UnderWay,
    pub(super) trouble: PlatformTrouble,
}

/// The channels to which this sender sends.
pub(super) struct Served {
    /// The channels of the config; chats that subscribed on their own come and go.
    pub(super) configured: HashMap<ChannelId, Channel>,
    /// The current channels of the config.
    pub(super) wiring: watch::Receiver<Vec<Channel>>,
    pub(super) takes_chats: bool,
}

/// The first waiting delivery of each channel.
#[derive(Default)]
pub(super) struct WaitingHeads {
    /// The waiting deliveries, without those in flight.
    pub(super) by_channel: HashMap<ChannelId, Waiting>,
    /// Channels whose outbox changed while a delivery was in flight: its completion perhaps did not know the latest
    /// state.
    pub(super) stale: HashSet<ChannelId>,
    pub(super) reading: bool,
    pub(super) read_again: bool,
}

/// The lane of the pace that each channel is in, according to its platform.
#[derive(Default)]
pub(super) struct Lanes {
    pub(super) of: HashMap<ChannelId, Lane>,
    pub(super) members: HashMap<Lane, Vec<ChannelId>>,
    /// Channels that wait and have no lane.
    pub(super) wanted: HashSet<ChannelId>,
    /// Channels whose platform is being asked.
    pub(super) asked: HashSet<ChannelId>,
    /// Channels among those that changed their target since the question.
    pub(super) outdated: HashSet<ChannelId>,
    /// The times at which earlier runs sent, until the lane of the channel is known.
    pub(super) recent: HashMap<ChannelId, Vec<Instant>>,
    /// The times until which the platform asked earlier runs to wait, likewise.
    pub(super) held: HashMap<ChannelId, Instant>,
}

/// Messages that are sent past the outbox.
#[derive(Default)]
pub(super) struct DirectSends {
    pub(super) queues: HashMap<Lane, VecDeque<Aside>>,
    /// Lanes in which one of them could not be sent, and is repeated.
    pub(super) stuck: HashSet<Lane>,
}

/// Requests and questions that are under way.
#[derive(Default)]
pub(super) struct UnderWay {
    pub(super) all: FuturesUnordered<BoxFuture<'static, Result<Landed, StoreError>>>,
    pub(super) deliveries: HashMap<ChannelId, DeliveryId>,
    /// The number of those that send.
    pub(super) requests: usize,
}

/// The platform's trouble, now or when the program began.
#[derive(Default)]
pub(super) struct PlatformTrouble {
    pub(super) pause: Option<SenderPause>,
    /// The requests in a row that were neither accepted nor rejected.
    pub(super) errors: u32,
    /// The pauses since the last message that was accepted.
    pub(super) pauses: u32,
    /// The deliveries that were `sending` when the program began: perhaps sent.
    pub(super) unsettled: Vec<Waiting>,
}

/// A time in which nothing is sent, until a call without effect is answered.
pub(super) struct SenderPause {
    pub(super) probes: u32,
    pub(super) next: Instant,
    pub(super) probing: bool,
}

/// The end of something that was under way.
pub(super) enum Landed {
    Delivered(Delivered),
    Direct(Aside, SendSlot, (Instant, Instant), Sent),
    Lane(ChannelId, Result<(Lane, LaneLimit), Sent>),
    Heads(Vec<Waiting>),
    Probed(Result<(), Sent>),
}

impl Served {
    /// Returns whether this sender sends to the channel.
    pub(super) fn has(&self, id: &ChannelId) -> bool {
        self.configured.contains_key(id) || self.takes_chats && id.chat().is_some()
    }

    /// Returns [`Served::has`] as a function for use elsewhere.
    pub(super) fn asked_by_others(&self) -> impl Fn(&ChannelId) -> bool + Clone + Send + 'static {
        let own: HashSet<ChannelId> = self.configured.keys().cloned().collect();
        let takes_chats = self.takes_chats;
        move |id| own.contains(id) || takes_chats && id.chat().is_some()
    }
}

impl Worker {
    /// Returns a worker that remembers nothing yet; [`Worker::new`] restores earlier runs.
    pub(super) fn blank(
        desk: SharedSender,
        (mut wiring, takes_chats): (watch::Receiver<Vec<Channel>>, bool),
        health: SenderHealth,
    ) -> Self {
        let channels = wiring.borrow_and_update().clone();
        Self {
            desk: Arc::new(desk),
            health,
            served: Served {
                configured: by_id(channels),
                wiring,
                takes_chats,
            },
            waiting: WaitingHeads::default(),
            lanes: Lanes::default(),
            direct: DirectSends::default(),
            flights: UnderWay::default(),
            trouble: PlatformTrouble::default(),
        }
    }

    pub(super) fn channel(&self, id: &ChannelId) -> Option<Channel> {
        let configured = self.served.configured.get(id).cloned();
        let subscribed = || self.desk.store.chat_channel(id).map(|it| (*it).clone());
        configured.or_else(|| subscribed().filter(|_| self.served.takes_chats))
    }

    pub(super) fn fly(
        &mut self,
        flight: impl Future<Output = Result<Landed, StoreError>> + Send + 'static,
    ) {
        self.flights.all.push(flight.boxed());
    }

    /// Tells the pace since when a lane waits.
    pub(super) fn place(&mut self, lane: Lane) {
        let members = self.lanes.members.get(&lane).into_iter().flatten();
        let due = members
            .filter_map(|id| self.waiting.by_channel.get(id))
            .map(|head| head.due_at)
            .min();
        match due {
            Some(due) => self.desk.pace().wait(lane, Turn::Plain, instant(due)),
            None => self.desk.pace().unwait(lane, Turn::Plain),
        }
    }

    pub(super) fn read_heads(&mut self) {
        let in_flight = self.flights.deliveries.keys().cloned();
        self.waiting.stale.extend(in_flight);
        if self.waiting.reading {
            self.waiting.read_again = true;
            return;
        }
        self.waiting.reading = true;
        let (store, served) = (self.desk.store.clone(), self.served.asked_by_others());
        self.fly(async move { Ok(Landed::Heads(store.heads_where(served).await?)) });
    }

    pub(super) fn read_heads_of(&mut self, ids: Vec<ChannelId>) {
        let store = self.desk.store.clone();
        self.fly(async move { Ok(Landed::Heads(store.heads(Some(ids)).await?)) });
    }
}

pub(super) fn by_id(channels: Vec<Channel>) -> HashMap<ChannelId, Channel> {
    let channels = channels.into_iter();
    channels
        .map(|channel| (channel.id.clone(), channel))
        .collect()
}

/// Converts a time of day; past times are kept too, since the message that has waited longest goes first.
pub(super) fn instant(at: DateTime<Utc>) -> Instant {
    let (now, today) = (Instant::now(), Utc::now());
    let ahead = (at - today).to_std();
    ahead.map_or_else(
        |_| {
            let ago: Option<Duration> = (today - at).to_std().ok();
            ago.and_then(|ago| now.checked_sub(ago)).unwrap_or(now)
        },
        |ahead| now + ahead,
    )
}
