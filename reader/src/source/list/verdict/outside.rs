//! Finds the parts outside a page's main content: hidden boxes, dialogs of consent, footers, prose at its edges.
//!
//! Prose and headings there are no evidence of what the page is: a cookie notice does not make a list an article.

use std::ops::Range;

use crate::source::list::{
    evidence::{beside, scored::Scored},
    regions::{self, Region},
};
use crate::source::page::{Id, PageTree, is_hidden_style};

/// The elements outside the content, and the text at the page's edges that is outside.
pub(in crate::source::list) struct Outside {
    marks: Vec<bool>,
    edges: [Range<usize>; 2],
}

impl Outside {
    /// Finds them. `best` is the group of rows that may be the page's list: the elements that hold it are not outside.
    pub(in crate::source::list) fn of(page: &PageTree, best: Option<&Scored>) -> Self {
        let rows = best.map(|best| best.group.container(page));
        let mut marks = vec![false; page.elements.len()];
        for id in 1..page.elements.len() as Id {
            let holds_rows = rows.is_some_and(|rows| page.contains(id, rows));
            marks[id as usize] = marks[page.parent(id) as usize] || !holds_rows && claims(page, id);
        }
        let edges = best.map_or([0..0, 0..0], |best| beside::edges(page, best));
        Self { marks, edges }
    }

    /// Adds the texts of an index to the outside, if there are any.
    pub(in crate::source::list) fn with(mut self, texts: Option<&Range<Id>>) -> Self {
        if let Some(texts) = texts {
            self.marks[texts.start as usize..texts.end as usize].fill(true);
        }
        self
    }

    pub(in crate::source::list) fn holds(&self, id: Id) -> bool {
        self.marks[id as usize]
    }

    pub(in crate::source::list) fn holds_run(&self, page: &PageTree, run: usize) -> bool {
        self.holds(page.runs[run].element) || self.edges.iter().any(|edge| edge.contains(&run))
    }
}

/// Returns whether an element claims by its name, attributes or classes not to be part of the content.
fn claims(page: &PageTree, id: Id) -> bool {
    let name = page.name(id);
    if matches!(name, "html" | "body" | "main" | "article") {
        return false;
    }
    let says = |key: &str| page.attribute(id, key).unwrap_or_default();
    let is_hidden = page.attribute(id, "hidden").is_some()
        || says("aria-hidden") == "true"
        || says("aria-modal") == "true"
        || is_hidden_style(says("style"));
    let has_role = matches!(
        says("role"),
        "dialog"
            | "alertdialog"
            | "alert"
            | "contentinfo"
            | "banner"
            | "complementary"
            | "navigation"
    );
    let is_named = matches!(name, "footer" | "dialog" | "nav" | "template");
    if is_hidden || has_role || is_named {
        return true;
    }
    // An element that holds most of the page, or its headline, is its content, whatever its name.
    let holds_most = || page.runs_of(id).len() * 2 > page.runs.len();
    let holds_headline = || (id..page.elements[id as usize].end).any(|id| page.name(id) == "h1");
    let labels = [page.class(id), says("id")];
    let named = labels.iter().any(|label| regions::is_notice_box(label))
        || regions::region(name, labels[0], labels[1]) == Region::Frame;
    (named || name == "aside") && !holds_most() && !holds_headline()
}

/// Returns whether a piece of text asks for consent or names the owner of the page, wherever it is.
pub(in crate::source::list) fn is_boilerplate(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "cookie",
        "gdpr",
        "dsgvo",
        "personal data",
        "privacy policy",
        "privacy statement",
        "your consent",
        "all rights reserved",
        "copyright",
        "隐私政策",
        "隐私声明",
        "隐私条款",
        "个人信息保护",
        "版权所有",
        "免责声明",
        "公网安备",
        "浏览器版本",
    ];
    let text = text.to_lowercase();
    WORDS.iter().any(|word| text.contains(word)) || text.contains("icp备")
}
