//! Finds the groups of links that may be the page's list.

pub(super) mod absorb;
mod columns;
mod gather;
pub(super) mod group;
pub(super) mod surround;

use self::group::RowGroup;
use super::survey::PageSurvey;

/// The number of groups that are inspected closely, chosen by the length of their titles.
const MAX_GROUPS: usize = 80;

/// Returns the groups of rows of a page, each with the rows and texts that belong to it.
pub(super) fn find(survey: &PageSurvey<'_>) -> Vec<RowGroup> {
    let mut groups = gather::find(survey.page, &survey.links);
    let says = |group: &RowGroup| -> f32 {
        let items = group.items.iter();
        items.map(|item| survey.links[item.link].units).sum()
    };
    groups.sort_by(|a, b| says(b).total_cmp(&says(a)));
    groups.truncate(MAX_GROUPS);
    for group in &mut groups {
        survey.absorb(group);
        survey.widen(group);
    }
    groups
}
