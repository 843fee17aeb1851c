//! What the store remembers of a row's keys, looked up for the rules.

use std::collections::HashSet;

use crate::{
    bulletin::{
        Notice, Retitled, SeenKey, SourceId, canonical_url, compare, loose_fragment, plain_title,
    },
    ops::op::Op,
    policy::{
        facts::{Archived, title_hash},
        judge::{self, Borne, Hit, Identity, Remembered, Titled, When},
    },
    store::Result,
};

/// Where a row is looked up.
struct Asked<'a> {
    source: &'a SourceId,
    notice: &'a Notice,
    identity: &'a Identity,
}

pub(super) fn of(
    op: &mut Op<'_>,
    source: &SourceId,
    notice: &Notice,
    identity: &Identity,
) -> Result<Remembered> {
    let asked = Asked {
        source,
        notice,
        identity,
    };
    let mut memory = Remembered::default();
    if let Some(guid) = identity.guid {
        memory.guid = asked.hit(op, guid)?;
    }
    memory.address = asked.hit(op, identity.address)?;
    if let (None, Some(bare)) = (memory.address, identity.bare) {
        memory.address = asked.hit(op, bare)?;
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
        _ => memory.titled = asked.titled(op, is_told_by_title)?,
    }
    Ok(memory)
}

/// The bulletins whose rows bear another title than before by what counts there alone. Their rows are
/// remembered as bearing the same title.
pub(super) fn counting(
    op: &mut Op<'_>,
    source: &SourceId,
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
        let row = match hit {
            Some(hit) => op.tx.bulletin(hit.seen.bulletin)?,
            None => None,
        };
        let row = row.filter(|row| row.source == *source);
        titles.push(row.map(|row| Borne {
            before: row.title,
            now: notice.title.clone(),
            is_of_day: hit.is_some_and(|hit| hit.when != When::Unknown),
        }));
    }
    let mut bulletins = HashSet::new();
    let counting = remembered.iter_mut().zip(judge::counting(&titles));
    for (memory, _) in counting.filter(|(_, counts)| *counts) {
        if let Some(hit) = memory.own() {
            memory.is_titled_as(hit.seen.bulletin);
            bulletins.insert(hit.seen.bulletin);
        }
    }
    Ok(bulletins)
}

/// Whether a row's address, and its guid if it has one, were seen before. Where it shares the address, also
/// whether it stood there itself.
pub(super) fn has_keys(
    op: &mut Op<'_>,
    source: &SourceId,
    identity: &Identity,
    shares_address: bool,
) -> Result<bool> {
    let here = shares_address.then(|| identity.here());
    let keys = identity.guid.into_iter().chain(here);
    let keys: Vec<SeenKey> = keys.chain([identity.address]).collect();
    Ok(op.tx.seen(source, &keys)?.iter().all(Option::is_some))
}

impl Asked<'_> {
    fn hit(&self, op: &mut Op<'_>, key: SeenKey) -> Result<Option<Hit>> {
        let Some(seen) = op.tx.seen(self.source, &[key])?.pop().flatten() else {
            return Ok(None);
        };
        let titled = self.identity.titled;
        if op
            .tx
            .addresses(self.source, titled, seen.bulletin)?
            .is_some()
        {
            return Ok(Some(Hit::exact(seen)));
        }
        let row = op.tx.bulletin(seen.bulletin)?;
        let (title, when) = row.map_or((Retitled::Other, When::Unknown), |row| {
            let (before, now) = (row.published.as_ref(), self.notice.published.as_ref());
            (self.retitled(&row), When::new(before, now))
        });
        Ok(Some(Hit { seen, title, when }))
    }

    fn retitled(&self, row: &Archived) -> Retitled {
        match row.titles.contains(&title_hash(&self.notice.title)) {
            true => Retitled::Same,
            false => compare(&row.title, &self.notice.title),
        }
    }

    /// Bulletins of the row's title and day; `looks_closer`: whether they stand under its address too.
    fn titled(&self, op: &mut Op<'_>, looks_closer: bool) -> Result<Vec<Titled>> {
        let mut all = Vec::new();
        let here = match looks_closer {
            true => op.tx.seen(self.source, &[self.identity.here()])?.pop(),
            false => None,
        };
        let here = here.flatten();
        for bulletin in op.tx.titled(self.source, self.identity.titled)? {
            let row = match looks_closer {
                true => op.tx.bulletin(bulletin)?,
                false => None,
            };
            let was_here = here.is_some_and(|seen| seen.bulletin == bulletin);
            let is_at = |row: &Archived| self.is_at(&row.url);
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

    fn is_titled(&self, row: &Archived) -> bool {
        row.titles.last() == Some(&title_hash(&self.notice.title))
            || plain_title(&row.title) == plain_title(&self.notice.title)
    }
}
