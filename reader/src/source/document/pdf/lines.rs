//! Joins glyphs into lines, and lines into paragraphs, by their positions.

use std::collections::HashMap;

use hayro_font::hayro_cmap::BfString;

use super::walk::Glyph;
use crate::source::document::{
    headline::SizedText,
    text::{is_wide, join, words},
};

/// Thresholds, all as shares of the font's size.
mod shares {
    /// The distance below which baselines are one: a raised number belongs to its line.
    pub(super) const ONE_BASELINE: f64 = 0.45;
    /// The gap above which words are separate.
    pub(super) const BETWEEN_WORDS: f64 = 0.17;
    /// The gap above which characters of scripts without blanks are separate.
    pub(super) const BETWEEN_WIDE: f64 = 0.35;
    /// The same where another script begins or ends, which many programs separate a little.
    pub(super) const BETWEEN_SCRIPTS: f64 = 0.9;
    /// The overlap up to which glyphs still follow each other.
    pub(super) const OVERLAP: f64 = 0.6;
    /// The least indent of a first line.
    pub(super) const INDENT: f64 = 1.2;
    /// The room to spare: a line that has less than the next word needs, plus this, was broken because it was full.
    pub(super) const SPARE: f64 = 1.6;
    /// The share of the width beyond which lines that begin there are names and days below a text, each separate.
    pub(super) const SIGNED: f64 = 0.4;
    /// The distance below which baselines belong to one paragraph.
    pub(super) const BETWEEN_LINES: f64 = 2.6;
}

/// A line at its place on the page.
#[derive(Debug, Clone)]
pub(super) struct PdfLine {
    pub(super) text: String,
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) end: f64,
    pub(super) size: f64,
}

/// Returns the lines of a page, in the order in which they are drawn.
pub(super) fn of(glyphs: Vec<Glyph>) -> Vec<PdfLine> {
    let mut lines: Vec<PdfLine> = Vec::new();
    for glyph in glyphs {
        match lines.last_mut().filter(|line| line.goes_on_with(&glyph)) {
            Some(line) => line.push(&glyph),
            None => lines.push(PdfLine::begin(&glyph)),
        }
    }
    for line in &mut lines {
        line.text = words(&line.text);
    }
    lines.retain(|line| !line.text.is_empty());
    lines
}

impl PdfLine {
    pub(super) fn row(&self) -> SizedText<'_> {
        SizedText {
            text: &self.text,
            size: self.size,
        }
    }

    fn begin(glyph: &Glyph) -> Self {
        let mut line = Self {
            text: String::new(),
            x: glyph.x,
            y: glyph.y,
            end: glyph.x,
            size: glyph.size,
        };
        line.push(glyph);
        line
    }

    fn goes_on_with(&self, glyph: &Glyph) -> bool {
        let size = self.size.max(glyph.size);
        (glyph.y - self.y).abs() < shares::ONE_BASELINE * size
            && glyph.x > self.end - shares::OVERLAP * size
    }

    fn push(&mut self, glyph: &Glyph) {
        let gap = (glyph.x - self.end) / self.size.max(glyph.size);
        let (before, after) = (self.text.chars().next_back(), first(&glyph.text));
        let is_wide = |c: Option<char>| c.is_some_and(is_wide);
        let apart = match (is_wide(before), is_wide(after)) {
            (true, true) => shares::BETWEEN_WIDE,
            (false, false) => shares::BETWEEN_WORDS,
            _ => shares::BETWEEN_SCRIPTS,
        };
        if gap > apart {
            self.text.push(' ');
        }
        match &glyph.text {
            BfString::Char(c) => self.text.push(*c),
            BfString::String(text) => self.text.push_str(text),
        }
        // The size of blanks is arbitrary.
        if !after.is_some_and(char::is_whitespace) {
            self.size = self.size.max(glyph.size);
            self.end = self.end.max(glyph.end);
        }
    }
}

