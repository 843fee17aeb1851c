//! Gathers the repeating links of a page into groups of rows.
//!
//! Links whose elements nest in the same way (the same tags from the root down, whatever the classes) are candidates
//! for one list. Where two neighbours diverge, the tree has a container, and each subtree below it is a row: the
//! largest piece of the page that holds this one link of the group. So rows come out as `li`, `tr`, cards, table cells
//! or bare anchors alike. Rows in one container make a block, blocks that follow each other in the same shape make a
//! group.

use std::collections::{HashMap, HashSet};

use crate::source::list::{
    element::{is_heading, is_hidden},
    survey::links::{PageLink, is_image},
    words::{self, LinkText},
};
use crate::{
    bulletin::plain_title,
    source::page::{Id, PageTree},
};

use super::{
    columns::main_columns,
    group::{Item, MANY, RowBlock, RowGroup, is_period, rows},
};

/// Returns all groups of at least two rows.
pub(in crate::source::list) fn find(page: &PageTree, links: &[PageLink]) -> Vec<RowGroup> {
    let mut clusters: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(u64, bool, bool), usize> = HashMap::new();
    let repeated = repeated(page, links);
    for (place, link) in links.iter().enumerate() {
        // Pictures are rows only where nothing else is: they get their own cluster.
        let picture = match link.text {
            LinkText::Title => false,
            LinkText::Picture if link.units >= 4.0 && !is_image(&link.href) => true,
            _ => continue,
        };
        // A category next to a headline is not a headline, though it may nest like one.
        let headed = holds_heading(page, link.element);
        let path = (page.elements[link.element as usize].path, picture, headed);
        let cluster = *known.entry(path).or_insert_with(|| {
            clusters.push(Vec::new());
            clusters.len() - 1
        });
        let below = |last: &usize| {
            let (box_, own) = (page.parent(links[*last].element), page.parent(link.element));
            box_ != own && page.contains(box_, own)
        };
        if repeated.contains(&place) && clusters[cluster].last().is_some_and(below) {
            continue;
        }
        // Picture and headline are two links for one item: the longer text is taken.
        match clusters[cluster].last_mut() {
            Some(last) if is_one_item(page, links, *last, place) => {
                if links[*last].units < link.units {
                    *last = place;
                }
            }
            _ => clusters[cluster].push(place),
        }
    }
    let mut groups = Vec::new();
    let says_things = |cluster: &&Vec<usize>| {
        let labels: HashSet<u64> = cluster.iter().map(|link| links[*link].label).collect();
        // "Open in a new window" on every icon is not a title.
        let is_icon = links[cluster[0]].text == LinkText::Picture && labels.len() == 1;
        cluster.len() > 1 && !is_icon
    };
    for cluster in clusters.iter().filter(says_things) {
        let blocks = blocks(page, &rows(page, links, cluster));
        for blocks in merge(page, links, blocks) {
            let kept = main_columns(links, &blocks);
            if kept.len() > 1 {
                groups.push(RowGroup {
                    items: rows(page, links, &kept),
                });
            }
        }
    }
    groups
}

fn holds_heading(page: &PageTree, id: Id) -> bool {
    let inside = id + 1..page.elements[id as usize].end;
    inside
        .into_iter()
        .take(4)
        .any(|inner| is_heading(page, inner))
}

/// Returns the links to one page, with one text, among links of their kind to many: authors and sections, not titles.
fn repeated(page: &PageTree, links: &[PageLink]) -> HashSet<usize> {
    const OFTEN: usize = 3;
    let mut places: HashMap<(u64, &str, String), Vec<usize>> = HashMap::new();
    for (place, link) in links.iter().enumerate() {
        let path = page.elements[link.element as usize].path;
        let text = page.text(page.runs_of(link.element));
        let one = (path, link.href.as_str(), text);
        places.entry(one).or_default().push(place);
    }
    let apart = |places: &Vec<usize>| {
        let steps = places.windows(2).map(|pair| pair[1] - pair[0]);
        let steps = steps.filter(|step| (2..=NEAR).contains(step));
        steps.count() + 1 >= OFTEN
    };
    places.into_values().filter(apart).flatten().collect()
}

/// Returns whether a link is about the same item as the one before it: it leads to the same page, and is not a row of a
/// list with its own title.
fn is_one_item(page: &PageTree, links: &[PageLink], before: usize, this: usize) -> bool {
    let (a, b) = (&links[before], &links[this]);
    if !same_page(a, b) {
        return false;
    }
    let title = |link: &PageLink| plain_title(&page.text(page.runs_of(link.element)));
    let (a_title, b_title) = (title(a), title(b));
    let is_titled = a_title.starts_with(&b_title) || b_title.starts_with(&a_title);
    if is_titled || a.text != LinkText::Title || b.text != LinkText::Title {
        return true;
    }
    // If links around them lead elsewhere, or several have other titles, the element that holds both holds a list.
    let above = page.common_ancestor(a.element, b.element);
    let holds = |link: &&PageLink| page.contains(above, link.element);
    let ahead = links[this + 1..].iter().take_while(holds).take(NEAR);
    let behind = links[..before].iter().rev().take_while(holds).take(NEAR);
    let mut labels = HashSet::from([a.label, b.label]);
    for other in behind.chain(ahead).filter(|it| it.text == LinkText::Title) {
        if !same_page(a, other) {
            return false;
        }
        labels.insert(other.label);
    }
    labels.len() <= PARTS
}

/// The number of links with text in one card: its headline and its teaser.
const PARTS: usize = 2;

/// The number of links that are inspected between two that belong together, or around one.
const NEAR: usize = 6;

