//! Decides whether a page offers the target of a link as a file, by the words around the link.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{block::block_line, parts::Parts, picture::picture};
use crate::source::download;
use crate::source::page::{Id, is_inline};
use crate::source::text::one_line;

/// Returns whether a link offers a picture as a file, and does not only show it larger: its text names a file or an
/// attachment, or it is among files.
pub(super) fn is_handed_out(parts: &Parts<'_>, id: Id, is_named: bool, base: &Url) -> bool {
    let page = parts.layout.page;
    let text = one_line(&page.text(page.runs_of(id)));
    if text.is_empty() {
        return false;
    }
    let row = std::iter::once(id)
        .chain(page.ancestors(id))
        .find(|id| !is_inline(page.name(*id)));
    let is_among_files = || row.is_some_and(|row| stands_among_files(parts, row));
    // A link may have the icon of its file type before its name; another picture is the one that it enlarges.
    let is_offered = is_offered(parts, id) || offers_by_name(parts, id);
    is_named || is_offered || !shows_picture(parts, id, base) && is_among_files()
}

/// Returns whether the lines right before and after a row link to files.
fn stands_among_files(parts: &Parts<'_>, row: Id) -> bool {
    let page = parts.layout.page;
    let end = page.elements[row as usize].end;
    let beside = page
        .children(page.parent(row))
        .filter(|other| page.elements[*other as usize].end == row || *other == end);
    let links_to_file =
        |id: Id| page.name(id) == "a" && page.attribute(id, "href").is_some_and(download::is_file);
    beside
        .flat_map(|other| other..page.elements[other as usize].end)
        .chain(row..end)
        .any(links_to_file)
}

/// Returns whether the line of a link calls it an attachment, or the heading, line or cell above it and its like does.
pub(super) fn is_offered(parts: &Parts<'_>, id: Id) -> bool {
    static OFFER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)附件|attachment|^[\W\d]*(?:附[图圖表]?|(?:文件|资料|材料)?下[载載]|downloads?|enclosures?)\s*\d*\s*[:：]")
            .expect("a fixed pattern")
    });
    let Some(at) = parts.layout.blocks_of(id).next() else {
        return false;
    };
    OFFER.is_match(block_line(parts.layout, at)) || heads_files(parts, at)
}

/// Returns whether a link to a picture is named as a download, or is in a box of attachments.
fn offers_by_name(parts: &Parts<'_>, id: Id) -> bool {
    static CLASS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[\s_-])(?:attach(?:ment)?s?|annex|fujian|enclosures?)(?:$|[\s_-])")
            .expect("a fixed pattern")
    });
    const NEAR: usize = 3;
    let page = parts.layout.page;
    let text = one_line(&page.text(page.runs_of(id))).to_lowercase();
    let mut around = std::iter::once(id).chain(page.ancestors(id)).take(NEAR);
    let is_boxed = |id: Id| {
        page.attribute(id, "class")
            .is_some_and(|class| CLASS.is_match(class))
    };
    text.contains("下载") || text.contains("download") || around.any(is_boxed)
}

/// Returns whether the last line above a link that is not a link itself is a heading of files: `附件：`, `Attachments`.
fn heads_files(parts: &Parts<'_>, at: usize) -> bool {
    static HEADING: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^\W*(?:\p{Han}{0,4}附[件图圖表](?:下[载載]|列表|清单)?|附|\p{Han}{0,4}下[载載]|(?:\w+\s)?attachments?|(?:\w+\s)?downloads?|enclosures?|files)\s*\d*\W*$")
            .expect("a fixed pattern")
    });
    const MOST_LINKS: usize = 20;
    let layout = parts.layout;
    (at.saturating_sub(MOST_LINKS)..at)
        .rev()
        .find(|above| layout.blocks[*above].link_share() < 0.5)
        .is_some_and(|above| HEADING.is_match(block_line(layout, above)))
}

/// Returns whether a link holds a picture that shows something, and is not an icon.
fn shows_picture(parts: &Parts<'_>, id: Id, base: &Url) -> bool {
    let page = parts.layout.page;
    (id..page.elements[id as usize].end)
        .any(|id| page.name(id) == "img" && picture(parts, id, base).is_some())
}
