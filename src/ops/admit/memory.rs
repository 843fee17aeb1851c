//! Finds, for the rules, the bulletins that the store knows under a row's keys.

use crate::{
    bulletin::{
        Notice, Retitled, SeenKey, SourceId, canonical_url, compare, loose_fragment, plain_title,
    },
    ops::op::Op,
    policy::{
        facts::{Archived, title_hash},
        judge::{DayRelation, Identity, KeyHit, Remembered, Titled},
    },
    store::Result,
};

/// A row and the keys by which it is searched for.
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
    let is_known_by_title = memory.is_known_by_title(identity);
    match by_key.filter(KeyHit::is_exact) {
        // A row that is known by these needs no second check.
        Some(hit) if !is_known_by_title => memory.titled.push(Titled {
            bulletin: hit.seen.bulletin,
            is_here: true,
            was_here: true,
            is_current: true,
        }),
        _ => memory.titled = asked.titled(op, is_known_by_title)?,
    }
    Ok(memory)
}

/// Returns whether a row's address, and its guid if it has one, were seen before. If it shares the address, the row
/// itself must have been seen there too.
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

/// Returns whether an address is that of a row.
pub(super) fn stands_at(url: &str, notice: &Notice, identity: &Identity) -> bool {
    let here = &notice.url;
    let is_fragment = identity.bare.is_some() || loose_fragment(url) == loose_fragment(here);
    is_fragment && canonical_url(url) == canonical_url(here)
}

impl Asked<'_> {
    fn hit(&self, op: &mut Op<'_>, key: SeenKey) -> Result<Option<KeyHit>> {
        let Some(seen) = op.tx.seen(self.source, &[key])?.pop().flatten() else {
            return Ok(None);
        };
        let titled = self.identity.titled;
        if op
            .tx
            .addresses(self.source, titled, seen.bulletin)?
            .is_some()
        {
            return Ok(Some(KeyHit::exact(seen)));
        }
        let row = op.tx.bulletin(seen.bulletin)?;
        let (title, when) = row.map_or((Retitled::Other, DayRelation::Unknown), |row| {
            let (before, now) = (row.published.as_ref(), self.notice.published.as_ref());
            (self.retitled(&row), DayRelation::new(before, now))
        });
        Ok(Some(KeyHit {
            seen,
            title,
            when,
            is_displaced: false,
        }))
    }

    fn retitled(&self, row: &Archived) -> Retitled {
        match row.titles.contains(&title_hash(&self.notice.title)) {
            true => Retitled::Same,
            false => compare(&row.title, &self.notice.title),
        }
    }

    /// Returns the bulletins of the row's title and day; `compares_closely` also compares their addresses with the
    /// row's.
    fn titled(&self, op: &mut Op<'_>, compares_closely: bool) -> Result<Vec<Titled>> {
        let mut all = Vec::new();
        let here = match compares_closely {
            true => op.tx.seen(self.source, &[self.identity.here()])?.pop(),
            false => None,
        };
        let here = here.flatten();
        for bulletin in op.tx.titled(self.source, self.identity.titled)? {
            let row = op.tx.bulletin(bulletin)?;
            let was_here = here.is_some_and(|seen| seen.bulletin == bulletin);
            let is_at = |row: &Archived| self.is_at(&row.url);
            all.push(Titled {
                bulletin,
                is_here: was_here || compares_closely && row.as_ref().is_some_and(is_at),
                was_here,
                is_current: row.is_some_and(|row| self.is_titled(&row)),
            });
        }
        Ok(all)
    }

    fn is_at(&self, url: &str) -> bool {
        stands_at(url, self.notice, self.identity)
    }

    fn is_titled(&self, row: &Archived) -> bool {
        row.titles.last() == Some(&title_hash(&self.notice.title))
            || plain_title(&row.title) == plain_title(&self.notice.title)
    }
}
