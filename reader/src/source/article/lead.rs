//! Finds lines between headline and text that state by when to act, or when something takes place. They are next to the
//! day of publication, outside of the element that holds the text.

use super::body;
use super::{
    block::block_line, dated_line::is_labelled_otherwise, labels::is_labelled, line::is_of_article,
    occasion::is_kept, parts::Parts,
};
use crate::source::{date, summary};
use crate::{bulletin::Moment, source::reading::Context};

/// The longest line that can be a statement of the article's head.
const LONGEST: usize = 160;
/// The most text after the day; with more it is a sentence: `摘要：2022年8月22日，第三届论坛在北京举行。`
const MOST_AFTER: usize = 20;

/// Returns the blocks of those lines, in page order.
pub(super) fn blocks(
    parts: &Parts<'_>,
    published: Option<&Moment>,
    context: &Context<'_>,
) -> Vec<usize> {
    let title = parts.title.blocks.as_ref().map(|title| title.end);
    let text = parts.text_range().map(|text| text.start);
    let (Some(from), Some(to)) = (title, text) else {
        return Vec::new();
    };
    let between: Vec<usize> = (from..to)
        .filter(|at| parts.layout.blocks[*at].link_share() <= 0.5)
        .collect();
    between
        .chunk_by(|before, at| is_one_line(parts, *before, *at))
        .filter(|line| {
            let line = body::text(line, parts.layout);
            let (zone, now) = (context.time_zone, context.now);
            let asks = || summary::deadline(&line, published, zone, now).is_some();
            let states_day = || {
                date::find(&line, zone, now).is_some_and(|(day, _)| {
                    let label = &line[..day.start];
                    let is_statement = line[day.end..].chars().count() <= MOST_AFTER;
                    is_statement
                        && is_labelled_otherwise(label)
                        && !is_of_article(date::called(label))
                }) && !is_labelled(&line)
            };
            line.chars().count() <= LONGEST && (is_kept(&line) || asks() || states_day())
        })
        .flatten()
        .copied()
        .collect()
}

/// Returns whether a block continues the line of the one before it: in a row of a table, or below its label.
fn is_one_line(parts: &Parts<'_>, before: usize, at: usize) -> bool {
    let row = |at| parts.layout.fact(at).row;
    let is_label = || block_line(parts.layout, before).ends_with([':', '：']);
    row(at) != 0 && row(at) == row(before) || at == before + 1 && is_label()
}
