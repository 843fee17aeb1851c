//! Bulletins, newest first, of any source or of some: what a list is picked from.

use std::{
    cell::Cell,
    collections::{BinaryHeap, HashSet},
    rc::Rc,
};

use super::super::{
    StoreError,
    engine::{Engine, Row},
    error::Result,
    keys,
    rows::BulletinRow,
};

/// Bulletins of any source that are looked at before those of the sources in question alone are: where most
/// are of these, one scan is cheapest; where few are, the others must not be read through.
const FEW: usize = 200;

type Rows<'a> = Box<dyn Iterator<Item = Result<Row>> + 'a>;
type Bulletins<'a> = Box<dyn Iterator<Item = Result<(u64, BulletinRow)>> + 'a>;

/// All with numbers below `before`.
pub(super) fn all(engine: &Engine, before: u64) -> Bulletins<'_> {
    let rows = engine.scan_below(b"b", &keys::bulletin(before)).rev();
    Box::new(rows.map(|row| {
        let row = row?;
        let bulletin = engine.decode(&row.key, &row.value)?;
        Ok((keys::last_number(&row.key), bulletin))
    }))
}

/// Those of some sources; among the first there may be others.
pub(super) fn mostly_of<'a>(
    engine: &'a Engine,
    sources: &'a HashSet<u32>,
    before: u64,
) -> Bulletins<'a> {
    let reached = Rc::new(Cell::new(before));
    let last = Rc::clone(&reached);
    let first = all(engine, before).take(FEW).inspect(move |row| {
        if let Ok((id, _)) = row {
            last.set(*id);
        }
    });
    let rest = std::iter::once_with(move || of(engine, sources.iter().copied(), reached.get()));
    Box::new(first.chain(rest.flatten()))
}

/// Those of some sources alone.
pub(super) fn of(
    engine: &Engine,
    sources: impl Iterator<Item = u32>,
    before: u64,
) -> Bulletins<'_> {
    let numbers = Merged::new(engine, sources, before);
    Box::new(numbers.filter_map(|id| {
        let row = id.and_then(|id| Ok(engine.get(&keys::bulletin(id))?.map(|row| (id, row))));
        row.transpose()
    }))
}

/// The numbers of several sources' bulletins, the largest first, each once.
struct Merged<'a> {
    lists: Vec<Rows<'a>>,
    /// The next number of each list.
    heads: BinaryHeap<(u64, usize)>,
    last: Option<u64>,
    error: Option<StoreError>,
}

impl<'a> Merged<'a> {
    fn new(engine: &'a Engine, sources: impl Iterator<Item = u32>, before: u64) -> Self {
        let lists = sources.map(|source| {
            let end = keys::by_source(source, before);
            let mut prefix = end.clone();
            prefix.truncate(keys::SOURCE_PREFIX);
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
            Some(Ok(row)) => self.heads.push((keys::last_number(&row.key), list)),
            Some(Err(error)) => self.error = Some(error),
            None => {}
        }
    }
}

impl Iterator for Merged<'_> {
    type Item = Result<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(error) = self.error.take() {
                self.heads.clear();
                return Some(Err(error));
            }
            let (id, list) = self.heads.pop()?;
            self.advance(list);
            if self.last.replace(id) != Some(id) {
                return Some(Ok(id));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        names::Names,
        tests::{World, list, source},
    };

    /// A public source with few bulletins below thousands of others.
    #[tokio::test]
    async fn few_bulletins_are_found_without_reading_through_all_others() {
        let world = World::with(&[source("few"), source("many"), source("none")], &[]).await;
        world.look_at("few", list(1..=3)).await;
        let many = list(1..=3000).into_iter().map(|mut row| {
            row.url = format!("{}?many", row.url);
            row.title = format!("另一个来源的{}", row.title);
            row
        });
        world.look_at("many", many.collect()).await;
        let World { store, dir, .. } = world;
        store.close().await.unwrap();
        let engine = Engine::open(dir.path()).unwrap();
        let names = Names::load(&engine).unwrap();
        let number = |id: &str| names.source_number(&id.parse().unwrap()).unwrap();
        let shown = HashSet::from([number("few"), number("none")]);
        let looked_at = mostly_of(&engine, &shown, u64::MAX).map(Result::unwrap);
        let looked_at: Vec<_> = looked_at.collect();
        assert_eq!(looked_at.len(), FEW + 3);
        assert!(looked_at.is_sorted_by(|(a, _), (b, _)| a > b));
        let shown: Vec<_> = looked_at
            .iter()
            .filter(|(_, row)| row.is_of(&shown))
            .collect();
        assert_eq!(shown.len(), 3);
        // Page by page, and of several sources in one order.
        let both = [number("few"), number("many")].into_iter();
        let numbers: Vec<u64> = of(&engine, both, 3000).map(|row| row.unwrap().0).collect();
        assert_eq!(numbers, (1..3000).rev().collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_list_that_nobody_waits_for_ends() {
        let world = World::new(&[]).await;
        world.look(list(1..=100)).await;
        let query = crate::store::BulletinQuery::default();
        assert_eq!(
            world.store.bulletins(&query).await.unwrap().items.len(),
            100
        );
        query.given_up.cancel();
        assert!(
            world
                .store
                .bulletins(&query)
                .await
                .unwrap()
                .items
                .is_empty()
        );
    }
}
