//! Decides whether a pattern can match any folded text at all: one that cannot would be a filter that silently matches
//! nothing.

use std::{collections::HashSet, sync::LazyLock};

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use super::super::fold::{self, fold};

/// The number of characters of a class that are tried; a class with more of them has some that a text can hold.
const TRIED: usize = 1 << 10;

/// Returns whether some folded text matches. The parser bounds the depth of a pattern.
pub(super) fn can_match(pattern: &Hir) -> bool {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(text) => {
            let text = String::from_utf8_lossy(&text.0);
            // Texts are in one line, with one space between words.
            text.chars().all(occurs) && !text.contains("  ")
        }
        HirKind::Class(Class::Unicode(class)) => {
            let chars = class.iter().flat_map(|range| range.start()..=range.end());
            let mut tried = chars.take(TRIED);
            tried.any(occurs)
        }
        HirKind::Class(Class::Bytes(class)) => class.iter().next().is_some(),
        HirKind::Capture(group) => can_match(&group.sub),
        HirKind::Repetition(times) => times.min == 0 || can_match(&times.sub),
        HirKind::Alternation(parts) => parts.iter().any(can_match),
        HirKind::Concat(parts) => {
            parts.iter().all(can_match)
                && edges_stand_at_edges(parts)
                && parts
                    .windows(3)
                    .all(|parts| may_part(&parts[0], &parts[1], &parts[2]))
        }
    }
}

/// Returns whether a condition between two parts, such as `\b`, can hold there: no word ends between two letters.
fn may_part(before: &Hir, between: &Hir, after: &Hir) -> bool {
    let is_boundary = matches!(
        between.kind(),
        HirKind::Look(Look::WordUnicode | Look::WordAscii)
    );
    let (end, begin) = (is_of_word(before, true), is_of_word(after, false));
    !is_boundary || end.is_none() || begin.is_none() || end != begin
}

/// Returns whether the last or first character of a part belongs to a word; `None` if it may or may not.
fn is_of_word(part: &Hir, last: bool) -> Option<bool> {
    let is_of_word = |c: char| c.is_alphanumeric() || c == '_';
    match part.kind() {
        HirKind::Literal(text) => {
            let text = String::from_utf8_lossy(&text.0);
            let mut chars = text.chars();
            let at_edge = if last {
                chars.next_back()
            } else {
                chars.next()
            };
            at_edge.map(is_of_word)
        }
        HirKind::Class(Class::Unicode(class)) => {
            let chars = class.iter().flat_map(|range| range.start()..=range.end());
            let mut kinds = chars.take(TRIED).map(is_of_word);
            let first = kinds.next()?;
            kinds.all(|kind| kind == first).then_some(first)
        }
        _ => None,
    }
}

/// Returns whether nothing must be before the beginning of a text, nor after its end.
fn edges_stand_at_edges(parts: &[Hir]) -> bool {
    let takes = |part: &Hir| {
        part.properties()
            .minimum_len()
            .is_none_or(|least| least > 0)
    };
    let begins = |part: &Hir| part.properties().look_set_prefix().contains(Look::Start);
    let ends = |part: &Hir| part.properties().look_set_suffix().contains(Look::End);
    let first = parts.iter().position(takes).unwrap_or(parts.len());
    let last = parts.iter().rposition(takes).unwrap_or(0);
    !parts.iter().skip(first + 1).any(begins) && !parts.iter().take(last).any(ends)
}

/// Returns whether a character can be in a folded text.
fn occurs(c: char) -> bool {
    static SIMPLE: LazyLock<HashSet<char>> = LazyLock::new(|| fold::simplified_forms().collect());
    let mut text = [0; 4];
    let text = c.encode_utf8(&mut text);
    // In common quotes, `"\b"` in a config is a control character.
    let is_shown = !c.is_control() || c.is_whitespace();
    is_shown && fold(text) == *text || SIMPLE.contains(&c)
}

#[cfg(test)]
mod tests {
    use regex_syntax::ParserBuilder;

    use super::*;

    fn can(pattern: &str) -> bool {
        let mut parser = ParserBuilder::new().case_insensitive(true).build();
        can_match(&parser.parse(pattern).unwrap())
    }

    #[test]
    fn what_a_folded_text_cannot_hold_is_never_matched() {
        for never in [
            "(?-i)ABC",
            "\u{8}NBA\u{8}",
            r"a\bb",
            r"关于\b通知",
            "关于  通知",
            "(?-i)第[A-Z]号",
            r"(?-i)([A-Z]{3,}\s*){3,}",
            r"(?-i:\p{Lu})通知",
            r"\x{FF21}",
            r"\x{95DC}于",
            r"[^\s\S]",
            "(?-i)NBA|CBA",
            "通知^关于",
            "公告$.",
            "(关于|对于)(通知$)放假",
        ] {
            assert!(!can(never), "{never}");
        }
    }

    #[test]
    fn what_a_folded_text_can_hold_is_left_alone() {
        for fine in [
            "ABC",
            "(?-i)abc",
            "(?-i)[A-Za-z]+",
            "(?-i)[A-Z]*检修",
            "(?-i)NBA|篮球",
            r"\p{Lu}",
            r"\S+",
            "[^a]",
            "^关于.*通知$",
            "^(关于|对于).*",
            "(^|第)12号(召|$)",
            "(?m)^a$",
            r"^\s*$",
            "x?^a",
            "[一-龥]",
            "干部",
        ] {
            assert!(can(fine), "{fine}");
        }
    }
}
