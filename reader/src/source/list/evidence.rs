//! Measures how much a group of rows looks like the page's list of notices.
//!
//! The score multiplies the worth of each kind of evidence, so that no single one decides: a list has many rows,
//! meaningful titles, dates next to them, addresses that name one page each; it is in the middle of the page, under a
//! heading that the page's title repeats, above a pager. A menu has short titles and no dates, a side bar is in a box
//! that is named so.

pub(super) mod beside;
pub(super) mod scored;

use std::{cell::LazyCell, collections::HashSet};

use self::scored::Scored;
use super::{
    candidates::group::{Item, RowGroup},
    element::{is_heading, region},
    regions::{self, Region},
    survey::{
        PageSurvey,
        dates::{DateInRow, stands_alone},
        links::PageLink,
    },
    words::{self, LinkText},
};
use crate::source::page::{Gap, PageTree};

/// The length of a title above which it counts no more.
const LONG_TITLE: f32 = 30.0;
/// The number of rows that are inspected closely.
const SAMPLE: usize = 60;

/// Weighs each of the candidates.
pub(super) fn weigh(survey: &PageSurvey<'_>, candidates: Vec<RowGroup>) -> Vec<Scored> {
    let weighed = candidates.into_iter().map(|group| score(survey, group));
    weighed.collect()
}

/// Weighs one group.
pub(super) fn score(survey: &PageSurvey<'_>, group: RowGroup) -> Scored {
    let PageSurvey { page, links, .. } = survey;
    let count = group.items.len() as f32;
    let of_links = |worth: fn(&PageLink) -> f32| {
        let worths = group.items.iter().map(|item| worth(&links[item.link]));
        worths.sum::<f32>() / count
    };
    let heading = heading(page, &group);
    let titled = heading.as_deref().is_some_and(|text| is_titled(page, text));
    let dated = dated(survey, &group);
    let mut scored = Scored {
        score: 0.0,
        is_list: false,
        dated,
        units: of_links(|link| link.units.min(LONG_TITLE)),
        specific: of_links(|link| f32::from(u8::from(link.specific))),
        places: of_links(|link| f32::from(u8::from(link.href.starts_with('#')))),
        region: region(page, group.container(page)),
        side_heading: !titled && heading.as_deref().is_some_and(regions::is_side_heading),
        titled,
        paged: paged(page, links, &group),
        variety: variety(page, links, &group, dated),
        standing: 1.0 - in_sentences(survey, &group),
        days: days(survey, &group),
        heading,
        group,
    };
    scored.score = scored.weigh();
    scored.is_list = scored.qualifies();
    scored
}

/// Returns the share of rows with their own date, or that of the text on the page to which they lead.
fn dated(survey: &PageSurvey<'_>, group: &RowGroup) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    let byline = survey.byline(sample);
    let places = LazyCell::new(|| beside::places(survey.page));
    let leads_to_dated_text = |link: &PageLink| {
        link.href.contains('#') && beside::leads_to_dated_text(survey, &places, link)
    };
    let is_byline = |date: &DateInRow| {
        byline
            .as_ref()
            .is_some_and(|byline| *byline == survey.head(date))
    };
    let is_dated = |item: &&Item| {
        let dates = survey.dates.within(item.runs.clone());
        dates
            .iter()
            .any(|date| stands_alone(date) || is_byline(date))
            || survey.dates.in_attributes(item.row).is_some()
            || leads_to_dated_text(&survey.links[item.link])
    };
    sample.iter().filter(is_dated).count() as f32 / sample.len() as f32
}

/// Returns the share of rows whose link is a date.
fn days(survey: &PageSurvey<'_>, group: &RowGroup) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    let is_day = |item: &&Item| {
        let runs = survey.page.runs_of(survey.links[item.link].element);
        let dates = survey.dates.within(runs.clone());
        dates.iter().any(|date| date.whole && date.runs == runs)
    };
    sample.iter().filter(is_day).count() as f32 / sample.len() as f32
}