/// Returns whether two links lead to one page, or to two places in it.
fn same_page(a: &PageLink, b: &PageLink) -> bool {
    let page = |link: &'_ PageLink| link.href.split('#').next().unwrap_or_default().to_owned();
    let is_place = b.href.contains('#') && !b.href.starts_with('#');
    a.href == b.href || is_place && page(a) == page(b)
}

/// Returns the runs of rows in one container.
fn blocks(page: &PageTree, rows: &[Item]) -> Vec<RowBlock> {
    rows.chunk_by(|a, b| page.parent(a.row) == page.parent(b.row))
        .map(<[Item]>::to_vec)
        .collect()
}

/// Merges blocks that continue in the same way with nothing between them but separators.
///
/// A row that holds two or three links is its own block, and the rest of the row is between it and the next: such small
/// blocks are rows if at least [`MANY`] follow each other, or if one of the links has the same text in each.
fn merge(page: &PageTree, links: &[PageLink], blocks: Vec<RowBlock>) -> Vec<Vec<RowBlock>> {
    let mut merged: Vec<Vec<RowBlock>> = Vec::new();
    let mut small: Vec<RowBlock> = Vec::new();
    for block in blocks {
        let last = small.last().or_else(|| merged.last()?.last());
        let alike = last.is_some_and(|last| goes_on(page, links, last, &block));
        let quiet = last.is_some_and(|last| {
            quiet_between(page, container(page, last), container(page, &block))
        });
        let is_small = |block: &RowBlock| (2..=3).contains(&block.len());
        if alike && small.is_empty() && quiet {
            merged.last_mut().expect("there is a last").push(block);
        } else if alike && is_small(&block) && last.is_some_and(is_small) {
            if small.is_empty() {
                small.extend(pop_last(&mut merged));
            }
            small.push(block);
        } else {
            settle(links, &mut merged, &mut small);
            merged.push(vec![block]);
        }
    }
    settle(links, &mut merged, &mut small);
    merged
}

fn pop_last(merged: &mut Vec<Vec<RowBlock>>) -> Option<RowBlock> {
    let block = merged.last_mut()?.pop();
    if merged.last().is_some_and(Vec::is_empty) {
        merged.pop();
    }
    block
}

fn settle(links: &[PageLink], merged: &mut Vec<Vec<RowBlock>>, small: &mut Vec<RowBlock>) {
    let blocks = std::mem::take(small);
    if blocks.len() >= MANY || repeats_a_column(links, &blocks) {
        merged.push(blocks);
    } else {
        merged.extend(blocks.into_iter().map(|block| vec![block]));
    }
}

/// Returns whether each block has the same text at one place, like rows that end in "explanation" or "PDF".
fn repeats_a_column(links: &[PageLink], blocks: &[RowBlock]) -> bool {
    let Some((first, others)) = blocks
        .split_first()
        .filter(|(_, others)| !others.is_empty())
    else {
        return false;
    };
    let label = |block: &RowBlock, at: usize| block.get(at).map(|item| links[item.link].label);
    (0..first.len()).any(|at| {
        others
            .iter()
            .all(|block| label(block, at) == label(first, at))
    })
}

fn container(page: &PageTree, block: &RowBlock) -> Id {
    page.parent(block[0].row)
}

fn goes_on(page: &PageTree, links: &[PageLink], before: &RowBlock, after: &RowBlock) -> bool {
    let (a, b) = (container(page, before), container(page, after));
    same_kind(links, before, after)
        && similar(page, a, b)
        && is_hidden(page, a) == is_hidden(page, b)
}

/// Returns whether two containers have the same structure, up to where they diverge.
fn similar(page: &PageTree, mut a: Id, mut b: Id) -> bool {
    if page.contains(a, b) || page.contains(b, a) {
        return true;
    }
    while a != b {
        if page.depth(a) != page.depth(b) || page.name(a) != page.name(b) {
            return false;
        }
        // Rows differ in class (odd, first, new); boxes of one list do not.
        let is_row = matches!(
            page.name(a),
            "li" | "tr" | "dt" | "dd" | "td" | "th" | "tbody"
        );
        if !is_row && !classes_agree(page.class(a), page.class(b)) {
            return false;
        }
        (a, b) = (page.parent(a), page.parent(b));
    }
    true
}

fn classes_agree(a: &str, b: &str) -> bool {
    let mut words = a.split_whitespace().peekable();
    if words.peek().is_none() {
        return b.trim().is_empty();
    }
    words.any(|word| b.split_whitespace().any(|other| word == other))
}

/// Returns whether only separators, or a month or year as a heading, are between two containers.
fn quiet_between(page: &PageTree, a: Id, b: Id) -> bool {
    if page.contains(a, b) || page.contains(b, a) {
        return true;
    }
    let between = page.runs_of(a).end..page.runs_of(b).start;
    if between.len() > 6 {
        return false;
    }
    let text = page.text(between);
    words::units(&text) <= 1.0 || is_period(&text)
}

/// Returns whether the links of two blocks lead to pages of the same kind.
fn same_kind(links: &[PageLink], a: &RowBlock, b: &RowBlock) -> bool {
    let shares = a.iter().take(50).any(|x| {
        let x = &links[x.link];
        b.iter().take(50).any(|y| {
            let y = &links[y.link];
            x.shape == y.shape || x.folder == y.folder && x.folder != 0
        })
    });
    // These are rows of a grid whose links lead anywhere.
    let grid = a.len() <= 4 && b.len() <= 4 && a.len() + b.len() > 2;
    let ratio = mean_units(links, a) / mean_units(links, b).max(0.1);
    shares || grid && (0.4..=2.5).contains(&ratio)
}

fn mean_units(links: &[PageLink], items: &[Item]) -> f32 {
    items.iter().map(|item| links[item.link].units).sum::<f32>() / items.len().max(1) as f32
}
