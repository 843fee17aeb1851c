//! A list page: the one real list among menus, side bars, pagers and footers.
//!
//! Pure: text in, [`List`] out; no clock, no network, no names of sites. A page is parsed once into
//! a flat tree ([`super::page`]), its links ([`links`]) are gathered into groups of rows
//! ([`group`]), the groups are weighed ([`score`]), one is chosen ([`choose`]) unless the page is
//! something else ([`verdict`]), and its rows become notices ([`rows`]). Start with [`read`].

mod choose;
mod dates;
mod group;
mod links;
mod pager;
mod rows;
mod score;
mod script;
mod surround;
mod verdict;
mod words;

use url::Url;

use self::{choose::Choice, dates::Dates, links::Link, score::Scored};
use super::{
    Context, List, ReadError,
    page::{Id, Page},
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
    check_size(html)?;
    let page = Page::parse(html);
    let look = Look::new(&page, context);
    let choice = choose::choose(&look, look.groups());
    if let Some(kind) = verdict::stand_in(&page) {
        return Err(ReadError::NotAList(kind.to_owned()));
    }
    let Some(choice) = choice else {
        return Err(ReadError::NotAList(verdict::instead(&page)));
    };
    let best = choice.best();
    if verdict::is_article(&look, best) {
        return Err(ReadError::NotAList("an article".to_owned()));
    }
    look.list(&choice)
}

/// Reads the list of a JSON endpoint's answer.
///
/// # Errors
/// [`ReadError::NotAList`], [`ReadError::Unreadable`].
pub fn read_json(_json: &str, _context: &Context<'_>) -> Result<List, ReadError> {
    Err(ReadError::NotAList("no array of notices".into()))
}

fn check_size(text: &str) -> Result<(), ReadError> {
    if text.len() > MAX_TEXT {
        return Err(ReadError::TooLarge(format!(
            "{} MB, where a list has at most {}",
            text.len() >> 20,
            MAX_TEXT >> 20
        )));
    }
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
}

impl<'a> Look<'a> {
    fn new(page: &'a Page, context: &'a Context<'a>) -> Self {
        let base = (0..page.elements.len() as Id)
            .take(400)
            .filter(|id| page.name(*id) == "base")
            .find_map(|id| context.base.join(page.attribute(id, "href")?).ok());
        Self {
            page,
            links: links::find(page),
            dates: Dates::new(page, context),
            base: base.unwrap_or_else(|| context.base.clone()),
            context,
        }
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
                self.widen(&mut group);
                score::score(self, group)
            })
            .collect()
    }

    fn list(&self, choice: &Choice) -> Result<List, ReadError> {
        let best = choice.best();
        let notices: Vec<_> = choice
            .sections
            .iter()
            .flat_map(|section| self.notices(&section.group))
            .collect();
        if notices.is_empty() {
            return Err(ReadError::NotAList("rows that lead nowhere".to_owned()));
        }
        Ok(List {
            title: self.heading(best),
            notices,
            confidence: 1.0,
            next_page: self.next_page(),
            feeds: self.feeds(),
            select: None,
            others: self.tell_others(&choice.others),
        })
    }

    /// The list's own heading, else the page's title.
    fn heading(&self, best: &Scored) -> Option<String> {
        let title = best.heading.as_deref().unwrap_or(&self.page.title);
        Some(text::one_line(title)).filter(|title| !title.is_empty())
    }
}
