//! Implements the calls of the poller and the senders.

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
    /// Makes waiting deliveries due by the new clock after it was set: now, or when their channel's settings allow.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn follow_the_clock(&self, now: DateTime<Utc>) -> Result<()> {
        self.write(move |op| {
            let now = op.shared_time(now);
            outbox::follow_the_clock(op, now)
        })
        .await
    }

    // ---- polling ----

    /// Returns the poll state of `source`, from memory, without I/O.
    #[must_use]
    pub fn poll_state(&self, source: &SourceId) -> PollState {
        self.engine.read_poll_state(source, PollState::clone)
    }

    /// Reads the poll state without a copy; `read` must be short and must not call the store.
    pub fn read_poll_state<T>(&self, source: &SourceId, read: impl FnOnce(&PollState) -> T) -> T {
        self.engine.read_poll_state(source, read)
    }

    /// Sets when the next poll of `source` is due; memory only.
    pub fn set_next_poll(&self, source: &SourceId, next: Option<DateTime<Utc>>) {
        self.engine.set_next_poll(source, next);
    }

    /// Remembers whether people were notified of a source's fault. Memory only; the next [`Store::save_poll_states`]
    /// writes it.
    pub fn set_reported(&self, source: &SourceId, reported: Reported) {
        self.engine.set_reported(source, reported);
    }

    /// Pauses or resumes polling a source and adds an audit entry in one transaction.
    ///
    /// # Errors
    /// Fails if the source is not in the config or a write fails.
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

    /// Writes the poll states that changed since the last call, in one transaction. Called once a minute and at the
    /// end.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn save_poll_states(&self) -> Result<()> {
        self.engine.save_poll_states().await
    }

    /// Applies promises 2 to 4 to a page, without writing: which rows are new, old, known or held.
    ///
    /// # Errors
    /// Fails if the source is not in the config.
    pub async fn judge(&self, source: &SourceId, notices: &[Notice]) -> Result<Judged> {
        let (source, notices) = (source.clone(), notices.to_vec());
        self.ask(move |op| admit::judge(op, &source, &notices))
            .await?
    }

    /// Admits a poll in one transaction: it is judged again, then keys, numbers, archive, deliveries for every
    /// channel that wants them, and the poll state are written.
    ///
    /// # Errors
    /// Fails if the source is not in the config, if the disk is nearly full, or if a write fails.
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

    /// Returns the articles that are due for rereading, of the sources that this process polls, the longest due
    /// first: rarer with age, none after a week. Each stays due until it is passed to [`Store::settle_reread`].
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn rereads(&self, now: DateTime<Utc>, most: usize) -> Result<Vec<Reread>> {
        let worker = self.shared_as();
        self.write(move |op| rereads::due(op, (now, most), worker.as_deref()))
            .await
    }

    /// Applies the result of reading an article again, in one transaction: a correction or a withdrawal (promise 5),
    /// and its consequences for the messages that have it. Returns whether the bulletin changed.
    ///
    /// # Errors
    /// Fails if a write fails.
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

    /// Returns a counter that ticks whenever a delivery was queued, released or cancelled, or a channel was
    /// unblocked.
    #[must_use]
    pub fn outbox_changes(&self) -> watch::Receiver<u64> {
        self.engine.outbox_changes()
    }

    /// Returns the same as [`Store::heads`], for the channels that `serves` selects.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
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

    /// Returns the first waiting delivery of each channel (or each of `of`) that is not blocked, due or not; those
    /// due earliest first.
    ///
    /// # Errors
    /// Fails if the store cannot be read, like every method that reads.
    pub async fn heads(&self, of: Option<Vec<ChannelId>>) -> Result<Vec<Waiting>> {
        once_there_is_room(|_| {
            let of = of.clone();
            async move { self.ask(move |op| sends::heads(op, of)).await? }
        })
        .await
    }

    /// Returns the deliveries in one message with a waiting delivery, itself first: the rest of its bundle or
    /// digest, in the order of the card.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
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

    /// Changes a delivery from `queued` to `sending`, durably, before the request is sent. On a full disk it waits
    /// for room.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn begin_send(&self, id: DeliveryId, now: DateTime<Utc>) -> Result<Begun> {
        self.begin_together(vec![id], now).await
    }

    /// Begins sends like [`Store::begin_send`], for all deliveries in one message: all of them or none.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn begin_together(&self, ids: Vec<DeliveryId>, now: DateTime<Utc>) -> Result<Begun> {
        let begin = |waited| self.step(SendStep::Begin(ids.clone()), now + waited);
        Ok(once_there_is_room(begin).await?.begun)
    }

    /// Records the result of a begun send, for all deliveries that were begun together with `id`; returns the
    /// channel's next waiting delivery. It is idempotent. On a full disk it waits for room.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn complete(
        &self,
        id: DeliveryId,
        outcome: Outcome,
        now: DateTime<Utc>,
    ) -> Result<Option<Waiting>> {
        let end = |_| self.step(SendStep::End(id, outcome.clone()), now);
        Ok(once_there_is_room(end).await?.next)
    }

    /// Returns the same as [`Store::edition`], for its sender.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(crate) async fn edition_to_send(&self, update: DeliveryId) -> Result<Option<Edition>> {
        once_there_is_room(|_| self.edition(update)).await
    }

    /// Returns the same as [`Store::bulletin`], for its sender.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(crate) async fn bulletin_to_send(&self, id: BulletinId) -> Result<Option<Bulletin>> {
        once_there_is_room(|_| self.bulletin(id)).await
    }

    /// Returns the deliveries that were `sending` when the store was opened: they may have been sent.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub async fn uncertain(&self) -> Result<Vec<Waiting>> {
        self.ask(sends::uncertain).await?
    }

    /// Returns when sends since `since` were taken at the latest, oldest first, as far back as a pace counts: the
    /// pace is rebuilt from these times after a restart. For [`Store::uncertain`] ones only the begin is known.
    ///
    /// # Errors
    /// Fails if the store was closed.
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
    /// Fails if there is no such channel or a write fails.
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
    /// Fails if there is no such channel or a write fails.
    pub async fn unblock_channel(&self, channel: &ChannelId) -> Result<()> {
        let channel = channel.clone();
        self.write(move |op| sends::set_blocked(op, &channel, None))
            .await
    }

    /// Remembers permanently that a group became a supergroup, and moves all its waiting deliveries. On a full disk
    /// it waits for room.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn move_chat(&self, from: i64, to: i64, now: DateTime<Utc>) -> Result<()> {
        let moved = |_| self.write(move |op| moved_chats::move_chat(op, (from, to), now));
        once_there_is_room(moved).await
    }

    /// Returns the old chat ids with the new ones, transitively resolved.
    ///
    /// # Errors
    /// Fails if the store was closed.
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

    /// Returns the readers that have the message of a delivery that is being sent, or was tried before.
    ///
    /// # Errors
    /// Fails if the store cannot be read.
    pub(crate) async fn readers_of(&self, delivery: DeliveryId) -> Result<HashSet<u64>> {
        let asked = move |op: &mut Op<'_>| sends::readers::who_has(op, delivery.0);
        once_there_is_room(|_| async move { self.ask(asked).await? }).await
    }

    /// Records that a reader has the message of a delivery that is being sent. On a full disk it waits for room.
    ///
    /// # Errors
    /// Fails if a write fails.
    pub(crate) async fn reader_has(&self, delivery: DeliveryId, reader: u64) -> Result<()> {
        once_there_is_room(|_| self.write(move |op| sends::readers::add(op, delivery.0, reader)))
            .await
    }
}
