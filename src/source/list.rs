//! A list page: the one real list among menus, side bars, pagers and footers.
//!
//! Pure: text in, [`List`] out; no clock, no network, no names of sites. A page is parsed once into
//! a flat tree ([`super::page`]), its links ([`links`]) are gathered into groups of rows
//! ([`group`]), the groups are weighed ([`score`]), one is chosen ([`choose`]) unless the page is
//! something else ([`verdict`]), and its rows become notices ([`rows`]). Start with [`read`].

mod absorb;
mod beside;
mod choose;
mod dates;
mod embedded;
mod fields;
mod group;
mod json;
mod lift;
mod links;
mod order;
mod outside;
mod own_date;
mod pager;
mod propose;
mod publisher;
mod row_dates;
mod rows;
mod score;
mod script;
mod select;
mod stand_in;
mod surround;
mod title;
mod verdict;
mod words;
mod years;

use url::Url;

use crate::bulletin::Select;

pub(crate) use self::stand_in::NEEDS_SCRIPTS;
use self::{
    choose::Choice, dates::Dates, links::Link, score::Scored, select::Selected, verdict::Claim,
};
pub use self::{
    propose::{Proposal, propose},
    select::SelectPart,
};
use super::{
    page::{Id, Page},
    reading::{Context, List, OtherList, ReadError},
    text,
};

/// A longer text is refused: the largest real list pages have 1 MB.
const MAX_TEXT: usize = 12 << 20;
/// Groups that are looked at closely, by how much their titles say.
const MAX_GROUPS: usize = 80;

/// Reads the list of an HTML page.
///
/// # Errors
/// [`ReadError::NotAList`] says what the page is instead.
pub fn read(html: &str, context: &Context<'_>) -> Result<List, ReadError> {
    check(html)?;
    read_page(&context.parse(html), html, context)
}

/// Reads the rows of a page that the operator calls a list.
///
/// # Errors
/// [`ReadError::NotAList`] where the page has no rows, or stands in for another page.
pub fn read_asked(html: &str, context: &Context<'_>) -> Result<List, ReadError> {
    check(html)?;
    read_rows(&context.parse(html), html, context, true)
}

/// Reads the list of a parsed page; `html` is what it was parsed from.
pub(super) fn read_page(page: &Page, html: &str, context: &Context<'_>) -> Result<List, ReadError> {
    read_rows(page, html, context, false)
}

/// Reads the rows of a page. What is `asked` for as a list is one wherever it has rows, however much an
/// article it looks.
fn read_rows(
    page: &Page,
    html: &str,
    context: &Context<'_>,
    asked: bool,
) -> Result<List, ReadError> {
    let look = Look::new(page, context)?;
    if let Some(list) = look.selected(html) {
        return list;
    }
    let choice = choose::choose(&look, look.groups(), asked);
    let best = choice.as_ref().map(Choice::best);
    let sure = best.is_some_and(Scored::is_sure);
    // An error page may list what else there is; a list with a heading or pager of its own is one.
    let own = sure && (asked || best.is_some_and(|best| best.titled || best.paged));
    let stands_in = match (own, sure) {
        (true, _) => None,
        (_, true) => stand_in::stand_in_by_title(page),
        _ => stand_in(page),
    };
    if let Some(kind) = stands_in {
        return Err(ReadError::NotAList(kind.to_owned()));
    }
    // A list whose rows are put in by a script leaves only side boxes to find.
    if !sure && let Some(list) = look.embedded(html, asked) {
        return Ok(list);
    }
    let Some(mut choice) = choice else {
        return Err(ReadError::NotAList(stand_in::instead(page).to_owned()));
    };
    if !asked && verdict::is_article(&look, &Claim::of_group(&look, choice.best())) {
        return Err(ReadError::NotAList("an article".to_owned()));
    }
    if let [only] = choice.sections.as_mut_slice() {
        look.add_headline(&mut only.group);
    }
    look.list(&choice)
}

/// The feeds that a page announces, whatever it is.
#[must_use]
pub fn feeds_of(html: &str, context: &Context<'_>) -> Vec<Url> {
    let page = Page::parse(html);
    Look::new(&page, context).map_or_else(|_| Vec::new(), |look| look.feeds())
}

/// Returns what a page stands in for, such as a sign-in page, by its title or first heading.
pub(super) fn stand_in(page: &Page) -> Option<&'static str> {
    stand_in::stand_in_by_title(page).or_else(|| stand_in::stand_in_by_text(page))
}

/// Returns whether a heading announces other things than the page's own.
pub(super) fn is_side_heading(text: &str) -> bool {
    words::is_side_heading(text)
}

/// Returns what to call a page on which nothing was found.
pub(super) fn instead(page: &Page) -> &'static str {
    stand_in::instead(page)
}

