//! Removes the lines in the box of a text that are not part of it: facts about the article above it, other news below
//! it, remarks in between.

use super::{
    block::{block_line, links_to_file},
    body::Body,
    event::states_event,
    labels::is_labelled,
    layout::Layout,
    line::{ends_text, heads_others, is_credit, is_info, is_remark},
    occasion::is_kept,
    title::Title,
    title_text::key,
};
use crate::source::{page::Id, reading::Context, text::is_han};

/// Removes the blocks that are not part of the text: asides, the title, lines about the article, and what follows the
/// text.
pub(super) fn trim(
    body: Body,
    layout: &Layout<'_>,
    title: &Title,
    context: &Context<'_>,
) -> Option<Body> {
    let mut blocks = body.blocks;
    blocks.retain(|at| !is_beside(layout, body.container, *at));
    if let Some(title) = &title.blocks {
        // The blocks above the title belong to the page.
        blocks.retain(|at| *at >= title.end);
        keep_own_article(layout, title.start, &mut blocks);
    }
    let line = |at: &usize| TextLine::new(layout, *at, context);
    let lines: Vec<TextLine> = blocks.iter().map(line).collect();
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
struct TextLine {
    block: usize,
    text: String,
    units: f32,
    /// True if it is hardly anything but links.
    linked: bool,
    marks: u32,
    /// True if it states when and where something takes place, or by when to act.
    event: bool,
}

impl TextLine {
    fn new(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> Self {
        let block = &layout.blocks[at];
        let text = block_line(layout, at);
        Self {
            block: at,
            units: block.units,
            linked: block.link_share() > 0.8,
            marks: block.marks,
            event: states_event(layout, at, context) || is_kept(text),
            text: text.to_owned(),
        }
    }

    fn is_paragraph(&self) -> bool {
        self.units >= 24.0 && self.marks > 0 && !self.linked
    }

    /// Returns whether the line is a sentence, even a short one.
    fn is_sentence(&self) -> bool {
        self.units >= 8.0
            && !self.linked
            && self
                .text
                .ends_with(['。', '！', '？', '；', '：', '.', '!', '?'])
    }

    /// Returns whether the line is within a text but not part of it.
    fn is_extra(&self, layout: &Layout<'_>, mostly_linked: bool) -> bool {
        let latin = !self.text.chars().any(is_han);
        // On Chinese pages the lines below pictures count as a part of the text.
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
        // A button or a counter: a word on a line that is not in a paragraph.
        latin && bare && self.marks == 0 && self.text.split(' ').count() <= 2 && self.units < 5.0
    }
}

/// Returns whether a line describes a picture, or names its photographer.
fn is_caption(layout: &Layout<'_>, line: &TextLine) -> bool {
    layout.fact(line.block).caption || line.units < 70.0 && is_credit(&line.text)
}

fn is_beside(layout: &Layout<'_>, container: Id, at: usize) -> bool {
    let aside = layout.fact(at).aside;
    aside != 0 && !layout.page.contains(aside, container)
}

/// Removes the other `<article>`s if several follow each other: those without the title.
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

/// Returns the first line after the title and the lines about the article.
fn first_line(lines: &[TextLine], heading: &str) -> usize {
    /// The number of words before a mere date up to which they are about the article; with more, they and the date are
    /// part of the text.
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

/// Returns the place after the last line of the text.
fn last_line(lines: &[TextLine], start: usize) -> usize {
    let lines = &lines[start..];
    let lines = &lines[..before_others(lines)];
    let own = |line: &&TextLine| !line.linked;
    let total: f32 = lines.iter().filter(own).map(|line| line.units).sum();
    let mut end = lines.len();
    let (mut after, mut paragraphs, mut linked) = (0.0, 0.0, 0);
    for (place, line) in lines.iter().enumerate().rev() {
        if after > total * 0.35 {
            break;
        }
        linked += usize::from(line.linked && line.units > 5.0);
        // A tail of links, maybe each with a teaser, belongs to other pages.
        let teasers = paragraphs <= total * 0.15;
        let of_links = line.linked && linked >= 3 && linked * 10 >= (lines.len() - place) * 3;
        let is_info = after == 0.0 && is_labelled(&line.text) && !line.event;
        if is_info || teasers && of_links || ends_text(&line.text, teasers) {
            end = place;
            if is_info {
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

/// Returns the place of the heading of other news: links follow it, each maybe with its date.
fn before_others(lines: &[TextLine]) -> usize {
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
