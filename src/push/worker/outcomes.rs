//! Applies the changes that answers to a worker's requests cause: who waits, what is paused, where a chat is.

use chrono::Utc;
use tokio::time::Instant;

use super::state::{Landed, Worker};
use crate::{
    bulletin::{ChannelId, SendFault},
    ops::{StoreError, Waiting},
    push::{
        deliver::Delivered,
        pace::{Lane, LaneLimit, Turn},
        sender::Sent,
    },
};

/// The errors in a row that pause a sender; a single one may be about its message.
const ERRORS_IN_A_ROW: u32 = 3;

impl Worker {
    pub(super) async fn settle(&mut self, landed: Landed) -> Result<(), StoreError> {
        match landed {
            Landed::Heads(heads) => self.take_heads(heads),
            Landed::Lane(channel, answer) => self.take_lane(channel, answer).await?,
            Landed::Probed(answer) => self.take_probe(answer).await?,
            Landed::Direct(aside, slot, times, sent) => {
                self.flights.requests -= 1;
                self.desk.pace_answer(slot, Some(times));
                if aside.is_about_others(&sent) {
                    self.follow_answer(slot.lane, &sent).await?;
                }
                self.settle_direct(aside, sent);
            }
            Landed::Delivered(delivered) => self.take_delivered(delivered).await?,
        }
        Ok(())
    }

    async fn take_delivered(&mut self, delivered: Delivered) -> Result<(), StoreError> {
        self.flights.requests -= 1;
        let channel = delivered.channel;
        self.flights.deliveries.remove(&channel);
        if !delivered.is_paced {
            self.desk.pace().answered(delivered.slot, delivered.times);
        }
        let is_stale = self.waiting.stale.remove(&channel);
        match delivered.next {
            Some(next) => self.take_head(next),
            None if is_stale => self.read_heads_of(vec![channel]),
            None => {}
        }
        self.place(delivered.slot.lane);
        match delivered.sent {
            Some(sent) => self.follow_answer(delivered.slot.lane, &sent).await,
            None => Ok(()),
        }
    }

    fn take_heads(&mut self, heads: Vec<Waiting>) {
        for head in heads {
            let channel = head.channel.clone();
            if self.flights.deliveries.contains_key(&channel) || !self.served.has(&channel) {
                continue;
            }
            self.take_head(head);
            if let Some(lane) = self.lanes.of.get(&channel) {
                self.place(*lane);
            }
        }
        self.waiting.reading = false;
        if std::mem::take(&mut self.waiting.read_again) {
            self.read_heads();
        }
    }

    fn take_head(&mut self, head: Waiting) {
        let channel = head.channel.clone();
        if !self.lanes.of.contains_key(&channel) && !self.lanes.asked.contains(&channel) {
            self.lanes.wanted.insert(channel.clone());
        }
        self.waiting.by_channel.insert(channel, head);
    }

    async fn take_lane(
        &mut self,
        channel: ChannelId,
        answer: Result<(Lane, LaneLimit), Sent>,
    ) -> Result<(), StoreError> {
        self.lanes.asked.remove(&channel);
        if self.lanes.outdated.remove(&channel) {
            if self.waiting.by_channel.contains_key(&channel) {
                self.lanes.wanted.insert(channel);
            }
            return Ok(());
        }
        let (lane, limit) = match answer {
            Ok(known) => known,
            Err(Sent::Gone(why) | Sent::Refused(why)) => {
                tracing::error!(channel.id = %channel, "channel `{channel}` is blocked: {why}");
                self.waiting.by_channel.remove(&channel);
                return self
                    .desk
                    .store
                    .block_channel(&channel, why.or(SendFault::Shut), Utc::now())
                    .await;
            }
            Err(sent) => {
                self.lanes.wanted.insert(channel);
                return self.follow_question(&sent).await;
            }
        };
        let now = Instant::now();
        for at in self.lanes.recent.remove(&channel).unwrap_or_default() {
            self.desk.pace().remember(lane, limit, at);
        }
        self.desk.pace().set_limit(lane, limit, now);
        if let Some(until) = self.lanes.held.remove(&channel) {
            self.desk.pace().hold(lane, until);
        }
        self.lanes
            .members
            .entry(lane)
            .or_default()
            .push(channel.clone());
        self.lanes.of.insert(channel, lane);
        self.place(lane);
        Ok(())
    }

    /// Follows an answer to a question about a chat that leaves it open: asked again later.
    async fn follow_question(&mut self, sent: &Sent) -> Result<(), StoreError> {
        match sent {
            Sent::Moved { from, to } => self.follow_group(*from, *to).await?,
            Sent::TooFast(wait) => {
                self.pause_for(sent);
                if let Some(pause) = &mut self.trouble.pause {
                    pause.next = Instant::now() + *wait;
                }
            }
            sent => self.pause_for(sent),
        }
        Ok(())
    }

    /// Follows an answer in so far as it concerns more than its own message.
    async fn follow_answer(&mut self, lane: Lane, sent: &Sent) -> Result<(), StoreError> {
        match sent {
            Sent::Done(_) => {
                self.health.is_well();
                (self.trouble.errors, self.trouble.pauses) = (0, 0);
            }
            Sent::TooFast(wait) => {
                let now = Instant::now();
                self.desk.pace().flooded(lane, now + *wait, now);
            }
            Sent::Moved { from, to } => self.follow_group(*from, *to).await?,
            sent if sent.is_about_all() => self.pause_for(sent),
            // A bot's chats share one server: after several errors of its own it is left in peace for a while.
            Sent::Again(_) if self.served.takes_chats => {
                self.trouble.errors += 1;
                if self.trouble.errors >= ERRORS_IN_A_ROW {
                    self.pause_for(sent);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Follows a group that became a supergroup: the lane of its channels is requested again, and they continue there.
    async fn follow_group(&mut self, from: i64, to: i64) -> Result<(), StoreError> {
        tracing::info!(from, to, "a group became a supergroup; following it");
        self.desk.store.move_chat(from, to, Utc::now()).await?;
        self.desk.sender.moved(from, to);
        self.desk.pace().unwait(Lane(from), Turn::Plain);
        for channel in self.lanes.members.remove(&Lane(from)).unwrap_or_default() {
            self.lanes.of.remove(&channel);
            // A chat that subscribed on its own has another id from now on.
            if channel.chat().is_some() {
                self.waiting.by_channel.remove(&channel);
            } else if self.waiting.by_channel.contains_key(&channel) {
                self.lanes.wanted.insert(channel);
            }
        }
        self.read_heads();
        Ok(())
    }
}
