//! Prose above an article's headline, which is of the page and not of the article, whatever its box is called.

use super::{
    agreement::{SURE, agreement, is_site},
    head::Head,
    layout::Layout,
    title::{is_heading, is_set_apart},
    title_text::key,
};
use crate::source::page::{Id, PageTree};

impl<'a> Layout<'a> {
    /// The layout of an article's page, without what stands apart from the article.
    pub(super) fn of_article(page: &'a PageTree, head: &Head) -> Self {
        let mut layout = Self::new(page);
        let apart = boxes(&layout, head);
        layout.set_aside(&apart);
        layout
    }
}

/// The boxes of prose above the headline, where the page has one that its head repeats.
fn boxes(layout: &Layout<'_>, head: &Head) -> Vec<Id> {
    let page = layout.page;
    let Some(headline) = headline(layout, head) else {
        return Vec::new();
    };
    let says = |id: &Id| layout.blocks_of(*id).any(|at| is_prose(layout, at));
    let mut found = Vec::new();
    let mut inner = headline;
    for above in page.ancestors(headline) {
        found.extend(
            page.children(above)
                .take_while(|id| *id < inner)
                .filter(says),
        );
        inner = above;
        if page.name(above) == "body" {
            break;
        }
    }
    found
}

/// The first heading that says what the head calls the article, with prose after it.
fn headline(layout: &Layout<'_>, head: &Head) -> Option<Id> {
    const SHORTEST: f32 = 5.0;
    const LONGEST: f32 = 120.0;
    let count = layout.blocks.len();
    let at = (0..count).find(|at| {
        let block = &layout.blocks[*at];
        let is_heading = (SHORTEST..LONGEST).contains(&block.units)
            && block.link_share() < 0.5
            && layout.fact(*at).aside == 0
            && (is_heading(layout, block.element) || is_set_apart(layout, block.element));
        let says = || {
            let line = key(&layout.text(*at));
            agreement(head, &line) >= SURE && !is_site(head, &line)
        };
        is_heading && says()
    })?;
    let is_followed = (at + 1..count).any(|after| is_prose(layout, after));
    is_followed.then(|| layout.blocks[at].element)
}

fn is_prose(layout: &Layout<'_>, at: usize) -> bool {
    layout.fact(at).aside == 0 && layout.blocks[at].prose() > 0.0
}
