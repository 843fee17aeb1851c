//! What the poller and the senders ask for.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use super::{
    admit,
    ask::{Admitted, Begun, Judged, PollFindings, Waiting},
    corrections::Edition,
    handle::{Store, once_there_is_room},
    moved_chats,
    op::Op,
    outbox, poll_states, rereads,
    rereads::{ReadAgain, Reread},
    send_steps::SendStep,
    sends,
};
use crate::{
    bulletin::{Bulletin, BulletinId, ChannelId, DeliveryId, Notice, Reason, SourceId},
    policy::{
        attempts::Outcome,
        audit::{Actor, bounded},
        facts::{PollState, Reported, time},
        places,
    },
    store::{Refusal, Result},
};

impl Store {
    /// The clock was set: what waits is due by the new one, now or when its channel's settings say.
    ///
    /// # Errors
    /// A write failed.
    pub async fn follow_the_clock(&self, now: DateTime<Utc>) -> Result<()> {
        self.write(move |op| {
            let now = op.shared_time(now);
            outbox::follow_the_clock(op, now)
        })
        .await
    }

    // ---- polling ----

    /// Where polling `source` stands; memory, no I/O.
    #[must_use]
    pub fn poll_state(&self, source: &SourceId) -> PollState {
        self.engine.read_poll_state(source, PollState::clone)
    }

