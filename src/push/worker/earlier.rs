//! Restores the traces of earlier runs: the pace, pauses that platforms asked for, and doubts. A restart must not make
//! a sender faster.

use chrono::Utc;
use tokio::time::Instant;

use super::state::{Worker, instant};
use crate::{
    bulletin::{Channel, ChannelKind},
    ops::StoreError,
    push::sender::Sent,
};

/// The longest span of any limit (ntfy's), plus a second.
const LONGEST_WINDOW: chrono::TimeDelta = chrono::TimeDelta::seconds(301);

impl Worker {
    /// Restores the pace and the doubts that an earlier run left.
    pub(super) async fn remember(&mut self) -> Result<(), StoreError> {
        let (now, today) = (Instant::now(), Utc::now());
        for (channel, at) in self.desk.store.recent_sends(today - LONGEST_WINDOW).await? {
            if self.served.has(&channel) {
                let ago = (today - at).to_std().unwrap_or_default();
                let at = now.checked_sub(ago).unwrap_or(now);
                self.desk.pace().sent_before(at);
                self.lanes.recent.entry(channel).or_default().push(at);
            }
        }
        let tried = self.remember_tries().await?;
        let uncertain = self.desk.store.uncertain().await?;
        let own = uncertain
            .into_iter()
            .filter(|waiting| self.served.has(&waiting.channel));
        self.trouble.unsettled = own.collect();
        for waiting in &self.trouble.unsettled {
            // The message was sent at some time before the program ended: no message counts as later than now.
            self.desk.pace().sent_before(now);
            let recent = self
                .lanes
                .recent
                .entry(waiting.channel.clone())
                .or_default();
            recent.pop();
            recent.push(now);
        }
        self.remember_lanes().await;
        // If the platform is still in trouble, each start would send another copy of a message that it tried.
        if tried || !self.trouble.unsettled.is_empty() {
            self.pause_for(&Sent::Perhaps(
                "the program stopped before the platform answered".into(),
            ));
        }
        Ok(())
    }

    /// Restores tries. A lane that was too fast has a message that waits for the requested time, as do all others of
    /// that lane. Returns whether any other message was tried and waits.
    async fn remember_tries(&mut self) -> Result<bool, StoreError> {
        let store = self.desk.store.clone();
        let (now, mut tried) = (Utc::now(), false);
        for head in store.heads_where(self.served.asked_by_others()).await? {
            if head.attempts == 0 {
                continue;
            }
            let error = store.delivery(head.id).await?.and_then(|it| it.error);
            if !error.is_some_and(|why| why.is_too_fast()) {
                tried = true;
            } else if head.due_at > now {
                self.lanes.held.insert(head.channel, instant(head.due_at));
            }
        }
        Ok(tried)
    }

    /// Restores the lanes of robots. A robot's channels share its lane, which is known without a question: a send or
    /// answer of one channel counts for all before any of them sends.
    async fn remember_lanes(&mut self) {
        let now = Instant::now();
        let is_robot = |channel: &&Channel| matches!(channel.kind, ChannelKind::Robot(_));
        let robots: Vec<_> = self
            .served
            .configured
            .values()
            .filter(is_robot)
            .cloned()
            .collect();
        for channel in robots {
            let Ok((lane, limit)) = self.desk.sender.lane(&channel).await else {
                continue;
            };
            let mut pace = self.desk.pace();
            for at in self.lanes.recent.remove(&channel.id).unwrap_or_default() {
                pace.remember(lane, limit, at);
            }
            pace.set_limit(lane, limit, now);
            if let Some(until) = self.lanes.held.remove(&channel.id) {
                pace.hold(lane, until);
            }
        }
    }
}
