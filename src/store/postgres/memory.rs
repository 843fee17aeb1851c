//! What a process has at hand of the store: it changes with the transactions that this process commits.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, atomic::AtomicU64},
};

use tokio::sync::watch;

use super::{
    looks::{Looks, write_look},
    rows::{channel_id, get, json, json_or_none, source_id, unsigned},
    session::{Session, params},
};
use crate::{
    bulletin::{AddedSource, ChannelId, SourceId},
    policy::{facts::LookState, rereading::Recent, routes::Chats},
    store::{
        error::Result,
        recent_sends::{Attempt, RecentSends},
    },
};

pub(super) struct Memory {
    pub(super) looks: Looks,
    /// By when (ms) the article of each recent bulletin is read.
    readings: Mutex<HashMap<u64, i64>>,
    sends: Mutex<RecentSends<ChannelId>>,
    chats: RwLock<Arc<Chats>>,
    pub(super) added: watch::Sender<Arc<Vec<AddedSource>>>,
    pub(super) ticks: watch::Sender<u64>,
    /// The number of the newest change.
    pub(super) changes: watch::Sender<u64>,
    /// What the database took when it was asked last.
    pub(super) bytes: AtomicU64,
}

impl Memory {
    pub(super) fn load(session: &Session<'_>) -> Result<Self> {
        let memory = Self {
            looks: Looks::new(looks(session)?.into_iter()),
            readings: Mutex::new(readings(session)?),
            sends: Mutex::new(recent_sends(session)?),
            chats: RwLock::default(),
            added: watch::Sender::new(Arc::default()),
            ticks: watch::Sender::new(0),
            changes: watch::Sender::new(0),
            bytes: AtomicU64::new(0),
        };
        memory.read_again(session)?;
        Ok(memory)
    }

    /// Reads what a transaction may have changed whose end this process did not see.
    pub(super) fn read_again(&self, session: &Session<'_>) -> Result<()> {
        self.read_chats(session)?;
        self.read_added(session)?;
        self.read_newest_change(session)
    }

    pub(super) fn chats(&self) -> Arc<Chats> {
        let chats = self.chats.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&chats)
    }

    pub(super) fn read_chats(&self, session: &Session<'_>) -> Result<()> {
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

    pub(super) fn read_added(&self, session: &Session<'_>) -> Result<()> {
        let added = added(session)?;
        self.added.send_if_modified(|known| {
            let is_changed = **known != added;
            *known = Arc::new(added);
            is_changed
        });
        Ok(())
    }

    pub(super) fn read_newest_change(&self, session: &Session<'_>) -> Result<()> {
        let newest = newest_change(session)?;
        self.changes
            .send_if_modified(|last| std::mem::replace(last, newest) != newest);
        Ok(())
    }

    pub(super) fn wake_senders(&self) {
        self.ticks.send_modify(|count| *count += 1);
    }

    fn lock_readings(&self) -> MutexGuard<'_, HashMap<u64, i64>> {
        self.readings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bulletins whose articles are to be read by now, the longest due first.
    pub(super) fn due_readings(&self, now_ms: i64, most: usize) -> Vec<u64> {
        let readings = self.lock_readings();
        let due = readings.iter().filter(|(_, due_ms)| **due_ms <= now_ms);
        let mut due: Vec<(i64, u64)> = due.map(|(id, due_ms)| (*due_ms, *id)).collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).take(most).collect()
    }

    pub(super) fn plan_readings(&self, planned: Vec<(u64, Option<i64>)>) {
        let mut readings = self.lock_readings();
        for (id, due_ms) in planned {
            match due_ms {
                Some(due_ms) => readings.insert(id, due_ms),
                None => readings.remove(&id),
            };
        }
    }

    /// When the last sends were begun, or answered where they were (ms), oldest first.
    pub(super) fn recent_sends(&self, since_ms: i64) -> Vec<(i64, ChannelId)> {
        let sends = self.sends.lock().unwrap_or_else(PoisonError::into_inner);
        sends.since(since_ms).cloned().collect()
    }

    pub(super) fn remember_sends(&self, attempts: Vec<Attempt<ChannelId>>) {
        let mut sends = self.sends.lock().unwrap_or_else(PoisonError::into_inner);
        sends.remember(attempts.into_iter());
    }

    /// Writes where polling stands, and until when articles were read; gives the states that were written.
    pub(super) fn write_looks(&self, session: &Session<'_>) -> Vec<(SourceId, LookState)> {
        let unwritten = self.looks.unwritten();
        for (source, look) in &unwritten {
            write_look(session, source, look);
        }
        let first = self.lock_readings().values().min().copied();
        // Written whether it changes anything or not: that the database takes it is what its trial asks.
        session.write(
            "UPDATE counters SET read_until = greatest(read_until, $1)",
            params![first.map_or(i64::MIN, |first| first - 1)],
        );
        unwritten
    }
}

fn looks(session: &Session<'_>) -> Result<Vec<(SourceId, LookState)>> {
    let rows = session.rows("SELECT id, look FROM sources WHERE look IS NOT NULL", &[])?;
    let look = |row| {
        // A state that another version wrote in another shape costs a fresh look, no more.
        let look = json_or_none(row, 1).ok().flatten();
        Ok((source_id(row, 0)?, look.unwrap_or_default()))
    };
    rows.iter().map(look).collect()
}

fn readings(session: &Session<'_>) -> Result<HashMap<u64, i64>> {
    let asked = "SELECT bulletin, recent, (SELECT read_until FROM counters) FROM recent";
    let rows = session.rows(asked, &[])?;
    let reading = |row| {
        let recent: Recent = json(row, 1)?;
        Ok((unsigned(get(row, 0)?), recent.next_ms(get(row, 2)?)))
    };
    rows.iter().map(reading).collect()
}

fn recent_sends(session: &Session<'_>) -> Result<RecentSends<ChannelId>> {
    // An hour before the newest: more than any pace looks back, and than a request may take.
    let asked = "SELECT greatest(begun_ms, CASE WHEN state = 'sent' THEN ended_ms END), channel \
                 FROM deliveries WHERE begun_ms >= (SELECT max(begun_ms) FROM deliveries) - 3600000";
    let rows = session.rows(asked, &[])?;
    let sends = rows
        .iter()
        .map(|row| Ok((get(row, 0)?, channel_id(row, 1)?)));
    let sends: Vec<(i64, ChannelId)> = sends.collect::<Result<_>>()?;
    Ok(RecentSends::restore(sends.into_iter()))
}

/// Sources that live in the store, oldest first.
pub(super) fn added(session: &Session<'_>) -> Result<Vec<AddedSource>> {
    let rows = session.rows("SELECT source FROM added_sources ORDER BY id", &[])?;
    let added: Result<Vec<AddedSource>> = rows.iter().map(|row| json(row, 0)).collect();
    let mut added = added?;
    added.sort_by_key(|source| source.at);
    Ok(added)
}

/// The number of the newest change; 0: nothing ever changed.
fn newest_change(session: &Session<'_>) -> Result<u64> {
    let row = session.row("SELECT coalesce(max(number), 0) FROM changes", &[])?;
    row.map_or(Ok(0), |row| get(&row, 0).map(unsigned))
}