    /// The same without a copy, for one glance; `read` must be short and ask the store nothing.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        self.engine.read_poll_state(source, read)
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        self.engine.set_next_poll(source, next);
    }

    /// Remembers whether people were notified of a source's fault. Memory, written by the next
    /// [`Store::save_poll_states`].
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        self.engine.set_reported(source, reported);
    }

    /// ATOMIC: pauses or resumes polling a source + audit.
    ///
    /// # Errors
    /// The source is not in the config; a write failed.
    pub async fn set_paused(
        &self,
        source: &SourceId,
        paused: bool,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let (source, by) = (source.clone(), by.clone());
        self.write(move |op| poll_states::set_paused(op, (&source, paused), &by, now))
            .await
    }

    /// Writes what changed since the last call, in one transaction. Called once a minute and at the end.
    ///
    /// # Errors
    /// A write failed.
    pub async fn save_poll_states(&self) -> Result<()> {
        self.engine.save_poll_states().await
    }

    /// Promises 2 to 4 applied to a page, without writing: which rows are new, old, known or held.
    ///
    /// # Errors
    /// The source is not in the config.
    pub async fn judge(&self, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
        let (source, notices) = (source.clone(), notices.to_vec());
        self.ask(move |op| admit::judge(op, &source, &notices))
            .await?
    }

    /// ATOMIC: judges again, then seen + number + archive + outbox for every channel that wants it + poll state.
    ///
    /// # Errors
    /// The source is not in the config; the disk is nearly full; a write failed.
    pub async fn admit(&self, poll: PollFindings, now: DateTime<Utc>) -> Result<Admitted> {
        let ahead = self.ahead_of_poll(&poll).await?;
        if let Some(why) = self.engine.disk_low() {
            return Err(Refusal::DiskLow(why).into());
        }
        self.write(move |op| {
            op.ahead = ahead;
            let now = op.shared_time(now);
            admit::admit(op, poll, now)
        })
        .await
    }

    /// Articles of the sources that this process polls which are to be read again, the longest due first: rarer with age,
    /// none after a week.
    /// Each stays due until it is [`Store::settle_reread`].
    ///
    /// # Errors
    /// A write failed.
    pub async fn rereads(&self, now: DateTime<Utc>, most: usize) -> Result<Vec<Reread>> {
        let worker = self.shared_as();
        self.write(move |op| rereads::due(op, (now, most), worker.as_deref()))
            .await
    }

    /// Takes in what came of reading an article again: a correction or a withdrawal (promise 5), and what follows
    /// for the messages that have it, in one transaction; whether the bulletin changed.
    ///
    /// # Errors
    /// A write failed.
    pub async fn settle_reread(
        &self,
        id: BulletinId,
        again: ReadAgain,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.write(move |op| rereads::settle(op, id, again, now))
            .await
    }

    // ---- pushing ----

    /// Ticks whenever something was queued, released, cancelled, or a channel was unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.engine.outbox_changes()
    }

    /// As [`Store::heads`], of the channels that `serves` says.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn heads_where(
        &self,
        serves: impl Fn(&ChannelId) -> bool + Clone + Send + 'static,
    ) -> Result<Vec<Waiting>> {
        once_there_is_room(|_| {
            let serves = serves.clone();
            async move { self.ask(move |op| sends::heads_where(op, serves)).await? }
        })
        .await
    }

    /// For each channel (or each of `of`) that is not blocked: its first waiting delivery, due or not;
    /// those due earliest first.
    ///
    /// # Errors
    /// The store cannot be read, as for every method that reads.
    pub async fn heads(&self, of: Option<Vec<ChannelId>>) -> Result<Vec<Waiting>> {
        once_there_is_room(|_| {
            let of = of.clone();
            async move { self.ask(move |op| sends::heads(op, of)).await? }
        })
        .await
    }

    /// Returns what goes out in one message with a delivery that waits, itself first: the rest of its bundle or
    /// digest, in the order of the card.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn together(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
        once_there_is_room(|_| async move {
            let together = move |op: &mut Op<'_>| {
                let now = op.shared_time(now);
                sends::together(op, id, now)
            };
            self.ask(together).await?
        })
        .await
    }

    /// `queued → sending`, durably, before the request goes out. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn begin_send(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<Begun> {
        self.begin_together(vec![id], now).await
    }

    /// As [`Store::begin_send`], for all that goes out in one message: all of them or none.
    ///
    /// # Errors
    /// A write failed.
    pub async fn begin_together(&self, ids: Vec<DeliveryId>, now: DateTime<Utc>) -> Result<Begun> {
        let begin = |waited| self.step(SendStep::Begin(ids.clone()), now + waited);
        Ok(once_there_is_room(begin).await?.begun)
    }

    /// The result of a begun send, for all that was begun together with `id`; gives the channel's next
    /// waiting delivery. Idempotent. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn complete(
        &self,
        id: DeliveryId,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<Option<Waiting>> {
        let end = |_| self.step(SendStep::End(id, outcome.clone()), now);
        Ok(once_there_is_room(end).await?.next)
    }

    /// As [`Store::edition`], for its sender.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn edition_to_send(&self, update: DeliveryId) -> Result<Option<Edition>> {
        once_there_is_room(|_| self.edition(update)).await
    }

    /// As [`Store::bulletin`], for its sender.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn bulletin_to_send(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        once_there_is_room(|_| self.bulletin(id)).await
    }

    /// Returns what was `sending` when the store was opened: perhaps sent.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn uncertain(&self) -> Result<Vec<Waiting>> {
        self.ask(sends::uncertain).await?
    }

    /// Returns when sends since `since` (two minutes back at most) were taken at the latest, oldest first: what
    /// the pace is rebuilt from after a restart. Of those that are [`Store::uncertain`] only the begin is known.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn recent_sends(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<(ChannelId, DateTime<Utc>)>> {
        self.ask(move |op| {
            let since = op.shared_time(since);
            let recent = op.tx.recent_sends(since.timestamp_millis()).into_iter();
            recent
                .map(|(at, channel)| (channel, op.own_time(time(at))))
                .collect()
        })
        .await
    }

    /// Pauses a channel (blocked, kicked, gone), visibly; its queue waits. On a full disk it waits for room.
    ///
    /// # Errors
    /// No such channel; a write failed.
    pub async fn block_channel(
        &self,
        channel: &ChannelId,
        why: Reason,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let why = why.cut(bounded);
        once_there_is_room(|_| {
            let channel = channel.clone();
            let blocked = Some((why.clone(), now.timestamp_millis()));
            self.write(move |op| sends::set_blocked(op, &channel, blocked))
        })
        .await
    }

    /// # Errors
    /// No such channel; a write failed.
    pub async fn unblock_channel(&self, channel: &ChannelId) -> Result<()> {
        let channel = channel.clone();
        self.write(move |op| sends::set_blocked(op, &channel, None))
            .await
    }

    /// A group became a supergroup: remembered for good, with all that waits for it. On a full disk it
    /// waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub async fn move_chat(&self, from: i64, to: i64, now: DateTime<Utc>) -> Result<()> {
        let moved = |_| self.write(move |op| moved_chats::move_chat(op, (from, to), now));
        once_there_is_room(moved).await
    }

    /// Old chat id → new one, transitively resolved.
    ///
    /// # Errors
    /// The store was closed.
    pub async fn moved_chats(&self) -> Result<HashMap<i64, i64>> {
        self.ask(|op| {
            let moved = op.tx.moved_chats();
            let chats = moved.keys();
            chats
                .map(|&chat| (chat, places::resolve(chat, &moved)))
                .collect()
        })
        .await
    }

    /// Returns who has the message of a delivery that is being sent, or was tried before.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) async fn readers_of(&self, delivery: DeliveryId) -> Result<HashSet<u64>> {
        let asked = move |op: &mut Op<'_>| sends::readers::who_has(op, delivery.0);
        once_there_is_room(|_| async move { self.ask(asked).await? }).await
    }

    /// A reader has the message of a delivery that is being sent. On a full disk it waits for room.
    ///
    /// # Errors
    /// A write failed.
    pub(crate) async fn reader_has(&self, delivery: DeliveryId, reader: u64) -> Result<()> {
        once_there_is_room(|_| self.write(move |op| sends::readers::add(op, delivery.0, reader)))
            .await
    }
}
