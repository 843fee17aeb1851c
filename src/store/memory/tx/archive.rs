//! Bulletins and their texts.

use super::base::MemoryTx;
use crate::{
    bulletin::SourceId,
    policy::{
        facts::{Archived, Counts, History},
        leases::LeaseKey,
        notified::Versions,
        rereading::Recent,
    },
    store::{
        error::Result,
        tx::{Archive, Sources},
    },
};

impl Archive for MemoryTx<'_> {
    fn counts(&mut self) -> Counts {
        self.state.small.counts.clone()
    }

    fn next_bulletin(&mut self) -> u64 {
        let counts = &mut self.state.small.counts;
        counts.next_bulletin += 1;
        counts.next_bulletin - 1
    }

    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64) {
        let counts = &mut self.state.small.counts;
        counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
        counts.next_delivery = counts.next_delivery.max(next_delivery);
    }

    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>> {
        Ok(self.state.tables.bulletins.get(&id).cloned())
    }

    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()> {
        for source in bulletin.sources() {
            self.enter_source(&source);
            self.state.tables.by_source.set((source, id), ());
        }
        let is_new = !self.state.tables.bulletins.contains(&id);
        self.state.small.counts.bulletins += u64::from(is_new);
        self.state.tables.bulletins.set(id, bulletin.clone());
        Ok(())
    }

    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>> {
        let tables = &self.state.tables;
        let ids = (source.clone(), 0)..=(source.clone(), u64::MAX);
        let ids = tables.by_source.range(ids).rev().take(most);
        let titles = ids.filter_map(|((_, id), ())| {
            let row = tables.bulletins.get(id)?;
            Some((*id, row.title.clone()))
        });
        Ok(titles.collect())
    }

    fn text(&mut self, id: u64) -> Result<Option<String>> {
        Ok(self.state.tables.texts.get(&id).cloned())
    }

    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()> {
        let tables = &mut self.state.tables;
        let as_published = as_published.map(str::to_owned);
        if !text.is_empty() {
            tables.texts.set(id, text.to_owned());
            tables.texts_as_published.put(id, as_published);
        } else if let Some(as_published) = as_published {
            tables.texts_as_published.set(id, as_published);
        }
        Ok(())
    }

    fn held(&mut self) -> Result<Vec<u64>> {
        Ok(self.state.held().collect())
    }

    fn history(&mut self, id: u64) -> Result<History> {
        let history = self.state.tables.histories.get(&id);
        Ok(history.cloned().unwrap_or_default())
    }

    fn set_history(&mut self, id: u64, history: &History) -> Result<()> {
        self.state.tables.histories.set(id, history.clone());
        Ok(())
    }

    fn versions(&mut self, id: u64) -> Result<Versions> {
        let versions = self.state.tables.versions.get(&id);
        Ok(versions.cloned().unwrap_or_default())
    }

    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()> {
        self.state.tables.versions.set(id, versions.clone());
        Ok(())
    }

    fn recent(&mut self, id: u64) -> Result<Option<Recent>> {
        Ok(self.state.tables.recent.get(&id).cloned())
    }

    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()> {
        self.state.tables.recent.put(id, recent.cloned());
        Ok(())
    }

    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>> {
        let recent = self.state.tables.recent.iter();
        Ok(recent.map(|(id, recent)| (*id, recent.clone())).collect())
    }

    fn due_readings(&mut self, now_ms: i64, most: usize, worker: Option<&str>) -> Vec<u64> {
        let tables = &self.state.tables;
        let is_polled = |id: &u64| {
            let source = tables.bulletins.get(id).map(|row| row.source.clone());
            let lease = source.and_then(|source| tables.leases.get(&LeaseKey::Source(source)));
            worker.is_none() || lease.is_some_and(|lease| lease.worker.as_deref() == worker)
        };
        let readings = self.state.tables.readings.iter();
        let due = readings.filter(|(id, due_ms)| **due_ms <= now_ms && is_polled(id));
        let mut due: Vec<(i64, u64)> = due.map(|(id, due_ms)| (*due_ms, *id)).collect();
        due.sort_unstable();
        due.into_iter().map(|(_, id)| id).take(most).collect()
    }

    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.state.tables.readings.put(id, due_ms);
    }

    fn read_until(&mut self) -> i64 {
        self.state.small.read_until
    }

    fn set_read_until(&mut self, ms: i64) {
        self.state.small.read_until = ms;
    }

    fn held_reported(&mut self) -> Result<u64> {
        Ok(self.state.small.held_reported)
    }

    fn set_held_reported(&mut self, id: u64) {
        self.state.small.held_reported = id;
    }
}