fn first(text: &BfString) -> Option<char> {
    match text {
        BfString::Char(c) => Some(*c),
        BfString::String(text) => text.chars().next(),
    }
}

/// Removes page numbers, and the lines at the same place on most pages.
pub(super) fn drop_furniture(pages: &mut [Vec<PdfLine>]) {
    const FEWEST: usize = 3;
    let mut seen: HashMap<(String, i64), usize> = HashMap::new();
    for line in pages.iter().flatten() {
        *seen.entry(place(line)).or_default() += 1;
    }
    let most = (pages.len() / 2).max(FEWEST);
    for page in pages.iter_mut() {
        page.retain(|line| !is_page_number(&line.text) && seen[&place(line)] < most);
    }
}

/// Returns a line's words without their digits, and its height on the page.
fn place(line: &PdfLine) -> (String, i64) {
    let words = line.text.chars().filter(|c| !c.is_numeric());
    #[expect(clippy::cast_possible_truncation, reason = "a place on a page")]
    let y = (line.y / 4.0).round() as i64;
    (words.collect(), y)
}

/// Returns whether a line is a page number: `3`, `- 3 -`, `— 12 —`, `第 3 页 共 12 页`, `3/12`, `Page 3 of 12`.
fn is_page_number(line: &str) -> bool {
    let said = ["第", "页", "頁", "共", "Page", "of"];
    let rest = said
        .iter()
        .fold(line.to_owned(), |line, word| line.replace(word, ""));
    let digits = rest.chars().filter(char::is_ascii_digit).count();
    let is_frame = |c: char| c.is_ascii_digit() || " -–—/·.|，,".contains(c);
    (1..=6).contains(&digits) && rest.chars().all(is_frame) && line.chars().count() <= 20
}

/// Returns the paragraphs of all pages; one may continue on the next page.
pub(super) fn paragraphs(pages: &[Vec<PdfLine>]) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut before: Option<(&PdfLine, Edges)> = None;
    for page in pages {
        let edges = Edges::of(page);
        let is_first = page.first().map(std::ptr::from_ref);
        for line in page {
            let turned = is_first == Some(std::ptr::from_ref(line));
            let goes_on =
                before.is_some_and(|(last, edges)| last.is_followed_by(line, edges, turned));
            match paragraphs.last_mut().filter(|_| goes_on) {
                Some(paragraph) => join(paragraph, &line.text),
                None => paragraphs.push(line.text.clone()),
            }
            before = Some((line, edges));
        }
    }
    paragraphs
}

/// The edges between which the text of a page is.
#[derive(Debug, Clone, Copy)]
struct Edges {
    left: f64,
    right: f64,
}

impl Edges {
    fn of(page: &[PdfLine]) -> Self {
        Self {
            left: page.iter().map(|line| line.x).fold(f64::MAX, f64::min),
            right: page.iter().map(|line| line.end).fold(f64::MIN, f64::max),
        }
    }
}

impl PdfLine {
    /// Returns whether a line is the next one of the same paragraph, on a page whose text has these edges.
    fn is_followed_by(&self, next: &Self, edges: Edges, is_next_page: bool) -> bool {
        let size = self.size.max(next.size);
        let down = self.y - next.y;
        let is_beside = down.abs() < shares::ONE_BASELINE * size;
        let is_near = is_next_page || down > 0.0 && down < shares::BETWEEN_LINES * size;
        let is_alike = (self.size - next.size).abs() < 0.12 * size;
        let is_indented = next.x > self.x + shares::INDENT * size;
        let room = edges.right - self.end;
        let is_signed = next.x > edges.left + shares::SIGNED * (edges.right - edges.left);
        let is_full = room < next.first_word() + shares::SPARE * size;
        is_beside || is_near && is_alike && !is_indented && !is_signed && is_full
    }

