//! Holds the part of the store that a process has in memory: it changes with the transactions that this process
//! commits, and follows those of others.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, atomic::AtomicU64},
};

use tokio::sync::watch;

use super::{
    poll_states::PollStates,
    rows::{channel_id, get, json, json_or_none, source_id, unsigned},
    session::Session,
    versions::{DataChanges, DataVersions},
};
use crate::{
    bulletin::{AddedChannel, AddedSource, ChannelId, SourceId},
    policy::{facts::PollState, routes::Chats},
    store::{
        error::Result,
        recent_sends::{Attempt, RecentSends},
    },
};

pub(super) struct Memory {
    pub(super) poll_states: PollStates,
    chats: RwLock<Arc<Chats>>,
    pub(super) added: watch::Sender<Arc<Vec<AddedSource>>>,
    pub(super) added_channels: watch::Sender<Arc<Vec<AddedChannel>>>,
    pub(super) ticks: watch::Sender<u64>,
    /// The number of the newest change.
    pub(super) changes: watch::Sender<u64>,
    /// Ticks whenever another process takes or gives back leases.
    pub(super) leases: watch::Sender<u64>,
    /// Ticks whenever another process requests a poll of a source.
    pub(super) polls: watch::Sender<u64>,
    /// The size of the database as of the last query for it.
    pub(super) bytes: AtomicU64,
    /// The last sends of this process: the database stores only the last attempt at each delivery.
    sends: Mutex<RecentSends<ChannelId>>,
    /// True if leases are counted by the time that callers give, not by the clock of the database: for tests, which
    /// set the time themselves.
    pub(super) trusts_callers: bool,
    /// The versions of the data in memory. Held while data is read again.
    known: Mutex<DataVersions>,
}

impl Memory {
    /// Reads all data as of a transaction.
    pub(super) fn load(
        session: &Session<'_>,
        versions: DataVersions,
        trusts_callers: bool,
    ) -> Result<Self> {
        let memory = Self {
            poll_states: PollStates::new(poll_states(session, -1)?.into_iter()),
            chats: RwLock::default(),
            added: watch::Sender::new(Arc::default()),
            added_channels: watch::Sender::new(Arc::default()),
            ticks: watch::Sender::new(0),
            changes: watch::Sender::new(unsigned(versions.newest_change)),
            leases: watch::Sender::new(0),
            polls: watch::Sender::new(0),
            bytes: AtomicU64::new(0),
            sends: Mutex::new(RecentSends::restore(sends(session)?.into_iter())),
            trusts_callers,
            known: Mutex::new(versions),
        };
        memory.read_chats(session)?;
        memory.read_added(session)?;
        memory.read_added_channels(session)?;
        Ok(memory)
    }

    /// Reads again what other processes changed, as of a transaction that began with `versions`. From a snapshot,
    /// which may be older than the data in memory, only newer data is taken.
    pub(super) fn refresh(
        &self,
        session: &Session<'_>,
        versions: DataVersions,
        is_snapshot: bool,
    ) -> Result<()> {
        let mut known = self.lock_known();
        let is_other = |found: i64, known: i64| match is_snapshot {
            true => found > known,
            false => found != known,
        };
        if is_other(versions.chats, known.chats) {
            self.read_chats(session)?;
            known.chats = versions.chats;
        }
        if is_other(versions.added, known.added) {
            self.read_added(session)?;
            known.added = versions.added;
        }
        if is_other(versions.added_channels, known.added_channels) {
            self.read_added_channels(session)?;
            known.added_channels = versions.added_channels;
        }
        if is_other(versions.poll_states, known.poll_states) {
            // After a failover to a standby that had not received the last ones, all are read.
            let since = if versions.poll_states > known.poll_states {
                known.poll_states
            } else {
                -1
            };
            self.poll_states.merge(poll_states(session, since)?);
            known.poll_states = versions.poll_states;
        }
        if is_other(versions.outbox, known.outbox) {
            known.outbox = versions.outbox;
            self.wake_senders();
        }
        if is_other(versions.leases, known.leases) {
            known.leases = versions.leases;
            self.leases.send_modify(|count| *count += 1);
        }
        if is_other(versions.asked_polls, known.asked_polls) {
            known.asked_polls = versions.asked_polls;
            self.polls.send_modify(|count| *count += 1);
        }
        if is_other(versions.newest_change, known.newest_change) {
            known.newest_change = versions.newest_change;
            self.show_change(versions.newest_change);
        }
        Ok(())
    }

    /// Takes over the changes of a transaction of this process that had begun with `before`. Data that cannot be
    /// read now is read by the next transaction.
    pub(super) fn follow_own(
        &self,
        session: &Session<'_>,
        before: DataVersions,
        changed: DataChanges,
    ) {
        let mut known = self.lock_known();
        if changed.chats && self.read_chats(session).is_ok() {
            known.chats = known.chats.max(before.chats + 1);
        }
        if changed.added && self.read_added(session).is_ok() {
            known.added = known.added.max(before.added + 1);
        }
        if changed.added_channels && self.read_added_channels(session).is_ok() {
            known.added_channels = known.added_channels.max(before.added_channels + 1);
        }
        if changed.poll_states {
            known.poll_states = known.poll_states.max(before.poll_states + 1);
        }
        if changed.leases {
            known.leases = known.leases.max(before.leases + 1);
        }
        if changed.asked_polls {
            known.asked_polls = known.asked_polls.max(before.asked_polls + 1);
        }
        if changed.outbox {
            known.outbox = known.outbox.max(before.outbox + 1);
            self.wake_senders();
        }
    }

