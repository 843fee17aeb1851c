//! Finds the article's own title among headings, `<title>` and the statements of the head.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use regex::Regex;

use super::agreement::{agreement, is_site, stated, whole};
use super::head::Head;
use super::layout::{Layout, measure};
use super::line::is_info;
use super::title_text::key;
use crate::source::page::Id;
use crate::source::{date, list, text};

/// The title, and its block on the page.
#[derive(Debug, Default)]
pub(super) struct Title {
    pub text: Option<String>,
    pub blocks: Option<Range<usize>>,
}

/// The distance above the text within which a title is searched for, in blocks.
const REACH: usize = 40;

pub(super) fn find(layout: &Layout<'_>, head: &Head, body: Option<&Range<usize>>) -> Title {
    const LEAST: f32 = 3.5;
    let best = ranked(layout, head, body).into_iter().next();
    if let Some((_, candidate)) = best.filter(|(score, _)| *score >= LEAST) {
        let (text, blocks) = continued(layout, head, candidate);
        return Title {
            text: Some(whole(text, head)),
            blocks: Some(blocks),
        };
    }
    Title {
        text: stated(head),
        blocks: None,
    }
}

/// Returns the lines that may be the title, the likeliest first, each with its score.
pub(super) fn ranked(
    layout: &Layout<'_>,
    head: &Head,
    body: Option<&Range<usize>>,
) -> Vec<(f32, TitleCandidate)> {
    let start = body.map_or(layout.blocks.len().min(REACH * 2), |body| body.start);
    let menu = menu(layout);
    let only = only_heading(layout, start);
    let weighed = |candidate: TitleCandidate| {
        let mut score = score(layout, head, start, &candidate);
        if only == Some(candidate.element) {
            score += 2.5;
        }
        if menu.contains(&candidate.key) {
            // This is the section, as the menu calls it.
            score -= 5.0;
        }
        (score, candidate)
    };
    let candidates = candidates(layout, start, body.is_some()).into_iter();
    let mut ranked: Vec<_> = candidates.map(weighed).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked
}

/// Returns the one heading of the highest ranks above the text, or the one box called a title right above a paragraph
/// of it, if there is no other.
fn only_heading(layout: &Layout<'_>, start: usize) -> Option<Id> {
    let page = layout.page;
    let from = start.saturating_sub(REACH);
    let to = (start + 4).min(layout.blocks.len());
    let within = |id: &Id| {
        let blocks = layout.blocks_of(*id);
        !blocks.is_empty()
            && (from..to).contains(&blocks.start)
            && layout.facts[*id as usize].aside == 0
    };
    let one = |found: Vec<Id>| match found.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    let elements = || 0..page.elements.len() as Id;
    let headings: Vec<Id> = elements()
        .filter(|id| matches!(page.name(*id), "h1" | "h2") && within(id))
        .take(2)
        .collect();
    if !headings.is_empty() {
        return one(headings);
    }
    let heads = |id: &Id| {
        let blocks = layout.blocks_of(*id);
        let below = layout.blocks.get(blocks.end);
        blocks.len() == 1
            && layout.blocks[blocks.start].element == *id
            && is_named(layout, *id)
            && below.is_some_and(|below| {
                below.units >= 12.0 && below.marks > 0 && below.link_share() < 0.3
            })
    };
    one(elements()
        .filter(|id| within(id) && heads(id))
        .take(2)
        .collect())
}

/// Returns the texts of the page's short links.
fn menu(layout: &Layout<'_>) -> HashSet<String> {
    let short = layout
        .blocks
        .iter()
        .filter(|block| block.link_share() > 0.5 && block.units < 16.0);
    short
        .flat_map(|block| block.runs.clone())
        .map(|run| key(layout.page.run_text(run)))
        .collect()
}

