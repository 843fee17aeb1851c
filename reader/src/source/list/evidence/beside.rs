//! Finds prose next to rows that does not make the page an article: at the very edge of the page without a headline,
//! and the texts that an index of the same page leads to.

use std::{collections::HashMap, ops::Range};

use super::scored::Scored;
use crate::source::list::{
    survey::{PageSurvey, links::PageLink},
    words::{self, LinkText},
};
use crate::source::{
    article::labels::labels,
    page::{Gap, Id, PageTree},
    text,
};

/// The number of lines of a few words next to the prose of a box at an edge.
const FEW: usize = 4;
/// The number of lines before a text among which its headline is.
const HEAD: usize = 4;

/// Returns the text at the start and at the end of a page with rows, if it has no headline or byline above it.
pub(in crate::source::list) fn edges(page: &PageTree, best: &Scored) -> [Range<usize>; 2] {
    let lines = lines(page);
    let is_head = |line: &Range<usize>| is_head(page, best, line);
    // A page under a heading for related links belongs to an article, whose text may be followed by a few words, too.
    let may_be_word = |line: &Range<usize>| !best.side_heading && is_word(page, best, line);
    // A box at an edge may begin or end with a heading or buttons; words beyond its prose are the page's own.
    let reach = |lines: &mut dyn Iterator<Item = &Range<usize>>| {
        let mut lines = lines.enumerate().peekable();
        let is_word = |(at, line): &(usize, &Range<usize>)| {
            *at < FEW && !is_prose(page, best, line) && may_be_word(line)
        };
        while lines.next_if(is_word).is_some() {}
        let prose = lines.take_while(|(_, line)| is_prose(page, best, line));
        prose.last().map_or(0, |(at, _)| at + 1)
    };
    let first = reach(&mut lines.iter());
    // If the footer was removed, the text above it is not at the edge of the page.
    let foot = page.foot.unwrap_or_default();
    let foot = lines.partition_point(|line| line.start < foot).max(first);
    let last = reach(&mut lines[foot..].iter().rev());
    let last = lines.len() - last;
    let is_headed = |from: usize, to: usize| lines[from..to].iter().any(is_head);
    let runs = |from: usize, to: usize| match &lines[from..to] {
        [first, .., last] => first.start..last.end,
        [only] => only.clone(),
        [] => 0..0,
    };
    let head = if is_headed(0, first) { 0 } else { first };
    let end = match is_headed(last.saturating_sub(HEAD).max(foot), lines.len()) {
        true => lines.len(),
        false => last,
    };
    [runs(0, head), runs(end, lines.len())]
}

/// Returns the runs of each line of the page.
fn lines(page: &PageTree) -> Vec<Range<usize>> {
    let mut lines: Vec<Range<usize>> = Vec::new();
    for (run, piece) in page.runs.iter().enumerate() {
        match lines.last_mut() {
            Some(line) if piece.gap != Gap::Block => line.end = run + 1,
            _ => lines.push(run..run + 1),
        }
    }
    lines
}

fn in_rows(best: &Scored, line: &Range<usize>) -> bool {
    let rows = &best.group.items;
    let after = rows.partition_point(|row| row.runs.start < line.end);
    after > 0 && rows[after - 1].runs.end > line.start
}

fn stands_in(page: &PageTree, run: usize, names: &[&str]) -> bool {
    let own = page.runs[run].element;
    std::iter::once(own)
        .chain(page.ancestors(own).take(5))
        .any(|id| names.contains(&page.name(id)))
}

/// Returns whether a line has much more text outside its links than in them.
fn is_prose(page: &PageTree, best: &Scored, line: &Range<usize>) -> bool {
    let (mut said, mut linked) = (0.0, 0.0);
    for run in line.clone() {
        let units = words::units(page.run_text(run));
        match stands_in(page, run, &["a"]) {
            true => linked += units,
            false => said += units,
        }
    }
    said >= 6.0 && linked * 2.0 < said && !in_rows(best, line)
}

