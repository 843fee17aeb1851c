//! How much a group of rows looks like the page's list of notices.
//!
//! The score multiplies what each kind of evidence is worth, so that no single one decides: a list
//! has many rows, titles that say something, dates beside them, addresses that name one page
//! each; it stands in the middle of the page, under a heading that the page's title repeats, above
//! a pager. A menu has short titles and no dates, a side bar stands in a box that says so.

use std::{cell::LazyCell, collections::HashSet};

use super::{
    Look, beside,
    dates::Found,
    group::{Group, Item},
    links::Link,
    words::{self, LinkText, Region},
};
use crate::source::page::{Gap, Id, Page};

/// A group with what was found out about it.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub group: Group,
    pub score: f32,
    pub is_list: bool,
    /// Share of rows with a date.
    pub dated: f32,
    /// Mean of [`words::units`] of the titles.
    pub units: f32,
    /// Share of rows whose address names one page among many.
    pub specific: f32,
    /// Share of rows that lead to a place in the page itself.
    places: f32,
    pub region: Region,
    pub heading: Option<String>,
    /// The page's own title repeats the heading.
    pub titled: bool,
    /// A pager follows.
    pub paged: bool,
    /// The heading says popular, related, recommended.
    pub side_heading: bool,
    /// Share of rows that say what no other says.
    variety: f32,
    /// Share of rows whose link is not part of a sentence.
    standing: f32,
    /// Share of rows whose link says a date and nothing else, as an archive's do.
    days: f32,
}

/// Titles longer than this say no more by being longer.
const LONG_TITLE: f32 = 30.0;
/// Rows that are looked at closely.
const SAMPLE: usize = 60;

pub(super) fn score(look: &Look<'_>, group: Group) -> Scored {
    let Look { page, links, .. } = look;
    let count = group.items.len() as f32;
    let of_links = |worth: fn(&Link) -> f32| {
        let worths = group.items.iter().map(|item| worth(&links[item.link]));
        worths.sum::<f32>() / count
    };
    let heading = heading(page, &group);
    let titled = heading.as_deref().is_some_and(|text| is_titled(page, text));
    let dated = dated(look, &group);
    let mut scored = Scored {
        score: 0.0,
        is_list: false,
        dated,
        units: of_links(|link| link.units.min(LONG_TITLE)),
        specific: of_links(|link| f32::from(u8::from(link.specific))),
        places: of_links(|link| f32::from(u8::from(link.href.starts_with('#')))),
        region: region(page, group.container(page)),
        side_heading: !titled && heading.as_deref().is_some_and(words::is_side_heading),
        titled,
        paged: paged(page, links, &group),
        variety: variety(page, links, &group, dated),
        standing: 1.0 - in_sentences(look, &group),
        days: days(look, &group),
        heading,
        group,
    };
    scored.score = scored.weigh();
    scored.is_list = scored.qualifies();
    scored
}

impl Scored {
    /// Returns whether nothing that a script may add could be more of a list.
    pub(super) fn is_sure(&self) -> bool {
        self.is_list && self.region != Region::Side && !self.side_heading && self.dated >= 0.5
    }

    fn weigh(&self) -> f32 {
        let place = match self.region {
            Region::Frame if self.is_plainly_dated() => 0.4,
            Region::Frame => 0.15,
            Region::Side => 0.45,
            Region::Neutral => 1.0,
            Region::Main => 1.25,
        };
        let mut score = (self.group.items.len() as f32).powf(0.6) * self.units;
        score *= 0.35 + 1.65 * self.dated;
        score *= 0.5 + 0.5 * self.specific;
        score *= self.variety * self.standing * (1.0 - 0.9 * self.days) * place;
        for (holds, factor) in [
            (self.side_heading, 0.4),
            (self.titled, 1.6),
            (self.paged, 1.6),
        ] {
            if holds {
                score *= factor;
            }
        }
        score
    }

    /// Returns whether it could be a list of notices at all: dated, or long titles of pages of their own.
    fn qualifies(&self) -> bool {
        let (rows, units) = (self.group.items.len(), self.units);
        let says_enough = self.dated >= 0.5 && units >= 3.0
            || self.dated > 0.2 && units >= 6.0
            || (rows >= 3 || self.titled || self.paged) && units >= 7.0 && self.specific >= 0.5
            || rows >= 4 && units >= 9.0;
        // The contents of a text lead to its headings; they have no dates.
        let leads_on = self.places < 0.5 || self.dated > 0.5;
        says_enough
            && leads_on
            && self.days < 0.5
            && self.variety > 0.5
            && self.standing > 0.5
            && (self.region != Region::Frame || self.is_plainly_dated())
    }

    /// Returns whether these are rows of something, and no menu, pager or links of a sentence.
    pub(super) fn has_rows(&self) -> bool {
        (self.places < 0.5 || self.dated > 0.5)
            && self.region != Region::Frame
            && self.units >= 2.5
            && self.variety > 0.5
            && self.standing > 0.5
    }

