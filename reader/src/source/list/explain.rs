//! Explains the result of each step on the way from a page to its list, for `preview -v`.

use super::{
    candidates::{self, group::RowGroup},
    choice::{self, ListChoice},
    evidence::{self, scored::Scored},
    read::check,
    rows,
    survey::PageSurvey,
    verdict::{self, ListClaim},
};
use crate::source::{
    page::PageTree,
    reading::{Context, ReadStep},
    text,
};

/// The number of groups that are shown with their evidence.
const SHOWN: usize = 5;

/// Returns the steps of reading a page as a list; empty if it is data, or cannot be read.
#[must_use]
pub fn explain(html: &str, context: &Context<'_>) -> Vec<ReadStep> {
    let is_data = html.trim_start().starts_with(['{', '[']);
    if is_data || check(html).is_err() {
        return Vec::new();
    }
    explain_page(&context.parse(html), context)
}

fn explain_page(page: &PageTree, context: &Context<'_>) -> Vec<ReadStep> {
    let Ok(survey) = PageSurvey::new(page, context) else {
        return Vec::new();
    };
    if context.select.item.is_some() {
        let said = "the rows are those that source.select.item matches".to_owned();
        return vec![ReadStep::new("choice", vec![said])];
    }
    let found = candidates::find(&survey);
    let (links, groups) = (survey.links.len(), found.len());
    let count = format!("{} in {}", counted(links, "link"), counted(groups, "group"));
    let mut weighed = evidence::weigh(&survey, found);
    weighed.sort_by(|a, b| b.score.total_cmp(&a.score));
    let shown = weighed.iter().take(SHOWN);
    let shown = shown.map(|group| evidence(&survey, group)).collect();
    let choice = choice::choose(&survey, weighed, false);
    let mut steps = vec![
        ReadStep::new("candidates", vec![count]),
        ReadStep::new("evidence", shown),
    ];
    let Some(choice) = choice else {
        let none = "no single group qualifies as a list".to_owned();
        steps.push(ReadStep::new("choice", vec![none]));
        return steps;
    };
    steps.push(ReadStep::new("choice", chosen(&survey, &choice)));
    steps.push(ReadStep::new("verdict", vec![judged(&survey, &choice)]));
    steps.push(ReadStep::new(
        "rows",
        read(&survey, &choice.with_headline(&survey)),
    ));
    steps
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Describes a group so that people recognize it: the number of rows, and the first.
fn group(survey: &PageSurvey<'_>, group: &RowGroup) -> String {
    let first = survey.links[group.items[0].link].element;
    let first = text::one_line(&survey.page.text(survey.page.runs_of(first)));
    format!("{}, first `{first}`", counted(group.items.len(), "row"))
}

fn evidence(survey: &PageSurvey<'_>, scored: &Scored) -> String {
    let percent = |share: f32| (share * 100.0).round();
    let mut said = format!(
        "{:.1}: {}: {}% dated, titles of {:.1} words, {}% with addresses of their own, {}% unlike the others",
        scored.score,
        group(survey, &scored.group),
        percent(scored.dated),
        scored.units,
        percent(scored.specific),
        percent(scored.variety),
    );
    if let Some(heading) = &scored.heading {
        said += &format!(", headed `{}`", text::one_line(heading));
    }
    for (holds, what) in [
        (scored.titled, "as the page is"),
        (scored.side_heading, "as related or popular"),
        (scored.paged, "with a pager"),
        (!scored.is_list, "not a list by itself"),
    ] {
        if holds {
            said += &format!(", {what}");
        }
    }
    format!("{said}; {:?} part of the page", scored.region)
}

fn chosen(survey: &PageSurvey<'_>, choice: &ListChoice) -> Vec<String> {
    let sections = choice.sections.iter();
    let sections = sections.map(|section| group(survey, &section.group));
    let sure = format!("confidence {:.2}", choice.confidence());
    sections.chain([sure]).collect()
}

/// Returns the evidence for an article with links around it, and for a list.
fn judged(survey: &PageSurvey<'_>, choice: &ListChoice) -> String {
    if let Err(error) = verdict::refuse_stand_in(survey, Some(choice), false) {
        return error.to_string();
    }
    let claim = ListClaim::of_group(survey, choice.best());
    let points = verdict::points(survey, &claim);
    let sum: f32 = points.iter().map(|(_, points)| points).sum();
    let points = points.iter().filter(|(_, points)| *points != 0.0);
    let points: Vec<String> = points
        .map(|(name, points)| format!("{name} {points:+.1}"))
        .collect();
    let what = match verdict::is_article(survey, &claim) {
        true => "article",
        false => "list",
    };
    format!("{what} (score {sum:+.1}): {}", points.join(", "))
}

fn read(survey: &PageSurvey<'_>, choice: &ListChoice) -> Vec<String> {
    let Ok(list) = rows::list(survey, choice) else {
        return vec!["they lead nowhere".to_owned()];
    };
    let count = |holds: fn(&crate::bulletin::Notice) -> bool| {
        list.notices.iter().filter(|row| holds(row)).count()
    };
    vec![format!(
        "{}, {} of them with a date, {} with a teaser, {} pinned",
        counted(list.notices.len(), "notice"),
        count(|row| row.published.is_some()),
        count(|row| row.summary.is_some()),
        count(|row| row.pinned),
    )]
}
