//! Finds the title that the page's head states, and measures how far a line agrees with it.

use super::{
    head::Head,
    layout::Layout,
    title_text::{key, parts},
};
use crate::source::page::Id;

/// The agreement from which a line is sure to be the article's title.
pub(super) const SURE: f32 = 8.0;

/// Returns how far a line agrees with the title in the head.
pub(super) fn agreement(head: &Head, line: &str) -> f32 {
    if line.chars().count() < 4 {
        return 0.0;
    }
    let mut most: f32 = 0.0;
    let keys = head.keys();
    for headline in &keys.headlines {
        if headline == line {
            most = most.max(9.0);
        } else if headline.contains(line) || line.contains(headline) && headline.len() > 20 {
            most = most.max(6.0);
        }
    }
    let Some(title) = &keys.title else {
        return most;
    };
    if title == line {
        return most.max(8.0);
    }
    if title.starts_with(line) {
        return most.max(8.0);
    }
    // A truncated `<title>`, or one with the site's name around it.
    let shared = title
        .chars()
        .zip(line.chars())
        .take_while(|(a, b)| a == b)
        .count();
    if shared >= 8 && shared * 2 >= line.chars().count() {
        return most.max(6.5);
    }
    if title.contains(line) {
        return most.max(6.0);
    }
    most
}

/// Returns the one line of the page that the head calls the article's title; `None` if there are several.
pub(super) fn headline(layout: &Layout<'_>, head: &Head) -> Option<Id> {
    const SHORTEST: f32 = 5.0;
    let is_headline = |at: &usize| {
        let block = &layout.blocks[*at];
        let agrees = || {
            let line = key(&layout.text(*at));
            agreement(head, &line) >= SURE && !is_site(head, &line)
        };
        (SHORTEST..120.0).contains(&block.units)
            && block.link_share() < 0.5
            && layout.fact(*at).aside == 0
            && agrees()
    };
    let mut lines = (0..layout.blocks.len()).filter(is_headline);
    let first = lines.next()?;
    lines.next().is_none().then(|| layout.blocks[first].element)
}

/// Returns whether a line is only the name of the site or of the section.
pub(super) fn is_site(head: &Head, line: &str) -> bool {
    head.keys().sites.iter().any(|site| site == line)
}

/// Returns the title in the head, for a page where no line is the title.
pub(super) fn stated(head: &Head) -> Option<String> {
    head.headlines.first().cloned().or_else(|| {
        let title = head.title.as_ref()?;
        Some((*parts(title).first()?).to_owned())
    })
}

/// Completes a line that ends in an ellipsis from the head.
pub(super) fn whole(line: String, head: &Head) -> String {
    let Some(cut) = line.strip_suffix("...").or_else(|| line.strip_suffix('…')) else {
        return line;
    };
    let start = key(cut);
    let stated = head
        .title
        .as_deref()
        .and_then(|title| parts(title).first().copied());
    let wholes = head.headlines.iter().map(String::as_str).chain(stated);
    let longer = |title: &&str| key(title).starts_with(&start) && !title.ends_with(['…', '.']);
    wholes
        .into_iter()
        .find(longer)
        .map_or(line.clone(), str::to_owned)
}
