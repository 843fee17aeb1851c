//! Handles the rows that a selector chose, and builds selectors that find a list again: only tags, classes and ids in a
//! chain, which is checked here.

use super::{
    candidates::group::{Item, RowGroup},
    survey::{PageSurvey, links::PageLink, selected::Selected},
    words::LinkText,
};
use crate::{bulletin::Select, source::page::Id};

impl PageSurvey<'_> {
    /// Returns the rows that a selector chose, each with the link with the longest text.
    pub(super) fn selected_group(&self, selected: &Selected, rows: &[Id]) -> RowGroup {
        let items = rows.iter().filter_map(|&row| {
            let chosen = selected
                .link
                .as_ref()
                .and_then(|link| selected.first(row, link));
            let end = self.page.elements[row as usize].end;
            let from = self.links.partition_point(|link| link.element < row);
            let inside = self.links[from..]
                .iter()
                .take_while(|link| link.element < end);
            let above = || {
                let holder = |link: &PageLink| self.page.contains(link.element, row);
                self.links[..from].iter().rposition(holder)
            };
            let link = inside
                .enumerate()
                .filter(|(_, link)| {
                    chosen.is_none_or(|chosen| self.page.contains(chosen, link.element))
                })
                .max_by(|(_, a), (_, b)| {
                    let rank = |link: &PageLink| (link.text == LinkText::Title, link.units);
                    rank(a)
                        .partial_cmp(&rank(b))
                        .unwrap_or(std::cmp::Ordering::Equal)
                })
                .map(|(at, _)| from + at)
                .or_else(above)?;
            Some(Item {
                link,
                row,
                runs: self.page.runs_of(row),
            })
        });
        RowGroup {
            items: items.collect(),
        }
    }

    /// Returns a selector that chooses these rows and no others that hold links.
    pub(super) fn proposal(&self, group: &RowGroup) -> Option<Select> {
        let rows: Vec<Id> = group.items.iter().map(|item| item.row).collect();
        self.proposal_of(&rows)
    }

    /// Returns a selector like [`Self::proposal`], given the elements of the rows in their order.
    pub(super) fn proposal_of(&self, rows: &[Id]) -> Option<Select> {
        let mut chain = vec![self.shared_step(rows)?];
        let mut above: Vec<Id> = rows.to_vec();
        let mut bare = None;
        for _ in 0..6 {
            if self.chooses(&chain, rows) {
                let steps: Vec<String> = chain.iter().rev().map(SelectorStep::css).collect();
                let select = Select {
                    item: Some(steps.join(" > ")),
                    ..Select::default()
                };
                // Tags without names would choose other things too as soon as the page has them.
                if chain.iter().any(SelectorStep::is_named) {
                    return Some(select);
                }
                bare = bare.or(Some(select));
            }
            above = above.iter().map(|id| self.page.parent(*id)).collect();
            above.dedup();
            if above.contains(&0) {
                break;
            }
            let Some(step) = self.shared_step(&above) else {
                break;
            };
            chain.push(step);
        }
        bare
    }

    /// Returns a selector by which a part of a row is the first match in it; `None` if no simple one is.
    pub(super) fn part_of(&self, row: Id, part: Id) -> Option<String> {
        let own = self.shared_step(&[part])?;
        let css = own.css();
        let above = self.page.parent(part);
        let within = (above != row).then(|| self.shared_step(&[above])).flatten();
        let mut chains = vec![(vec![own], css.clone())];
        if let Some(within) = within {
            let css = format!("{} > {css}", within.css());
            chains.push((vec![self.shared_step(&[part])?, within], css));
        }
        let first = |chain: &[SelectorStep]| {
            let end = self.page.elements[row as usize].end;
            (row..end).find(|id| self.matches(chain, *id))
        };
        let plain = chains
            .into_iter()
            .find(|(chain, _)| first(chain) == Some(part));
        plain
            .map(|(_, css)| css)
            .or_else(|| self.by_place(row, part))
    }

    /// Returns a selector for the place of a part among those of its kind, as in the cells of a table.
    fn by_place(&self, row: Id, part: Id) -> Option<String> {
        let page = self.page;
        let same = |id: &Id| page.name(*id) == page.name(part);
        let above = page.parent(part);
        if above != row {
            return None;
        }
        let place = page
            .children(above)
            .filter(same)
            .position(|id| id == part)?;
        Some(format!("{}:nth-of-type({})", page.name(part), place + 1))
    }

    /// Returns the tag of some elements, with the classes that all have and an id that is not a counter.
    fn shared_step(&self, elements: &[Id]) -> Option<SelectorStep> {
        let page = self.page;
        let first = *elements.first()?;
        let name = page.name(first);
        if elements.iter().any(|id| page.name(*id) != name) {
            return None;
        }
        let plain = |word: &&str| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
                && !word.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        };
        let classes = page
            .class(first)
            .split_whitespace()
            .filter(plain)
            .filter(|class| {
                elements.iter().all(|id| {
                    page.class(*id)
                        .split_whitespace()
                        .any(|word| word == *class)
                })
            })
            .take(3)
            .map(str::to_owned)
            .collect();
        let id = page
            .attribute(first, "id")
            .filter(|id| {
                elements.len() == 1 && plain(id) && !id.contains(|c: char| c.is_ascii_digit())
            })
            .map(str::to_owned);
        Some(SelectorStep {
            name: name.to_owned(),
            classes,
            id,
        })
    }

    fn chooses(&self, chain: &[SelectorStep], rows: &[Id]) -> bool {
        let page = self.page;
        let holds_link = |id: Id| {
            let from = self.links.partition_point(|link| link.element < id);
            self.links
                .get(from)
                .is_some_and(|link| page.contains(id, link.element))
        };
        let mut wanted = rows.iter().copied().peekable();
        for id in 0..page.elements.len() as Id {
            if !self.matches(chain, id) {
                continue;
            }
            if wanted.peek() == Some(&id) {
                wanted.next();
            } else if holds_link(id) {
                return false;
            }
        }
        wanted.peek().is_none()
    }

    fn matches(&self, chain: &[SelectorStep], mut id: Id) -> bool {
        for (place, step) in chain.iter().enumerate() {
            if place > 0 {
                if id == 0 {
                    return false;
                }
                id = self.page.parent(id);
            }
            let page = self.page;
            let fits = page.name(id) == step.name
                && step
                    .id
                    .as_deref()
                    .is_none_or(|own| page.attribute(id, "id") == Some(own))
                && step
                    .classes
                    .iter()
                    .all(|class| page.class(id).split_whitespace().any(|word| word == class));
            if !fits {
                return false;
            }
        }
        true
    }
}

/// One element of a chain of children.
struct SelectorStep {
    name: String,
    classes: Vec<String>,
    id: Option<String>,
}

impl SelectorStep {
    fn is_named(&self) -> bool {
        self.id.is_some() || !self.classes.is_empty()
    }

    fn css(&self) -> String {
        let mut css = self.name.clone();
        if let Some(id) = &self.id {
            css.push('#');
            css.push_str(id);
        }
        for class in &self.classes {
            css.push('.');
            css.push_str(class);
        }
        css
    }
}
