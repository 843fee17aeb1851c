//! Merges bulletins, newest first, of all sources or of some: lists are picked from these.

use std::{
    cell::Cell,
    cmp::Reverse,
    collections::{BinaryHeap, HashSet},
    rc::Rc,
};

use chrono::{DateTime, Utc};

use super::super::{
    engine::{Engine, Row},
    keys,
    rows::BulletinRow,
};
use super::newest::Place;
use crate::{
    policy::facts::time,
    store::error::{Result, StoreError},
};

/// The number of rows older than a time after which the search ends: numbers follow time unless clocks were set
/// back.
const OLD_ENOUGH: usize = 1000;
/// The number of bulletins of any source that are examined before only those of the sources in question: if most are
/// of these, one scan is cheapest; if few are, the others must not be read through.
const FEW: usize = 200;

type Rows<'a> = Box<dyn Iterator<Item = Result<Row>> + 'a>;
type Bulletins<'a> = Box<dyn Iterator<Item = Result<(u64, BulletinRow)>> + 'a>;

/// Returns all bulletins below a place.
pub(super) fn all(engine: &Engine, before: Place) -> Bulletins<'_> {
    let rows = engine
        .scan_below(&keys::newest_prefix(), &keys::newest(before))
        .rev();
    Box::new(rows.filter_map(|row| found(engine, row.map(|row| keys::newest_parts(&row.key)))))
}

/// Returns the bulletin at a place; `None` for an entry that was left behind.
fn found(engine: &Engine, place: Result<Place>) -> Option<Result<(u64, BulletinRow)>> {
    let row = place.and_then(|(at_ms, id)| {
        let row: Option<BulletinRow> = engine.get(&keys::bulletin(id))?;
        Ok(row
            .filter(|row| row.newest_ms() == at_ms)
            .map(|row| (id, row)))
    });
    row.transpose()
}

/// Returns all bulletins that were seen since a time, of whatever date: they are found by their numbers.
pub(super) fn since(engine: &Engine, since: DateTime<Utc>, before: Place) -> Result<Bulletins<'_>> {
    let (mut seen, mut old) = (Vec::new(), 0);
    for row in engine.scan(b"b").rev() {
        let row = row?;
        let id = keys::last_number(&row.key);
        let row: BulletinRow = engine.decode(&row.key, &row.value)?;
        if time(row.first_seen_ms) >= since {
            seen.push((id, row));
            continue;
        }
        old += 1;
        if old > OLD_ENOUGH {
            break;
        }
    }
    seen.retain(|(id, row)| (row.newest_ms(), *id) < before);
    seen.sort_by_key(|(id, row)| Reverse((row.newest_ms(), *id)));
    Ok(Box::new(seen.into_iter().map(Ok)))
}

/// Returns the bulletins of some sources; the first ones may be of others.
pub(super) fn mostly_of<'a>(
    engine: &'a Engine,
    sources: &'a HashSet<u32>,
    before: Place,
) -> Bulletins<'a> {
    let reached = Rc::new(Cell::new(before));
    let last = Rc::clone(&reached);
    let first = all(engine, before).take(FEW).inspect(move |row| {
        if let Ok((id, row)) = row {
            last.set((row.newest_ms(), *id));
        }
    });
    let rest = std::iter::once_with(move || of(engine, sources.iter().copied(), reached.get()));
    Box::new(first.chain(rest.flatten()))
}

/// Returns only the bulletins of some sources.
pub(super) fn of(
    engine: &Engine,
    sources: impl Iterator<Item = u32>,
    before: Place,
) -> Bulletins<'_> {
    let places = Merged::new(engine, sources, before);
    Box::new(places.filter_map(|place| found(engine, place)))
}

/// The places of several sources' bulletins, newest first, each once.
struct Merged<'a> {
    lists: Vec<Rows<'a>>,
    /// The next place of each list.
    heads: BinaryHeap<(Place, usize)>,
    last: Option<Place>,
    error: Option<StoreError>,
}

impl<'a> Merged<'a> {
    fn new(engine: &'a Engine, sources: impl Iterator<Item = u32>, before: Place) -> Self {
        let lists = sources.map(|source| {
            let (prefix, end) = (
                keys::newest_of_prefix(source),
                keys::newest_of(source, before),
            );
            Box::new(engine.scan_below(&prefix, &end).rev()) as Rows<'a>
        });
        let mut merged = Self {
            lists: lists.collect(),
            heads: BinaryHeap::new(),
            last: None,
            error: None,
        };
        for list in 0..merged.lists.len() {
            merged.advance(list);
        }
        merged
    }

    fn advance(&mut self, list: usize) {
        match self.lists[list].next() {
            Some(Ok(row)) => self.heads.push((keys::newest_parts(&row.key), list)),
            Some(Err(error)) => self.error = Some(error),
            None => {}
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<Place>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.error.take() {
                self.heads.clear();
                return Some(Err(error));
            }
            let (place, list) = self.heads.pop()?;
            self.advance(list);
            if self.last.replace(place) != Some(place) {
                return Some(Ok(place));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::{SledTx, books::Books, names::Names};
    use super::{super::newest::TOP, *};
    use crate::{
        bulletin::{BulletinState, Cause},
        policy::facts::Archived,
        store::Archive as _,
    };

    fn place((id, row): &(u64, BulletinRow)) -> Place {
        (row.newest_ms(), *id)
    }

    fn archived(source: &str, number: i64) -> Archived {
        Archived {
            source: source.parse().unwrap(),
            also: Vec::new(),
            url: format!("https://news.example.com/{number}"),
            title: format!("第{number}号通知"),
            summary: None,
            publisher: None,
            published: None,
            deadline: None,
            attachments: Vec::new(),
            first_seen_ms: number,
            state: BulletinState::Baseline,
            cause: Cause::FirstPoll,
            revision: 0,
            titles: Vec::new(),
        }
    }

    /// Tests a public source with few bulletins below thousands of others.
    #[test]
    fn few_bulletins_are_found_without_reading_through_all_others() {
        let state = tempfile::tempdir().unwrap();
        let engine = std::sync::Arc::new(crate::store::sled::open::open(state.path()).unwrap());
        let mut books = Books::load(std::sync::Arc::clone(&engine)).unwrap();
        let mut tx = SledTx::new(&books);
        for number in 1..=3003 {
            let source = if number <= 3 { "few" } else { "many" };
            let id = tx.next_bulletin();
            tx.set_bulletin(id, &archived(source, number)).unwrap();
        }
        let change = tx.into_change();
        books.commit(change).unwrap();
        let names = Names::load(&engine).unwrap();
        let number = |id: &str| names.source_number(&id.parse().unwrap()).unwrap();
        let shown = HashSet::from([number("few")]);
        let examined = mostly_of(&engine, &shown, TOP).map(Result::unwrap);
        let examined: Vec<_> = examined.collect();
        assert_eq!(examined.len(), FEW + 3);
        assert!(examined.is_sorted_by(|a, b| place(a) > place(b)));
        let shown: Vec<_> = examined
            .iter()
            .filter(|(_, row)| row.is_of(&shown))
            .collect();
        assert_eq!(shown.len(), 3);
        // The pages of several sources are in one order.
        let both = || [number("few"), number("many")].into_iter();
        let all: Vec<_> = of(&engine, both(), TOP).map(Result::unwrap).collect();
        assert_eq!(all.len(), 3003);
        assert!(all.is_sorted_by(|a, b| place(a) > place(b)));
        let rest: Vec<_> = of(&engine, both(), place(&all[9]))
            .map(Result::unwrap)
            .collect();
        assert_eq!(rest, all[10..]);
    }
}
