//! Reads RSS of every version, Atom, RDF, CDF and JSON Feed; lenient about what real feeds get wrong.
//!
//! `feed/tree.rs` builds a tree of everything between angle brackets, `feed/namespace.rs` names its elements whatever
//! their prefixes, `feed/entry.rs` reads entries from it, `feed/json.rs` reads JSON Feed, `feed/frame.rs` turns them
//! into notices, `feed/markup.rs` turns HTML into text. A strict parser would lose the original spelling of dates,
//! entries after the first fault, and CDF; this one reads by local names. It fetches nothing. Read [`read`] first.

mod entry;
mod frame;
mod json;
mod markup;
mod namespace;
mod tree;

use self::tree::Tree;
use super::reading::{Context, NoticeFeed, ReadError};

/// The distance from the start of a text within which a feed's first tag is searched for; broken scripts print warnings
/// before it.
const STARTS_WITHIN: usize = 4 << 10;

/// Reads a feed from its decoded text.
///
/// # Errors
/// Returns [`ReadError::NotAFeed`] if the text is not a feed.
pub fn read(text: &str, context: &Context<'_>) -> Result<NoticeFeed, ReadError> {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.starts_with('{') {
        return json::read(text, context);
    }
    let tree = Tree::parse(text);
    let Some(root) = tree.find_root() else {
        return Err(ReadError::NotAFeed(what_else(text)));
    };
    Ok(entry::read(&tree, root, context))
}

/// Returns whether a text is a feed by its beginning, whatever content type it was served with.
pub(super) fn is_feed(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if text.starts_with('{') {
        return json::is_feed(text);
    }
    let mut end = text.len().min(STARTS_WITHIN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text[..end].to_ascii_lowercase();
    let first = |tags: &[&str]| tags.iter().filter_map(|tag| head.find(tag)).min();
    let page = first(&["<html", "<!doctype html", "<head", "<body"]);
    match first(&["<rss", "<feed", "<rdf:rdf", "<channel", ":feed "]) {
        Some(feed) => page.is_none_or(|page| feed < page),
        None => false,
    }
}

fn what_else(text: &str) -> String {
    let head: String = text
        .chars()
        .take(200)
        .collect::<String>()
        .to_ascii_lowercase();
    let what = if text.is_empty() {
        "it is empty"
    } else if head.contains("<html") || head.contains("<!doctype html") {
        "it is an HTML page"
    } else if head.starts_with('[') {
        "it is JSON, but no JSON Feed"
    } else {
        "it has no <rss>, <feed> or <rdf:RDF>"
    };
    what.to_owned()
}

#[cfg(test)]
mod tests;
