//! What the store remembers of a row's keys, looked up for the rules.

use std::collections::HashSet;

use super::super::{
    engine::Engine,
    error::Result,
    judge::{self, Borne, Hit, Identity, Remembered, Titled, When},
    keys,
    rows::{BulletinRow, SeenValue, title_hash},
};
use crate::bulletin::{
    Notice, Retitled, SeenKey, canonical_url, compare, loose_fragment, plain_title,
};

/// Where a row is looked up.
struct Asked<'a> {
    engine: &'a Engine,
    source: u32,
    notice: &'a Notice,
    identity: &'a Identity,
}

pub(super) fn of(
    engine: &Engine,
    source: u32,
    notice: &Notice,
    identity: &Identity,
) -> Result<Remembered> {
    let asked = Asked {
        engine,
        source,
        notice,
        identity,
    };
    let mut memory = Remembered::default();
    if let Some(guid) = identity.guid {
        memory.guid = asked.hit(guid)?;
    }
    memory.address = asked.hit(identity.address)?;
    if let (None, Some(bare)) = (memory.address, identity.bare) {
        memory.address = asked.hit(bare)?;
    }
    let by_key = memory.guid.or(memory.address);
    let is_told_by_title = memory.is_told_by_title(identity);
    match by_key.filter(Hit::is_exact) {
        // What is known by these needs no second look.
        Some(hit) if !is_told_by_title => memory.titled.push(Titled {
            bulletin: hit.seen.bulletin,
            is_here: true,
            was_here: true,
            is_current: true,
        }),
        _ => memory.titled = asked.titled(is_told_by_title)?,
    }
    Ok(memory)
}

/// The bulletins whose rows bear another title than before by what counts there alone. Their rows are
/// remembered as bearing the same title.
pub(super) fn counting(
    engine: &Engine,
    source: u32,
    notices: &[Notice],
    remembered: &mut [Remembered],
) -> Result<HashSet<u64>> {
    let is_retitled =
        |memory: &Remembered| memory.own().is_some_and(|hit| hit.title != Retitled::Same);
    if !remembered.iter().any(is_retitled) {
        return Ok(HashSet::new());
    }
    let mut titles = Vec::with_capacity(notices.len());
    for (notice, memory) in notices.iter().zip(remembered.iter()) {
        let hit = memory.own().filter(|hit| hit.when != When::OtherDay);
        let row: Option<BulletinRow> = match hit {
            Some(hit) => engine.get(&keys::bulletin(hit.seen.bulletin))?,
            None => None,
        };
        let row = row.filter(|row| row.source == source);
        titles.push(row.map(|row| Borne {
            before: row.title,
            now: notice.title.clone(),
            is_of_day: hit.is_some_and(|hit| hit.when != When::Unknown),
        }));
    }
    let mut bulletins = HashSet::new();
    let counting = judge::counting(&titles);
    for (memory, _) in remembered
        .iter_mut()
        .zip(counting)
        .filter(|(_, counts)| *counts)
    {
        if let Some(hit) = memory.own() {
            memory.is_titled_as(hit.seen.bulletin);
            bulletins.insert(hit.seen.bulletin);
        }
    }
    Ok(bulletins)
}

impl Asked<'_> {
    fn hit(&self, key: SeenKey) -> Result<Option<Hit>> {
        let value = self.engine.raw(&keys::seen(self.source, key))?;
        let Some(seen) = value.and_then(|value| SeenValue::decode(&value)) else {
            return Ok(None);
        };
        let titled = keys::titled_as(self.source, self.identity.titled, seen.bulletin);
        if self.engine.raw(&titled)?.is_some() {
            return Ok(Some(Hit::exact(seen)));
        }
        let row: Option<BulletinRow> = self.engine.get(&keys::bulletin(seen.bulletin))?;
        let (title, when) = row.map_or((Retitled::Other, When::Unknown), |row| {
            let (before, now) = (row.published.as_ref(), self.notice.published.as_ref());
            (self.retitled(&row), When::new(before, now))
        });
        Ok(Some(Hit { seen, title, when }))
    }

    fn retitled(&self, row: &BulletinRow) -> Retitled {
        match row.titles.contains(&title_hash(&self.notice.title)) {
            true => Retitled::Same,
            false => compare(&row.title, &self.notice.title),
        }
    }

    /// Bulletins of the row's title and day; `looks_closer`: whether they stand under its address too.
    fn titled(&self, looks_closer: bool) -> Result<Vec<Titled>> {
        let mut all = Vec::new();
        let here = match looks_closer {
            true => self
                .engine
                .raw(&keys::seen(self.source, self.identity.here()))?,
            false => None,
        };
        let here = here.and_then(|value| SeenValue::decode(&value));
        let prefix = keys::titled(self.source, self.identity.titled);
        for key in self.engine.scan(&prefix) {
            let bulletin = keys::last_number(&key?.key);
            let row: Option<BulletinRow> = match looks_closer {
                true => self.engine.get(&keys::bulletin(bulletin))?,
                false => None,
            };
            let was_here = here.is_some_and(|seen| seen.bulletin == bulletin);
            let is_at = |row: &BulletinRow| self.is_at(&row.url);
            all.push(Titled {
                bulletin,
                is_here: was_here || row.as_ref().is_some_and(is_at),
                was_here,
                is_current: row.is_some_and(|row| self.is_titled(&row)),
            });
        }
        Ok(all)
    }

    fn is_at(&self, url: &str) -> bool {
        let here = &self.notice.url;
        let is_fragment =
            self.identity.bare.is_some() || loose_fragment(url) == loose_fragment(here);
        is_fragment && canonical_url(url) == canonical_url(here)
    }

    fn is_titled(&self, row: &BulletinRow) -> bool {
        row.titles.last() == Some(&title_hash(&self.notice.title))
            || plain_title(&row.title) == plain_title(&self.notice.title)
    }
}
