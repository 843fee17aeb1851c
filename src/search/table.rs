//! Holds the table in memory: for each bulletin its place in lists, and the segment that has its words.

use std::collections::HashMap;

use super::segment::Row;
use crate::bulletin::{BulletinState, SourceId};

/// The rows by number. Segments are named by the numbers of their files.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Entry>,
    /// The sets of sources that bulletins have.
    sets: Vec<Vec<SourceId>>,
    known_sets: HashMap<Vec<SourceId>, u32>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    id: u64,
    pub(super) newest_ms: i64,
    pub(super) segment: u32,
    /// The number of the set that its sources are.
    pub(super) set: u32,
    pub(super) state: BulletinState,
}

impl Table {
    /// Takes over the rows of a segment, which is newer than all before.
    pub(super) fn take(&mut self, segment: u32, rows: Vec<Row>) {
        for row in rows {
            let set = self.set(row.sources);
            let entry = Entry {
                id: row.id,
                newest_ms: row.newest_ms,
                segment,
                set,
                state: row.state,
            };
            match self.place(entry.id) {
                Ok(place) => self.rows[place] = entry,
                Err(place) => self.rows.insert(place, entry),
            }
        }
    }

    fn set(&mut self, sources: Vec<SourceId>) -> u32 {
        if let Some(known) = self.known_sets.get(&sources) {
            return *known;
        }
        let number = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(sources.clone());
        self.known_sets.insert(sources, number);
        number
    }

    pub(super) fn get(&self, id: u64) -> Option<&Entry> {
        self.place(id).ok().map(|place| &self.rows[place])
    }

    /// Returns the row of a number that is not below the one that was sought last; `from` is where that was, 0 at
    /// first. For numbers that are close to each other this is much cheaper than [`Table::get`].
    pub(super) fn seek(&self, from: &mut usize, id: u64) -> Option<&Entry> {
        let rest = self.rows.get(*from..).unwrap_or_default();
        let mut reach = 1;
        while rest.get(reach).is_some_and(|row| row.id < id) {
            reach *= 2;
        }
        let near = &rest[..rest.len().min(reach + 1)];
        *from += near.partition_point(|row| row.id < id);
        self.rows.get(*from).filter(|row| row.id == id)
    }

    fn place(&self, id: u64) -> Result<usize, usize> {
        self.rows.binary_search_by_key(&id, |row| row.id)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn ids(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().map(|row| row.id)
    }

    /// Returns for each set whether it is wanted.
    pub(super) fn wanted_sets(&self, is_wanted: impl Fn(&[SourceId]) -> bool) -> Vec<bool> {
        self.sets.iter().map(|set| is_wanted(set)).collect()
    }

    /// Returns a row as its segment has it.
    pub(super) fn row(&self, id: u64) -> Option<Row> {
        let entry = self.get(id)?;
        Some(Row {
            id,
            newest_ms: entry.newest_ms,
            state: entry.state,
            sources: self.sets.get(entry.set as usize)?.clone(),
        })
    }
}
