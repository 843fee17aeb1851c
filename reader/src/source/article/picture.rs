//! Recognizes pictures that show something.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::{
    head::absolute,
    parts::{Parts, region},
};
use crate::source::page::Id;

/// Returns whether a picture is below the title of a page without text, such as a scanned notice.
pub(super) fn is_scan(parts: &Parts<'_>, base: &Url) -> bool {
    let Some(title) = &parts.title.blocks else {
        return false;
    };
    let title = parts.layout.blocks[title.start].element;
    let page = parts.layout.page;
    (title..region(parts).end)
        .filter(|id| page.name(*id) == "img" && parts.layout.facts[*id as usize].aside == 0)
        .any(|id| picture(parts, id, base).is_some())
}

/// Returns the address of a picture that shows something, and is not decoration.
pub(super) fn picture(parts: &Parts<'_>, id: Id, base: &Url) -> Option<String> {
    static DECORATION: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)icon|logo|blank|spacer|loading|placeholder|pixel|1x1|emoji|avatar|qr|weixin|wechat|/ueditor/dialogs|filetype|/css/|/skin|/themes?/|/templates?/|\.svg|\.gif|^data:")
            .expect("a fixed pattern")
    });
    let page = parts.layout.page;
    let small = ["width", "height"].iter().any(|key| {
        page.attribute(id, key)
            .and_then(|size| size.trim_end_matches("px").trim().parse::<u32>().ok())
            .is_some_and(|size| size < 60)
    });
    let source = ["data-src", "data-original", "data-lazy-src", "src"]
        .iter()
        .filter_map(|key| page.attribute(id, key))
        .find(|source| !source.is_empty() && !DECORATION.is_match(source))?;
    if small {
        return None;
    }
    absolute(base, source)
}
