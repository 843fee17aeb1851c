//! The text of a block, and the label that the block before it gives it.

use super::layout::Layout;
use crate::source::{download, text};

/// Returns the words of a block as one line.
pub(super) fn block_line<'l>(layout: &'l Layout<'_>, at: usize) -> &'l str {
    let line = || text::one_line(&layout.text(at));
    layout.blocks[at].line.get_or_init(line)
}

/// Returns the label that the cell or line before a block gives it, with a colon: `发布日期：` before `2024年6月18日`.
pub(super) fn label_before(layout: &Layout<'_>, at: usize) -> Option<String> {
    let before = at.checked_sub(1)?;
    let text = block_line(layout, before);
    let row = layout.fact(at).row;
    let same_row = row != 0 && layout.fact(before).row == row;
    let short = layout.blocks[before].units <= 10.0;
    let has_colon = text.ends_with([':', '：']);
    let name = |at: usize| layout.page.name(layout.blocks[at].element);
    let is_term = name(before) == "dt" && name(at) == "dd";
    // The name of a term or of a table's row is a label even if it is long.
    let is_named = (same_row || is_term) && layout.blocks[before].units <= 24.0;
    if !(is_named || short && (has_colon || names_day(text))) {
        return None;
    }
    Some(format!("{text}{}", if has_colon { "" } else { "：" }))
}

/// Returns whether a line is the name of a day that follows below it: `面试时间`.
fn names_day(line: &str) -> bool {
    const NAMES: [&str; 7] = ["时间", "時間", "日期", "期限", "日時", " date", "deadline"];
    let line = line.to_lowercase();
    NAMES.iter().any(|name| line.ends_with(name))
}

pub(super) fn links_to_file(layout: &Layout<'_>, at: usize) -> bool {
    let page = layout.page;
    layout.blocks[at].runs.clone().any(|run| {
        let element = page.runs[run].element;
        std::iter::once(element)
            .chain(page.ancestors(element).take(3))
            .filter_map(|id| page.attribute(id, "href"))
            .any(|href| download::is_file(href) || download::is_picture(href))
    })
}