/// Reads the list of a JSON endpoint's answer, also where a function call is put around it.
///
/// # Errors
/// [`ReadError::NotAList`], [`ReadError::Unreadable`].
pub fn read_json(json: &str, context: &Context<'_>) -> Result<List, ReadError> {
    check(json)?;
    let json = json.trim_start_matches('\u{feff}').trim();
    let value =
        parse_json(json).map_err(|error| ReadError::Unreadable(format!("JSON: {error}")))?;
    if let Some(records) = json::best(&value, context.base, context) {
        return Ok(data_list(records));
    }
    let inner = json::inner_text(&value);
    let within = inner.and_then(|inner| match parse_json(inner) {
        Ok(value) => json::best(&value, context.base, context).map(data_list),
        Err(_) => read(inner, context).ok(),
    });
    within.ok_or_else(|| {
        ReadError::NotAList("JSON without an array of objects with titles and addresses".to_owned())
    })
}

/// JSON as it is, with a call or assignment around it, or a value on each line.
fn parse_json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| {
        let lines = || {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            let values = lines
                .map(serde_json::from_str)
                .collect::<Result<Vec<_>, _>>();
            values.ok().map(serde_json::Value::Array)
        };
        let inside = serde_json::from_str(inside_call(text)).ok();
        inside.or_else(lines).ok_or(error)
    })
}

/// The argument of `callback({…});`, the value of `var list = […];`.
fn inside_call(text: &str) -> &str {
    let start = text.find(['{', '[']).unwrap_or(0);
    let end = text.rfind(['}', ']']).map_or(text.len(), |end| end + 1);
    text.get(start..end).unwrap_or_default()
}

/// The groups of links of a page on which no list was found, the likeliest first, and why each is none.
#[must_use]
pub fn rejected(html: &str, context: &Context<'_>) -> Vec<OtherList> {
    let page = context.parse(html);
    let look = check(html).and_then(|()| Look::new(&page, context));
    let Ok(look) = look else {
        return Vec::new();
    };
    let mut groups = look.groups();
    groups.sort_by(|a, b| b.score.total_cmp(&a.score));
    look.tell_others(&groups)
}

/// Returns how far each selector of the source matches on an HTML page.
///
/// # Errors
/// [`ReadError::NotAList`] where one of them is no CSS, or where there are no rows.
pub fn select_parts(html: &str, context: &Context<'_>) -> Result<Vec<SelectPart>, ReadError> {
    check_size(html)?;
    let page = Page::parse(html);
    let look = Look::new(&page, context)?;
    let Some(selected) = &look.selected else {
        return Ok(Vec::new());
    };
    let rows = match selected.rows(&page) {
        Some(rows) => rows,
        None => {
            let choice = choose::choose(&look, look.groups(), false);
            let choice =
                choice.ok_or_else(|| ReadError::NotAList(stand_in::instead(&page).to_owned()))?;
            choice
                .best()
                .group
                .items
                .iter()
                .map(|item| item.row)
                .collect()
        }
    };
    Ok(selected.parts(&rows, context.select))
}

fn data_list(records: json::Records) -> List {
    List {
        title: None,
        confidence: if records.dated { 0.9 } else { 0.6 },
        notices: records.notices,
        is_cut: false,
        left_out: records.left_out,
        next_page: None,
        feeds: Vec::new(),
        select: None,
        others: Vec::new(),
    }
}

/// Refuses what is too large for a page.
pub(super) fn check_size(text: &str) -> Result<(), ReadError> {
    if text.len() > MAX_TEXT {
        return Err(ReadError::TooLarge(format!(
            "{} MB, where a page has at most {}",
            text.len() >> 20,
            MAX_TEXT >> 20
        )));
    }
    Ok(())
}

/// Refuses what is too large, and what is empty.
fn check(text: &str) -> Result<(), ReadError> {
    check_size(text)?;
    if text.trim().is_empty() {
        return Err(ReadError::Unreadable("the page is empty".to_owned()));
    }
    Ok(())
}

/// A page as this room looks at it.
struct Look<'a> {
    page: &'a Page,
    links: Vec<Link>,
    dates: Dates<'a>,
    /// What the page's addresses are relative to.
    base: Url,
    context: &'a Context<'a>,
    /// What the source's own selectors choose.
    selected: Option<Selected>,
}

impl<'a> Look<'a> {
    fn new(page: &'a Page, context: &'a Context<'a>) -> Result<Self, ReadError> {
        let base = (0..page.elements.len() as Id)
            .take(400)
            .filter(|id| page.name(*id) == "base")
            .find_map(|id| context.base.join(page.attribute(id, "href")?).ok());
        let dates = Dates::new(page, context);
        let mut links = links::find(page);
        lift::lift(page, &dates, &mut links);
        Ok(Self {
            page,
            selected: Selected::new(page, context.select)?,
            links,
            dates,
            base: base.unwrap_or_else(|| context.base.clone()),
            context,
        })
    }

