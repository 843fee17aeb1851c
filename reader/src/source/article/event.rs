//! Recognizes lines that state when something takes place, or by when to act: `会议时间：…`, `时间：12月3日14:00`.
//!
//! Such lines are the ones that people need most, and they are unrelated to the publication. A bare `时间：` may be
//! either; its value and the lines around it decide.

use super::occasion::{HALF_DAY, PLACE, YEAR, is_event, is_meeting, labelled, says_more};
use super::{
    block::{block_line, label_before},
    labels::labels,
    layout::Layout,
};
use crate::source::{
    date::{self, Called},
    reading::Context,
};

/// Returns whether a block is about an event, as the blocks around it show: the one before may be its label, and a bare
/// `时间：` is an event's if a place is next to it.
pub(super) fn states_event(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> bool {
    let own = block_line(layout, at);
    let labelled = label_before(layout, at).map(|label| format!("{label}{own}"));
    let follows = own.ends_with([':', '：']) && at + 1 < layout.blocks.len();
    let completed = follows.then(|| format!("{own}{}", block_line(layout, at + 1)));
    [Some(own), labelled.as_deref(), completed.as_deref()]
        .into_iter()
        .flatten()
        .any(|line| is_event(line) || is_bare_event(layout, at, line, context))
        && !is_in_byline(layout, at, context)
}

/// Returns whether a bare label with a past day and an hour is one of several lines that describe the notice: `来源：…` is
/// right next to it, and no place.
fn is_in_byline(layout: &Layout<'_>, at: usize, context: &Context<'_>) -> bool {
    let own = block_line(layout, at);
    let Some((Called::Bare, value)) = labelled(own) else {
        return false;
    };
    let Some((_, moment)) = date::find(value, context.time_zone, context.now) else {
        return false;
    };
    let beside = [at.checked_sub(1), Some(at + 1)];
    let beside = || {
        let known = |by: &usize| *by < layout.blocks.len();
        beside.into_iter().flatten().filter(known)
    };
    let describes = |by: usize| {
        let line = block_line(layout, by);
        labels(line) > 0 && labelled(line).is_none_or(|(called, _)| called == Called::Nothing)
    };
    YEAR.is_match(value)
        && !is_meeting(value)
        && !HALF_DAY.is_match(value)
        && moment.day() <= today(context)
        && beside().any(describes)
        && !beside()
            .any(|by| names_place(layout, by) || published_on(layout, by, context).is_some())
}

fn today(context: &Context<'_>) -> chrono::NaiveDate {
    context.now.with_timezone(&context.time_zone).date_naive()
}

/// Returns whether a bare label is that of an event: next to a place, for a future day, or below the line that states
/// when the notice was published.
fn is_bare_event(layout: &Layout<'_>, at: usize, line: &str, context: &Context<'_>) -> bool {
    const BELOW: usize = 3;
    const ABOVE: usize = 8;
    const LONG_AGO: i64 = 240;
    let Some((Called::Bare, value)) = labelled(line) else {
        return false;
    };
    let more = says_more(line, value);
    let mut around = at.saturating_sub(1)..(at + 1 + BELOW).min(layout.blocks.len());
    if !more && around.any(|by| names_place(layout, by)) {
        return true;
    }
    let Some((_, moment)) = date::find(value, context.time_zone, context.now) else {
        return false;
    };
    let (day, today) = (moment.day(), today(context));
    if more {
        // A line about the notice has a date up to tomorrow, and with its year if that was long ago.
        let ahead = (day - today).num_days();
        return ahead > 1 || ahead < -LONG_AGO && !YEAR.is_match(value);
    }
    // A date that repeats the day of publication is about the notice.
    let published = |above: usize| published_on(layout, above, context);
    day > today
        || (at.saturating_sub(ABOVE)..at)
            .filter_map(published)
            .any(|other| other != day)
}

/// Returns the day that a block labels as that of publication.
fn published_on(
    layout: &Layout<'_>,
    at: usize,
    context: &Context<'_>,
) -> Option<chrono::NaiveDate> {
    const LONGEST: f32 = 80.0;
    if layout.blocks[at].units > LONGEST {
        return None;
    }
    let label = label_before(layout, at).unwrap_or_default();
    let line = format!("{label}{}", block_line(layout, at));
    date::find_all(&line, context.time_zone, context.now)
        .into_iter()
        .find(|(range, _)| date::called(&line[..range.start]) == Called::Published)
        .map(|(_, moment)| moment.day())
}

/// Returns whether a block begins with a place, or with the people who are invited.
fn names_place(layout: &Layout<'_>, at: usize) -> bool {
    const START: usize = 16;
    PLACE
        .find(block_line(layout, at))
        .is_some_and(|found| found.start() < START)
}
