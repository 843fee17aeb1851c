//! The page as all readers of an article share it.

use std::ops::Range;

use super::{
    agreement::headline,
    body::{self, Body},
    head::Head,
    layout::Layout,
    title::{self, Title},
    trim::trim,
};
use crate::source::{page::Id, reading::Context};

/// The page as its readers share it.
pub(super) struct Parts<'a> {
    pub(super) layout: &'a Layout<'a>,
    pub(super) head: &'a Head,
    pub(super) title: Title,
    pub(super) body: Option<Body>,
}

impl<'a> Parts<'a> {
    /// Finds text and title, each with the help of the other.
    pub(super) fn new(
        layout: &'a Layout<'a>,
        head: &'a Head,
        selected: Option<Body>,
        context: &Context<'_>,
    ) -> Self {
        let found = match &selected {
            Some(_) => None,
            None => body::find(layout, headline(layout, head)),
        };
        let range = selected.as_ref().or(found.as_ref()).and_then(Body::range);
        let title = title::find(layout, head, range.as_ref());
        let trimmed = found.and_then(|body| trim(body, layout, &title, context));
        Self {
            layout,
            head,
            body: selected.or(trimmed),
            title,
        }
    }

    pub(super) fn body_blocks(&self) -> &[usize] {
        self.body.as_ref().map_or(&[], |body| &body.blocks)
    }

    /// Returns the range from the first block of the text to the last.
    pub(super) fn text_range(&self) -> Option<Range<usize>> {
        self.body.as_ref().and_then(Body::range)
    }

    pub(super) fn container(&self) -> Id {
        self.body.as_ref().map_or(0, |body| body.container)
    }

    pub(super) fn is_title(&self, at: usize) -> bool {
        self.title
            .blocks
            .as_ref()
            .is_some_and(|title| title.contains(&at))
    }

    /// Returns the block that lines about the article are near: its title, else its first line.
    pub(super) fn anchor(&self) -> Option<usize> {
        let title = self.title.blocks.as_ref().map(|title| title.end);
        title.or_else(|| self.text_range().map(|text| text.start))
    }
}

/// Returns the blocks around title and text where date and source are, in page order. Frames around the content do not
/// count.
pub(super) fn near(parts: &Parts<'_>) -> Vec<usize> {
    let layout = parts.layout;
    let shown: Vec<usize> = (0..layout.blocks.len())
        .filter(|at| !layout.fact(*at).framed)
        .collect();
    let place = |at: usize| shown.partition_point(|shown| *shown < at);
    let places = |blocks: Range<usize>| place(blocks.start)..place(blocks.end);
    let count = shown.len();
    let text = parts.text_range().map(places);
    let title = parts.title.blocks.clone().map(places);
    let start = title
        .as_ref()
        .map(|title| title.start)
        .or_else(|| text.as_ref().map(|text| text.start))
        .unwrap_or(0);
    let end = text
        .as_ref()
        .map(|text| text.start + 3)
        .max(title.map(|title| title.end + 6))
        .unwrap_or(40);
    let mut near: Vec<usize> = (start.saturating_sub(8)..end.min(count)).collect();
    if let Some(text) = text {
        near.extend(text.end.saturating_sub(3).max(end)..(text.end + 8).min(count));
    }
    near.into_iter().map(|place| shown[place]).collect()
}

/// Returns the elements that may hold the article's files: those of the text and those after its title.
pub(super) fn region(parts: &Parts<'_>) -> Range<Id> {
    let page = parts.layout.page;
    let body = parts.body.as_ref().map(|body| body.container);
    let title = parts
        .title
        .blocks
        .as_ref()
        .map(|blocks| parts.layout.blocks[blocks.start].element);
    let whole = match (body, title) {
        (Some(body), Some(title)) => page.common_ancestor(body, title),
        (Some(one), None) | (None, Some(one)) => page.parent(one),
        (None, None) => 0,
    };
    whole..page.elements[whole as usize].end
}
