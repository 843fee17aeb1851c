//! The base of a transaction: its session, its counters, and the work that follows the commit.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{
    super::{
        memory::Memory,
        poll_states::write_poll_state,
        rows::signed,
        session::{Param, Session, params},
        versions::{DataChanges, Start},
    },
    ahead::ReadAlready,
};
use crate::{
    bulletin::{ChannelId, Face, SourceId},
    policy::{
        facts::{Counts, PollState},
        twins,
    },
    store::{recent_sends::Attempt, tx::PollChange},
};

pub(in crate::store::postgres) struct PostgresTx<'a> {
    pub(in crate::store::postgres) session: Session<'a>,
    pub(in crate::store::postgres) memory: &'a Memory,
    pub(super) begun: Start,
    /// The name by which other processes know this one.
    name: Arc<str>,
    /// The counters, as this transaction leaves them.
    counts: Counts,
    pub(super) effects: Effects,
    /// The sources that this transaction entered, so that a thousand rows of one source enter it once.
    pub(super) sources: HashSet<SourceId>,
    pub(super) channels: HashSet<ChannelId>,
    /// True if anything other than poll states was written.
    pub(super) has_rows: bool,
    pub(super) ahead: ReadAlready,
}

/// The work of a transaction that follows its commit.
#[derive(Default)]
pub(in crate::store::postgres) struct Effects {
    /// Changes of poll states, with whether each is written even if the transaction writes nothing else.
    pub(super) poll_states: Vec<(SourceId, bool, PollChange)>,
    pub(super) written_poll_states: Vec<(SourceId, PollState)>,
    pub(super) faces: Vec<(u64, Face)>,
    /// Sources that this process polls from now on, with their states in the database.
    pub(super) taken_poll_states: Vec<(SourceId, PollState)>,
    /// Sources that this process polls from now on, by epoch, or no longer.
    pub(super) held_polls: Vec<(SourceId, Option<u64>)>,
    /// The times (ms) by which articles are read again.
    pub(super) readings: Vec<(u64, i64)>,
    /// Deliveries in the state that the transaction left them in.
    pub(super) attempts: Vec<Attempt<ChannelId>>,
    pub(super) changed: DataChanges,
    /// The number of changes that were appended to the feed.
    pub(super) changes: i64,
    pub(super) then: Vec<Box<dyn FnOnce() + Send>>,
}

/// The number of bulletins that are searched for the same notice of another source.
const RECENT_FACES: i64 = 20_000;

impl<'a> PostgresTx<'a> {
    pub(in crate::store::postgres) fn new(
        session: Session<'a>,
        memory: &'a Memory,
        (begun, name): (Start, Arc<str>),
    ) -> Self {
        Self {
            session,
            memory,
            counts: begun.counts.clone(),
            begun,
            name,
            effects: Effects::default(),
            sources: HashSet::new(),
            channels: HashSet::new(),
            has_rows: false,
            ahead: ReadAlready::default(),
        }
    }

    pub(super) fn write(&mut self, sql: &'static str, params: Vec<Param>) {
        self.has_rows = true;
        self.session.write(sql, params);
    }

    /// Returns the next numbers, for reading and changing.
    pub(super) fn numbers(&mut self) -> &mut Counts {
        &mut self.counts
    }

    /// Writes what waits for the end of the transaction.
    pub(in crate::store::postgres) fn finish(&mut self) {
        self.write_faces();
        self.write_poll_states();
        self.write_readings();
        self.write_changed();
        self.write_numbers();
    }

    fn write_numbers(&mut self) {
        let (before, now) = (&self.begun.counts, &self.counts);
        let numbers = |it: &Counts| (it.next_bulletin, it.next_delivery, it.next_audit);
        if numbers(before) != numbers(now) {
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

    /// Writes the poll states, if anything else is written or they are to be written at once.
    fn write_poll_states(&mut self) {
        let has_rows = self.has_rows;
        let mut changed: Vec<(SourceId, PollState)> =
            std::mem::take(&mut self.effects.written_poll_states);
        for (source, at_once, change) in &self.effects.poll_states {
            if !has_rows && !at_once {
                continue;
            }
            let before = changed.iter().rposition(|(id, _)| id == source);
            let mut poll = match before {
                Some(at) => changed.remove(at).1,
                None => self.memory.poll_states.get(source),
            };
            change(&mut poll);
            changed.push((source.clone(), poll));
        }
        let version = self.begun.versions.poll_states + 1;
        for (source, poll) in &changed {
            write_poll_state(&self.session, source, poll, version);
        }
        self.effects.changed.poll_states |= !changed.is_empty();
        self.effects.written_poll_states = changed;
    }

    /// Writes by when articles are read again, for which sled has no row.
    fn write_readings(&mut self) {
        if self.effects.readings.is_empty() {
            return;
        }
        let planned: BTreeMap<u64, i64> = std::mem::take(&mut self.effects.readings)
            .into_iter()
            .collect();
        let (ids, due): (Vec<i64>, Vec<i64>) = planned
            .into_iter()
            .map(|(id, due)| (signed(id), due))
            .unzip();
        self.session.write(
            "UPDATE recent SET due_ms = n.due FROM unnest($1::bigint[], $2::bigint[]) AS n(id, due) \
             WHERE recent.bulletin = n.id",
            params![ids, due],
        );
    }

    /// Notifies other processes.
    fn write_changed(&mut self) {
        let changed = self.effects.changed;
        if changed != DataChanges::default() || self.effects.changes > 0 {
            changed.write(&self.session, &self.name);
        }
    }

    pub(in crate::store::postgres) fn into_effects(self) -> Effects {
        self.effects
    }
}

impl Effects {
    /// Changes memory after the commit of a transaction that had begun with `begun`. Data that cannot be read again
    /// now is read by the next transaction.
    pub(in crate::store::postgres) fn install(
        self,
        memory: &Memory,
        session: &Session<'_>,
        begun: &Start,
    ) {
        for (source, state) in self.taken_poll_states {
            memory.poll_states.replace(std::iter::once((source, state)));
        }
        for (source, epoch) in self.held_polls {
            match epoch {
                Some(epoch) => memory.poll_states.hold(source, epoch),
                None => memory.poll_states.leave(&source),
            }
        }
        for (source, _, change) in self.poll_states {
            memory.poll_states.change(&source, change);
        }
        for (source, poll) in self.written_poll_states {
            memory.poll_states.written(&source, &poll);
        }
        memory.remember_sends(self.attempts);
        let mut changed = self.changed;
        // Senders are woken last.
        changed.outbox = false;
        memory.follow_own(session, begun.versions, changed);
        if self.changes > 0 {
            memory.show_newest_change(begun.versions.newest_change + self.changes);
        }
        self.then.into_iter().for_each(|then| then());
        let outbox = self.changed.outbox;
        memory.follow_own(
            session,
            begun.versions,
            DataChanges {
                outbox,
                ..DataChanges::default()
            },
        );
    }
}
