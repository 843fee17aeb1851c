//! Finds boxes that ask the visitor for something, by their content and under any name: some prose that ends in a
//! button, or fields for a sign-in with the text around them.

use std::collections::HashMap;

use super::{
    held::{inside, is_box, is_chief_content},
    said::{Said, is_headline, length},
};
use crate::source::{
    download,
    page::tree::{Id, PageTree},
};

/// The number of levels above a button or field within which the box that asks is.
const FAR: usize = 5;
/// The number of links above which a box is a menu or a list.
const MOST_LINKS: usize = 8;
/// The number of boxes that are checked.
const MOST_BOXES: usize = 50;
/// The number of boxes of the same structure from which they are the page's content.
const SEVERAL: usize = 3;

/// Returns the boxes of a page that ask for something.
pub(super) fn boxes(page: &PageTree, said: &Said) -> Vec<Id> {
    let controls: Vec<Id> = (0..page.elements.len() as Id)
        .filter(|id| is_control(page, *id) || closes(page, *id))
        .collect();
    let around = controls.iter().filter_map(|id| box_around(page, said, *id));
    let mut found: Vec<Id> = around.collect();
    found.sort_unstable();
    found.dedup();
    let mut alike: HashMap<u64, usize> = HashMap::new();
    let path = |id: Id| page.elements[id as usize].path;
    for id in &found {
        *alike.entry(path(*id)).or_default() += 1;
    }
    let root = root(page);
    found.retain(|id| alike[&path(*id)] < SEVERAL);
    found.truncate(MOST_BOXES);
    found.retain(|id| asks(page, said, *id, root));
    found
}

/// Returns the nearest box with text around a control. A form with only fields is for a search, unless it is a sign-in
/// form: then the box around it has the explanation.
fn box_around(page: &PageTree, said: &Said, control: Id) -> Option<Id> {
    let says = |id: &Id| said.within(page, *id) > 0.0 || is_headed(page, *id);
    let above = page.ancestors(control).take(FAR);
    let mut boxes = above.filter(|id| is_box(page.name(*id)));
    let first = boxes.find(|id| says(id) || page.name(*id) == "form")?;
    let found = match says(&first) {
        true => first,
        false if said.signs_in(page, first) => boxes.next().filter(says)?,
        false => return None,
    };
    // A box that holds nothing else is the same box.
    let runs = page.runs_of(found);
    let wrappers = page
        .ancestors(found)
        .take_while(|id| is_box(page.name(*id)) && page.runs_of(*id) == runs);
    Some(wrappers.last().unwrap_or(found))
}

fn asks(page: &PageTree, said: &Said, id: Id, root: Id) -> bool {
    let signs_in = said.signs_in(page, id);
    let has_control = || inside(page, id).any(|inner| is_control(page, inner));
    let is_set_off =
        || (is_headed(page, id) || page.parent(id) == root && !signs_in) && has_control();
    let stands_apart = || {
        let of_policy = names_policy(page, id);
        (of_policy || is_set_off()) && said.leaves_content(page, id)
            || of_policy && said.is_followed(page, id)
    };
    let links = inside(page, id).filter(|inner| page.name(*inner) == "a");
    (said.says_little(page, id) || stands_apart())
        && links.take(MOST_LINKS + 1).count() <= MOST_LINKS
        && (signs_in || ends_in_control(page, id) && !inside(page, id).any(|one| shows(page, one)))
        && !is_chief_content(page, id)
        && !describes_article(page, id)
}

/// Returns whether a box links to a site's policy on the data of its visitors, and can be closed.
fn names_policy(page: &PageTree, id: Id) -> bool {
    const POLICIES: [&str; 8] = [
        "privac",
        "cookie",
        "policy",
        "consent",
        "gdpr",
        "datenschutz",
        "yinsi",
        "legal",
    ];
    let leads = |link: Id| {
        let href = page.attribute(link, "href").unwrap_or_default();
        let href = href.to_ascii_lowercase();
        page.name(link) == "a" && POLICIES.iter().any(|policy| href.contains(policy))
    };
    let can_close = |inner: Id| is_control(page, inner) || closes(page, inner);
    inside(page, id).any(leads) && inside(page, id).any(can_close)
}

