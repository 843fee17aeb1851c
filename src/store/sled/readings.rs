//! Holds by when the article of each recent bulletin is read next: in memory, rebuilt at open.

use std::collections::{BTreeSet, HashMap};

use super::{
    engine::{Engine, Writes},
    keys,
};
use crate::{policy::rereading::Recent, store::error::Result};

#[derive(Debug, Default)]
pub(super) struct Readings {
    by_due: BTreeSet<(i64, u64)>,
    due: HashMap<u64, i64>,
    /// The time (ms) until which all due articles were read, according to the disk.
    done_ms: i64,
}

impl Readings {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let mut readings = Self {
            done_ms: engine.get(keys::READ_AGAIN)?.unwrap_or_default(),
            ..Self::default()
        };
        for row in engine.scan(b"R") {
            let row = row?;
            let recent: Recent = engine.decode(&row.key, &row.value)?;
            let due_ms = recent.next_ms(readings.done_ms);
            readings.plan(keys::last_number(&row.key), Some(due_ms));
        }
        Ok(readings)
    }

    pub(super) fn done_ms(&self) -> i64 {
        self.done_ms
    }

    /// Plans the next reading of an article; `None` for never again.
    pub(super) fn plan(&mut self, id: u64, due_ms: Option<i64>) {
        let before = match due_ms {
            Some(due_ms) => self.due.insert(id, due_ms),
            None => self.due.remove(&id),
        };
        if let Some(before) = before {
            self.by_due.remove(&(before, id));
        }
        self.by_due.extend(due_ms.map(|due_ms| (due_ms, id)));
    }

    /// Returns the bulletins that are due, the longest first.
    pub(super) fn due(&self, now_ms: i64) -> impl Iterator<Item = u64> + '_ {
        self.by_due.range(..=(now_ms, u64::MAX)).map(|(_, id)| *id)
    }

    /// Writes until when all articles were read, if that time moved; returns it.
    pub(super) fn write_changed(&self, writes: &mut Writes) -> i64 {
        let first = self.by_due.first();
        let done_ms = first.map_or(self.done_ms, |(first, _)| self.done_ms.max(first - 1));
        if done_ms > self.done_ms {
            writes.put(keys::READ_AGAIN.to_vec(), &done_ms);
        }
        done_ms
    }

    pub(super) fn set_done_ms(&mut self, done_ms: i64) {
        self.done_ms = done_ms;
    }
}