/// Returns a title of several lines as a whole, if the head has them as one.
fn continued(layout: &Layout<'_>, head: &Head, first: TitleCandidate) -> (String, Range<usize>) {
    let wholes: Vec<String> = head
        .headlines
        .iter()
        .chain(&head.title)
        .map(|whole| key(whole))
        .collect();
    let (mut text, mut so_far, mut end) = (first.text, first.key, first.blocks.end);
    while end < layout.blocks.len() && end < first.blocks.end + 3 {
        let line = text::one_line(&layout.text(end));
        let longer = format!("{so_far}{}", key(&line));
        if longer.len() == so_far.len() || !wholes.iter().any(|whole| whole.starts_with(&longer)) {
            break;
        }
        text = joined(text, &line);
        so_far = longer;
        end += 1;
    }
    (text, first.blocks.start..end)
}

/// Joins two lines of a title: Chinese has no spaces between words.
fn joined(mut text: String, line: &str) -> String {
    let line = text::one_line(line);
    let meets_han = text.ends_with(text::is_han) && line.starts_with(text::is_han);
    if !(text.is_empty() || meets_han) {
        text.push(' ');
    }
    text + &line
}

/// Returns the lines of a heading without a date that has its own element or line.
fn undated(layout: &Layout<'_>, blocks: Range<usize>) -> Vec<String> {
    static DATE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^[\s\[(（【]*(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}日?(?:\s+\d{1,2}:\d\d(?::\d\d)?)?[\s\])）】]*$")
            .expect("a fixed pattern")
    });
    let page = layout.page;
    let line = |at: usize| {
        let block = &layout.blocks[at];
        let is_date = |run: usize| {
            let text = page.run_text(run);
            page.runs[run].element != block.element && (DATE.is_match(text) || is_day(text))
        };
        let (mut from, mut to) = (block.runs.start, block.runs.end);
        while to > from + 1 && is_date(to - 1) {
            to -= 1;
        }
        while from + 1 < to && is_date(from) {
            from += 1;
        }
        page.text(from..to)
    };
    let lines: Vec<String> = blocks.map(line).collect();
    let says: Vec<String> = lines
        .iter()
        .filter(|line| !DATE.is_match(line) && !is_day(line))
        .cloned()
        .collect();
    if says.is_empty() { lines } else { says }
}

/// Returns whether a text is only a day, in words: `27 Jan`.
fn is_day(text: &str) -> bool {
    let text = text.trim();
    let worded = text.len() <= 40 && text.chars().any(char::is_alphabetic);
    let found = || {
        date::find(
            text,
            chrono_tz::UTC,
            chrono::DateTime::from_timestamp(4_000_000_000, 0)?,
        )
    };
    worded && found().is_some_and(|(range, _)| range == (0..text.len()))
}

#[derive(Debug)]
pub(super) struct TitleCandidate {
    pub(super) element: Id,
    blocks: Range<usize>,
    pub(super) text: String,
    /// The letters and digits only, for comparison.
    key: String,
}

/// Returns headings, elements named as titles, and single lines above the text.
fn candidates(layout: &Layout<'_>, start: usize, bounded: bool) -> Vec<TitleCandidate> {
    let page = layout.page;
    let from = if bounded {
        start.saturating_sub(REACH)
    } else {
        0
    };
    let to = (start + 4).min(layout.blocks.len());
    let mut found = Vec::new();
    let mut last = None;
    for at in from..to {
        let element = layout.blocks[at].element;
        // The heading is taken as a whole if a line is only a part of it.
        let named = std::iter::once(element)
            .chain(page.ancestors(element))
            .take(3)
            .find(|id| is_heading(layout, *id) && layout.blocks_of(*id).len() <= 4);
        let id = named.unwrap_or(element);
        let blocks = match named {
            Some(id) => layout.blocks_of(id),
            None => at..at + 1,
        };
        if named.is_some() && last == Some(id) {
            continue;
        }
        last = Some(id);
        let text = undated(layout, blocks.clone())
            .into_iter()
            .fold(String::new(), |text, line| joined(text, &line));
        let (units, _) = measure(&text);
        if (3.0..120.0).contains(&units) {
            found.push(TitleCandidate {
                element: id,
                blocks,
                key: key(&text),
                text,
            });
        }
    }
    found
}

