//! Finds the title of a document: the larger type above its text.

use std::ops::Range;

/// The factor by which a title is larger than the text.
const LARGER: f64 = 1.14;
/// The number of lines of a title.
const MOST_LINES: usize = 6;
/// The number of characters of a title.
const LONGEST: usize = 160;

/// A line, or a paragraph, and the size of its type in any unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct SizedText<'a> {
    pub(super) text: &'a str,
    pub(super) size: f64,
}

/// Finds the title among the rows of the first page; returns its rows and its text.
pub(super) fn find(first: &[SizedText<'_>], size: f64) -> Option<(Range<usize>, String)> {
    let blocks = blocks(first, size);
    let said = |block: &Range<usize>| text(&first[block.clone()]);
    let about = blocks.iter().find(|block| is_about_something(&said(block)));
    let largest = || {
        let size = |block: &&Range<usize>| first[block.start].size;
        blocks.iter().max_by(|a, b| size(a).total_cmp(&size(b)))
    };
    let title = about.or_else(largest)?;
    let said = said(title);
    let is_one = (4..=LONGEST).contains(&said.chars().count());
    is_one.then_some((title.clone(), said))
}

/// Returns the size of most characters.
pub(super) fn text_size<'a>(rows: impl Iterator<Item = SizedText<'a>>) -> Option<f64> {
    let mut rows: Vec<SizedText<'_>> = rows.collect();
    rows.sort_by(|a, b| a.size.total_cmp(&b.size));
    let all: usize = rows.iter().map(|row| row.text.len()).sum();
    let mut so_far = 0;
    let middle = rows.into_iter().find(|row| {
        so_far += row.text.len();
        so_far * 2 >= all
    });
    middle.map(|row| row.size)
}

/// Returns the runs of rows with the same size that are larger than the text.
fn blocks(rows: &[SizedText<'_>], size: f64) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if row.size < size * LARGER {
            continue;
        }
        let is_alike = |block: &&mut Range<usize>| {
            let last = rows[block.end - 1].size;
            block.end == at && (last - row.size).abs() < 0.05 * last && block.len() < MOST_LINES
        };
        match blocks.last_mut().filter(is_alike) {
            Some(block) => block.end = at + 1,
            None => blocks.push(at..at + 1),
        }
    }
    blocks
}

/// Returns whether a text is a headline, which states what is announced; the name above it, in red, is that of the
/// issuer.
fn is_about_something(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "关于", "關於", "通知", "公告", "公示", "通告", "通报", "決定", "决定", "意见", "方案",
        "办法", "简章", "启事",
    ];
    WORDS.iter().any(|word| text.contains(word)) && !text.ends_with("文件")
}

fn text(rows: &[SizedText<'_>]) -> String {
    let mut text = String::new();
    for row in rows {
        super::text::join(&mut text, row.text);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(rows: &[(&'static str, f64)]) -> Option<(Range<usize>, String)> {
        let row = |(text, size): &(&'static str, f64)| SizedText { text, size: *size };
        let rows: Vec<_> = rows.iter().map(row).collect();
        find(&rows, text_size(rows.iter().copied())?)
    }

    #[test]
    fn a_headline_over_two_lines_is_one_title() {
        let found = title(&[
            ("关于开展2026年冬季安全生产", 20.0),
            ("检查的通知", 20.0),
            ("各车间、各部门：", 12.0),
            (
                "为切实做好冬季安全生产工作，防范和遏制各类事故发生，决定开展检查。",
                12.0,
            ),
        ]);
        let said = "关于开展2026年冬季安全生产检查的通知".to_owned();
        assert_eq!(found, Some((0..2, said)));
    }

    #[test]
    fn the_name_of_who_announces_is_no_title_however_large() {
        let found = title(&[
            ("某某钢铁集团有限公司文件", 36.0),
            ("钢安〔2026〕12号", 12.0),
            ("关于开展冬季安全生产检查的通知", 18.0),
            (
                "各车间、各部门：为切实做好冬季安全生产工作，防范和遏制各类事故，决定开展检查。",
                12.0,
            ),
        ]);
        assert_eq!(
            found,
            Some((2..3, "关于开展冬季安全生产检查的通知".to_owned()))
        );
    }

    #[test]
    fn a_text_in_one_size_has_no_headline() {
        assert_eq!(
            title(&[("各车间、各部门：", 12.0), ("现将有关事项通知如下。", 12.0)]),
            None
        );
    }
}