    /// A selector is wrong on a page that was built anew: what it fails at, and what would be found
    /// if all of them were taken away.
    fn astray(&self, what: &str, html: &str) -> ReadError {
        const MOST_NAMED: usize = 3;
        let select = Select::default();
        let context = Context {
            select: &select,
            ..*self.context
        };
        let list = match read_page(self.page, html, &context) {
            Ok(list) => list,
            Err(error) => return ReadError::NotAList(format!("{what}; without it: {error}")),
        };
        let item = list.select.and_then(|select| select.item);
        let proposal = item.map_or("take [source.select] out".to_owned(), |item| {
            format!("take [source.select] out, or set item = \"{item}\"")
        });
        let first = list.notices.iter().take(MOST_NAMED);
        let first: Vec<_> = first.map(|row| format!("`{}`", row.title)).collect();
        ReadError::NotAList(format!(
            "{what}; without it {} notices are found, first {}: {proposal}",
            list.notices.len(),
            first.join(", ")
        ))
    }

    /// The list whose rows a selector names.
    fn selected(&self, html: &str) -> Option<Result<List, ReadError>> {
        let selected = self.selected.as_ref()?;
        let rows = selected.rows(self.page)?;
        let mut group = self.selected_group(selected, &rows);
        if group.items.is_empty() {
            let what = "source.select.item matches no row with a link on this page";
            return Some(Err(self.astray(what, html)));
        }
        self.widen(&mut group);
        let sections = vec![score::score(self, group)];
        let choice = Choice {
            sections,
            others: Vec::new(),
        };
        let astray = |_| self.astray("source.select finds rows that lead nowhere", html);
        Some(self.list(&choice).map_err(astray))
    }

    /// The page's groups of rows, weighed.
    fn groups(&self) -> Vec<Scored> {
        let mut groups = group::find(self.page, &self.links);
        let says = |group: &group::Group| -> f32 {
            group
                .items
                .iter()
                .map(|item| self.links[item.link].units)
                .sum()
        };
        groups.sort_by(|a, b| says(b).total_cmp(&says(a)));
        groups.truncate(MAX_GROUPS);
        groups
            .into_iter()
            .map(|mut group| {
                self.absorb(&mut group);
                self.widen(&mut group);
                score::score(self, group)
            })
            .collect()
    }

    fn list(&self, choice: &Choice) -> Result<List, ReadError> {
        let best = choice.best();
        let (mut notices, mut is_cut) = (Vec::new(), false);
        for section in &choice.sections {
            let (rows, cut) = self.notices(&section.group);
            notices.extend(rows);
            is_cut |= cut;
        }
        if notices.is_empty() {
            return Err(ReadError::NotAList("rows that lead nowhere".to_owned()));
        }
        Ok(List {
            title: self.heading(best),
            notices,
            is_cut,
            left_out: 0,
            confidence: choice.confidence(),
            next_page: self.next_page(),
            feeds: self.feeds(),
            select: match choice.sections.as_slice() {
                [section] => self.proposal(&section.group),
                _ => None,
            },
            others: self.tell_others(&choice.others),
        })
    }

    /// A list whose data stands in the page for a script to show.
    fn embedded(&self, html: &str, asked: bool) -> Option<List> {
        let mut list = match embedded::record_set(html) {
            Some(rows) => {
                let page = Page::parse(&rows);
                let look = Look::new(&page, self.context).ok()?;
                let look = Look {
                    base: self.base.clone(),
                    ..look
                };
                let choice = choose::choose(&look, look.groups(), false)?;
                look.list(&choice).ok()?
            }
            None => {
                let records = embedded::in_scripts(self.page, &self.base, self.context)?;
                let enough = records.dated && records.notices.len() >= 3;
                enough.then(|| data_list(records))?
            }
        };
        if !asked && verdict::is_article(self, &Claim::of_notices(&list.notices)) {
            return None;
        }
        let next = embedded::next_group(html).and_then(|href| self.base.join(href).ok());
        list.next_page = next.or_else(|| self.next_page());
        list.feeds = self.feeds();
        // Rows that stand in data are out of a selector's reach.
        list.select = None;
        list.title = Some(text::one_line(&self.page.title)).filter(|title| !title.is_empty());
        Some(list)
    }

    /// The list's own heading, else the page's title.
    fn heading(&self, best: &Scored) -> Option<String> {
        let title = best.heading.as_deref().unwrap_or(&self.page.title);
        Some(text::one_line(title)).filter(|title| !title.is_empty())
    }
}

#[cfg(test)]
mod tests;
