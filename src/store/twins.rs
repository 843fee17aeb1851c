//! The same notice on several sources: found among what was published lately, and joined to it.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Duration, Utc};

use super::{
    Found, admit, archive,
    block::Slot,
    books::Books,
    change::Change,
    engine::Engine,
    error::Result,
    keys, remind, revise,
    route::Place,
    rows::{BulletinRow, SeenValue, time},
};
use crate::bulletin::{
    BulletinState, DeliveryKind, DeliveryState, Face, SeenKey, canonical_url, is_same,
};

/// How far back twins are looked for.
const LATELY: Duration = Duration::days(7);
/// Bulletins that are known again after a restart, and those of them by their texts too.
const MOST: usize = 2000;
const MOST_TEXTS: usize = 200;
/// Bulletins that are compared by one likeness, the newest.
const MOST_COMPARED: usize = 8;
/// Likenesses after which only what a restart would know again is kept.
const MOST_KEYS: usize = 10 * MOST;

/// What was published lately, by address, title and text.
#[derive(Debug, Default)]
pub(super) struct Twins(HashMap<u64, Vec<u64>>);

impl Twins {
    pub(super) fn load(engine: &Engine) -> Result<Self> {
        let mut twins = Self::default();
        let mut newest = None;
        for (count, row) in engine.scan(b"b").rev().take(MOST).enumerate() {
            let row = row?;
            let id = keys::last_number(&row.key);
            let row: BulletinRow = engine.decode(&row.key, &row.value)?;
            let seen = time(row.first_seen_ms);
            if *newest.get_or_insert(seen) - seen > LATELY {
                break;
            }
            if row.state == BulletinState::Published {
                let text = match count < MOST_TEXTS {
                    true => archive::text(engine, &keys::text(id))?,
                    false => None,
                };
                twins.add(id, &face(&row, text.as_deref()));
            }
        }
        Ok(twins)
    }

    pub(super) fn add(&mut self, id: u64, face: &Face) {
        if self.0.len() > MOST_KEYS {
            self.forget_before(id.saturating_sub(MOST as u64));
        }
        for key in hashes(face) {
            let ids = self.0.entry(key).or_default();
            if !ids.contains(&id) {
                ids.push(id);
                ids.sort_unstable();
            }
            if ids.len() > MOST_COMPARED {
                ids.remove(0);
            }
        }
    }

    fn forget_before(&mut self, oldest: u64) {
        self.0.retain(|_, ids| {
            ids.retain(|id| *id >= oldest);
            !ids.is_empty()
        });
    }

    /// Those that may be the same, newest first.
    fn candidates(&self, face: &Face) -> Vec<u64> {
        let mut all: Vec<u64> = Vec::new();
        for key in hashes(face) {
            all.extend(self.0.get(&key).into_iter().flatten());
        }
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.dedup();
        all
    }
}

fn hashes(face: &Face) -> impl Iterator<Item = u64> {
    let hash = |key: String| {
        let hash = blake3::hash(key.as_bytes());
        hash.as_bytes()
            .first_chunk()
            .map(|bytes| u64::from_be_bytes(*bytes))
    };
    face.keys().into_iter().flatten().filter_map(hash)
}

pub(super) fn face(row: &BulletinRow, text: Option<&str>) -> Face {
    let files = row.attachments.iter().map(|file| file.name.clone());
    let text = text.or(row.summary.as_deref()).unwrap_or_default();
    let day = row.published.map(|moment| moment.day());
    Face::new(
        canonical_url(&row.url),
        &row.title,
        day,
        text,
        files.collect(),
    )
}

/// As [`face`], of what is not archived yet; `shares_address`: its address says nothing of it.
pub(super) fn new_face(row: &BulletinRow, found: &Found, shares_address: bool) -> Face {
    let article = found.article.as_ref();
    let text = article.map(|article| article.text.as_str());
    let mut face = face(row, text.filter(|text| !text.is_empty()));
    if shares_address {
        face.url.clear();
    }
    face
}

