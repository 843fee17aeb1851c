//! Decides which links are the titles if rows hold several links each.

use std::collections::HashSet;

use super::group::{MANY, RowBlock};
use crate::source::list::survey::links::PageLink;

/// Returns the columns that hold titles, not categories or authors, if each block holds several links.
pub(super) fn main_columns(links: &[PageLink], blocks: &[RowBlock]) -> Vec<usize> {
    let all = || blocks.iter().flatten().map(|item| item.link);
    let width = blocks.iter().map(Vec::len).max().unwrap_or(1);
    let regular = blocks.iter().filter(|block| block.len() == width).count();
    if blocks.len() < 2 || !(2..=8).contains(&width) || regular * 2 < blocks.len().min(4) {
        return all().collect();
    }
    let columns: Vec<Column> = (0..width).map(|at| Column::of(links, blocks, at)).collect();
    let best = columns
        .iter()
        .max_by(|a, b| a.worth().total_cmp(&b.worth()))
        .expect("a block has at least one column");
    let keep: Vec<bool> = columns
        .iter()
        .map(|column| column.serves_like(best, blocks.len() < MANY))
        .collect();
    if keep.iter().all(|keep| *keep) {
        return all().collect();
    }
    let mut kept = Vec::new();
    for block in blocks {
        if block.len() == width {
            kept.extend((0..width).filter(|&at| keep[at]).map(|at| block[at].link));
        } else if let Some(longest) = block
            .iter()
            .max_by(|a, b| links[a.link].units.total_cmp(&links[b.link].units))
        {
            kept.push(longest.link);
        }
    }
    kept
}

/// The links at one place of each block.
struct Column {
    /// The mean of [`units`](crate::source::list::words::units) of the texts.
    units: f32,
    /// The share of links that lead to a different page each, with different words.
    different: f32,
    shapes: Vec<u64>,
}

impl Column {
    fn of(links: &[PageLink], blocks: &[RowBlock], at: usize) -> Self {
        let column: Vec<&PageLink> = blocks
            .iter()
            .filter_map(|block| block.get(at))
            .map(|item| &links[item.link])
            .collect();
        let pages: HashSet<&str> = column.iter().map(|link| link.href.as_str()).collect();
        let labels: HashSet<u64> = column.iter().map(|link| link.label).collect();
        let count = column.len().max(1) as f32;
        let mut shapes: Vec<u64> = column.iter().map(|link| link.shape).collect();
        shapes.sort_unstable();
        shapes.dedup();
        Self {
            units: column.iter().map(|link| link.units.min(40.0)).sum::<f32>() / count,
            different: pages.len().min(labels.len()) as f32 / count,
            shapes,
        }
    }

    /// Returns how well the column serves as titles: long texts, each with a different page.
    fn worth(&self) -> f32 {
        self.units * self.different
    }

    /// Returns whether the links of a column are titles like those of the best column; a `few` titles may be short by
    /// chance.
    fn serves_like(&self, best: &Self, few: bool) -> bool {
        let same_kind = self
            .shapes
            .iter()
            .any(|shape| best.shapes.binary_search(shape).is_ok());
        let needed = match same_kind {
            true if few => 0.1,
            true => 0.25,
            false => 0.5,
        };
        self.worth() >= needed * best.worth()
    }
}
