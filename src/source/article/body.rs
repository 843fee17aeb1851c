//! Which blocks are the article.

use std::ops::Range;

use super::layout::Layout;
use super::line::{ends_text, is_info};
use super::title::{Title, key};
use crate::source::page::Id;
use crate::source::text::one_line;

/// The blocks of the article's text, in reading order, and the element that holds them.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub blocks: Vec<usize>,
    pub container: Id,
}

impl Body {
    /// From the first block to the last.
    pub(super) fn range(&self) -> Option<Range<usize>> {
        Some(*self.blocks.first()?..self.blocks.last()? + 1)
    }
}

/// Sums over the blocks before each one.
struct Sums {
    score: Vec<f32>,
    units: Vec<f32>,
    linked: Vec<f32>,
}

impl Sums {
    fn over(sums: &[f32], range: &Range<usize>) -> f32 {
        sums[range.end] - sums[range.start]
    }
}

pub(super) fn find(layout: &Layout<'_>) -> Option<Body> {
    let scores = scores(layout);
    let sums = sums(layout, &scores);
    let top = container(layout, &scores, &sums)?;
    Some(Body {
        blocks: layout.blocks_of(top).collect(),
        container: top,
    })
}

fn scores(layout: &Layout<'_>) -> Vec<f32> {
    (0..layout.blocks.len())
        .map(|at| score(layout, at))
        .collect()
}

/// How much a block looks like a paragraph.
fn score(layout: &Layout<'_>, at: usize) -> f32 {
    let block = &layout.blocks[at];
    let fact = layout.fact(at);
    let text = block.units - block.linked;
    if fact.aside != 0 || block.link_share() > 0.5 || text < 8.0 || fact.heading > 0 {
        return 0.0;
    }
    let sentences = 1.0 + block.marks as f32 + (text / 40.0).min(4.0);
    if block.marks == 0 {
        return sentences * 0.3;
    }
    sentences
}

fn sums(layout: &Layout<'_>, scores: &[f32]) -> Sums {
    let sum = |value: &dyn Fn(usize) -> f32| {
        let mut sums = Vec::with_capacity(scores.len() + 1);
        let mut sum = 0.0;
        sums.push(sum);
        for at in 0..scores.len() {
            sum += value(at);
            sums.push(sum);
        }
        sums
    };
    Sums {
        score: sum(&|at| scores[at]),
        units: sum(&|at| layout.blocks[at].units),
        linked: sum(&|at| layout.blocks[at].linked),
    }
}

