//! The groups of links that may be the page's list.

pub(super) mod absorb;
mod columns;
mod gather;
pub(super) mod group;
pub(super) mod surround;

use self::group::RowGroup;
use super::look::PageLook;

/// Groups that are looked at closely, by how much their titles say.
const MAX_GROUPS: usize = 80;

/// The groups of rows of a page, each with the rows and texts that belong to it.
pub(super) fn find(look: &PageLook<'_>) -> Vec<RowGroup> {
    let mut groups = gather::find(look.page, &look.links);
    let says = |group: &RowGroup| -> f32 {
        let items = group.items.iter();
        items.map(|item| look.links[item.link].units).sum()
    };
    groups.sort_by(|a, b| says(b).total_cmp(&says(a)));
    groups.truncate(MAX_GROUPS);
    for group in &mut groups {
        look.absorb(group);
        look.widen(group);
    }
    groups
}
