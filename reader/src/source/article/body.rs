//! Finds the blocks that are the article.

use std::ops::Range;

use super::{
    block::{block_line, links_to_file},
    layout::Layout,
    line::is_info,
    occasion::is_kept,
};
use crate::source::{
    css,
    page::{Id, is_imprint},
};

/// The blocks of the article's text, in reading order, and the element that holds them.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub blocks: Vec<usize>,
    pub container: Id,
}

impl Body {
    /// Returns the range from the first block to the last.
    pub(super) fn range(&self) -> Option<Range<usize>> {
        Some(*self.blocks.first()?..self.blocks.last()? + 1)
    }
}

/// Running sums over the blocks before each one.
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

/// Returns the text of the elements that a selector matches, unchanged; `None` if it matches no element.
pub(super) fn selected(layout: &Layout<'_>, selector: &str) -> Option<Body> {
    let elements = css::outermost(layout.page, selector);
    let mut blocks: Vec<usize> = elements
        .iter()
        .flat_map(|id| layout.blocks_of(*id))
        .collect();
    blocks.dedup();
    Some(Body {
        blocks,
        container: *elements.first()?,
    })
}

/// Finds the element that holds the page's one text, with all its blocks. If no line is as long as a paragraph, a
/// notice of a few words may be the text. Text is near the `headline`, if the page has one that is sure.
pub(super) fn find(layout: &Layout<'_>, headline: Option<Id>) -> Option<Body> {
    const PARAGRAPH: f32 = 8.0;
    const FEW_WORDS: f32 = 6.0;
    find_among(layout, PARAGRAPH, headline).or_else(|| find_among(layout, FEW_WORDS, headline))
}

/// Finds the text among blocks with at least `least` units of text.
fn find_among(layout: &Layout<'_>, least: f32, headline: Option<Id>) -> Option<Body> {
    let scores = scores(layout, least);
    let sums = sums(layout, &scores);
    let top = container(layout, &scores, &sums, headline)?;
    Some(Body {
        blocks: layout.blocks_of(top).collect(),
        container: top,
    })
}

fn scores(layout: &Layout<'_>, least: f32) -> Vec<f32> {
    (0..layout.blocks.len())
        .map(|at| score(layout, at, least))
        .collect()
}

/// Returns how much a block looks like a paragraph.
fn score(layout: &Layout<'_>, at: usize, least: f32) -> f32 {
    const LABEL: f32 = 3.0;
    let block = &layout.blocks[at];
    let fact = layout.fact(at);
    let text = block.units - block.linked;
    if fact.aside != 0 || block.link_share() > 0.5 || text < LABEL || fact.heading > 0 {
        return 0.0;
    }
    let line = (block.units < 80.0).then(|| block_line(layout, at));
    if line.is_some_and(is_of_page) {
        return 0.0;
    }
    // A short line is a paragraph if it states when something takes place.
    if text < least && !line.is_some_and(is_kept) {
        return 0.0;
    }
    let sentences = 1.0 + block.marks as f32 + (text / 40.0).min(4.0);
    if fact.item && block.links > 0 && block.link_share() > 0.12 && starts_linked(layout, at) {
        // The teaser of another page.
        return sentences * 0.2;
    }
    if block.marks == 0 {
        return sentences * 0.3;
    }
    sentences
}

/// Returns whether a line is about the page or the article.
fn is_of_page(line: &str) -> bool {
    is_imprint(line) || is_info(line)
}

fn starts_linked(layout: &Layout<'_>, at: usize) -> bool {
    let first = layout.blocks[at].runs.start;
    let element = layout.page.runs[first].element;
    layout.facts[element as usize].link
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
        units: sum(&|at| unframed(layout, at, layout.blocks[at].units)),
        linked: sum(&|at| unframed(layout, at, layout.blocks[at].linked)),
    }
}

/// Returns a length that ignores blocks in a frame around the content: they must not make an element that holds them
/// more or less of a text.
fn unframed(layout: &Layout<'_>, at: usize, length: f32) -> f32 {
    if layout.fact(at).framed { 0.0 } else { length }
}

/// Returns the element whose near descendants are the article's paragraphs.
fn container(layout: &Layout<'_>, scores: &[f32], sums: &Sums, headline: Option<Id>) -> Option<Id> {
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
        values[id] * (1.0 - density) * hint * nearness(layout, id as Id, headline)
    };
    let best = (0..values.len())
        .filter(|id| values[*id] > 0.0)
        .map(|id| (id, value(id)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(widen(layout, best.0 as Id, sums))
}

/// Returns how near an element is to the headline: the further up the box that holds both, the less.
fn nearness(layout: &Layout<'_>, id: Id, headline: Option<Id>) -> f32 {
    const EACH_BOX: f32 = 0.8;
    const MOST_BOXES: u16 = 8;
    let page = layout.page;
    headline.map_or(1.0, |headline| {
        let both = page.common_ancestor(id, headline);
        let boxes = page.depth(headline) - page.depth(both);
        EACH_BOX.powi(boxes.min(MOST_BOXES).into())
    })
}

/// Returns an element further up instead, if what it adds is text of the same kind.
fn widen(layout: &Layout<'_>, top: Id, sums: &Sums) -> Id {
    let page = layout.page;
    let mut best = top;
    if layout.blocks_of(top).len() == 1 && is_signed_or_attached(layout, top) {
        best = page.parent(top);
    }
    for above in page.ancestors(best) {
        if matches!(page.name(above), "body" | "html") {
            break;
        }
        let (inner, outer) = (layout.blocks_of(best), layout.blocks_of(above));
        let gain = Sums::over(&sums.score, &outer) - Sums::over(&sums.score, &inner);
        let units = Sums::over(&sums.units, &outer) - Sums::over(&sums.units, &inner);
        let linked = Sums::over(&sums.linked, &outer) - Sums::over(&sums.linked, &inner);
        if linked > units * 0.35 && units > 30.0 {
            break;
        }
        if gain >= Sums::over(&sums.score, &inner) * 0.15 {
            best = above;
        }
    }
    best
}

/// Returns whether files or a signature follow a text's only box, in the box around it, with at most a table in
/// between.
fn is_signed_or_attached(layout: &Layout<'_>, top: Id) -> bool {
    const FAR: usize = 30;
    let within = layout.blocks_of(layout.page.parent(top));
    let after = (layout.blocks_of(top).end..within.end).take(FAR);
    let is_date = |at: usize| within.contains(&at) && is_info(block_line(layout, at));
    let signs = |at: usize| {
        let block = &layout.blocks[at];
        block.links == 0 && block.marks == 0 && block.units < 24.0 && is_date(at + 1)
    };
    let mut following = after.skip_while(|at| {
        let between = layout.fact(*at).row != 0 && layout.blocks[*at].links == 0;
        between && !signs(*at)
    });
    following
        .next()
        .is_some_and(|at| signs(at) || links_to_file(layout, at))
}

/// Returns the text of blocks, one line each; the cells of a table's row are one line.
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

/// Returns whether a table row is a line of data, and not part of the page's layout.
fn is_line(layout: &Layout<'_>, row: Id) -> bool {
    let blocks = layout.blocks_of(row);
    blocks.len() <= 40 && blocks.map(|at| layout.blocks[at].units).sum::<f32>() < 300.0
}