/// Returns how much the rows differ from each other, in their dates if in nothing else.
fn variety(page: &PageTree, links: &[PageLink], group: &RowGroup, dated: f32) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    if dated > 0.8 {
        let row = |item: &Item| page.text(item.runs.start..item.runs.end.min(item.runs.start + 12));
        let rows: HashSet<String> = sample.iter().map(row).collect();
        return rows.len() as f32 / sample.len() as f32;
    }
    let labels: HashSet<u64> = sample.iter().map(|item| links[item.link].label).collect();
    labels.len() as f32 / sample.len() as f32
}

/// Returns the share of rows whose link is part of a sentence: an article's, not a list's.
fn in_sentences(survey: &PageSurvey<'_>, group: &RowGroup) -> f32 {
    let page = survey.page;
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    // Links that follow each other on a line are not a sentence.
    let is_linked = |run: usize| {
        let element = page.runs[run].element;
        let mut around = std::iter::once(element)
            .chain(page.ancestors(element))
            .take(4);
        around.any(|id| page.name(id) == "a")
    };
    let is_sentence = |run: usize| {
        words::units(page.run_text(run)) >= 6.0
            && !is_linked(run)
            && survey
                .dates
                .within(run..run + 1)
                .iter()
                .all(|date| !date.whole)
    };
    let count = sample.iter().filter(|item| {
        let runs = page.runs_of(survey.links[item.link].element);
        let before = runs.start > 0
            && page
                .runs
                .get(runs.start)
                .is_some_and(|run| run.gap != Gap::Block)
            && is_sentence(runs.start - 1);
        let after = page
            .runs
            .get(runs.end)
            .is_some_and(|run| run.gap != Gap::Block)
            && is_sentence(runs.end);
        before || after && runs.len() == 1 && survey.links[item.link].units < 8.0
    });
    count.count() as f32 / sample.len() as f32
}

/// Returns the text above the list: a heading, or a short text in the box around it.
fn heading(page: &PageTree, group: &RowGroup) -> Option<String> {
    let first = group.items.first()?.runs.start;
    let container = group.container(page);
    let inner = page
        .ancestors(container)
        .take(2)
        .filter(|id| page.name(*id) != "body")
        .last()
        .map_or(first, |outer| page.runs_of(outer).start);
    for run in (first.saturating_sub(10)..first).rev() {
        let text = page.run_text(run).trim();
        let element = page.runs[run].element;
        let mut line = std::iter::once(element)
            .chain(page.ancestors(element))
            .take(3);
        let is_heading = line.any(|id| is_heading(page, id));
        let units = words::units(text);
        let says = words::link_text(text) == LinkText::Title
            && (1.6..=20.0).contains(&units)
            && text.chars().any(char::is_alphabetic);
        if says && (is_heading || run >= inner) && region(page, element) != Region::Frame {
            return Some(text.to_owned());
        }
        // Beyond another title there is another list, with its own heading.
        if units > 20.0 {
            break;
        }
    }
    None
}

fn is_titled(page: &PageTree, heading: &str) -> bool {
    let heading = words::bare(heading);
    heading.chars().count() >= 2 && words::bare(&page.title).contains(&heading)
}

/// Returns whether page links follow the last row, or are in the box of the rows.
fn paged(page: &PageTree, links: &[PageLink], group: &RowGroup) -> bool {
    let last = &group.items[group.items.len() - 1];
    let after = page.elements[last.row as usize].end;
    let from = links.partition_point(|link| link.element < after);
    let near = &links[from..links.len().min(from + 12)];
    let until = near
        .iter()
        .position(|link| link.text == LinkText::Title && link.units > 6.0)
        .unwrap_or(near.len());
    near[..until].iter().any(|link| {
        link.text == LinkText::Pager && words::is_next(&page.text(page.runs_of(link.element)))
    }) || near[..until]
        .iter()
        .filter(|link| link.text == LinkText::Pager)
        .count()
        >= 3
}
