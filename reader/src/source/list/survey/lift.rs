//! Handles rows whose links have no title ("read more", a number, the date, a bare picture): the text of the row in the
//! place of a title becomes a link to the same target.

use std::{
    collections::{HashMap, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use super::{
    dates::Dates,
    links::{PageLink, is_image},
};
use crate::source::list::{
    candidates::group,
    words::{self, LinkText},
};
use crate::source::{
    download::is_file,
    page::{self, Id, PageTree},
};

/// The number of links from which a shared text is a habit.
const FEW: usize = 3;
/// The least mean length of titles, in [`words::units`].
const TITLE: f32 = 5.0;
/// The length above which a text is not a title, in [`words::units`].
const LONG: f32 = 16.0;
/// The number of pieces of a row that are read.
const MAX_PIECES: usize = 24;

/// Adds links for the titles of such rows.
pub(in crate::source::list) fn lift(page: &PageTree, dates: &Dates<'_>, links: &mut Vec<PageLink>) {
    let mute = mute(page, dates, links);
    if mute.is_empty() {
        return;
    }
    let is_mute: HashSet<usize> = mute.iter().flatten().copied().collect();
    let titled: HashSet<&str> = (0..links.len())
        .filter(|link| !is_mute.contains(link) && says_title(&links[*link]))
        .map(|link| links[link].href.as_str())
        .collect();
    let unnamed = |members: &Vec<usize>| {
        let hrefs: HashSet<&str> = members.iter().map(|at| links[*at].href.as_str()).collect();
        let elsewhere = hrefs.iter().filter(|href| titled.contains(*href)).count();
        // The rows may be there twice, for small screens.
        hrefs.len() > 1 && hrefs.len() * 10 >= members.len() * 4 && elsewhere * 2 < hrefs.len()
    };
    let mut taken: HashSet<Id> = HashSet::new();
    let found: Vec<PageLink> = mute
        .iter()
        .filter(|members| unnamed(members))
        .flat_map(|members| titles(page, dates, links, members, &is_mute))
        .filter(|link| taken.insert(link.element))
        .collect();
    links.extend(found);
    links.sort_by_key(|link| link.element);
}

fn says_title(link: &PageLink) -> bool {
    link.text == LinkText::Title && link.units >= 4.0
}

/// Returns the links that do not describe their target, by how they nest.
fn mute(page: &PageTree, dates: &Dates<'_>, links: &[PageLink]) -> Vec<Vec<usize>> {
    let path = |link: &PageLink| page.elements[link.element as usize].path;
    let mut said: HashMap<(u64, u64), usize> = HashMap::new();
    for link in links {
        *said.entry((path(link), link.label)).or_default() += 1;
    }
    let mut clusters: HashMap<(u64, u64), Vec<usize>> = HashMap::new();
    for (at, link) in links.iter().enumerate() {
        let repeats = said[&(path(link), link.label)] >= FEW;
        let is_mute = match link.text {
            LinkText::More => true,
            LinkText::Pager => false,
            LinkText::Picture => !is_image(&link.href),
            LinkText::Title => repeats || says_number(page, dates, link),
        };
        if is_mute {
            // "View" and "download" of one row are two ways.
            let way = if repeats { link.label } else { 0 };
            clusters.entry((path(link), way)).or_default().push(at);
        }
    }
    let mut clusters: Vec<_> = clusters.into_values().collect();
    let file = |at: &usize| is_image(&links[*at].href) || is_file(&links[*at].href);
    clusters
        .sort_by_cached_key(|members| (members.iter().filter(|at| file(at)).count(), members[0]));
    clusters
}

/// Returns whether a link is a date, or a reference number: `PR-2024-07`.
fn says_number(page: &PageTree, dates: &Dates<'_>, link: &PageLink) -> bool {
    let runs = page.runs_of(link.element);
    if runs.is_empty() || runs.len() > 3 || link.units >= 8.0 {
        return false;
    }
    let text = page.text(runs.clone());
    let filed = text.bytes().any(|b| b.is_ascii_digit())
        && text
            .trim()
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-/_.".contains(&b));
    filed
        || dates
            .within(runs.clone())
            .iter()
            .any(|date| date.whole && date.runs == runs)
}

/// A piece of text that may be a row's title: its kind and its place.
struct RowPiece {
    key: u64,
    element: Id,
    text: String,
}

/// Returns links for the titles of the rows of some mute links.
fn titles(
    page: &PageTree,
    dates: &Dates<'_>,
    links: &[PageLink],
    members: &[usize],
    is_mute: &HashSet<usize>,
) -> Vec<PageLink> {
    let rows = spans(page, links, members);
    let titled =
        rows.iter().filter(|(_, runs)| {
            let within = |link: &PageLink| runs.contains(&page.runs_of(link.element).start);
            let from = links.partition_point(|link| page.runs_of(link.element).end <= runs.start);
            links[from..].iter().enumerate().take(12).any(|(at, link)| {
                within(link) && says_title(link) && !is_mute.contains(&(from + at))
            })
        });
    if titled.count() * 3 > rows.len() {
        return Vec::new();
    }
    let rows: Vec<(usize, Vec<RowPiece>)> = rows
        .into_iter()
        .map(|(member, runs)| (member, pieces(page, dates, links[member].element, runs)))
        .collect();
    let pages: HashSet<&str> = rows
        .iter()
        .map(|(member, _)| links[*member].href.as_str())
        .collect();
    let Some(key) = title_key(page, &rows, pages.len()) else {
        return Vec::new();
    };
    rows.into_iter()
        .filter_map(|(member, pieces)| {
            let piece = pieces.into_iter().find(|piece| piece.key == key)?;
            let link = &links[member];
            Some(PageLink {
                element: piece.element,
                href: link.href.clone(),
                text: LinkText::Title,
                label: super::links::hash(&piece.text),
                units: words::units(&piece.text),
                ..*link
            })
        })
        .collect()
}

/// Returns the text that belongs to each of the links: its row, or the text above if the row is only the link.
fn spans(page: &PageTree, links: &[PageLink], members: &[usize]) -> Vec<(usize, Range<usize>)> {
    let rows = group::rows(page, links, members);
    let bare =
        |item: &group::Item| item.runs.len() <= page.runs_of(links[item.link].element).len() + 1;
    let is_flat = rows.iter().filter(|item| bare(item)).count() * 2 > rows.len();
    let mut above = None;
    rows.into_iter()
        .map(|item| {
            let end = item.runs.end;
            let least = end.saturating_sub(MAX_PIECES / 2);
            let start = match above.replace(end) {
                _ if !is_flat => item.runs.start,
                Some(above) => least.max(above),
                None => least.max(page.runs_of(page.parent(item.row)).start),
            };
            (item.link, start.min(end)..end)
        })
        .collect()
}

/// Returns the pieces of a row that have text and are not dates, each with the element that consists only of it.
fn pieces(page: &PageTree, dates: &Dates<'_>, link: Id, runs: Range<usize>) -> Vec<RowPiece> {
    let own = page.runs_of(link);
    let mut pieces: Vec<RowPiece> = Vec::new();
    let mut times: HashMap<(&str, &str), usize> = HashMap::new();
    for run in runs
        .clone()
        .take(MAX_PIECES)
        .filter(|run| !own.contains(run))
    {
        let mut carrier = page.runs[run].element;
        while page::is_inline(page.name(carrier)) && page.class(carrier).is_empty() && carrier != 0
        {
            carrier = page.parent(carrier);
        }
        let whole = page.runs_of(carrier);
        if page.contains(carrier, link) || whole.start < runs.start || whole.end > runs.end {
            continue;
        }
        let kind = (page.name(carrier), page.class(carrier));
        if pieces.last().is_some_and(|last| last.element == carrier) {
            continue;
        }
        let nth = times.entry(kind).or_default();
        *nth += 1;
        if dates.within(run..run + 1).iter().any(|date| date.whole) {
            continue;
        }
        let mut hasher = DefaultHasher::new();
        (kind, *nth).hash(&mut hasher);
        pieces.push(RowPiece {
            key: hasher.finish(),
            element: carrier,
            text: page.text(whole),
        });
    }
    pieces
}

/// Returns the kind of piece that is the title in most rows: a heading before an element with the class of a title, and
/// that before the first that differs from row to row.
fn title_key(page: &PageTree, rows: &[(usize, Vec<RowPiece>)], pages: usize) -> Option<u64> {
    let of = |key: u64| {
        rows.iter()
            .filter_map(move |(_, pieces)| pieces.iter().find(|piece| piece.key == key))
    };
    let serves = |piece: &&RowPiece| {
        let (mut count, mut units, mut texts) = (0, 0.0, HashSet::new());
        for piece in of(piece.key) {
            (count, units) = (count + 1, units + words::units(&piece.text).min(40.0));
            texts.insert(piece.text.as_str());
        }
        count * 10 >= rows.len() * 7
            && texts.len() * 10 >= count.min(pages) * 7
            && units >= TITLE * count as f32
            && words::link_text(&piece.text) == LinkText::Title
    };
    let middle = &rows.get(rows.len() / 2)?.1;
    let serving: Vec<&RowPiece> = middle.iter().filter(serves).collect();
    let heading =
        |piece: &&&RowPiece| crate::source::list::element::is_heading(page, piece.element);
    let called = |piece: &&&RowPiece| {
        crate::source::list::element::is_title_class(page.class(piece.element))
    };
    // A reference number differs too, and is shorter.
    let says = |piece: &&RowPiece| words::units(&piece.text).min(LONG);
    let most = serving.iter().map(says).fold(0.0, f32::max);
    serving
        .iter()
        .find(heading)
        .or_else(|| serving.iter().find(called))
        .or_else(|| serving.iter().find(|piece| says(piece) * 2.0 >= most))
        .map(|piece| piece.key)
}
