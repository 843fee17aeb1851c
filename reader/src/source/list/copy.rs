//! Copies a page for people to point at: its texts in lines, each with the selectors that find others of its kind.
//!
//! The copy has nothing of the page's own markup: no tags, no attributes, no addresses.

use std::collections::{HashMap, HashSet};

use super::{
    candidates,
    evidence::{self, scored::Scored},
    read::{check, read_page},
    survey::PageSurvey,
};
use crate::{
    bulletin::Select,
    source::{
        page::{Gap, Id, PageTree, is_inline},
        reading::{Context, ReadError},
    },
};

/// The number of texts of a page that are shown.
const MOST: usize = 2000;
/// The number of characters of each.
const LONGEST: usize = 160;
/// The number of elements above a text that may be its row.
const HIGHEST: usize = 8;
/// The number of elements of the same kind from which they are rows.
const FEW: usize = 3;
/// The number of lists of a page for which selectors are made, and of elements of a row in which they are made: a page
/// designed to be slow takes no longer than others.
const MOST_LISTS: usize = 100;
const LARGEST_ROW: u32 = 2000;

/// The texts of a page in its order.
#[derive(Debug, Default, PartialEq)]
pub struct PageCopy {
    pub lines: Vec<CopiedLine>,
    /// True if the page continues.
    pub is_cut: bool,
}

/// The texts that are next to each other on a line.
#[derive(Debug, Default, PartialEq)]
pub struct CopiedLine {
    pub is_heading: bool,
    pub texts: Vec<CopiedText>,
}

#[derive(Debug, PartialEq)]
pub struct CopiedText {
    pub text: String,
    /// Selectors for the part of a row that the text is; `None` if it is in no list.
    pub picks: Option<Select>,
    /// True if it is the title of a row that is found without selectors.
    pub is_found: bool,
}

/// Copies the texts of a page.
///
/// # Errors
/// Fails if the page is empty or too large.
pub fn copy(html: &str, context: &Context<'_>) -> Result<PageCopy, ReadError> {
    check(html)?;
    let found = read_page(&context.parse(html), html, context);
    let found = found.map(|list| list.notices).unwrap_or_default();
    // Selectors apply to the whole page.
    let (page, select) = (PageTree::parse(html), Select::default());
    let context = Context {
        select: &select,
        ..*context
    };
    let survey = PageSurvey::new(&page, &context)?;
    let mut copying = Copying {
        groups: evidence::weigh(&survey, candidates::find(&survey)),
        rows: HashMap::new(),
        items: HashMap::new(),
        found: found.into_iter().map(|row| row.title).collect(),
        survey,
    };
    Ok(copying.page())
}

struct Copying<'a> {
    survey: PageSurvey<'a>,
    groups: Vec<Scored>,
    /// The rows of the same kind, by the element that holds them and their name.
    rows: HashMap<(Id, String), Vec<Id>>,
    /// The selector of rows, by the first of them.
    items: HashMap<Id, Option<String>>,
    found: HashSet<String>,
}

