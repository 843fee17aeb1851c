//! Sets aside prose above an article's headline, which belongs to the page and not to the article, whatever its box is
//! called.

use super::{
    agreement::{SURE, agreement, is_site},
    head::Head,
    layout::Layout,
    title::{is_heading, is_set_apart},
    title_text::key,
};
use crate::source::page::{Id, PageTree};

impl<'a> Layout<'a> {
    /// Lays out an article's page without the boxes that are apart from the article.
    pub(super) fn of_article(page: &'a PageTree, head: &Head) -> Self {
        let mut layout = Self::new(page);
        let apart = boxes(&layout, head);
        layout.set_aside(&apart);
        layout
    }
}

/// Returns the boxes of prose above the headline, if the page has one that its head repeats.
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

/// Returns the first heading that agrees with the head's title and has prose after it.
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