    fn lock_known(&self) -> MutexGuard<'_, DataVersions> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows followers that changes up to this number are durable.
    pub(super) fn show_newest_change(&self, newest: i64) {
        let mut known = self.lock_known();
        known.newest_change = known.newest_change.max(newest);
        self.show_change(known.newest_change);
    }

    fn show_change(&self, newest: i64) {
        let newest = unsigned(newest);
        self.changes
            .send_if_modified(|last| std::mem::replace(last, newest) != newest);
    }

    pub(super) fn chats(&self) -> Arc<Chats> {
        let chats = self.chats.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&chats)
    }

    fn read_chats(&self, session: &Session<'_>) -> Result<()> {
        let asked = "SELECT coalesce(channels.age, 0), channel, chat FROM chats \
                     LEFT JOIN channels ON channels.id = channel";
        let mut chats = Chats::default();
        for row in session.rows(asked, &[])? {
            let age = u32::try_from(get::<i64>(&row, 0)?).unwrap_or(u32::MAX);
            chats.set(age, &channel_id(&row, 1)?, json(&row, 2)?);
        }
        *self.chats.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(chats);
        Ok(())
    }

    fn read_added(&self, session: &Session<'_>) -> Result<()> {
        let added = added(session)?;
        self.added.send_if_modified(|known| {
            let is_changed = **known != added;
            *known = Arc::new(added);
            is_changed
        });
        Ok(())
    }

    fn read_added_channels(&self, session: &Session<'_>) -> Result<()> {
        let added = added_channels(session)?;
        self.added_channels.send_if_modified(|known| {
            let is_changed = **known != added;
            *known = Arc::new(added);
            is_changed
        });
        Ok(())
    }

    fn lock_sends(&self) -> MutexGuard<'_, RecentSends<ChannelId>> {
        self.sends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn remember_sends(&self, attempts: Vec<Attempt<ChannelId>>) {
        self.lock_sends().remember(attempts.into_iter());
    }

    /// Returns when the last sends of this process were begun, or answered where they have an answer (ms), and those
    /// of others, `found` in the database; oldest first.
    pub(super) fn recent_sends(
        &self,
        found: Vec<(i64, ChannelId)>,
        since_ms: i64,
    ) -> Vec<(i64, ChannelId)> {
        // Two messages may have been sent to one channel in one moment: each of this process's own counts.
        let mut all: Vec<_> = self.lock_sends().since(i64::MIN).cloned().collect();
        let own: BTreeSet<_> = all.iter().cloned().collect();
        let others = RecentSends::restore(found.into_iter().filter(|it| !own.contains(it)));
        all.extend(others.since(i64::MIN).cloned());
        all.sort();
        all.retain(|(at, _)| *at >= since_ms);
        all
    }

    pub(super) fn wake_senders(&self) {
        self.ticks.send_modify(|count| *count += 1);
    }
}

/// Returns the poll states that were written after a version.
pub(super) fn poll_states(session: &Session<'_>, since: i64) -> Result<Vec<(SourceId, PollState)>> {
    let asked = "SELECT id, look FROM sources WHERE look IS NOT NULL AND look_version > $1";
    let rows = session.rows(asked, &[&since])?;
    rows.iter().map(poll).collect()
}

/// Returns the poll states of some sources.
pub(super) fn poll_states_of(
    session: &Session<'_>,
    sources: &[SourceId],
) -> Result<Vec<(SourceId, PollState)>> {
    let ids: Vec<&str> = sources.iter().map(SourceId::as_str).collect();
    let asked = "SELECT id, look FROM sources WHERE id = ANY($1)";
    let rows = session.rows(asked, &[&ids])?;
    rows.iter().map(poll).collect()
}

fn poll(row: &tokio_postgres::Row) -> Result<(SourceId, PollState)> {
    // A state that another version wrote in another shape costs only a fresh poll.
    let poll = json_or_none(row, 1).ok().flatten();
    Ok((source_id(row, 0)?, poll.unwrap_or_default()))
}

/// Returns when the last sends of all processes were begun, or answered where they have an answer (ms).
pub(super) fn sends(session: &Session<'_>) -> Result<Vec<(i64, ChannelId)>> {
    // One hour before the newest is more than any pace reaches back, and more than a request may take.
    let asked = "SELECT greatest(begun_ms, CASE WHEN state = 'sent' THEN ended_ms END), channel \
                 FROM deliveries WHERE begun_ms >= (SELECT max(begun_ms) FROM deliveries) - 3600000";
    let rows = session.rows(asked, &[])?;
    rows.iter()
        .map(|row| Ok((get(row, 0)?, channel_id(row, 1)?)))
        .collect()
}

/// Returns the sources that are in the store, oldest first.
pub(super) fn added(session: &Session<'_>) -> Result<Vec<AddedSource>> {
    let rows = session.rows("SELECT source FROM added_sources ORDER BY id", &[])?;
    let added: Result<Vec<AddedSource>> = rows.iter().map(|row| json(row, 0)).collect();
    let mut added = added?;
    added.sort_by_key(|source| source.at);
    Ok(added)
}

/// Returns the channels that are in the store, oldest first.
pub(super) fn added_channels(session: &Session<'_>) -> Result<Vec<AddedChannel>> {
    let rows = session.rows("SELECT channel FROM added_channels ORDER BY id", &[])?;
    let added: Result<Vec<AddedChannel>> = rows.iter().map(|row| json(row, 0)).collect();
    let mut added = added?;
    added.sort_by_key(|channel| channel.at);
    Ok(added)
}