    /// A class may say menu by chance; dated rows do not.
    fn is_plainly_dated(&self) -> bool {
        self.dated > 0.8 && self.units >= 6.0
    }
}

/// Share of rows with a date of their own, or of the text on the page to which they lead.
fn dated(look: &Look<'_>, group: &Group) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    let byline = look.byline(sample);
    let places = LazyCell::new(|| beside::places(look.page));
    let leads_to_dated_text =
        |link: &Link| link.href.contains('#') && beside::leads_to_dated_text(look, &places, link);
    let is_byline = |date: &Found| {
        byline
            .as_ref()
            .is_some_and(|byline| *byline == look.head(date))
    };
    let is_dated = |item: &&Item| {
        let dates = look.dates.within(item.runs.clone());
        dates
            .iter()
            .any(|date| stands_alone(date) || is_byline(date))
            || look.dates.in_attributes(item.row).is_some()
            || leads_to_dated_text(&look.links[item.link])
    };
    sample.iter().filter(is_dated).count() as f32 / sample.len() as f32
}

/// Share of rows whose link is a date.
fn days(look: &Look<'_>, group: &Group) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    let is_day = |item: &&Item| {
        let runs = look.page.runs_of(look.links[item.link].element);
        let dates = look.dates.within(runs.clone());
        dates.iter().any(|date| date.whole && date.runs == runs)
    };
    sample.iter().filter(is_day).count() as f32 / sample.len() as f32
}

/// A date that is a row's own, not a part of a sentence.
pub(super) fn stands_alone(found: &Found) -> bool {
    found.whole || found.leads
}

/// Rows of a list differ from each other, in their dates if in nothing else.
fn variety(page: &Page, links: &[Link], group: &Group, dated: f32) -> f32 {
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    if dated > 0.8 {
        let row = |item: &Item| page.text(item.runs.start..item.runs.end.min(item.runs.start + 12));
        let rows: HashSet<String> = sample.iter().map(row).collect();
        return rows.len() as f32 / sample.len() as f32;
    }
    let labels: HashSet<u64> = sample.iter().map(|item| links[item.link].label).collect();
    labels.len() as f32 / sample.len() as f32
}

/// Returns what the boxes around an element are for.
pub(super) fn region(page: &Page, id: Id) -> Region {
    let mut main = false;
    let mut side = false;
    for box_ in std::iter::once(id).chain(page.ancestors(id)).take(24) {
        let name = page.name(box_);
        // What holds most of the page is no menu and no side bar, whatever it is called.
        if name == "body" || page.runs_of(box_).len() * 2 > page.runs.len() {
            break;
        }
        let id = page.attribute(box_, "id").unwrap_or_default();
        match words::region(name, page.class(box_), id) {
            Region::Frame if !main => return Region::Frame,
            // What holds a side bar is none.
            Region::Side if !main && !holds_side_bar(page, box_) => side = true,
            Region::Main => main = true,
            _ => {}
        }
    }
    match (side, main) {
        (true, _) => Region::Side,
        (_, true) => Region::Main,
        _ => Region::Neutral,
    }
}

fn holds_side_bar(page: &Page, id: Id) -> bool {
    const MOST: usize = 4000;
    let inside = (id + 1..page.elements[id as usize].end).take(MOST);
    page.name(id) != "aside" && inside.into_iter().any(|inner| page.name(inner) == "aside")
}

/// Share of rows whose link is part of a sentence: an article's, not a list's.
fn in_sentences(look: &Look<'_>, group: &Group) -> f32 {
    let page = look.page;
    let sample = &group.items[..group.items.len().min(SAMPLE)];
    // Links that follow each other on a line are no sentence.
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
            && look
                .dates
                .within(run..run + 1)
                .iter()
                .all(|date| !date.whole)
    };
    let count = sample.iter().filter(|item| {
        let runs = page.runs_of(look.links[item.link].element);
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
        before || after && runs.len() == 1 && look.links[item.link].units < 8.0
    });
    count.count() as f32 / sample.len() as f32
}

/// The text that stands over the list: a heading, or something short in the box around it.
fn heading(page: &Page, group: &Group) -> Option<String> {
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
        // Beyond another title stands another list, with a heading of its own.
        if units > 20.0 {
            break;
        }
    }
    None
}

pub(super) fn is_heading(page: &Page, id: Id) -> bool {
    matches!(
        page.name(id),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "legend" | "caption"
    )
}

fn is_titled(page: &Page, heading: &str) -> bool {
    let heading = words::bare(heading);
    heading.chars().count() >= 2 && words::bare(&page.title).contains(&heading)
}

/// Returns whether page links follow the last row, or stand in the box of the rows.
fn paged(page: &Page, links: &[Link], group: &Group) -> bool {
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
