//! Surveys a page for the reader of lists: its tree, its links, the dates in it.

pub(super) mod date_order;
pub(super) mod date_words;
pub(super) mod dates;
pub(super) mod lift;
pub(super) mod links;
pub(super) mod order;
pub(super) mod script;
pub(super) mod selected;

use url::Url;

use self::{dates::Dates, links::PageLink, selected::Selected};
use crate::source::{
    page::{Id, PageTree},
    reading::{Context, ReadError},
};

/// A page with all that the reader of lists needs of it.
pub(super) struct PageSurvey<'a> {
    pub(super) page: &'a PageTree,
    pub(super) links: Vec<PageLink>,
    pub(super) dates: Dates<'a>,
    /// The address that the page's links are relative to.
    pub(super) base: Url,
    pub(super) context: &'a Context<'a>,
    /// The rows that the source's own selectors choose.
    pub(super) selected: Option<Selected>,
}

impl<'a> PageSurvey<'a> {
    pub(super) fn new(page: &'a PageTree, context: &'a Context<'a>) -> Result<Self, ReadError> {
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
}
