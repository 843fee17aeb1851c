//! Finds the next page of a text of several pages.

use url::Url;

use super::{
    head::absolute,
    parts::{Parts, region},
};
use crate::source::text::one_line;

/// Returns the next page of a text of several pages.
pub(super) fn next_page(parts: &Parts<'_>, base: &Url) -> Option<String> {
    let page = parts.layout.page;
    let here = base.as_str().trim_end_matches('#');
    for id in region(parts) {
        if page.name(id) != "a" {
            continue;
        }
        let text = one_line(&page.text(page.runs_of(id)));
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        if !matches!(
            text,
            "下一页" | "下页" | "下一頁" | "后一页" | "Next page" | "Next Page" | "next page"
        ) {
            continue;
        }
        let url = absolute(base, page.attribute(id, "href")?)?;
        if url.trim_end_matches('#') != here && goes_on(base, &url) {
            return Some(url);
        }
    }
    parts
        .head
        .next
        .clone()
        .filter(|next| next.trim_end_matches('#') != here && goes_on(base, next))
}

/// Returns whether an address is a further page of the same text, and not another text: its path is this one's with
/// something at the end of its name (`5054_2.htm`, `5054/2`, `5054.htm?page=2`).
fn goes_on(base: &Url, next: &str) -> bool {
    let stem = |path: &str| {
        let path = path.trim_end_matches('/');
        let name = path.rfind('/').map_or(0, |at| at + 1);
        let end = path[name..].find('.').map_or(path.len(), |dot| name + dot);
        path[..end].to_owned()
    };
    let here = stem(base.path());
    // Page three (`5054_3`) follows page two (`5054_2`): all begin like the first.
    let number = here.rfind(['_', '-']).filter(|at| {
        let number = &here[at + 1..];
        (1..=3).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
    });
    let first = number.map_or(here.as_str(), |at| &here[..at]);
    Url::parse(next).is_ok_and(|next| {
        let there = stem(next.path());
        let longer = |stem: &str| {
            there
                .strip_prefix(stem)
                .is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
        };
        next.host_str() == base.host_str() && longer(first)
    })
}
