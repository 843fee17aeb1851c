//! Examines the content of boxes.

use crate::source::page::tree::{Id, PageTree};

/// The number of characters from which a link names a page, and is not a menu item.
const NAMES_PAGE: usize = 14;

/// Returns whether an element may be a box.
pub(super) fn is_box(name: &str) -> bool {
    matches!(
        name,
        "div"
            | "section"
            | "aside"
            | "form"
            | "dialog"
            | "ul"
            | "dl"
            | "table"
            | "td"
            | "nav"
            | "header"
            | "footer"
            | "center"
    )
}

pub(super) fn inside(page: &PageTree, id: Id) -> impl Iterator<Item = Id> {
    id..page.elements[id as usize].end
}

pub(super) fn is_password(page: &PageTree, id: Id) -> bool {
    page.name(id) == "input" && page.attribute(id, "type") == Some("password")
}

/// Returns whether a box is, or holds, the page's headline or main text, or the whole page.
pub(super) fn is_chief_content(page: &PageTree, id: Id) -> bool {
    matches!(page.name(id), "html" | "body" | "main" | "article") || holds_content(page, id)
}

/// Returns whether a box holds the page's headline, or an element that marks its main text.
pub(super) fn holds_content(page: &PageTree, id: Id) -> bool {
    inside(page, id)
        .skip(1)
        .any(|inner| match page.name(inner) {
            "main" | "article" => true,
            "h1" => !page.runs_of(inner).is_empty(),
            _ => false,
        })
}

/// Returns whether an element is a link with enough text to name a page.
pub(super) fn names_page(page: &PageTree, id: Id) -> bool {
    let chars = || {
        page.runs_of(id)
            .map(|run| page.run_text(run).chars().count())
    };
    page.name(id) == "a" && chars().sum::<usize>() >= NAMES_PAGE
}