/// Returns whether the first text of a box is a heading of a few words, as the text of an article never begins.
fn is_headed(page: &PageTree, id: Id) -> bool {
    const FEW_WORDS: f32 = 10.0;
    page.runs_of(id).next().is_some_and(|run| {
        let own = page.runs[run].element;
        let mut around = std::iter::once(own).chain(page.ancestors(own).take(2));
        let heading = around.find(|id| matches!(page.name(*id), "h2" | "h3" | "h4" | "h5" | "h6"));
        heading.is_some_and(|id| length(&page.text(page.runs_of(id))) < FEW_WORDS)
    })
}

/// Returns whether an element shows something that a box of content has: a picture, a file for people to keep, the
/// title of a page.
fn shows(page: &PageTree, id: Id) -> bool {
    const TITLE: f32 = 8.0;
    if page.name(id) == "img" {
        return true;
    }
    if page.name(id) != "a" {
        return false;
    }
    let text = page.text(page.runs_of(id));
    let hands_out = || page.attribute(id, "href").is_some_and(download::is_file);
    length(&text) >= TITLE || hands_out() || download::has_ending(text.trim())
}

/// Returns whether the last thing in a box is a button or link.
fn ends_in_control(page: &PageTree, id: Id) -> bool {
    let is_pressed = |element: Id| {
        std::iter::once(element)
            .chain(page.ancestors(element))
            .take_while(|above| page.contains(id, *above))
            .any(|above| matches!(page.name(above), "button" | "a" | "label"))
    };
    let last_run = page.runs_of(id).next_back();
    let fields = inside(page, id).filter(|inner| is_control(page, *inner));
    let after_text = |field: Id| last_run.is_none_or(|run| page.runs[run].element < field);
    last_run.is_some_and(|run| is_pressed(page.runs[run].element))
        || fields.last().is_some_and(after_text)
}

/// Returns whether a box has a full date, or a part of the page's title.
fn describes_article(page: &PageTree, id: Id) -> bool {
    page.runs_of(id)
        .any(|run| names_day(page.run_text(run)) || is_headline(page, run))
}

/// Returns whether a text has a date such as `2024-06-18`, `2024年6月`.
fn names_day(text: &str) -> bool {
    text.as_bytes().windows(5).any(|five| {
        matches!(&five[..2], b"19" | b"20")
            && five[2..4].iter().all(u8::is_ascii_digit)
            // This is the first byte of 年.
            && matches!(five[4], b'-' | b'/' | b'.' | 0xe5)
    })
}

fn is_control(page: &PageTree, id: Id) -> bool {
    match page.name(id) {
        "button" => true,
        "input" => matches!(
            page.attribute(id, "type").unwrap_or("text"),
            "password" | "submit" | "button" | "text" | "email"
        ),
        _ => false,
    }
}

/// Returns whether a link closes its box: it leads nowhere.
fn closes(page: &PageTree, id: Id) -> bool {
    page.name(id) == "a" && page.attribute(id, "href") == Some("#")
}

/// Returns the element whose boxes make up the page: the body, or the only element with text in it.
fn root(page: &PageTree) -> Id {
    let body = (0..page.elements.len() as Id).find(|id| page.name(*id) == "body");
    let mut root = body.unwrap_or_default();
    loop {
        let all = page.runs_of(root);
        let mut within = inside(page, root).skip(1);
        match within.find(|id| page.parent(*id) == root && page.runs_of(*id) == all) {
            Some(only) if is_box(page.name(only)) => root = only,
            _ => return root,
        }
    }
}
