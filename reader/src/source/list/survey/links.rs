//! Collects the links of a page: where they lead, and the kind of their text.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use percent_encoding::percent_decode_str;

use super::script;
use crate::source::list::words::{self, LinkText};
use crate::source::page::{Id, PageTree};

/// The number of links that are read; the largest real pages have 3,000.
const MAX_LINKS: usize = 20_000;

#[derive(Debug)]
pub(in crate::source::list) struct PageLink {
    pub element: Id,
    /// The address as the page writes it, not yet resolved.
    pub href: String,
    pub text: LinkText,
    /// A hash of the text.
    pub label: u64,
    /// The length of the text, see [`words::units`].
    pub units: f32,
    /// The address without its numbers and names: equal for pages of one kind.
    pub shape: u64,
    /// The same for the folder that it is in; 0 for the site's root.
    pub folder: u64,
    /// True if the address holds an id, a date or a name of several words.
    pub specific: bool,
}

/// Returns the links that lead somewhere, in document order.
pub(in crate::source::list) fn find(page: &PageTree) -> Vec<PageLink> {
    let mut links = Vec::new();
    let places = places(page);
    // An element inside one that is a link already (a card with a handler and an anchor) adds nothing.
    for id in 0..page.elements.len() as Id {
        let place = || place_in_page(page, id, &places);
        let Some(href) = target(page, id).or_else(place) else {
            continue;
        };
        let (text, kind) = label(page, id);
        let Shape {
            shape,
            folder,
            specific,
        } = shape(&href);
        links.push(PageLink {
            element: id,
            units: words::units(&text),
            label: hash(&text),
            text: match is_tool(&href) || is_beside_page(page, id) {
                true => LinkText::More,
                false => kind,
            },
            href,
            shape,
            folder,
            specific,
        });
        if links.len() == MAX_LINKS {
            break;
        }
    }
    links
}

/// Returns the names of the places in a page that a link may lead to.
fn places(page: &PageTree) -> HashSet<&str> {
    let names = |id: Id| {
        let name = (page.name(id) == "a").then(|| page.attribute(id, "name"));
        [page.attribute(id, "id"), name.flatten()]
    };
    let all = (0..page.elements.len() as Id).flat_map(names).flatten();
    all.filter(|name| !name.is_empty()).collect()
}

/// Returns a link to a place in the page itself: rows of a change log lead to their entries.
fn place_in_page(page: &PageTree, id: Id, places: &HashSet<&str>) -> Option<String> {
    let href = page
        .attribute(id, "href")
        .filter(|_| page.name(id) == "a")?
        .trim();
    let name = percent_decode_str(href.strip_prefix('#')?)
        .decode_utf8()
        .ok()?;
    places.contains(&*name).then(|| href.to_owned())
}

pub(in crate::source::list) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// Returns the text of a link, or else the text that replaces a picture which is not shown.
fn label(page: &PageTree, id: Id) -> (String, LinkText) {
    let text = page.text(page.runs_of(id));
    let kind = words::link_text(&text);
    if kind != LinkText::Picture {
        return (text, kind);
    }
    let end = page.elements[id as usize].end;
    let alt = || {
        (id + 1..end)
            .take(8)
            .find_map(|inner| page.attribute(inner, "alt"))
    };
    let stands_for = page
        .attribute(id, "title")
        .filter(|title| !title.is_empty())
        .or_else(|| page.attribute(id, "aria-label"))
        .or_else(alt);
    (stands_for.unwrap_or_default().to_owned(), kind)
}

/// Returns the target of an element, by its address or its handler.
pub(in crate::source::list) fn target(page: &PageTree, id: Id) -> Option<String> {
    let is_anchor = matches!(page.name(id), "a" | "area");
    let href = if is_anchor {
        page.attribute(id, "href")
    } else {
        None
    };
    if let Some(href) = href.map(str::trim).filter(|href| leads_somewhere(href)) {
        return Some(href.to_owned());
    }
    let script = href
        .and_then(|href| strip_scheme(href, "javascript:"))
        .filter(|script| script.len() > 2);
    [script, page.attribute(id, "onclick")]
        .into_iter()
        .flatten()
        .find_map(|code| script::target(page, code))
        .or_else(|| {
            ["data-url", "data-href", "data-link"]
                .iter()
                .find_map(|name| page.attribute(id, name))
                .map(|value| value.trim().to_owned())
        })
        .filter(|href| leads_somewhere(href))
}