    /// Returns the width of the first word, which might have fitted on the line before.
    fn first_word(&self) -> f64 {
        let unit = |c: char| if is_wide(c) { 2.0 } else { 1.0 };
        let all: f64 = self.text.chars().map(unit).sum();
        let word = self
            .text
            .chars()
            .take_while(|c| !c.is_whitespace() && !is_wide(*c));
        let wide = self.text.chars().next().is_some_and(is_wide);
        let first: f64 = if wide { 2.0 } else { word.map(unit).sum() };
        (self.end - self.x) * first / all.max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str, x: f64, y: f64, end: f64) -> PdfLine {
        PdfLine {
            text: text.to_owned(),
            x,
            y,
            end,
            size: 10.0,
        }
    }

    #[test]
    fn a_line_that_is_full_goes_on_in_the_next_one() {
        let page = vec![
            line("各单位要高度重视，认真组织，确保检查", 20.0, 700.0, 200.0),
            line("不走过场。", 0.0, 680.0, 50.0),
            line("二、检查范围包括锅炉房、配电室、油库和", 20.0, 660.0, 200.0),
            line("宿舍。", 0.0, 640.0, 30.0),
        ];
        let expected = [
            "各单位要高度重视，认真组织，确保检查不走过场。",
            "二、检查范围包括锅炉房、配电室、油库和宿舍。",
        ];
        assert_eq!(paragraphs(&[page]), expected);
    }

    #[test]
    fn a_word_that_was_broken_is_whole_again_and_words_stay_apart() {
        let page = vec![
            line("The annual safety inspec-", 0.0, 700.0, 198.0),
            line("tion begins on Monday in all", 0.0, 688.0, 190.0),
            line("workshops.", 0.0, 676.0, 60.0),
        ];
        let expected = ["The annual safety inspection begins on Monday in all workshops."];
        assert_eq!(paragraphs(&[page]), expected);
    }

    #[test]
    fn a_name_and_a_day_below_a_text_are_lines_of_their_own() {
        let page = vec![
            line("请各单位认真安排值班，保持电话畅通。", 0.0, 700.0, 200.0),
            line("公司办公室", 140.0, 660.0, 190.0),
            line("2026年11月28日", 140.0, 640.0, 200.0),
        ];
        let expected = [
            "请各单位认真安排值班，保持电话畅通。",
            "公司办公室",
            "2026年11月28日",
        ];
        assert_eq!(paragraphs(&[page]), expected);
    }

    #[test]
    fn a_paragraph_goes_on_over_the_end_of_a_page() {
        let first = vec![line("本次检查分为自查、抽查和整改三个阶", 0.0, 80.0, 200.0)];
        let second = vec![
            line("段。", 0.0, 740.0, 20.0),
            line("各单位请按时报送自查表格和整改的措", 20.0, 720.0, 200.0),
        ];
        let expected = [
            "本次检查分为自查、抽查和整改三个阶段。",
            "各单位请按时报送自查表格和整改的措",
        ];
        assert_eq!(paragraphs(&[first, second]), expected);
    }

    #[test]
    fn numbers_of_pages_and_what_stands_on_each_page_are_no_text() {
        let page = |number: usize| {
            vec![
                line("集团公司文件", 0.0, 800.0, 60.0),
                line(
                    &format!("第 {number} 段写在这一页上"),
                    0.0,
                    700.0 - number as f64 * 20.0,
                    90.0,
                ),
                line(&format!("- {number} -"), 90.0, 30.0, 110.0),
            ]
        };
        let mut pages: Vec<_> = (1..=4).map(page).collect();
        drop_furniture(&mut pages);
        assert!(pages.iter().all(|page| page.len() == 1), "{pages:?}");
        for number in ["3", "— 12 —", "第 3 页 共 12 页", "3/12", "Page 3 of 12"] {
            assert!(is_page_number(number), "{number}");
        }
        for text in ["2026年11月28日", "第三章", "一、", "Page of honour"] {
            assert!(!is_page_number(text), "{text}");
        }
    }
}
