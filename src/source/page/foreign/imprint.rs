//! Boxes that say whose a site is, by what they hold and whatever they are called.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    held::{inside, is_box, is_chief_content, names_page},
    said::Said,
};
use crate::source::page::tree::{Gap, Id, PageTree};

/// So far above such a line stands its box.
const FAR: usize = 8;
/// So many links that name pages are the page's content.
const SEVERAL: usize = 3;

/// The outermost boxes of a page that say whose the site is.
pub(super) fn boxes(page: &PageTree, said: &Said) -> Vec<Id> {
    let imprints = (0..page.runs.len()).filter(|run| is_imprint(page.run_text(*run)));
    let around = imprints.filter_map(|run| {
        let above = page.ancestors(page.runs[run].element);
        let own = std::iter::once(page.runs[run].element);
        own.chain(above)
            .take(FAR)
            .filter(|id| is_box(page.name(*id)))
            .take_while(|id| says_whose(page, said, *id))
            .last()
    });
    around.collect()
}

/// Returns whether a box says whose the site is, and nothing else.
fn says_whose(page: &PageTree, said: &Said, id: Id) -> bool {
    let named = inside(page, id).filter(|inner| names_page(page, *inner));
    !is_chief_content(page, id)
        && (said.says_little(page, id)
            || said.leaves_content(page, id)
            || said.leaves_rows(page, id))
        && named.take(SEVERAL).count() < SEVERAL
        && is_of_site(page, id)
}

/// Returns whether the first line of a box says whose the site is, or that and where it is reached are most of its lines.
fn is_of_site(page: &PageTree, id: Id) -> bool {
    let (mut lines, mut facts) = (0, 0);
    let mut from = page.runs_of(id).start;
    let end = page.runs_of(id).end;
    while from < end {
        let next = (from + 1..end).find(|run| page.runs[*run].gap == Gap::Block);
        let line = page.text(from..next.unwrap_or(end));
        if lines == 0 && begins_imprint(&line) {
            return true;
        }
        lines += 1;
        facts += usize::from(is_imprint(&line) || is_reached(&line));
        from = next.unwrap_or(end);
    }
    facts * 2 >= lines
}

/// Returns whether a line says whose the site is, as the foot of a page does.
pub(crate) fn is_imprint(line: &str) -> bool {
    static IMPRINT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("(?i)©|版权所有|版權所有|copyright|all rights reserved|icp备|公安备|公网安备")
            .expect("a fixed pattern")
    });
    IMPRINT.is_match(line)
}

/// Returns whether a line begins so: `© 2024 Example Council`, `版权所有：`. `© Agency` is below a picture.
fn begins_imprint(line: &str) -> bool {
    static BEGINS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^\s*(?:版权所有|版權所有|(?:copyright\s?)?(?:©|\(c\))\s?(?:copyright\s)?(?:19|20)\d\d)")
            .expect("a fixed pattern")
    });
    BEGINS.is_match(line)
}

/// Returns whether a line says where somebody is reached, or by whom the site is made.
fn is_reached(line: &str) -> bool {
    static REACHED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:地址|电话|傳真|传真|邮编|邮政编码|电子邮箱|信箱|主办|主辦|承办|协办|技术支持|网站标识码|备案号|浏览本站)|(?-u:\b)(?:tel(?:ephone|\.|:)|phone|fax|e-?mail|address|registered\s(?:office|in|charity|company)|powered\sby|terms|privacy)(?-u:\b)?")
            .expect("a fixed pattern")
    });
    REACHED.is_match(line)
}
