//! Bulletins and their texts.

use super::base::SledTx;
use crate::{
    bulletin::{BulletinState, SourceId},
    policy::{
        facts::{Archived, Counts, History},
        notified::Versions,
        rereading::Recent,
    },
    store::{
        error::Result,
        sled::{keys, read::newest, rows::BulletinRow, texts},
        tx::Archive,
    },
};

impl Archive for SledTx<'_> {
    fn counts(&mut self) -> Counts {
        self.change.counts.clone()
    }

    fn next_bulletin(&mut self) -> u64 {
        let id = self.change.counts.next_bulletin;
        self.change.counts.next_bulletin += 1;
        id
    }

    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64) {
        let counts = &mut self.change.counts;
        counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
        counts.next_delivery = counts.next_delivery.max(next_delivery);
    }

    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>> {
        let row: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
        Ok(row.and_then(|row| row.archived(|number| self.source_name(number))))
    }

    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()> {
        let before: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
        let row = BulletinRow::new(bulletin, |source| self.intern_source(source));
        let writes = &mut self.change.writes;
        if let Some(before) = &before {
            newest::leave(writes, id, before);
            writes.remove_long(&self.books.engine, keys::bulletin(id))?;
        }
        writes.put(keys::bulletin(id), &row);
        newest::enter(writes, id, &row);
        for source in row.sources() {
            if before
                .as_ref()
                .is_none_or(|it| !it.sources().any(|of| of == source))
            {
                writes.set(keys::by_source(source, id), Vec::new());
            }
        }
        let was_held = before
            .as_ref()
            .is_some_and(|it| it.state == BulletinState::Held);
        match (was_held, row.state == BulletinState::Held) {
            (false, true) => writes.set(keys::held(id), Vec::new()),
            (true, false) => writes.remove(keys::held(id)),
            _ => {}
        }
        self.change.counts.bulletins += u64::from(before.is_none());
        Ok(())
    }

    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        let mut prefix = keys::by_source(number, 0);
        prefix.truncate(keys::SOURCE_PREFIX);
        let mut latest = Vec::new();
        for key in self.books.engine.scan(&prefix).rev().take(most) {
            let id = keys::last_number(&key?.key);
            let row: Option<BulletinRow> = self.get(&keys::bulletin(id))?;
            latest.extend(row.map(|row| (id, row.title)));
        }
        Ok(latest)
    }

    fn text(&mut self, id: u64) -> Result<Option<String>> {
        self.text_under(&keys::text(id))
    }

    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()> {
        if !text.is_empty() {
            let (writes, engine) = (&mut self.change.writes, &self.books.engine);
            writes.remove_long(engine, keys::text(id))?;
            writes.remove_long(engine, keys::text_as_published(id))?;
        }
        texts::write_text(&mut self.change.writes, id, text, as_published);
        Ok(())
    }

    fn held(&mut self) -> Result<Vec<u64>> {
        let rows = self.change.rows(&self.books.engine, b"h")?;
        Ok(rows.keys().map(|key| keys::last_number(key)).collect())
    }

    fn history(&mut self, id: u64) -> Result<History> {
        Ok(self.get(&keys::history(id))?.unwrap_or_default())
    }

    fn set_history(&mut self, id: u64, history: &History) -> Result<()> {
        self.put(keys::history(id), history)
    }

    fn versions(&mut self, id: u64) -> Result<Versions> {
        Ok(self.get(&keys::versions(id))?.unwrap_or_default())
    }

    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()> {
        self.put(keys::versions(id), versions)
    }

    fn recent(&mut self, id: u64) -> Result<Option<Recent>> {
        self.get(&keys::recent(id))
    }

    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()> {
        match recent {
            Some(recent) => self.put(keys::recent(id), recent),
            None => {
                let writes = &mut self.change.writes;
                writes.remove_long(&self.books.engine, keys::recent(id))
            }
        }
    }

    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>> {
        let keys = self.change.rows(&self.books.engine, b"R")?.into_keys();
        let recent = keys.map(|key| {
            let id = keys::last_number(&key);
            Ok(self.get(&key)?.map(|recent| (id, recent)))
        });
        recent.filter_map(Result::transpose).collect()
    }

    fn due_readings(&mut self, now_ms: i64, most: usize, _worker: Option<&str>) -> Vec<u64> {
        // One process polls everything.
        self.books.readings.due(now_ms).take(most).collect()
    }

    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.change.readings.push((id, due_ms));
    }

    fn read_until(&mut self) -> i64 {
        let changed = self.change.read_until;
        changed.unwrap_or_else(|| self.books.readings.done_ms())
    }

    fn set_read_until(&mut self, ms: i64) {
        self.change.writes.put(keys::READ_AGAIN.to_vec(), &ms);
        self.change.read_until = Some(ms);
    }

    fn held_reported(&mut self) -> Result<u64> {
        Ok(self.get(keys::HELD_REPORTED)?.unwrap_or_default())
    }

    fn set_held_reported(&mut self, id: u64) {
        self.change.writes.put(keys::HELD_REPORTED.to_vec(), &id);
    }
}
