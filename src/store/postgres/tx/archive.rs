//! Bulletins and their texts.

use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    bulletin::SourceId,
    policy::{
        facts::{Archived, Counts, History},
        notified::Versions,
        rereading::Recent,
    },
    store::{
        error::Result,
        postgres::{
            rows::{
                self, BULLETIN, all_signed, all_unsigned, archived, firsts, get, json, signed,
                unsigned,
            },
            session::params,
        },
        tx::{Archive, Sources},
    },
};

impl Archive for PostgresTx<'_> {
    fn counts(&mut self) -> Counts {
        let rows = self
            .session
            .rows_or_none("SELECT bulletins FROM counters", &[]);
        let bulletins: Vec<i64> = firsts(&rows).unwrap_or_default();
        let counts = self.numbers();
        counts.bulletins = bulletins.first().copied().map_or(0, unsigned);
        counts.clone()
    }

    fn next_bulletin(&mut self) -> u64 {
        let counts = self.numbers();
        counts.next_bulletin += 1;
        counts.next_bulletin - 1
    }

    fn reserve_numbers(&mut self, next_bulletin: u64, next_delivery: u64) {
        let counts = self.numbers();
        counts.next_bulletin = counts.next_bulletin.max(next_bulletin);
        counts.next_delivery = counts.next_delivery.max(next_delivery);
    }

    fn bulletin(&mut self, id: u64) -> Result<Option<Archived>> {
        let asked = format!("SELECT {BULLETIN} FROM bulletins b WHERE b.id = $1");
        let row = self.session.row(&asked, &[&signed(id)])?;
        row.map(|row| archived(&row, 0)).transpose()
    }

    fn set_bulletin(&mut self, id: u64, bulletin: &Archived) -> Result<()> {
        let carriers: Vec<String> = bulletin.sources().iter().map(ToString::to_string).collect();
        bulletin
            .sources()
            .iter()
            .for_each(|it| self.enter_source(it));
        let also: Vec<String> = bulletin.also.iter().map(ToString::to_string).collect();
        let newest_ms = bulletin.newest_ms();
        self.write(
            "UPDATE counters SET bulletins = bulletins + 1 \
             WHERE NOT EXISTS (SELECT 1 FROM bulletins WHERE id = $1)",
            params![signed(id)],
        );
        self.write(
            "INSERT INTO bulletins VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE \
             SET source = excluded.source, also = excluded.also, state = excluded.state, \
             first_seen_ms = excluded.first_seen_ms, newest_ms = excluded.newest_ms, \
             titles = excluded.titles, bulletin = excluded.bulletin",
            params![
                signed(id),
                bulletin.source.as_str().to_owned(),
                also,
                rows::word(&bulletin.state),
                bulletin.first_seen_ms,
                newest_ms,
                all_signed(&bulletin.titles),
                Json(bulletin.clone().bulletin(id))
            ],
        );
        self.write(
            "INSERT INTO carriers SELECT unnest($1::text[]), $2, $3 \
             ON CONFLICT (source, bulletin) DO UPDATE SET newest_ms = excluded.newest_ms",
            params![carriers, signed(id), newest_ms],
        );
        Ok(())
    }

    fn latest_of(&mut self, source: &SourceId, most: usize) -> Result<Vec<(u64, String)>> {
        // The title is extracted here: the database cannot extract anything from JSON that holds U+0000 anywhere.
        let asked = format!(
            "SELECT b.id, {BULLETIN} FROM carriers c JOIN bulletins b ON b.id = c.bulletin \
             WHERE c.source = $1 ORDER BY c.bulletin DESC LIMIT $2"
        );
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = self.session.rows(&asked, &[&source.as_str(), &most])?;
        let title = |row| Ok((unsigned(get(row, 0)?), archived(row, 1)?.title));
        rows.iter().map(title).collect()
    }

    fn text(&mut self, id: u64) -> Result<Option<String>> {
        let asked = "SELECT text FROM texts WHERE bulletin = $1";
        let row = self.session.row(asked, &[&signed(id)])?;
        row.map_or(Ok(None), |row| get(&row, 0))
    }

    fn set_text(&mut self, id: u64, text: &str, as_published: Option<&str>) -> Result<()> {
        let as_published = as_published.map(rows::text);
        if !text.is_empty() {
            self.write(
                "INSERT INTO texts VALUES ($1, $2, $3) ON CONFLICT (bulletin) DO UPDATE \
                 SET text = excluded.text, as_published = excluded.as_published",
                params![signed(id), rows::text(text), as_published],
            );
        } else if as_published.is_some() {
            self.write(
                "INSERT INTO texts VALUES ($1, NULL, $2) ON CONFLICT (bulletin) DO UPDATE \
                 SET as_published = excluded.as_published",
                params![signed(id), as_published],
            );
        }
        Ok(())
    }

    fn held(&mut self) -> Result<Vec<u64>> {
        let asked = "SELECT id FROM bulletins WHERE state = 'held' ORDER BY id";
        let rows = self.session.rows(asked, &[])?;
        Ok(rows::all_unsigned(firsts(&rows)?))
    }

    fn history(&mut self, id: u64) -> Result<History> {
        self.revision(id, "SELECT history FROM revisions WHERE bulletin = $1")
    }

    fn set_history(&mut self, id: u64, history: &History) -> Result<()> {
        self.set_revision(
            id,
            history,
            "INSERT INTO revisions (bulletin, history) VALUES ($1, $2) \
             ON CONFLICT (bulletin) DO UPDATE SET history = excluded.history",
        )
    }

    fn versions(&mut self, id: u64) -> Result<Versions> {
        self.revision(id, "SELECT versions FROM revisions WHERE bulletin = $1")
    }

    fn set_versions(&mut self, id: u64, versions: &Versions) -> Result<()> {
        self.set_revision(
            id,
            versions,
            "INSERT INTO revisions (bulletin, versions) VALUES ($1, $2) \
             ON CONFLICT (bulletin) DO UPDATE SET versions = excluded.versions",
        )
    }

    fn recent(&mut self, id: u64) -> Result<Option<Recent>> {
        let asked = "SELECT recent FROM recent WHERE bulletin = $1";
        let row = self.session.row(asked, &[&signed(id)])?;
        row.map(|row| json(&row, 0)).transpose()
    }

    fn set_recent(&mut self, id: u64, recent: Option<&Recent>) -> Result<()> {
        match recent {
            Some(recent) => self.write(
                "INSERT INTO recent VALUES ($1, $2) \
                 ON CONFLICT (bulletin) DO UPDATE SET recent = excluded.recent",
                params![signed(id), Json(recent.clone())],
            ),
            None => self.write(
                "DELETE FROM recent WHERE bulletin = $1",
                params![signed(id)],
            ),
        }
        Ok(())
    }

    fn all_recent(&mut self) -> Result<Vec<(u64, Recent)>> {
        let asked = "SELECT bulletin, recent FROM recent ORDER BY bulletin";
        let rows = self.session.rows(asked, &[])?;
        let recent = |row| Ok((unsigned(get(row, 0)?), json(row, 1)?));
        rows.iter().map(recent).collect()
    }

    fn due_readings(&mut self, now_ms: i64, most: usize, worker: Option<&str>) -> Vec<u64> {
        let asked = "SELECT r.bulletin FROM recent r JOIN bulletins b ON b.id = r.bulletin \
                     WHERE coalesce(r.due_ms, 0) <= $1 AND ($3::text IS NULL OR EXISTS (SELECT 1 FROM leases l \
                       WHERE l.kind = 'source' AND l.name = b.source AND l.worker = $3)) \
                     ORDER BY r.due_ms, r.bulletin LIMIT $2";
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = self.session.rows_or_none(asked, &[&now_ms, &most, &worker]);
        all_unsigned(firsts(&rows).unwrap_or_default())
    }

    fn plan_reading(&mut self, id: u64, due_ms: Option<i64>) {
        self.effects.readings.push((id, due_ms.unwrap_or(i64::MAX)));
    }

    fn read_until(&mut self) -> i64 {
        let rows = self
            .session
            .rows_or_none("SELECT read_until FROM counters", &[]);
        firsts(&rows)
            .unwrap_or_default()
            .first()
            .copied()
            .unwrap_or_default()
    }

    fn set_read_until(&mut self, ms: i64) {
        self.write("UPDATE counters SET read_until = $1", params![ms]);
    }

    fn held_reported(&mut self) -> Result<u64> {
        let row = self
            .session
            .row("SELECT held_reported FROM counters", &[])?;
        row.map_or(Ok(0), |row| get(&row, 0).map(unsigned))
    }

    fn set_held_reported(&mut self, id: u64) {
        self.write(
            "UPDATE counters SET held_reported = $1",
            params![signed(id)],
        );
    }
}

impl PostgresTx<'_> {
    fn revision<T: DeserializeOwned + Default>(&self, id: u64, asked: &'static str) -> Result<T> {
        let row = self.session.row(asked, &[&signed(id)])?;
        let found = row.map_or(Ok(None), |row| rows::json_or_none(&row, 0))?;
        Ok(found.unwrap_or_default())
    }

    fn set_revision<T>(&mut self, id: u64, value: &T, sql: &'static str) -> Result<()>
    where
        T: Serialize + Clone + std::fmt::Debug + Send + Sync + 'static,
    {
        self.write(sql, params![signed(id), Json(value.clone())]);
        Ok(())
    }
}
