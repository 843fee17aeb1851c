//! Which blocks are the article.

use std::ops::Range;

use super::block_line;
use super::event::{is_kept, tells_event};
use super::layout::Layout;
use super::line::{
    ends_text, heads_others, is_credit, is_imprint, is_info, is_labelled, is_remark,
};
use super::title::{Title, key};
use crate::source::text::is_han;
use crate::source::{css, download};
use crate::source::{page::Id, reading::Context};

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

/// The text of the elements that a selector matches, as they are; none where it matches none.
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

/// The element that holds the page's one text, with all its blocks. Where no line is as long as a paragraph, a notice of
/// a few words may be the text. Text stands near the `headline`, where the page has one that is sure.
pub(super) fn find(layout: &Layout<'_>, headline: Option<Id>) -> Option<Body> {
    const PARAGRAPH: f32 = 8.0;
    const FEW_WORDS: f32 = 6.0;
    find_among(layout, PARAGRAPH, headline).or_else(|| find_among(layout, FEW_WORDS, headline))
}

/// The same among blocks with at least so many units of text.
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
    if line.as_deref().is_some_and(is_of_page) {
        return 0.0;
    }
    // A short line is a paragraph where it says when something takes place.
    if text < least && !line.as_deref().is_some_and(is_kept) {
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
        units: sum(&|at| layout.blocks[at].units),
        linked: sum(&|at| layout.blocks[at].linked),
    }
}

/// The element whose near descendants are the article's paragraphs.
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

/// Returns how near an element stands to the headline: the further up the box that holds both, the less.
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

/// An element further up instead, where what it adds is text of the same kind.
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

/// Returns whether files or a signature follow a text's only box, in the box around it, with no more than a
/// table between.
fn is_signed_or_attached(layout: &Layout<'_>, top: Id) -> bool {
    const FAR: usize = 30;
    let within = layout.blocks_of(layout.page.parent(top));
    let after = (layout.blocks_of(top).end..within.end).take(FAR);
    let is_date = |at: usize| within.contains(&at) && is_info(&block_line(layout, at));
    let signs = |at: usize| {
        let block = &layout.blocks[at];
        block.links == 0 && block.marks == 0 && block.units < 24.0 && is_date(at + 1)
    };
    let mut told = after.skip_while(|at| {
        let between = layout.fact(*at).row != 0 && layout.blocks[*at].links == 0;
        between && !signs(*at)
    });
    told.next()
        .is_some_and(|at| signs(at) || links_to_file(layout, at))
}

/// Takes off what is not of the text: asides, the title, lines about the article, what follows it.
pub(super) fn trim(
    body: Body,
    layout: &Layout<'_>,
    title: &Title,
    context: &Context<'_>,
) -> Option<Body> {
    let mut blocks = body.blocks;
    blocks.retain(|at| !is_beside(layout, body.container, *at));
    if let Some(title) = &title.blocks {
        // What stands above the title is of the page.
        blocks.retain(|at| *at >= title.end);
        keep_own_article(layout, title.start, &mut blocks);
    }
    let line = |at: &usize| Line::new(layout, *at, context);
    let lines: Vec<Line> = blocks.iter().map(line).collect();
    let heading = title.text.as_deref().map(key).unwrap_or_default();
    let start = first_line(&lines, &heading);
    let end = last_line(&lines, start);
    let mostly_linked = {
        let (linked, all) = lines[start..end]
            .iter()
            .fold((0.0, 0.0), |(linked, all), line| {
                (
                    linked + if line.linked { line.units } else { 0.0 },
                    all + line.units,
                )
            });
        linked > all * 0.5
    };
    let kept: Vec<usize> = (start..end)
        .filter(|place| !lines[*place].is_extra(layout, mostly_linked))
        .map(|place| blocks[place])
        .collect();
    let body = Body {
        blocks: kept,
        ..body
    };
    Some(body).filter(|body| !body.blocks.is_empty())
}

/// A block as a line, for judging what belongs to the text.
struct Line {
    block: usize,
    text: String,
    units: f32,
    /// Hardly anything but links.
    linked: bool,
    marks: u32,
    /// It tells when and where something takes place, or by when to act.
    event: bool,
}

impl Line {
    fn new(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> Self {
        let block = &layout.blocks[at];
        let text = block_line(layout, at);
        Self {
            block: at,
            units: block.units,
            linked: block.link_share() > 0.8,
            marks: block.marks,
            event: tells_event(layout, at, context) || is_kept(&text),
            text,
        }
    }

    fn is_paragraph(&self) -> bool {
        self.units >= 24.0 && self.marks > 0 && !self.linked
    }

    /// Short as it may be.
    fn is_sentence(&self) -> bool {
        self.units >= 8.0
            && !self.linked
            && self
                .text
                .ends_with(['。', '！', '？', '；', '：', '.', '!', '?'])
    }

    /// Returns whether it stands within a text and is none of it.
    fn is_extra(&self, layout: &Layout<'_>, mostly_linked: bool) -> bool {
        let latin = !self.text.chars().any(is_han);
        // On Chinese pages the lines below pictures are told as a part of the text.
        let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7a3}');
        let named = latin || self.text.chars().any(is_kana);
        if is_remark(&self.text) || named && is_caption(layout, self) {
            return true;
        }
        if self.linked && !mostly_linked && self.units > 3.0 {
            return !links_to_file(layout, self.block);
        }
        let bare = matches!(
            layout.page.name(layout.blocks[self.block].element),
            "div" | "span" | "section" | "figure" | "center"
        );
        // A button or a counter: a word on a line that no paragraph holds.
        latin && bare && self.marks == 0 && self.text.split(' ').count() <= 2 && self.units < 5.0
    }
}

