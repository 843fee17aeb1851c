//! Measures the running text and the headings of a page next to its rows.

use std::collections::HashMap;

use super::outside::{Outside, is_boilerplate};
use crate::source::list::{
    evidence::scored::Scored,
    words::{self, LinkText},
};
use crate::source::page::{self, Id, PageTree};

/// Returns the most running text outside the rows in one box of the content, in [`words::units`]. A box where each
/// paragraph has a link above it holds teasers, not a text.
pub(in crate::source::list) fn densest_prose(
    page: &PageTree,
    best: Option<&Scored>,
    outside: &Outside,
) -> f32 {
    #[derive(Default)]
    struct Prose {
        units: f32,
        paragraphs: u32,
        titles: u32,
    }
    let mut boxes: HashMap<Id, Prose> = HashMap::new();
    let mut rows = best
        .map_or(&[][..], |best| &best.group.items)
        .iter()
        .map(|item| item.runs.clone())
        .peekable();
    for (run, piece) in page.runs.iter().enumerate() {
        while rows.peek().is_some_and(|row| row.end <= run) {
            rows.next();
        }
        let units = words::units(page.run_text(run));
        let is_row = rows.peek().is_some_and(|row| row.contains(&run));
        if units < 3.0 || is_row || outside.holds_run(page, run) {
            continue;
        }
        let line = || {
            std::iter::once(piece.element)
                .chain(page.ancestors(piece.element))
                .take(5)
                .take_while(|id| page::is_inline(page.name(*id)))
        };
        // Paragraphs of one text share the box around them.
        let block = line().last().map_or(piece.element, |id| page.parent(id));
        let prose = boxes.entry(page.parent(block)).or_default();
        if line().any(|id| page.name(id) == "a") {
            // The link fills its line.
            let runs = page.runs_of(block);
            prose.titles += u32::from(runs.start == run && runs.len() <= 2);
        } else if units >= 6.0 && !is_boilerplate(page.run_text(run)) {
            (prose.units, prose.paragraphs) = (prose.units + units, prose.paragraphs + 1);
        }
    }
    let is_text = |prose: &&Prose| prose.titles < 3 || prose.titles * 2 < prose.paragraphs;
    let texts = boxes.values().filter(is_text).map(|prose| prose.units);
    texts.fold(0.0, f32::max)
}

/// Returns whether there is a heading that the page's title begins with and that is as long as titles of notices are.
pub(in crate::source::list) fn has_headline(page: &PageTree, outside: &Outside) -> bool {
    let title = words::bare(&page.title);
    headings(page, outside).any(|text| {
        words::units(&text) >= 8.0
            && words::link_text(&text) == LinkText::Title
            && title.starts_with(&words::bare(&text))
    })
}

/// Returns whether there is a line outside links that the page's title begins with and that is as long as titles of
/// notices are.
pub(in crate::source::list) fn has_title_line(page: &PageTree, outside: &Outside) -> bool {
    let title = words::bare(&page.title);
    let is_linked = |id: Id| {
        std::iter::once(id)
            .chain(page.ancestors(id).take(3))
            .any(|id| page.name(id) == "a")
    };
    (0..page.runs.len()).any(|run| {
        let text = page.run_text(run);
        words::units(text) >= 8.0
            && title.starts_with(&words::bare(text))
            && !is_linked(page.runs[run].element)
            && !outside.holds_run(page, run)
    })
}

/// Returns the headings of the content.
pub(in crate::source::list) fn headings(
    page: &PageTree,
    outside: &Outside,
) -> impl Iterator<Item = String> {
    (0..page.elements.len() as Id)
        .filter(|id| matches!(page.name(*id), "h1" | "h2" | "h3") && !outside.holds(*id))
        .take(60)
        .map(|id| page.text(page.runs_of(id)))
}
