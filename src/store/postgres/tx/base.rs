//! The base of a transaction: its session, its counters, and the work that follows the commit.

use std::collections::HashSet;

use super::super::{
    looks::write_look,
    memory::Memory,
    rows::{get, signed, unsigned},
    session::{Param, Session, params},
};
use crate::{
    bulletin::{ChannelId, Face, SourceId},
    policy::{
        facts::{Counts, LookState},
        twins,
    },
    store::{error::Result, recent_sends::Attempt, tx::LookChange},
};

pub(in crate::store::postgres) struct PostgresTx<'a> {
    pub(in crate::store::postgres) session: Session<'a>,
    pub(in crate::store::postgres) memory: &'a Memory,
    counts: Option<Counted>,
    pub(super) effects: Effects,
    /// Entered by this transaction, so that a thousand rows of one source enter it once.
    pub(super) sources: HashSet<SourceId>,
    pub(super) channels: HashSet<ChannelId>,
    /// Something was written beside the states of polls.
    pub(super) has_rows: bool,
}

/// The next numbers, as they were read and as this transaction leaves them.
struct Counted {
    before: Counts,
    now: Counts,
}

/// The work of a transaction that follows its commit.
#[derive(Default)]
pub(in crate::store::postgres) struct Effects {
    /// With whether it is to be written whatever else is.
    pub(super) looks: Vec<(SourceId, bool, LookChange)>,
    pub(super) written_looks: Vec<(SourceId, LookState)>,
    pub(super) faces: Vec<(u64, Face)>,
    pub(super) readings: Vec<(u64, Option<i64>)>,
    /// Deliveries as they were left.
    pub(super) attempts: Vec<Attempt<ChannelId>>,
    pub(super) chats_changed: bool,
    pub(super) added_changed: bool,
    pub(super) has_changes: bool,
    pub(super) wakes_senders: bool,
    pub(super) then: Vec<Box<dyn FnOnce() + Send>>,
}

/// Bulletins back to which the same notice of another source is looked for.
const RECENT_FACES: i64 = 20_000;

impl<'a> PostgresTx<'a> {
    pub(in crate::store::postgres) fn new(session: Session<'a>, memory: &'a Memory) -> Self {
        Self {
            session,
            memory,
            counts: None,
            effects: Effects::default(),
            sources: HashSet::new(),
            channels: HashSet::new(),
            has_rows: false,
        }
    }

    pub(super) fn write(&mut self, sql: &'static str, params: Vec<Param>) {
        self.has_rows = true;
        self.session.write(sql, params);
    }

    /// The next numbers, for reading and changing; defaults once the transaction has failed.
    pub(super) fn numbers(&mut self) -> &mut Counts {
        let counted = self.counts.take();
        let counted = counted.unwrap_or_else(|| {
            let before = read_counts(&self.session).unwrap_or_default();
            let now = before.clone();
            Counted { before, now }
        });
        &mut self.counts.insert(counted).now
    }

    /// Writes what waits for the end of the transaction.
    pub(in crate::store::postgres) fn finish(&mut self) {
        self.write_faces();
        self.write_looks();
        let Some(Counted { before, now }) = &self.counts else {
            return;
        };
        if before != now {
            let numbers = params![
                signed(now.next_bulletin),
                signed(now.next_delivery),
                i64::from(now.next_audit)
            ];
            self.session.write(
                "UPDATE counters SET next_bulletin = $1, next_delivery = $2, next_audit = $3",
                numbers,
            );
        }
    }

    pub(super) fn write_faces(&mut self) {
        for (id, face) in std::mem::take(&mut self.effects.faces) {
            let keys: Vec<i64> = twins::hashes(&face).map(signed).collect();
            self.write(
                "INSERT INTO faces SELECT unnest($1::bigint[]), $2 ON CONFLICT DO NOTHING",
                params![keys, signed(id)],
            );
            self.write(
                "DELETE FROM faces WHERE bulletin < $1",
                params![signed(id) - RECENT_FACES],
            );
        }
    }

    pub(super) fn write_looks(&mut self) {
        let has_rows = self.has_rows;
        let mut changed: Vec<(SourceId, LookState)> = Vec::new();
        for (source, at_once, change) in &self.effects.looks {
            if !has_rows && !at_once {
                continue;
            }
            let before = changed.iter().rposition(|(id, _)| id == source);
            let mut look = match before {
                Some(at) => changed.remove(at).1,
                None => self.memory.looks.get(source),
            };
            change(&mut look);
            changed.push((source.clone(), look));
        }
        for (source, look) in &changed {
            write_look(&self.session, source, look);
        }
        self.effects.written_looks = changed;
    }

    pub(in crate::store::postgres) fn into_effects(self) -> Effects {
        self.effects
    }
}

impl Effects {
    /// Changes memory as the committed transaction says. What cannot be read again now is, once the connection is
    /// another one.
    pub(in crate::store::postgres) fn install(self, memory: &Memory, session: &Session<'_>) {
        for (source, _, change) in self.looks {
            memory.looks.change(&source, change);
        }
        for (source, look) in self.written_looks {
            memory.looks.written(&source, &look);
        }
        memory.plan_readings(self.readings);
        memory.remember_sends(self.attempts);
        if self.chats_changed {
            memory.read_chats(session).ok();
        }
        if self.added_changed {
            memory.read_added(session).ok();
        }
        if self.has_changes {
            memory.read_newest_change(session).ok();
        }
        self.then.into_iter().for_each(|then| then());
        if self.wakes_senders {
            memory.wake_senders();
        }
    }
}

fn read_counts(session: &Session<'_>) -> Result<Counts> {
    let asked = "SELECT next_bulletin, next_delivery, bulletins, next_audit FROM counters";
    let Some(row) = session.row(asked, &[])? else {
        return Ok(Counts::default());
    };
    Ok(Counts {
        next_bulletin: unsigned(get(&row, 0)?),
        next_delivery: unsigned(get(&row, 1)?),
        bulletins: unsigned(get(&row, 2)?),
        next_audit: u32::try_from(get::<i64>(&row, 3)?).unwrap_or(u32::MAX),
    })
}