/// Returns whether a line tells what a picture shows, or who took it.
fn is_caption(layout: &Layout<'_>, line: &Line) -> bool {
    layout.fact(line.block).caption || line.units < 70.0 && is_credit(&line.text)
}

fn links_to_file(layout: &Layout<'_>, at: usize) -> bool {
    let page = layout.page;
    layout.blocks[at].runs.clone().any(|run| {
        let element = page.runs[run].element;
        std::iter::once(element)
            .chain(page.ancestors(element).take(3))
            .filter_map(|id| page.attribute(id, "href"))
            .any(|href| download::is_file(href) || download::is_picture(href))
    })
}

fn is_beside(layout: &Layout<'_>, container: Id, at: usize) -> bool {
    let aside = layout.fact(at).aside;
    aside != 0 && !layout.page.contains(aside, container)
}

/// Where several `<article>`s follow each other, those without the title are others.
fn keep_own_article(layout: &Layout<'_>, title: usize, blocks: &mut Vec<usize>) {
    let page = layout.page;
    let article = |at: usize| {
        let element = layout.blocks[at].element;
        std::iter::once(element)
            .chain(page.ancestors(element))
            .find(|id| page.name(*id) == "article")
    };
    let Some(own) = article(title) else { return };
    let is_own =
        |at: &usize| article(*at).is_none_or(|other| other == own || page.contains(other, own));
    let own_units: f32 = blocks
        .iter()
        .filter(|at| is_own(at))
        .map(|at| layout.blocks[*at].units)
        .sum();
    if own_units > 60.0 {
        blocks.retain(is_own);
    }
}

/// The first line after the title and what is told of the article.
fn first_line(lines: &[Line], heading: &str) -> usize {
    /// More words before a mere date are of the text, and so is the date.
    const FEW_WORDS: f32 = 16.0;
    let (mut start, mut passed) = (0, 0.0);
    for (place, line) in lines.iter().enumerate().take(15) {
        let repeats = || !heading.is_empty() && key(&line.text) == heading;
        if line.event {
            break;
        } else if repeats()
            || is_info(&line.text) && (passed < FEW_WORDS || is_labelled(&line.text))
        {
            (start, passed) = (place + 1, 0.0);
        } else if line.is_paragraph() || line.is_sentence() {
            break;
        } else {
            passed += line.units;
        }
    }
    start
}

/// One past the last line before what follows a text.
fn last_line(lines: &[Line], start: usize) -> usize {
    let lines = &lines[start..];
    let lines = &lines[..before_others(lines)];
    let own = |line: &&Line| !line.linked;
    let total: f32 = lines.iter().filter(own).map(|line| line.units).sum();
    let mut end = lines.len();
    let (mut after, mut paragraphs, mut linked) = (0.0, 0.0, 0);
    for (place, line) in lines.iter().enumerate().rev() {
        if after > total * 0.35 {
            break;
        }
        linked += usize::from(line.linked && line.units > 5.0);
        // A tail of links, maybe each with a teaser, is of other pages.
        let teasers = paragraphs <= total * 0.15;
        let of_links = line.linked && linked >= 3 && linked * 10 >= (lines.len() - place) * 3;
        let told = after == 0.0 && is_labelled(&line.text) && !line.event;
        if told || teasers && of_links || ends_text(&line.text, teasers) {
            end = place;
            if told {
                continue;
            }
        }
        if !line.linked {
            after += line.units;
            // Right below a link it may be that link's teaser.
            let under_link = place > 0 && lines[place - 1].linked && line.units < 60.0;
            if line.units > 18.0 && line.marks > 0 && !under_link {
                paragraphs += line.units;
            }
        }
    }
    start + end
}

/// Up to the heading of other news: links follow it, each maybe with its date.
fn before_others(lines: &[Line]) -> usize {
    const NEAR: usize = 6;
    const LEAST: f32 = 40.0;
    let mut before = 0.0;
    for (place, line) in lines.iter().enumerate() {
        let after = lines[place + 1..].iter().take(NEAR);
        let linked = after.filter(|line| line.linked && line.units > 3.0).count();
        if before >= LEAST && linked >= 2 && heads_others(&line.text) {
            return place;
        }
        before += if line.linked { 0.0 } else { line.units };
    }
    lines.len()
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

/// Returns whether a table row is a line of data, and not part of the page's layout.
fn is_line(layout: &Layout<'_>, row: Id) -> bool {
    let blocks = layout.blocks_of(row);
    blocks.len() <= 40 && blocks.map(|at| layout.blocks[at].units).sum::<f32>() < 300.0
}
