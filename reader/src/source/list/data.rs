//! Reads lists that are data: the answer of a JSON endpoint, and data in a page for a script to show.

pub(super) mod embedded;
pub(super) mod fields;
pub(super) mod json;
mod value;
mod worth;

use super::{
    candidates, choice, evidence, rows,
    survey::PageSurvey,
    verdict::{self, ListClaim},
};
use crate::source::{
    page::PageTree,
    reading::{Context, NoticeList},
    text,
};

/// Returns the list whose data is in a page for a script to show.
pub(super) fn embedded(survey: &PageSurvey<'_>, html: &str, asked: bool) -> Option<NoticeList> {
    let mut list = match embedded::record_set(html) {
        Some(rows) => {
            let page = PageTree::parse(&rows);
            let inner = PageSurvey::new(&page, survey.context).ok()?;
            let inner = PageSurvey {
                base: survey.base.clone(),
                ..inner
            };
            let choice = choice::choose(
                &inner,
                evidence::weigh(&inner, candidates::find(&inner)),
                false,
            )?;
            rows::list(&inner, &choice).ok()?
        }
        None => {
            let records = embedded::in_scripts(survey.page, &survey.base, survey.context)?;
            let enough = records.dated && records.notices.len() >= 3;
            enough.then(|| data_list(records))?
        }
    };
    if !asked && verdict::is_article(survey, &ListClaim::of_notices(&list.notices)) {
        return None;
    }
    let next = embedded::next_group(html).and_then(|href| survey.base.join(href).ok());
    list.next_page = next.or_else(|| survey.next_page());
    list.feeds = survey.feeds();
    // A selector cannot reach rows that are in data.
    list.select = None;
    list.title = Some(text::one_line(&survey.page.title)).filter(|title| !title.is_empty());
    Some(list)
}

/// Parses JSON, alone, with a call or assignment around it, or with a value on each line.
pub(super) fn parse_json(text: &str) -> Result<serde_json::Value, serde_json::Error> {
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

/// Returns the argument of `callback({…});`, the value of `var list = […];`.
fn inside_call(text: &str) -> &str {
    let start = text.find(['{', '[']).unwrap_or(0);
    let end = text.rfind(['}', ']']).map_or(text.len(), |end| end + 1);
    text.get(start..end).unwrap_or_default()
}

/// Returns the best list of a value.
pub(super) fn of_value(value: &serde_json::Value, context: &Context<'_>) -> Option<NoticeList> {
    json::best(value, context.base, context).map(data_list)
}

fn data_list(records: json::Records) -> NoticeList {
    NoticeList {
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