impl Copying<'_> {
    fn page(&mut self) -> PageCopy {
        let page = self.survey.page;
        let mut copy = PageCopy::default();
        let (mut run, mut shown) = (0, 0);
        while run < page.runs.len() {
            let part = self.part(run);
            let end = self.end_of(part, run);
            let text = shortened(&page.text(run..end));
            let begins = page.runs[run].gap == Gap::Block || copy.lines.is_empty();
            if !text.is_empty() {
                if shown == MOST {
                    copy.is_cut = true;
                    return copy;
                }
                shown += 1;
                if begins {
                    copy.lines.push(CopiedLine::default());
                }
                let text = self.text(text, part, run..end);
                if let Some(line) = copy.lines.last_mut() {
                    line.is_heading |= self.is_heading(part);
                    line.texts.push(text);
                }
            }
            run = end;
        }
        copy
    }

    /// Returns the element for a piece of text that was pointed at: the link around it, else the one that holds it.
    fn part(&self, run: usize) -> Id {
        let page = self.survey.page;
        let own = page.runs[run].element;
        let above = std::iter::once(own).chain(page.ancestors(own));
        let mut near = above.take(HIGHEST);
        let is_date = self.is_date(run..run + 1);
        let link = near.find(|id| page.name(*id) == "a");
        link.filter(|_| !is_date).unwrap_or(own)
    }

    /// Returns the position after the last piece of text that belongs to the same part and line.
    fn end_of(&self, part: Id, first: usize) -> usize {
        let page = self.survey.page;
        let runs = page.runs_of(part);
        let is_beside = |run: &usize| {
            page.runs[*run].gap != Gap::Block && (*run < runs.end && self.part(*run) == part)
        };
        let more = (first + 1..page.runs.len()).take_while(is_beside);
        first + 1 + more.count()
    }

    fn is_date(&self, runs: std::ops::Range<usize>) -> bool {
        let mut dates = self.survey.dates.within(runs).into_iter();
        dates.any(|date| date.whole)
    }

    fn is_heading(&self, part: Id) -> bool {
        let page = self.survey.page;
        let near = std::iter::once(part).chain(page.ancestors(part)).take(3);
        let is_heading = |id: Id| matches!(page.name(id), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
        near.into_iter().any(is_heading)
    }

    fn text(&mut self, text: String, part: Id, runs: std::ops::Range<usize>) -> CopiedText {
        let picks = self.picks(part, self.is_date(runs));
        CopiedText {
            is_found: self.found.contains(&text),
            text,
            picks,
        }
    }

    fn picks(&mut self, part: Id, is_date: bool) -> Option<Select> {
        let (row, item) = self.row_of(part)?;
        let is_small = self.survey.page.elements[row as usize].end - row < LARGEST_ROW;
        let own = (part != row && is_small).then(|| self.survey.part_of(row, part));
        let own = own.flatten();
        let mut picks = Select {
            item: Some(item),
            ..Select::default()
        };
        match (is_date, self.survey.page.name(part) == "a") {
            (true, _) => picks.date = own,
            // The only link of a row is its title without a selector.
            (false, true) if self.links_within(row) > 1 => {
                picks.title.clone_from(&own);
                picks.link = own;
            }
            (false, true) => {}
            (false, false) => picks.title = own,
        }
        Some(picks)
    }

    fn links_within(&self, row: Id) -> usize {
        let links = self.survey.links.iter();
        let within = links.filter(|link| self.survey.page.contains(row, link.element));
        within.count()
    }

    /// Returns the row that a text is in, and the selector of all rows like it.
    fn row_of(&mut self, part: Id) -> Option<(Id, String)> {
        let rows = self
            .rows_by_groups(part)
            .or_else(|| self.rows_by_siblings(part));
        let (row, rows) = rows?;
        let item = self.item(&rows)?;
        Some((row, item))
    }

    /// Finds the rows by the groups of links that lists are found by, the likeliest.
    fn rows_by_groups(&self, part: Id) -> Option<(Id, Vec<Id>)> {
        let page = self.survey.page;
        let holding = self.groups.iter().filter_map(|scored| {
            let items = &scored.group.items;
            let at = items
                .partition_point(|item| item.row <= part)
                .checked_sub(1)?;
            let row = items[at].row;
            let is_within = page.contains(row, part) && items.len() >= FEW;
            is_within.then_some((row, scored))
        });
        let (row, best) = holding.max_by(|a, b| a.1.score.total_cmp(&b.1.score))?;
        let items = best.group.items.iter();
        Some((row, items.map(|item| item.row).collect()))
    }

    /// Finds the rows by elements of one name that are next to each other and hold links.
    fn rows_by_siblings(&mut self, part: Id) -> Option<(Id, Vec<Id>)> {
        let page = self.survey.page;
        let near = std::iter::once(part).chain(page.ancestors(part));
        for row in near.take(HIGHEST) {
            let name = page.name(row);
            if is_inline(name) && name != "a" {
                continue;
            }
            let rows = self.siblings(row);
            if rows.len() >= FEW && rows.contains(&row) {
                return Some((row, rows));
            }
        }
        None
    }

    fn siblings(&mut self, row: Id) -> Vec<Id> {
        let page = self.survey.page;
        let (above, name) = (page.parent(row), page.name(row).to_owned());
        if let Some(known) = self.rows.get(&(above, name.clone())) {
            return known.clone();
        }
        let is_row = |id: &Id| {
            let from = self.survey.links.partition_point(|link| link.element < *id);
            let next = self.survey.links.get(from);
            page.name(*id) == name && next.is_some_and(|link| page.contains(*id, link.element))
        };
        let rows: Vec<Id> = page.children(above).filter(is_row).collect();
        self.rows.insert((above, name), rows.clone());
        rows
    }

    fn item(&mut self, rows: &[Id]) -> Option<String> {
        let first = *rows.first()?;
        if let Some(known) = self.items.get(&first) {
            return known.clone();
        }
        if self.items.len() == MOST_LISTS {
            return None;
        }
        let item = self.survey.proposal_of(rows).and_then(|select| select.item);
        self.items.insert(first, item.clone());
        item
    }
}

fn shortened(text: &str) -> String {
    let plain: Vec<&str> = text.split_whitespace().collect();
    plain.join(" ").chars().take(LONGEST).collect()
}