/// The element whose near descendants are the article's paragraphs.
fn container(layout: &Layout<'_>, scores: &[f32], sums: &Sums) -> Option<Id> {
    let page = layout.page;
    let mut values = vec![0.0f32; page.elements.len()];
    for (at, score) in scores.iter().enumerate().filter(|(_, score)| **score > 0.0) {
        let element = layout.blocks[at].element;
        let share = [0.5, 1.0, 0.6, 0.35, 0.2, 0.1];
        let above = std::iter::once(element).chain(page.ancestors(element));
        let is_paragraph = matches!(page.name(element), "p" | "li" | "blockquote" | "pre");
        let skip = usize::from(!is_paragraph);
        for (id, share) in above.zip(share.iter().skip(skip)) {
            values[id as usize] += score * share;
        }
    }
    let value = |id: usize| {
        let blocks = layout.blocks_of(id as Id);
        let density = Sums::over(&sums.linked, &blocks) / Sums::over(&sums.units, &blocks).max(1.0);
        let hint = match layout.facts[id].hint {
            ..=-1 => 0.6,
            0 => 1.0,
            _ => 1.2,
        };
        values[id] * (1.0 - density) * hint
    };
    let best = (0..values.len())
        .filter(|id| values[*id] > 0.0)
        .map(|id| (id, value(id)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(widen(layout, best.0 as Id, sums))
}

/// The parent instead, as long as what it adds is text of the same kind.
fn widen(layout: &Layout<'_>, mut top: Id, sums: &Sums) -> Id {
    let page = layout.page;
    while top != 0 {
        let parent = page.parent(top);
        if parent == 0 || matches!(page.name(parent), "body" | "html") {
            break;
        }
        let (inner, outer) = (layout.blocks_of(top), layout.blocks_of(parent));
        let gain = Sums::over(&sums.score, &outer) - Sums::over(&sums.score, &inner);
        let units = Sums::over(&sums.units, &outer) - Sums::over(&sums.units, &inner);
        let linked = Sums::over(&sums.linked, &outer) - Sums::over(&sums.linked, &inner);
        let clean = linked < units * 0.3;
        if !clean || gain < Sums::over(&sums.score, &inner) * 0.15 {
            break;
        }
        top = parent;
    }
    top
}

/// Takes off what is not of the text: asides, the title, lines about the article, what follows it.
pub(super) fn trim(body: Body, layout: &Layout<'_>, title: &Title) -> Option<Body> {
    let mut blocks = body.blocks;
    let aside = |at: usize| {
        let aside = layout.fact(at).aside;
        aside != 0 && !layout.page.contains(aside, body.container)
    };
    blocks.retain(|at| !aside(*at));
    if let Some(title) = &title.blocks {
        // What stands above the title is of the page.
        blocks.retain(|at| *at >= title.end);
    }
    let lines: Vec<String> = blocks
        .iter()
        .map(|at| one_line(&layout.text(*at)))
        .collect();
    let heading = title.text.as_deref().map(key).unwrap_or_default();
    let total: f32 = blocks.iter().map(|at| layout.blocks[*at].units).sum();
    let mut start = 0;
    let mut before = 0.0;
    for (place, line) in lines.iter().enumerate().take(12) {
        let units = layout.blocks[blocks[place]].units;
        if before > total * 0.2 && before > 40.0 {
            break;
        }
        if is_info(line) || key(line) == heading && !heading.is_empty() {
            start = place + 1;
        }
        before += units;
    }
    let mut end = lines.len();
    let mut after = 0.0;
    for (place, line) in lines.iter().enumerate().rev() {
        if place < start {
            break;
        }
        let block = &layout.blocks[blocks[place]];
        if ends_text(line) && after <= total * 0.35 {
            end = place;
        }
        after += block.units - block.linked;
    }
    let mut kept: Vec<usize> = Vec::new();
    for place in start..end {
        if !is_link_list(layout, &blocks[start..end], place - start) {
            kept.push(blocks[place]);
        }
    }
    Some(Body {
        blocks: kept,
        ..body
    })
    .filter(|body| !body.blocks.is_empty())
}

/// Whether a line is nothing but links, among others of the kind.
fn is_link_list(layout: &Layout<'_>, blocks: &[usize], place: usize) -> bool {
    let linked = |at: &usize| layout.blocks[*at].link_share() > 0.8;
    if !linked(&blocks[place]) {
        return false;
    }
    let before = blocks[..place]
        .iter()
        .rev()
        .take_while(|at| linked(at))
        .count();
    let after = blocks[place..].iter().take_while(|at| linked(at)).count();
    before + after >= 3 && before + after < blocks.len()
}

/// The text of blocks, a line each; the cells of a table's row are one line.
pub(super) fn text(blocks: &[usize], layout: &Layout<'_>) -> String {
    let mut text = String::new();
    let mut last_row = 0;
    for at in blocks {
        let row = layout.fact(*at).row;
        let same_row = row != 0 && row == last_row && is_line(layout, row);
        if !text.is_empty() {
            text.push(if same_row { ' ' } else { '\n' });
        }
        text.push_str(&layout.text(*at).replace(['\n', '\r'], " "));
        last_row = row;
    }
    text
}

/// Whether a table row is a line of data, and not part of the page's layout.
fn is_line(layout: &Layout<'_>, row: Id) -> bool {
    let blocks = layout.blocks_of(row);
    blocks.len() <= 40 && blocks.map(|at| layout.blocks[at].units).sum::<f32>() < 300.0
}
