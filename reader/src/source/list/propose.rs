//! Proposes a rule for a page on which no list was found, for a person to judge: the rows that hold known notices of
//! the source, else the best of the doubtful ones.

use std::{collections::HashSet, fmt};

use super::{
    candidates,
    evidence::{self, scored::Scored},
    read::{check, read_page},
    regions::Region,
    survey::PageSurvey,
    verdict::{self, ListClaim, stand_in},
};
use crate::{
    bulletin::{Notice, Select, canonical_url},
    source::{page::PageTree, reading::Context},
};

/// A proposed rule, with the notices that it would find.
#[derive(Debug)]
pub struct Proposal {
    /// The CSS of the rows, for `item` of `[source.select]`.
    pub item: String,
    pub notices: Vec<Notice>,
    /// The number of them that are known.
    pub known: usize,
}

impl fmt::Display for Proposal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST_NAMED: usize = 3;
        let first = self.notices.iter().take(MOST_NAMED);
        let first: Vec<String> = first.map(|row| format!("`{}`", row.title)).collect();
        write!(
            out,
            "{} rows may be the list ({} of them known), starting with {}; if they are the right ones, set item = \"{}\" in [source.select]",
            self.notices.len(),
            self.known,
            first.join(", "),
            self.item
        )
    }
}

/// Returns the rule for the rows that are most likely a source's, on a page that is not a list without it; `known` has
/// the titles and canonical addresses of the source's earlier notices.
#[must_use]
pub fn propose(html: &str, context: &Context<'_>, known: &HashSet<String>) -> Option<Proposal> {
    check(html).ok()?;
    let page = PageTree::parse(html);
    let select = Select::default();
    let context = Context {
        select: &select,
        ..*context
    };
    let survey = PageSurvey::new(&page, &context).ok()?;
    let is_known =
        |row: &Notice| known.contains(&row.title) || known.contains(&canonical_url(&row.url));
    let count = |rows: &[Notice]| rows.iter().filter(|row| is_known(row)).count();
    let is_other = stand_in::of_page(&page).is_some();
    let rules = evidence::weigh(&survey, candidates::find(&survey))
        .into_iter()
        .filter_map(|group| {
            let (rows, _) = survey.notices(&group.group);
            let held = count(&rows);
            let may_be = held > 0 || !is_other && is_candidate(&survey, &group);
            let item = survey.proposal(&group.group)?.item.filter(|_| may_be)?;
            Some((held, group.score, item))
        });
    let (_, _, item) = rules.max_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)))?;
    // The notices shown are those that the rule finds.
    let select = Select {
        item: Some(item.clone()),
        ..Select::default()
    };
    let context = Context {
        select: &select,
        ..context
    };
    let notices = read_page(&page, html, &context).ok()?.notices;
    Some(Proposal {
        item,
        known: count(&notices),
        notices,
    })
}

/// Returns whether rows without known notices may be worth showing.
fn is_candidate(survey: &PageSurvey<'_>, group: &Scored) -> bool {
    const FEW: usize = 3;
    const SHORT: f32 = 4.0;
    !matches!(group.region, Region::Frame | Region::Side)
        && !group.side_heading
        && group.group.items.len() >= FEW
        && group.units >= SHORT
        && !verdict::is_article(survey, &ListClaim::of_group(survey, group))
}
