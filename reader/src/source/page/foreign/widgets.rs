//! Finds boxes with home pages of other sites and with the weather, by their content and under any name.

use std::ops::Range;

use super::held::{is_box, is_chief_content};
use crate::source::page::tree::{Gap, Id, PageTree};

/// The number of characters outside the links of a box up to which they are its heading.
const HEADING: u32 = 30;

/// Returns the outermost boxes of both kinds.
pub(super) fn boxes(page: &PageTree) -> Vec<Id> {
    let counts = Counts::of(page);
    let mut found: Vec<Id> = Vec::new();
    let mut id = 1;
    while (id as usize) < page.elements.len() {
        let own = is_box(page.name(id))
            && (counts.leads_to_sites(page, id) || counts.shows_weather(page, id));
        if own && !is_chief_content(page, id) {
            found.push(id);
            id = page.elements[id as usize].end;
        } else {
            id += 1;
        }
    }
    found
}

/// Running counts of the things before each element, or before each piece of text.
struct Counts {
    links: Vec<u32>,
    sites: Vec<u32>,
    headings: Vec<u32>,
    unlinked: Vec<u32>,
    lines: Vec<u32>,
    degrees: Vec<u32>,
}

impl Counts {
    fn of(page: &PageTree) -> Self {
        let elements = || 0..page.elements.len() as Id;
        let runs = || 0..page.runs.len();
        let leads = |id: Id| page.name(id) == "a" && page.attribute(id, "href").is_some();
        let is_linked = |run: usize| {
            let own = page.runs[run].element;
            std::iter::once(own)
                .chain(page.ancestors(own).take(3))
                .any(|id| page.name(id) == "a")
        };
        Self {
            links: sums(elements().map(|id| u32::from(leads(id)))),
            sites: sums(elements().map(|id| u32::from(leads(id) && names_site(page, id)))),
            headings: sums(
                elements()
                    .map(|id| u32::from(matches!(page.name(id), "h2" | "h3" | "h4" | "h5" | "h6"))),
            ),
            unlinked: sums(runs().map(|run| match is_linked(run) {
                true => 0,
                false => page.run_text(run).chars().count() as u32,
            })),
            lines: sums(runs().map(|run| u32::from(page.runs[run].gap == Gap::Block))),
            degrees: sums(runs().map(|run| u32::from(shows_degrees(page.run_text(run))))),
        }
    }

    /// Returns whether a box links only to home pages of other sites, under a heading at most.
    fn leads_to_sites(&self, page: &PageTree, id: Id) -> bool {
        const LEAST: u32 = 3;
        let within = id as usize..page.elements[id as usize].end as usize;
        let links = over(&self.links, within.clone());
        links >= LEAST
            && over(&self.sites, within) == links
            && over(&self.unlinked, page.runs_of(id)) <= HEADING
    }

    /// Returns whether a box shows only temperatures, under a heading.
    fn shows_weather(&self, page: &PageTree, id: Id) -> bool {
        let within = id as usize..page.elements[id as usize].end as usize;
        let lines = over(&self.lines, page.runs_of(id));
        let degrees = over(&self.degrees, page.runs_of(id));
        degrees > 0
            && degrees + 1 == lines
            && over(&self.headings, within.clone()) == 1
            && over(&self.links, within) == 0
    }
}

fn sums(counts: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut sum = 0;
    let sums = counts.map(|count| {
        sum += count;
        sum
    });
    std::iter::once(0).chain(sums).collect()
}

fn over(sums: &[u32], range: Range<usize>) -> u32 {
    sums[range.end] - sums[range.start]
}

/// Returns whether a link names a whole site, and not a page of it: `https://www.example.com/`.
fn names_site(page: &PageTree, link: Id) -> bool {
    let href = page.attribute(link, "href").unwrap_or_default().trim();
    let rest = ["https://", "http://", "//"]
        .iter()
        .find_map(|scheme| href.strip_prefix(scheme));
    rest.is_some_and(|rest| {
        let host = rest.strip_suffix('/').unwrap_or(rest);
        !host.is_empty() && !host.contains(['/', '?', '#'])
    })
}

/// Returns whether a text shows temperatures: `13℃ ~ 21℃`
fn shows_degrees(text: &str) -> bool {
    text.contains(['℃', '℉']) || text.contains("°C") || text.contains("°F")
}
