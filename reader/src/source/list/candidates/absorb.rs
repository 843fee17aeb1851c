//! Adds rows that differ a little in structure from their neighbours: a first row with a heading, a pinned one in its
//! own box.

use std::collections::HashSet;

use super::group::{Item, RowGroup};
use crate::source::list::{
    regions::{self, Region},
    survey::{PageSurvey, dates::stands_alone, links::PageLink},
    words::LinkText,
};
use crate::source::page::Id;

impl PageSurvey<'_> {
    /// Adds to a group the siblings of its rows that hold a link of the same kind or a date.
    pub(in crate::source::list) fn absorb(&self, group: &mut RowGroup) {
        let page = self.page;
        let Some(container) = self.common_parent(group) else {
            return;
        };
        let rows: Vec<Id> = group.items.iter().map(|item| item.row).collect();
        let (first, last) = (rows[0], rows[rows.len() - 1]);
        let name = page.name(first);
        let class = page.class(rows[rows.len() / 2]);
        let strays: Vec<Item> = page
            .children(container)
            .filter(|child| page.name(*child) == name && rows.binary_search(child).is_err())
            .filter(|child| (first..=last).contains(child) || page.class(*child) == class)
            .filter_map(|child| self.stray(group, child))
            .collect();
        if strays.is_empty() || strays.len() > rows.len() {
            return;
        }
        group.items.extend(strays);
        group.items.sort_by_key(|item| item.row);
    }

    /// Adds a row in its own box above the others, as many pages show the newest notice: one address, which is of the
    /// rows' kind or has a date next to it.
    pub(in crate::source::list) fn add_headline(&self, group: &mut RowGroup) {
        self.add_twins(group);
        let container = group.container(self.page);
        let around = std::iter::once(container).chain(self.page.ancestors(container));
        let boxes = around
            .take(4)
            .take_while(|id| self.page.name(*id) != "body")
            .filter_map(|id| self.box_above(id));
        let known = |item: &Item| {
            let href = &self.links[item.link].href;
            group
                .items
                .iter()
                .any(|row| self.links[row.link].href == *href)
        };
        let found = boxes.take(1).find_map(|above| self.headline(group, above));
        if let Some(item) = found.filter(|item| !known(item)) {
            group.items.insert(0, item);
        }
    }

    /// Adds the links between the rows and right above them that have names and dates like the rows, as pinned ones in
    /// broken tables do.
    fn add_twins(&self, group: &mut RowGroup) {
        const ABOVE: usize = 8;
        let page = self.page;
        let last = group.items[group.items.len() - 1].link;
        let own = self.links[last].element;
        let class = page.class(own);
        let hrefs: HashSet<&str> = group
            .items
            .iter()
            .map(|item| self.links[item.link].href.as_str())
            .collect();
        let is_twin = |link: &&PageLink| {
            page.class(link.element) == class
                && page.name(link.element) == page.name(own)
                && link.shape == self.links[last].shape
                && !hrefs.contains(link.href.as_str())
        };
        let alone = |id: &Id| self.links_in(*id).len() == 1;
        let row = |link: &PageLink| {
            page.ancestors(link.element)
                .take(4)
                .take_while(alone)
                .last()
        };
        let is_dated = |item: &Item| {
            self.dates
                .within(item.runs.clone())
                .iter()
                .any(stands_alone)
        };
        let from = group.items[0].link.saturating_sub(ABOVE);
        let twins = self.links[from..last].iter().filter(is_twin);
        let found: Vec<Item> = twins
            .filter_map(|link| self.stray(group, row(link)?))
            .filter(is_dated)
            .collect();
        if !class.is_empty() && found.len() <= ABOVE {
            group.items.extend(found);
            group.items.sort_by_key(|item| item.link);
        }
    }

    /// Returns the nearest element before another, in the same parent, that holds links.
    fn box_above(&self, id: Id) -> Option<Id> {
        let before = self
            .page
            .children(self.page.parent(id))
            .take(200)
            .take_while(|child| *child < id);
        before
            .filter(|child| !self.links_in(*child).is_empty())
            .last()
    }

    fn links_in(&self, id: Id) -> &[PageLink] {
        let from = self.links.partition_point(|link| link.element < id);
        let end = self.page.elements[id as usize].end;
        let count = self.links[from..].partition_point(|link| link.element < end);
        &self.links[from..from + count]
    }

    fn headline(&self, group: &RowGroup, above: Id) -> Option<Item> {
        let links = self.links_in(above);
        let one_address = links.iter().all(|link| link.href == links[0].href);
        let region = regions::region(
            self.page.name(above),
            self.page.class(above),
            self.page.attribute(above, "id").unwrap_or_default(),
        );
        if !one_address || matches!(region, Region::Frame) {
            return None;
        }
        self.stray(group, above)
    }

    /// Returns the one parent of all rows, if they are elements with siblings of their own kind.
    fn common_parent(&self, group: &RowGroup) -> Option<Id> {
        let parent = self.page.parent(group.items.first()?.row);
        let rows = &group.items;
        let alike = rows.iter().all(|item| {
            self.page.parent(item.row) == parent
                && self.page.name(item.row) == self.page.name(rows[0].row)
        });
        (alike && rows.len() >= 3 && self.page.name(rows[0].row) != "a").then_some(parent)
    }

    fn stray(&self, group: &RowGroup, row: Id) -> Option<Item> {
        let end = self.page.elements[row as usize].end;
        let from = self.links.partition_point(|link| link.element < row);
        let titles = self.links[from..]
            .iter()
            .take(12)
            .enumerate()
            .take_while(|(_, link)| link.element < end)
            .filter(|(_, link)| link.text == LinkText::Title && link.units >= 3.0);
        let (at, link) = titles.max_by(|a, b| a.1.units.total_cmp(&b.1.units))?;
        let runs = self.page.runs_of(row);
        let same_kind = || {
            let shapes = group
                .items
                .iter()
                .take(20)
                .map(|item| self.links[item.link].shape);
            link.specific && shapes.into_iter().any(|shape| shape == link.shape)
        };
        let dated = || self.dates.within(runs.clone()).iter().any(stands_alone);
        (same_kind() || dated()).then(|| Item {
            link: from + at,
            row,
            runs: runs.clone(),
        })
    }
}
