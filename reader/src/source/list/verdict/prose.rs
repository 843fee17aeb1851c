//! The running text and the headings of a page beside its rows.

use std::collections::HashMap;

use super::outside::{Outside, is_boilerplate};
use crate::source::list::{
    evidence::scored::Scored,
    words::{self, LinkText},
};
use crate::source::page::{self, Id, PageTree};

/// The most running text beside the rows that stands in one box of the content, in [`words::units`]. A box
/// where each paragraph has a link over it holds teasers, not a text.
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
            // A link that is all of its line.
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

/// A heading that says what the page's title says, and is as long as titles of notices are.
pub(in crate::source::list) fn has_headline(page: &PageTree, outside: &Outside) -> bool {
    let title = words::bare(&page.title);
    headings(page, outside).any(|text| {
        words::units(&text) >= 8.0
            && words::link_text(&text) == LinkText::Title
            && title.starts_with(&words::bare(&text))
    })
}

/// A line beside links that says how the page's title begins, and is as long as titles of notices are.
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

/// The headings of the content.
pub(in crate::source::list) fn headings(
    page: &PageTree,
    outside: &Outside,
) -> impl Iterator<Item = String> {
    (0..page.elements.len() as Id)
        .filter(|id| matches!(page.name(*id), "h1" | "h2" | "h3") && !outside.holds(*id))
        .take(60)
        .map(|id| page.text(page.runs_of(id)))
}
