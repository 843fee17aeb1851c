//! Finds the words of a search in a text, for the page to mark them.

use serde::Serialize;
use unicode_segmentation::UnicodeSegmentation as _;

use super::text::printable;
use crate::bulletin::fold;

/// The characters before and behind the first hit of an excerpt.
const BEFORE: usize = 24;
const BEHIND: usize = 96;

/// A piece of text, and whether it is a hit of the search.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Piece {
    pub text: String,
    pub is_hit: bool,
}

/// Returns the whole text with its hits.
pub(super) fn pieces(text: &str, words: &[String]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut end = 0;
    let mut add = |text: &str, is_hit| {
        if !text.is_empty() {
            let text = text.to_owned();
            pieces.push(Piece { text, is_hit });
        }
    };
    for (from, to) in hits(text, words) {
        add(&text[end..from], false);
        add(&text[from..to], true);
        end = to;
    }
    add(&text[end..], false);
    pieces
}

/// Returns the line of the first hit, cut around it; `None` if no line has one.
pub(super) fn excerpt(text: &str, words: &[String]) -> Option<Vec<Piece>> {
    let (line, (from, to)) = text.lines().find_map(|line| {
        let first = hits(line, words).first().copied();
        first.map(|hit| (line.trim_end(), hit))
    })?;
    let to = to.min(line.len());
    let before = line[..from].char_indices().rev().nth(BEFORE - 1);
    let start = before.map_or(0, |(at, _)| at);
    let behind = line[to..].char_indices().nth(BEHIND);
    let end = behind.map_or(line.len(), |(at, _)| to + at);
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    let excerpt = printable(line[start..end].trim());
    let excerpt = format!("{}{excerpt}{}", cut(start > 0), cut(end < line.len()));
    Some(pieces(&excerpt, words))
}

/// Returns the byte range of each hit, in order, without overlaps.
fn hits(text: &str, words: &[String]) -> Vec<(usize, usize)> {
    let (mut folded, mut places) = (String::new(), Vec::new());
    for (at, cluster) in text.grapheme_indices(true) {
        let alike = fold(cluster);
        places.extend(std::iter::repeat_n((at, at + cluster.len()), alike.len()));
        folded.push_str(&alike);
    }
    let mut hits = Vec::new();
    for word in words
        .iter()
        .map(|word| fold(word))
        .filter(|it| !it.is_empty())
    {
        let found = folded.match_indices(&word);
        hits.extend(found.map(|(at, _)| (places[at].0, places[at + word.len() - 1].1)));
    }
    hits.sort_unstable();
    merged(hits)
}

fn merged(hits: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    let mut merged: Vec<(usize, usize)> = Vec::new();
    for (from, to) in hits {
        match merged.last_mut().filter(|last| from <= last.1) {
            Some(last) => last.1 = last.1.max(to),
            None => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[Piece]) -> String {
        let shown = pieces.iter().map(|piece| match piece.is_hit {
            true => format!("[{}]", piece.text),
            false => piece.text.clone(),
        });
        shown.collect()
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn hits_are_marked_whatever_their_width_case_and_script() {
        let marked = |text, asked| shown(&pieces(text, &words(asked)));
        assert_eq!(marked("關於ＡＢＣ的通知", "abc 关于"), "[關於ＡＢＣ]的通知");
        assert_eq!(marked("在建工程与工程款", "工程"), "在建[工程]与[工程]款");
        assert_eq!(marked("放假放假", "放假"), "[放假放假]");
        assert_eq!(marked("无", "有"), "无");
        assert_eq!(marked("Cafe\u{301} 1", "café"), "[Cafe\u{301}] 1");
    }

    #[test]
    fn an_excerpt_is_the_line_around_the_first_hit() {
        let text = format!("第一行\n{}请带好工卡{}", "甲".repeat(40), "乙".repeat(200));
        let excerpt = excerpt(&text, &words("工卡")).unwrap();
        let expected = format!("…{}请带好[工卡]{}…", "甲".repeat(21), "乙".repeat(96));
        assert_eq!(shown(&excerpt), expected);
        assert_eq!(super::excerpt("没有", &words("工卡")), None);
    }
}
