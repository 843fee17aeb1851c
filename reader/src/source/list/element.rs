//! Determines the purpose of an element, by its name, its classes and its surroundings.

use super::regions::{self, Region};
use crate::source::page::{Id, PageTree, is_hidden_style};

/// Returns the purpose of the boxes around an element.
pub(super) fn region(page: &PageTree, id: Id) -> Region {
    let mut main = false;
    let mut side = false;
    for box_ in std::iter::once(id).chain(page.ancestors(id)).take(24) {
        let name = page.name(box_);
        // A box that holds most of the page is neither menu nor side bar, whatever its name.
        if name == "body" || page.runs_of(box_).len() * 2 > page.runs.len() {
            break;
        }
        let id = page.attribute(box_, "id").unwrap_or_default();
        match regions::region(name, page.class(box_), id) {
            Region::Frame if !main => return Region::Frame,
            // A box that holds a side bar is not a side bar itself.
            Region::Side if !main && !holds_side_bar(page, box_) => side = true,
            Region::Main => main = true,
            _ => {}
        }
    }
    match (side, main) {
        (true, _) => Region::Side,
        (_, true) => Region::Main,
        _ => Region::Neutral,
    }
}

fn holds_side_bar(page: &PageTree, id: Id) -> bool {
    const MOST: usize = 4000;
    let inside = (id + 1..page.elements[id as usize].end).take(MOST);
    page.name(id) != "aside" && inside.into_iter().any(|inner| page.name(inner) == "aside")
}

pub(super) fn is_heading(page: &PageTree, id: Id) -> bool {
    matches!(
        page.name(id),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "legend" | "caption"
    )
}

/// Returns whether an element is not shown, like the box of a tab in the background.
pub(super) fn is_hidden(page: &PageTree, id: Id) -> bool {
    let mut around = std::iter::once(id).chain(page.ancestors(id)).take(8);
    around.any(|id| page.attribute(id, "style").is_some_and(is_hidden_style))
}

pub(super) fn is_title_class(class: &str) -> bool {
    class
        .to_ascii_lowercase()
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| {
            matches!(
                word,
                "title" | "tit" | "headline" | "subject" | "heading" | "bt" | "biaoti"
            )
        })
}