/// Returns whether a line is a few words, such as the buttons below a text.
fn is_word(page: &PageTree, best: &Scored, line: &Range<usize>) -> bool {
    const LONGEST: f32 = 8.0;
    words::units(&page.text(line.clone())) <= LONGEST && !in_rows(best, line)
}

/// Returns whether a line is the head of an article: its headline, or who published it and when.
fn is_head(page: &PageTree, best: &Scored, line: &Range<usize>) -> bool {
    if in_rows(best, line) || stands_in(page, line.start, &["a"]) {
        return false;
    }
    let said = text::one_line(&page.text(line.clone()));
    let names_page = || words::bare(&page.title).contains(&words::bare(&said));
    let is_heading = || stands_in(page, line.start, &["h1", "h2", "h3"]);
    let is_title = words::units(&said) >= 8.0 && words::link_text(&said) == LinkText::Title;
    is_title && (is_heading() || names_page()) || labels(&said) > 1
}

/// Returns the elements of the page itself to which most rows of a list lead; `None` if they lead elsewhere.
pub(in crate::source::list) fn texts(survey: &PageSurvey<'_>, hrefs: &[&str]) -> Option<Range<Id>> {
    let page = survey.page;
    let places = places(page);
    let own: Vec<String> = hrefs
        .iter()
        .filter_map(|href| place_of(survey, href))
        .collect();
    let mut targets: Vec<Id> = own
        .iter()
        .filter_map(|place| places.get(place.as_str()).copied())
        .collect();
    targets.sort_unstable();
    targets.dedup();
    let (Some(&first), Some(&last)) = (targets.first(), targets.last()) else {
        return None;
    };
    let is_index = first != last && own.len() * 2 >= hrefs.len();
    let all = page.common_ancestor(first, last);
    is_index.then(|| first..page.elements[all as usize].end)
}

/// Returns whether a link leads to a text on the page itself that has a date: in the link, or at the head of the text.
pub(in crate::source::list) fn leads_to_dated_text(
    survey: &PageSurvey<'_>,
    places: &HashMap<&str, Id>,
    link: &PageLink,
) -> bool {
    let place = place_of(survey, &link.href);
    let Some(text) = place.and_then(|place| places.get(place.as_str())) else {
        return false;
    };
    let said = survey.page.text(survey.page.runs_of(link.element));
    survey.dates.find(&said).is_some() || is_headed_by_day(survey, *text)
}

/// Returns whether one of the first lines of a text is hardly more than its day.
fn is_headed_by_day(survey: &PageSurvey<'_>, text: Id) -> bool {
    const LONGEST: f32 = 16.0;
    let page = survey.page;
    let mut from = page.runs_of(text).start;
    (0..HEAD).any(|_| {
        let more = (from + 1..page.runs.len()).find(|run| page.runs[*run].gap == Gap::Block);
        let end = more.unwrap_or(page.runs.len()).max(from);
        let line = page.text(from..end);
        from = end;
        words::units(&line) <= LONGEST && survey.dates.find(&line).is_some()
    })
}

/// Returns the elements that an address of the page may lead to.
pub(in crate::source::list) fn places(page: &PageTree) -> HashMap<&str, Id> {
    let mut places = HashMap::new();
    for id in (1..page.elements.len() as Id).rev() {
        let name = || page.attribute(id, "name").filter(|_| page.name(id) == "a");
        for place in name().into_iter().chain(page.attribute(id, "id")) {
            places.insert(place, id);
        }
    }
    places
}

/// Returns the place on the page itself to which an address leads.
pub(in crate::source::list) fn place_of(survey: &PageSurvey<'_>, href: &str) -> Option<String> {
    let url = survey.base.join(href).ok()?;
    let place = url.fragment().filter(|place| !place.is_empty())?;
    let place = percent_encoding::percent_decode_str(place).decode_utf8_lossy();
    let page = |url: &url::Url| {
        let mut url = url.clone();
        url.set_fragment(None);
        url
    };
    (page(&url) == page(survey.context.base)).then(|| place.into_owned())
}
