//! Finds the parts of a link that holds a whole card: picture, headline, date, teaser.

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    ops::Range,
};

use super::habits::Habits;
use crate::source::{
    list::{candidates::group::Item, element::is_title_class, survey::PageSurvey, words},
    page::{self, Gap, Id},
};

/// A separate piece of a card.
struct CardPart {
    runs: Range<usize>,
    /// The kind of element that it is in.
    key: u64,
}

impl PageSurvey<'_> {
    /// Returns the part of a link that is the title: all of it, unless it holds a whole card.
    pub(super) fn title_runs(&self, link: Id, habits: &Habits) -> Range<usize> {
        let page = self.page;
        if let Some(heading) = self.heading_in(link) {
            return page.runs_of(heading);
        }
        if !self.holds_blocks(link) {
            return page.runs_of(link);
        }
        let parts = self.parts(link);
        let usual = parts
            .iter()
            .find(|part| Some(part.key) == habits.title_part);
        let says_something = || parts.iter().find(|part| self.units(&part.runs) >= 4.0);
        usual
            .or_else(says_something)
            .map_or_else(|| page.runs_of(link), |part| part.runs.clone())
    }

    /// Returns the first kind of part that differs from card to card and is long enough for a title.
    pub(super) fn title_part(&self, items: &[Item]) -> Option<u64> {
        let cards: Vec<Vec<CardPart>> = items
            .iter()
            .take(60)
            .map(|item| self.links[item.link].element)
            .filter(|link| self.holds_blocks(*link))
            .map(|link| self.parts(link))
            .collect();
        let keys = cards.first()?.iter().map(|part| part.key);
        keys.into_iter().find(|key| {
            let texts: Vec<(String, f32)> = cards
                .iter()
                .filter_map(|parts| parts.iter().find(|part| part.key == *key))
                .map(|part| (self.page.text(part.runs.clone()), self.units(&part.runs)))
                .collect();
            let different: HashSet<&String> = texts.iter().map(|(text, _)| text).collect();
            let units: f32 = texts.iter().map(|(_, units)| units).sum();
            texts.len() * 2 > cards.len()
                && different.len() * 10 >= texts.len() * 7
                && units >= 4.0 * texts.len() as f32
        })
    }

    fn units(&self, runs: &Range<usize>) -> f32 {
        runs.clone()
            .map(|run| words::units(self.page.run_text(run)))
            .sum()
    }

    /// Returns the parts of a card that blocks and classes separate, without dates.
    fn parts(&self, link: Id) -> Vec<CardPart> {
        let page = self.page;
        let carrier = |run: usize| {
            let element = page.runs[run].element;
            let mut around = std::iter::once(element).chain(page.ancestors(element));
            around
                .find(|id| {
                    *id == link || !page::is_inline(page.name(*id)) || !page.class(*id).is_empty()
                })
                .unwrap_or(link)
        };
        let mut parts: Vec<(CardPart, Id)> = Vec::new();
        for run in page.runs_of(link).take(60) {
            if self
                .dates
                .within(run..run + 1)
                .iter()
                .any(|date| date.whole)
            {
                continue;
            }
            let element = carrier(run);
            match parts.last_mut() {
                Some((part, last))
                    if *last == element
                        && part.runs.end == run
                        && (page.runs[run].gap != Gap::Block || self.goes_on(run)) =>
                {
                    part.runs.end = run + 1;
                }
                _ => {
                    let mut hasher = DefaultHasher::new();
                    (page.name(element), page.class(element)).hash(&mut hasher);
                    let key = hasher.finish();
                    parts.push((
                        CardPart {
                            runs: run..run + 1,
                            key,
                        },
                        element,
                    ));
                }
            }
        }
        parts.into_iter().map(|(part, _)| part).collect()
    }

    /// Returns whether a line break within an element only separates the lines of one title: neither line is a
    /// sentence, a date or a labelled value.
    fn goes_on(&self, run: usize) -> bool {
        const LONGEST: f32 = 30.0;
        let is_line = |run: usize| {
            let text = self.page.run_text(run);
            words::units(text) <= LONGEST
                && !text.contains(['。', '；', '！', '？', '：', ':', '…'])
                && !text.trim_end().ends_with(['.', '!', '?'])
        };
        is_line(run - 1) && is_line(run) && self.dates.within(run..run + 1).is_empty()
    }

    fn holds_blocks(&self, element: Id) -> bool {
        let end = self.page.elements[element as usize].end;
        (element + 1..end)
            .take(40)
            .any(|id| !page::is_inline(self.page.name(id)))
    }

    /// Returns the heading inside a link that holds a whole card.
    pub(super) fn heading_in(&self, link: Id) -> Option<Id> {
        let page = self.page;
        let end = page.elements[link as usize].end;
        // The big day of a calendar leaf is often a heading too.
        let says = |id: &Id| {
            let runs = page.runs_of(*id);
            let is_date = || {
                self.dates
                    .within(runs.clone())
                    .iter()
                    .any(|date| date.whole)
            };
            let letters = || page.text(runs.clone()).chars().any(char::is_alphabetic);
            !runs.is_empty() && letters() && !is_date()
        };
        let inside = || (link + 1..end).take(60).filter(says);
        inside()
            .find(|id| matches!(page.name(*id), "h1" | "h2" | "h3" | "h4" | "h5" | "h6"))
            .or_else(|| {
                let called = || inside().find(|id| is_title_class(page.class(*id)));
                self.holds_blocks(link).then(called)?
            })
    }
}
