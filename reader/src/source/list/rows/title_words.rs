//! Processes the words of a title, and marks that are not part of it.

use std::ops::Range;

use crate::source::list::words;

/// Returns a title without the date at its start or end.
pub(super) fn without_date<'a>(piece: &'a str, date: &Range<usize>) -> &'a str {
    let (Some(head), Some(tail)) = (piece.get(..date.start), piece.get(date.end..)) else {
        return piece;
    };
    if words::units(tail) < 1.0 {
        head.trim_end_matches(is_bracket_or_space)
    } else if words::units(head) < 1.0 {
        tail.trim_start_matches(is_bracket_or_space)
    } else {
        piece
    }
}

/// Returns the fuller of two forms of one title: the whole one if the other is truncated.
pub(super) fn fuller(shown: String, other: &str) -> String {
    if other.is_empty() || other == shown {
        return shown;
    }
    if shown.is_empty() {
        return other.to_owned();
    }
    let cut = words::bare(shown.trim_end_matches(['.', '…', '·', ' ']));
    let whole = words::bare(other);
    match whole.find(&cut) {
        Some(0) if whole.len() > cut.len() && !cut.is_empty() => until_label(other, &shown),
        // `标题：…` precedes it, labels follow it.
        Some(_) if is_cut(&shown) => until_label(other, &shown),
        _ => shown,
    }
}

fn is_cut(title: &str) -> bool {
    let title = title.trim_end();
    title.ends_with("...") || title.ends_with('…') || title.ends_with("..")
}

/// Removes the labels from a `title=` that holds more than the title.
fn until_label(whole: &str, shown: &str) -> String {
    let head: String = shown.chars().take(4).collect();
    let from = whole.find(&head).unwrap_or(0);
    // Labels are on their own lines, or after the title.
    let rest = whole[from..].lines().next().unwrap_or_default();
    let end = [
        "发布时间",
        "发布日期",
        "更新时间",
        "点击数",
        "作者：",
        "作者:",
        "点击次数",
        "文章作者",
    ]
    .iter()
    .filter_map(|label| rest.find(label))
    .min()
    .unwrap_or(rest.len());
    rest[..end].trim().to_owned()
}

fn is_bracket_or_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '[' | ']' | '(' | ')' | '（' | '）' | '【' | '】' | '〔' | '〕' | '|' | '-' | '/'
        )
}

pub(super) fn is_pin(text: &str) -> bool {
    let text = text.trim_matches(is_bracket_or_space);
    matches!(
        text,
        "置顶" | "顶" | "置頂" | "固顶" | "Pinned" | "pinned" | "PINNED" | "Sticky" | "TOP" | "Top"
    )
}

/// Returns whether a text is a small mark that is not part of a title.
pub(super) fn is_badge(text: &str) -> bool {
    matches!(
        text.trim_matches(is_bracket_or_space)
            .to_ascii_lowercase()
            .as_str(),
        "new" | "new!" | "hot" | "新" | "热" | "荐" | "图" | "!"
    ) || text.trim().bytes().all(|b| b.is_ascii_digit()) && text.trim().len() <= 2
}

/// Returns whether an element's class marks its number as one of readers or answers.
pub(super) fn is_counter_class(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    let mut words = class.split(|c: char| !c.is_ascii_alphabetic());
    words.any(|word| {
        matches!(
            word,
            "hits"
                | "hit"
                | "views"
                | "view"
                | "reads"
                | "read"
                | "clicks"
                | "click"
                | "comments"
                | "comment"
                | "replies"
                | "reply"
                | "count"
                | "counter"
        )
    })
}