pub(super) fn is_heading(layout: &Layout<'_>, id: Id) -> bool {
    matches!(layout.page.name(id), "h1" | "h2" | "h3" | "h4") || is_named(layout, id)
}

/// Returns whether a class or id calls the element a title.
fn is_named(layout: &Layout<'_>, id: Id) -> bool {
    let page = layout.page;
    let named = |label: &str| {
        let label = label.to_ascii_lowercase();
        ["title", "headline", "biaoti", "heading", "subject"]
            .iter()
            .any(|word| label.contains(word))
            || label
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| matches!(word, "bt" | "tt" | "tit"))
    };
    named(page.class(id)) || page.attribute(id, "id").is_some_and(named)
}

/// Returns the evidence for a line as the title.
fn worth(layout: &Layout<'_>, head: &Head, start: usize, candidate: &TitleCandidate) -> f32 {
    let page = layout.page;
    let first = candidate.blocks.start;
    let mut score = match page.name(candidate.element) {
        "h1" => 5.0,
        "h2" => 3.5,
        "h3" => 3.0,
        "h4" => 2.0,
        _ => 0.0,
    };
    if is_named(layout, candidate.element) {
        score += 2.5;
    }
    score += agreement(head, &candidate.key);
    if is_set_apart(layout, candidate.element) {
        score += 2.0;
    }
    if super::block::label_before(layout, first).is_some() {
        score -= 6.0;
    }
    let next = candidate.blocks.end;
    // Below the section's name and a longer line, the following lines belong to that line.
    let own = measure(&candidate.text).0;
    let longer = |at: &usize| own < 10.0 && layout.blocks[*at].units > own;
    let has_info = (next..(next + 2).min(layout.blocks.len()))
        .take_while(|at| !longer(at) || is_info(&text::one_line(&layout.text(*at))))
        .filter(|at| layout.blocks[*at].units < 80.0 && layout.blocks[*at].link_share() < 0.4)
        .any(|at| is_info(&text::one_line(&layout.text(at))));
    // Below the text's beginning it is a signature, with its date.
    let below_text = (start..first).any(|at| {
        let block = &layout.blocks[at];
        block.marks > 0 && block.units >= 12.0 && block.link_share() < 0.5
    });
    if has_info && !below_text {
        score += 5.0;
    } else if next == start {
        score += 2.0;
    }
    score
}

/// Returns the evidence for a line as the title, less the evidence against it.
fn score(layout: &Layout<'_>, head: &Head, start: usize, candidate: &TitleCandidate) -> f32 {
    let first = candidate.blocks.start;
    let mut score = worth(layout, head, start, candidate);
    let distance = start.abs_diff(first) as f32;
    score -= (distance * 0.15).min(4.0);
    if first >= start {
        score -= 1.0;
    }
    if layout.fact(first).aside != 0 {
        score -= 4.0;
    }
    if layout.fact(first).item {
        score -= 2.0;
    }
    let (linked, units) = candidate.blocks.clone().fold((0.0, 0.0), |(l, u), at| {
        (l + layout.blocks[at].linked, u + layout.blocks[at].units)
    });
    if linked > units * 0.5 {
        score -= 3.0;
    }
    if is_info(&candidate.text) || candidate.text.contains(['>', '»']) {
        score -= 6.0;
    }
    if candidate.text.ends_with(['。', '；', '：', ':']) {
        score -= 3.0;
    }
    let short = candidate.key.chars().count() <= 10;
    if short && list::is_side_heading(&candidate.text) {
        score -= 6.0;
    }
    if is_site(head, &candidate.key) {
        score -= 8.0;
    }
    score
}

/// Returns whether a line is centred, as texts are not.
pub(super) fn is_set_apart(layout: &Layout<'_>, id: Id) -> bool {
    let page = layout.page;
    let says = |name: &str| {
        page.attribute(id, name)
            .unwrap_or_default()
            .to_ascii_lowercase()
    };
    let style: String = says("style").split_whitespace().collect();
    page.name(id) == "center" || says("align") == "center" || style.contains("text-align:center")
}
