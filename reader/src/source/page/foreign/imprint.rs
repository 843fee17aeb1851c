//! Finds boxes that name the owner of a site, by their content and under any name.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    held::{inside, is_box, is_chief_content, names_page},
    said::Said,
};
use crate::source::page::tree::{Gap, Id, PageTree};

/// The number of levels above such a line within which its box is.
const FAR: usize = 8;
/// The number of boxes that are checked.
const MOST_BOXES: usize = 50;
/// The number of links that name pages from which they are the page's content.
const SEVERAL: usize = 3;

/// Returns the boxes of a page that name the owner of the site.
pub(super) fn boxes(page: &PageTree, said: &Said) -> Vec<Id> {
    let imprints = (0..page.runs.len()).filter(|run| is_imprint(page.run_text(*run)));
    let around = imprints.filter_map(|run| {
        let own = page.runs[run].element;
        let mut above = std::iter::once(own).chain(page.ancestors(own)).take(FAR);
        above.find(|id| is_box(page.name(*id)))
    });
    let mut found: Vec<Id> = around.collect();
    found.sort_unstable();
    found.dedup();
    // The footer of a page is among the last.
    found.drain(..found.len().saturating_sub(MOST_BOXES));
    found.retain(|id| says_whose(page, said, *id));
    found
}

/// Returns whether a box only names the owner of the site.
fn says_whose(page: &PageTree, said: &Said, id: Id) -> bool {
    let named = inside(page, id).filter(|inner| names_page(page, *inner));
    if is_chief_content(page, id) || named.take(SEVERAL).count() == SEVERAL {
        return false;
    }
    let stands_apart = said.says_little(page, id) || said.leaves_content(page, id);
    match Lines::of(page, id) {
        Lines::Begun => stands_apart,
        Lines::Mostly => stands_apart || said.is_followed(page, id) || said.leaves_rows(page, id),
        Lines::Few => false,
    }
}

/// The share of a box's lines that name the owner of the site, and its contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lines {
    Few,
    /// The first line only.
    Begun,
    Mostly,
}

impl Lines {
    fn of(page: &PageTree, id: Id) -> Self {
        let (mut lines, mut facts, mut is_begun) = (0, 0, false);
        let mut from = page.runs_of(id).start;
        let end = page.runs_of(id).end;
        while from < end {
            let next = (from + 1..end).find(|run| page.runs[*run].gap == Gap::Block);
            let line = page.text(from..next.unwrap_or(end));
            is_begun |= lines == 0 && begins_imprint(&line);
            lines += 1;
            facts += usize::from(is_imprint(&line) || is_reached(&line));
            from = next.unwrap_or(end);
        }
        match is_begun {
            _ if facts * 2 >= lines => Self::Mostly,
            true => Self::Begun,
            false => Self::Few,
        }
    }
}

/// Returns whether a line names the owner of the site, as the footer of a page does.
pub(crate) fn is_imprint(line: &str) -> bool {
    static IMPRINT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(?i)©|版权所有|版權所有|copyright|all rights reserved|icp备|公安备|公网安备")
            .expect("a fixed pattern")
    });
    IMPRINT.is_match(line)
}

/// Returns whether a line begins with such words: `© 2024 Example Council`, `版权所有：`. `© Agency` is below a picture.
fn begins_imprint(line: &str) -> bool {
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^\s*(?:版权所有|版權所有|(?:copyright\s?)?(?:©|\(c\))\s?(?:copyright\s)?(?:19|20)\d\d)")
            .expect("a fixed pattern")
    });
    BEGINS.is_match(line)
}

/// Returns whether a line gives contacts, or names the maker of the site.
fn is_reached(line: &str) -> bool {
    static REACHED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:地址|电话|傳真|传真|邮编|邮政编码|电子邮箱|信箱|主办|主辦|承办|协办|技术支持|网站标识码|备案号|浏览本站)|(?-u:\b)(?:tel(?:ephone|\.|:)|phone|fax|e-?mail|address|registered\s(?:office|in|charity|company)|powered\sby|terms|privacy)(?-u:\b)?")
            .expect("a fixed pattern")
    });
    REACHED.is_match(line)
}
