//! The first picture that shows something.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;
use url::Url;

use super::{
    head::absolute,
    parts::{Parts, region},
};
use crate::source::page::Id;

/// The first picture of the text that shows something.
pub(super) fn image(parts: &Parts<'_>, base: &Url) -> Option<String> {
    let container = parts.container();
    let end = parts.layout.page.elements[container as usize].end;
    let own = (container != 0).then(|| first_picture(parts, container..end, base));
    own.flatten().or_else(|| parts.head.image.clone())
}

/// The picture below the title of a page without text, such as a scanned notice.
pub(super) fn scan(parts: &Parts<'_>, base: &Url) -> Option<String> {
    let title = parts.title.blocks.as_ref()?;
    let title = parts.layout.blocks[title.start].element;
    first_picture(parts, title..region(parts).end, base)
}

fn first_picture(parts: &Parts<'_>, within: Range<Id>, base: &Url) -> Option<String> {
    let page = parts.layout.page;
    within
        .filter(|id| page.name(*id) == "img" && parts.layout.facts[*id as usize].aside == 0)
        .find_map(|id| picture(parts, id, base))
}

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
