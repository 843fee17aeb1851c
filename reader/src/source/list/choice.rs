//! Chooses the group that is the page's list, and explains why the others are not.

use url::Url;

use super::{
    candidates::group::RowGroup, element::is_hidden, evidence::scored::Scored, regions::Region,
    survey::PageSurvey,
};
use crate::source::{reading::OtherList, text};

/// The list that was chosen: one group, or on a home page the columns that make up its news.
pub(super) struct ListChoice {
    pub sections: Vec<Scored>,
    pub others: Vec<Scored>,
}

impl ListChoice {
    /// Returns whether nothing that a script may add could be a better list.
    pub(super) fn is_sure(&self) -> bool {
        self.best().is_sure()
    }

    /// Adds the headline above the rows that is in its own box.
    pub(super) fn with_headline(mut self, survey: &PageSurvey<'_>) -> Self {
        if let [only] = self.sections.as_mut_slice() {
            survey.add_headline(&mut only.group);
        }
        self
    }

    pub(super) fn best(&self) -> &Scored {
        let score = |section: &&Scored| section.score;
        self.sections
            .iter()
            .max_by(|a, b| score(a).total_cmp(&score(b)))
            .expect("a choice has at least one section")
    }

    /// Returns how sure the reader is that this is the page's one real list.
    pub(super) fn confidence(&self) -> f32 {
        let best = self.best();
        let rival = self
            .others
            .iter()
            .filter(|other| other.is_list)
            .map(|other| other.score / best.score)
            .fold(0.0, f32::max);
        let mut sure = 0.45 + 0.25 * best.dated + 0.1 * best.specific;
        for (holds, worth) in [
            (best.titled, 0.1),
            (best.paged, 0.1),
            (best.units >= 8.0, 0.05),
            (best.group.items.len() < 3, -0.15),
            (best.region == Region::Side || best.side_heading, -0.2),
        ] {
            if holds {
                sure += worth;
            }
        }
        (sure - 0.3 * (rival - 0.5).max(0.0)).clamp(0.1, 0.99)
    }
}

/// Chooses the best group; on a home page also those with the same structure and dates. If a list is `asked` for, rows
/// are accepted that would not make a list alone.
pub(super) fn choose(
    survey: &PageSurvey<'_>,
    mut groups: Vec<Scored>,
    asked: bool,
) -> Option<ListChoice> {
    groups.sort_by(|a, b| b.score.total_cmp(&a.score));
    let rows = || groups.iter().position(Scored::has_rows).filter(|_| asked);
    let best = groups
        .iter()
        .position(|group| group.is_list)
        .or_else(rows)?;
    let best = groups.remove(best);
    let targets = |group: &RowGroup| -> Vec<&str> {
        group
            .items
            .iter()
            .map(|item| survey.links[item.link].href.as_str())
            .collect()
    };
    let taken = targets(&best.group);
    // The same rows again, for small screens or as pictures, are not another list; nor are links inside its rows, such
    // as counts of comments.
    groups.retain(|other| {
        let theirs = targets(&other.group);
        let same = theirs.iter().filter(|href| taken.contains(href)).count();
        let inside = other
            .group
            .items
            .iter()
            .filter(|item| best.group.holds(survey, item.link))
            .count();
        same.max(inside) * 2 < theirs.len()
    });
    // Several groups side by side in one box are together the list of the page.
    let beside = |other: &&Scored| other.is_list && share_box(survey, &best, other);
    let together = groups.iter().filter(beside).count() + 1 >= SEVERAL;
    let (mut sections, others): (Vec<Scored>, Vec<Scored>) = match best.paged || best.titled {
        true => (Vec::new(), groups),
        false => groups
            .into_iter()
            .partition(|other| is_column(survey, &best, other, together)),
    };
    sections.push(best);
    sections.sort_by_key(|section| section.group.items[0].row);
    Some(ListChoice { sections, others })
}

/// The number of sections from which they are not just a list and its neighbour.
const SEVERAL: usize = 3;

/// Returns whether the boxes of two groups are in one box, maybe with a heading in each.
fn share_box(survey: &PageSurvey<'_>, best: &Scored, other: &Scored) -> bool {
    let [a, b] = [&best.group, &other.group].map(|group| {
        let parent = survey.page.parent(group.container(survey.page));
        [parent, survey.page.parent(parent)]
    });
    survey.built_alike(&best.group, &other.group) && (a[0] == b[0] || a[1] == b[1] && a[1] != 0)
}

/// Returns whether a group is another column of the same news.
fn is_column(survey: &PageSurvey<'_>, best: &Scored, other: &Scored, together: bool) -> bool {
    if !other.is_list
        || matches!(other.region, Region::Side | Region::Frame)
        || other.group.items.len() < 3
        || other.side_heading
    {
        return false;
    }
    let twins = survey.page.elements[best.group.items[0].row as usize].path
        == survey.page.elements[other.group.items[0].row as usize].path
        && survey.built_alike(&best.group, &other.group)
        && best.dated.round() == other.dated.round();
    // If each has its own heading, they are sections, and the largest is wanted.
    let apart = best.heading.is_some() && other.heading.is_some() && best.heading != other.heading;
    let apart = apart && !together;
    let seen = !is_hidden(survey.page, other.group.container(survey.page));
    twins && !apart && seen || is_home(survey.context.base)
}

/// Returns whether an address is a site's home page.
fn is_home(url: &Url) -> bool {
    let path = url.path().trim_matches('/').to_ascii_lowercase();
    let stem = path.split('.').next().unwrap_or_default();
    url.query().is_none()
        && matches!(stem, "" | "index" | "default" | "home" | "main")
        && !path.contains('/')
}

impl RowGroup {
    /// Returns whether a link is in one of the rows.
    fn holds(&self, survey: &PageSurvey<'_>, link: usize) -> bool {
        let element = survey.links[link].element;
        let after = self.items.partition_point(|item| item.row <= element);
        after > 0 && survey.page.contains(self.items[after - 1].row, element)
    }
}

impl PageSurvey<'_> {
    /// Returns whether the boxes of two groups are the same kind of box.
    fn built_alike(&self, a: &RowGroup, b: &RowGroup) -> bool {
        let (mut a, mut b) = (a.container(self.page), b.container(self.page));
        while a != b && a != 0 && b != 0 {
            let page = self.page;
            if page.name(a) != page.name(b) || page.class(a) != page.class(b) {
                return false;
            }
            (a, b) = (page.parent(a), page.parent(b));
        }
        true
    }

    /// Explains for `preview -v` why the other groups were not taken.
    pub(super) fn explain_others(&self, others: &[Scored]) -> Vec<OtherList> {
        others
            .iter()
            .take(20)
            .map(|other| {
                let first = self.links[other.group.items[0].link].element;
                OtherList {
                    title: other.heading.as_deref().map(text::one_line),
                    links: other.group.items.len(),
                    first: text::one_line(&self.page.text(self.page.runs_of(first))),
                    why: why(other),
                    is_list: other.is_list,
                    select: None,
                }
            })
            .collect()
    }
}

fn why(other: &Scored) -> String {
    let reason = match other.region {
        Region::Frame => "a menu, breadcrumb, pager or footer",
        Region::Side => "a side box",
        _ if other.side_heading => "headed as popular, related or recommended",
        _ if other.units < 6.0 => "titles too short for notices",
        _ if other.is_list => "a smaller list",
        _ if other.specific < 0.5 => "its links name no single pages",
        _ => "no dates, and little else that speaks for a list",
    };
    reason.to_owned()
}