/// The bulletin of another source that a new row is; none that another row of its look is already.
pub(super) fn find(
    books: &Books,
    own: &Face,
    row: &BulletinRow,
    of_look: &[Option<u64>],
    now: DateTime<Utc>,
) -> Result<Option<(u64, BulletinRow)>> {
    let is_public = |source| {
        let wiring = books.wiring.as_ref();
        wiring
            .and_then(|wiring| wiring.source(source))
            .is_some_and(|source| source.public)
    };
    for id in books.twins.candidates(own) {
        let Some(other) = books.engine.get::<BulletinRow>(&keys::bulletin(id))? else {
            continue;
        };
        // What a private source says shows nowhere under a public one's name.
        let may_join = other.state == BulletinState::Published
            && !of_look.contains(&Some(id))
            && !other.is_of(&HashSet::from([row.source]))
            && now - time(other.first_seen_ms) <= LATELY
            && is_public(row.source) == is_public(other.source);
        if !may_join {
            continue;
        }
        let text = archive::text(&books.engine, &keys::text(id))?;
        let mut face = face(&other, text.as_deref());
        if shares_address(&books.engine, &other)? {
            face.url.clear();
        }
        if is_same(own, &face) {
            return Ok(Some((id, other)));
        }
    }
    Ok(None)
}

/// Joins a source's row to the bulletin that it is: chats that have only this source get it, and the
/// messages of those that have both name both.
pub(super) fn join(
    books: &Books,
    change: &mut Change,
    (id, mut twin): (u64, BulletinRow),
    source: u32,
    now: DateTime<Utc>,
) -> Result<()> {
    twin.also.push(source);
    archive::rewrite(&mut change.writes, &books.engine, id, &twin, None)?;
    change.writes.set(keys::by_source(source, id), Vec::new());
    let Some(name) = books.names().source(source) else {
        return Ok(());
    };
    let mut have: HashMap<Place, (u64, Slot)> = HashMap::new();
    for (delivery, slot) in super::read::deliveries_of(&books.engine, id)? {
        if slot.kind == DeliveryKind::New && slot.state != DeliveryState::Dropped {
            have.insert(books.place(slot.channel), (delivery, slot));
        }
    }
    let summary = twin.summary.as_deref().unwrap_or_default();
    let wanting = books.channels_for(&change.ahead, &name, (&twin.title, summary));
    let mut channels = Vec::new();
    for (channel, due_ms) in books.due_in(&wanting, DeliveryKind::New, &twin, now) {
        match have.remove(&books.place(channel)) {
            None => channels.push(channel),
            // Another channel would send it there later.
            Some((later, slot)) if waits_longer(&slot, due_ms) => {
                remind::drop_it(books, change, later, slot, now)?;
                channels.push(channel);
            }
            Some(_) => {}
        }
    }
    admit::queue_new(books, change, (id, &twin), &channels, now)?;
    revise::name_sources(books, change, id, &name, now)
}

fn waits_longer(slot: &Slot, due_ms: i64) -> bool {
    slot.state == DeliveryState::Queued && slot.attempts == 0 && slot.due_ms() > due_ms
}

/// Whether other notices stand under a bulletin's address, too.
pub(super) fn shares_address(engine: &Engine, row: &BulletinRow) -> Result<bool> {
    let key = SeenKey::address(&canonical_url(&row.url));
    let seen = engine.raw(&keys::seen(row.source, key))?;
    let seen = seen.and_then(|seen| SeenValue::decode(&seen));
    Ok(seen.is_some_and(|seen| seen.is_shared))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_of_years_is_bounded() {
        let mut twins = Twins::default();
        let face = |id: u64| {
            let url = format!("//news.example.com/{id}.htm");
            Face::new(url, "会议通知", None, "", Vec::new())
        };
        for id in 0..50_000 {
            twins.add(id, &face(id));
            assert!(twins.0.len() <= MOST_KEYS + 2);
        }
        let newest: Vec<u64> = (49_992..50_000).rev().collect();
        assert_eq!(twins.candidates(&face(50_000)), newest);
        assert_eq!(twins.candidates(&face(49_990))[8], 49_990);
    }
}