fn strip_scheme<'a>(href: &'a str, scheme: &str) -> Option<&'a str> {
    let href = href.trim();
    let head = href.get(..scheme.len())?;
    head.eq_ignore_ascii_case(scheme)
        .then(|| &href[scheme.len()..])
}

/// Returns whether an address is a separate page: not a script, a place in this page or a template.
pub(in crate::source::list) fn leads_somewhere(href: &str) -> bool {
    if href.is_empty() || href.starts_with('#') || href.len() > 4096 {
        return false;
    }
    if href.contains("{{") || href.contains("${") || href.contains("<%") {
        return false;
    }
    match href.split_once(':') {
        Some((scheme, _)) if scheme.bytes().all(|b| b.is_ascii_alphabetic()) => {
            scheme.eq_ignore_ascii_case("http")
                || scheme.eq_ignore_ascii_case("https")
                || scheme.eq_ignore_ascii_case("file")
        }
        _ => true,
    }
}

/// Returns whether an address performs an action on a page of a wiki (its history, a comparison, its editor), next to
/// the link to the page itself.
fn is_tool(href: &str) -> bool {
    const ACTS: [&str; 12] = [
        "history",
        "edit",
        "diff",
        "revisions",
        "raw",
        "info",
        "delete",
        "watch",
        "rollback",
        "login",
        "backlink",
        "submit",
    ];
    let query = href.split('#').next().and_then(|href| href.split_once('?'));
    query.is_some_and(|(_, query)| {
        query.split('&').any(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let of_version = matches!(key, "oldid" | "diff" | "rev");
            of_version && !value.is_empty()
                || matches!(key, "action" | "do") && ACTS.contains(&value)
        })
    })
}

/// Returns whether a link is about who edited a page, or to the log of such acts, by the classes of a wiki's markup.
fn is_beside_page(page: &PageTree, link: Id) -> bool {
    let is_about_edits = |class: &str| {
        class.split_whitespace().any(|word| {
            let starts = |begin: &str| word.starts_with(begin);
            word == "mw-userlink" || starts("mw-usertoollinks") || starts("mw-changeslist-links")
        })
    };
    let mut around = std::iter::once(link).chain(page.ancestors(link)).take(3);
    around.any(|id| is_about_edits(page.class(id)))
}

/// The kind of page that an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::source::list) struct Shape {
    pub shape: u64,
    pub folder: u64,
    /// True if it names one page among many.
    pub specific: bool,
}

pub(in crate::source::list) fn shape(href: &str) -> Shape {
    let href = href.split('#').next().unwrap_or_default();
    let (path, query) = href.split_once('?').unwrap_or((href, ""));
    let mut hasher = DefaultHasher::new();
    let (mut specific, mut folder) = (false, 0);
    let segments: Vec<&str> = path
        .split('/')
        .filter(|s| !matches!(*s, "." | ".." | ""))
        .collect();
    for (place, segment) in segments.iter().enumerate() {
        let is_last = place + 1 == segments.len();
        if is_last && place > 0 {
            folder = hasher.finish();
        }
        specific |= hash_part(segment, is_last && place > 0, &mut hasher);
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        key.hash(&mut hasher);
        specific |= hash_part(value, false, &mut hasher);
    }
    Shape {
        shape: hasher.finish(),
        folder,
        specific,
    }
}

/// Hashes a path segment or query value without the parts that differ from page to page.
fn hash_part(part: &str, is_last: bool, hasher: &mut DefaultHasher) -> bool {
    let digits = part.bytes().filter(u8::is_ascii_digit).count();
    let (stem, extension) = match part.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 5 => (stem, extension),
        _ => (part, ""),
    };
    let name_of_words = stem.matches(['-', '_', '%']).count() >= 2 && stem.len() >= 12;
    let key = stem.len() >= 8
        && digits >= 2
        && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if (name_of_words && (is_last || digits == 0)) || key {
        ("*", extension).hash(hasher);
        return true;
    }
    let mut in_number = false;
    for byte in part.bytes() {
        if byte.is_ascii_digit() {
            if !in_number {
                b'0'.hash(hasher);
            }
            in_number = true;
        } else {
            in_number = false;
            byte.hash(hasher);
        }
    }
    b'/'.hash(hasher);
    digits >= 2
}

pub(in crate::source::list) fn is_image(href: &str) -> bool {
    let path = href
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp"]
        .iter()
        .any(|end| path.ends_with(end))
}
