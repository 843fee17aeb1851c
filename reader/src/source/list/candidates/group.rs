//! Rows of links, and groups of them.

use std::ops::Range;

use crate::source::{
    list::{survey::links::PageLink, words},
    page::{Id, PageTree},
};

#[derive(Debug, Clone)]
pub(in crate::source::list) struct Item {
    /// The index of its link among the page's links.
    pub link: usize,
    /// The row's own element.
    pub row: Id,
    /// The row's text, with the text next to the element that belongs to it.
    pub runs: Range<usize>,
}

#[derive(Debug, Clone)]
pub(in crate::source::list) struct RowGroup {
    /// The rows, in document order.
    pub items: Vec<Item>,
}

impl RowGroup {
    /// Returns the smallest element that holds all rows.
    pub(in crate::source::list) fn container(&self, page: &PageTree) -> Id {
        let first = self.items[0].row;
        let last = self.items[self.items.len() - 1].row;
        match self.items.len() {
            1 => page.parent(first),
            _ => page.common_ancestor(first, last),
        }
    }
}

/// Returns the rows of some links that belong together.
pub(in crate::source::list) fn rows(
    page: &PageTree,
    links: &[PageLink],
    members: &[usize],
) -> Vec<Item> {
    let element = |place: usize| links[members[place]].element;
    // The depth at which a link diverges from the one before it: one more than that of their common ancestor.
    let mut fork = vec![0; members.len() + 1];
    for (place, fork) in fork.iter_mut().enumerate().take(members.len()).skip(1) {
        let above = page.common_ancestor(element(place - 1), element(place));
        *fork = page.depth(above) + 1;
    }
    if members.len() == 1 {
        fork[0] = page.depth(element(0));
    }
    members
        .iter()
        .enumerate()
        .map(|(place, &link)| {
            let row = page.ancestor_at(element(place), fork[place].max(fork[place + 1]));
            Item {
                link,
                row,
                runs: page.runs_of(row),
            }
        })
        .collect()
}

/// Rows in one container.
pub(super) type RowBlock = Vec<Item>;

/// The number of small blocks of the same kind from which they are rows.
pub(super) const MANY: usize = 4;

/// Returns whether a text is a period: `2022年11月`, `November 2022`.
pub(in crate::source::list) fn is_period(text: &str) -> bool {
    let bare = words::bare(text);
    let rest = bare.trim_matches(|c: char| c.is_ascii_digit());
    let has_digits = rest.len() < bare.len();
    let month = rest.get(..3).is_some_and(|head| {
        rest.len() <= 9
            && [
                "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
            ]
            .contains(&head)
    });
    has_digits
        && (month
            || rest
                .chars()
                .all(|c| matches!(c, '年' | '月' | '日' | '份') || c.is_ascii_digit()))
}
