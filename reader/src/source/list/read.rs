//! The steps from a page to its list, in one sequence.

use super::{
    candidates,
    choice::{self, ListChoice},
    data, evidence, rows,
    survey::PageSurvey,
    verdict,
};
use crate::{
    bulletin::Select,
    source::{
        page::PageTree,
        reading::{Context, NoticeList, ReadError},
    },
};

/// The longest text that is read: the largest real list pages have 1 MB.
const MAX_TEXT: usize = 12 << 20;

/// Reads the list of a parsed page; `html` is the text that it was parsed from.
pub(in crate::source) fn read_page(
    page: &PageTree,
    html: &str,
    context: &Context<'_>,
) -> Result<NoticeList, ReadError> {
    read_rows(page, html, context, false)
}

/// Reads the rows of a page: candidates are weighed by the evidence for each, one is chosen, and its rows are read
/// unless the verdict is that the page is not a list. A page that is `asked` for as a list is one if it has rows,
/// however much like an article it is.
pub(super) fn read_rows(
    page: &PageTree,
    html: &str,
    context: &Context<'_>,
    asked: bool,
) -> Result<NoticeList, ReadError> {
    let survey = PageSurvey::new(page, context)?;
    if let Some(list) = selected(&survey, html) {
        return list;
    }
    let candidates = candidates::find(&survey);
    let weighed = evidence::weigh(&survey, candidates);
    let choice = choice::choose(&survey, weighed, asked);
    verdict::refuse_stand_in(&survey, choice.as_ref(), asked)?;
    // A list whose rows a script inserts leaves only side boxes to find.
    if !choice.as_ref().is_some_and(ListChoice::is_sure)
        && let Some(list) = data::embedded(&survey, html, asked)
    {
        return Ok(list);
    }
    // Rows are read last: they are the most expensive step, and most pages that are not lists have some.
    let choice = verdict::judge(&survey, choice, asked)?;
    rows::list(&survey, &choice.with_headline(&survey))
}

/// Returns the list whose rows a selector names.
fn selected(survey: &PageSurvey<'_>, html: &str) -> Option<Result<NoticeList, ReadError>> {
    let selected = survey.selected.as_ref()?;
    let rows = selected.rows(survey.page)?;
    let mut group = survey.selected_group(selected, &rows);
    if group.items.is_empty() {
        let what = "source.select.item matches no row with a link on this page";
        return Some(Err(astray(survey, what, html)));
    }
    survey.widen(&mut group);
    let sections = vec![evidence::score(survey, group)];
    let choice = ListChoice {
        sections,
        others: Vec::new(),
    };
    let astray = |_| astray(survey, "source.select finds rows that lead nowhere", html);
    Some(rows::list(survey, &choice).map_err(astray))
}

/// Returns the error for a selector that no longer fits a redesigned page: where it fails, and what would be found
/// without any selector.
fn astray(survey: &PageSurvey<'_>, what: &str, html: &str) -> ReadError {
    const MOST_NAMED: usize = 3;
    let select = Select::default();
    let context = Context {
        select: &select,
        ..*survey.context
    };
    let list = match read_page(survey.page, html, &context) {
        Ok(list) => list,
        Err(error) => return ReadError::NotAList(format!("{what}; without it: {error}").into()),
    };
    let item = list.select.and_then(|select| select.item);
    let proposal = item.map_or("take [source.select] out".to_owned(), |item| {
        format!("take [source.select] out, or set item = \"{item}\"")
    });
    let first = list.notices.iter().take(MOST_NAMED);
    let first: Vec<_> = first.map(|row| format!("`{}`", row.title)).collect();
    let said = format!(
        "{what}; without it {} notices are found, first {}: {proposal}",
        list.notices.len(),
        first.join(", ")
    );
    ReadError::NotAList(said.into())
}

/// Rejects a text that is too large for a page.
pub(in crate::source) fn check_size(text: &str) -> Result<(), ReadError> {
    if text.len() > MAX_TEXT {
        return Err(ReadError::TooLarge(format!(
            "{} MB, where a page has at most {}",
            text.len() >> 20,
            MAX_TEXT >> 20
        )));
    }
    Ok(())
}

/// Rejects a text that is too large or empty.
pub(super) fn check(text: &str) -> Result<(), ReadError> {
    check_size(text)?;
    if text.trim().is_empty() {
        return Err(ReadError::Unreadable("the page is empty".to_owned()));
    }
    Ok(())
}
