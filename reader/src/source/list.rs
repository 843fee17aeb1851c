//! Reads a list page: finds the one real list among menus, side bars, pagers and footers.
//!
//! Pure: text in, [`NoticeList`] out; no clock, no network, no names of sites. A page is parsed once into a flat tree
//! ([`super::page`]) and surveyed ([`survey`]): its links and the dates in it. Its links are gathered into groups of
//! rows ([`candidates`]), the groups are weighed ([`evidence`]), one is chosen ([`choice`]) unless the page is
//! something else ([`verdict`]), and its rows become notices ([`rows`]). Start with [`read::read_rows`].

mod candidates;
mod choice;
mod copy;
mod data;
mod element;
mod evidence;
mod explain;
mod propose;
mod read;
mod regions;
mod rows;
mod select;
mod survey;
mod verdict;
mod words;

use url::Url;

pub use self::explain::explain;
pub(super) use self::read::{check_size, read_page};
pub use self::{
    copy::{CopiedLine, CopiedText, PageCopy, copy},
    propose::{Proposal, propose},
    survey::selected::SelectPart,
};
use self::{
    read::{check, read_rows},
    survey::PageSurvey,
};
use super::{
    page::PageTree,
    reading::{Context, NoticeList, OtherList, ReadError},
};
use crate::bulletin::PageKind;

/// Reads the list of an HTML page.
///
/// # Errors
/// Returns [`ReadError::NotAList`] with what the page is instead.
pub fn read(html: &str, context: &Context<'_>) -> Result<NoticeList, ReadError> {
    check(html)?;
    read_page(&context.parse(html), html, context)
}

/// Reads the rows of a page that the operator calls a list.
///
/// # Errors
/// Returns [`ReadError::NotAList`] if the page has no rows, or stands in for another page.
pub fn read_asked(html: &str, context: &Context<'_>) -> Result<NoticeList, ReadError> {
    check(html)?;
    read_rows(&context.parse(html), html, context, true)
}

/// Reads the list of a JSON endpoint's answer, also with a function call around it.
///
/// # Errors
/// Returns [`ReadError::NotAList`] or [`ReadError::Unreadable`].
pub fn read_json(json: &str, context: &Context<'_>) -> Result<NoticeList, ReadError> {
    check(json)?;
    let json = json.trim_start_matches('\u{feff}').trim();
    let value = data::parse_json(json);
    let value = value.map_err(|error| ReadError::Unreadable(format!("JSON: {error}")))?;
    if let Some(list) = data::of_value(&value, context) {
        return Ok(list);
    }
    let inner = data::json::inner_text(&value);
    let within = inner.and_then(|inner| match data::parse_json(inner) {
        Ok(value) => data::of_value(&value, context),
        Err(_) => read(inner, context).ok(),
    });
    within.ok_or_else(|| {
        ReadError::NotAList("JSON without an array of objects with titles and addresses".into())
    })
}

/// Returns the feeds that a page announces, whatever its kind.
#[must_use]
pub fn feeds_of(html: &str, context: &Context<'_>) -> Vec<Url> {
    let page = PageTree::parse(html);
    PageSurvey::new(&page, context).map_or_else(|_| Vec::new(), |survey| survey.feeds())
}

/// Returns the groups of links of a page on which no list was found, the likeliest first, and why each was rejected.
#[must_use]
pub fn rejected(html: &str, context: &Context<'_>) -> Vec<OtherList> {
    let page = context.parse(html);
    let survey = check(html).and_then(|()| PageSurvey::new(&page, context));
    let Ok(survey) = survey else {
        return Vec::new();
    };
    let mut groups = evidence::weigh(&survey, candidates::find(&survey));
    groups.sort_by(|a, b| b.score.total_cmp(&a.score));
    let mut others = survey.explain_others(&groups);
    for (other, group) in others.iter_mut().zip(&groups) {
        other.select = survey.proposal(&group.group);
    }
    others
}

/// Returns how far each selector of the source matches on an HTML page.
///
/// # Errors
/// Returns [`ReadError::NotAList`] if one of them is not valid CSS, or if there are no rows.
pub fn select_parts(html: &str, context: &Context<'_>) -> Result<Vec<SelectPart>, ReadError> {
    check_size(html)?;
    let page = PageTree::parse(html);
    let survey = PageSurvey::new(&page, context)?;
    let Some(selected) = &survey.selected else {
        return Ok(Vec::new());
    };
    let rows = match selected.rows(&page) {
        Some(rows) => rows,
        None => {
            let choice = choice::choose(
                &survey,
                evidence::weigh(&survey, candidates::find(&survey)),
                false,
            );
            let choice = choice
                .ok_or_else(|| ReadError::NotAList(verdict::stand_in::instead(&page).into()))?;
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

/// Returns the kind of stand-in that a page is, such as a sign-in page, by its title or first heading.
pub(super) fn stand_in(page: &PageTree) -> Option<PageKind> {
    verdict::stand_in::of_page(page)
}

/// Returns whether a heading announces other things than the page's own.
pub(super) fn is_side_heading(text: &str) -> bool {
    regions::is_side_heading(text)
}

/// Returns the kind of a page on which nothing was found.
pub(super) fn instead(page: &PageTree) -> PageKind {
    verdict::stand_in::instead(page)
}

#[cfg(test)]
mod tests;
