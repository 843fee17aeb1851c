//! Holds the verdicts of channels' patterns on texts, as far as they were found out before a transaction
//! ([`super::ahead`]).

use std::collections::{HashMap, HashSet};

use crate::bulletin::{Cost, Filter, Folded, Verdict};

/// The verdicts on each text, by the address of the filter, which is held so that the address stays valid.
#[derive(Debug, Default)]
pub(super) struct Ahead(HashMap<Folded, HashMap<usize, (Filter, bool)>>);

impl Ahead {
    pub(super) fn of(texts: HashSet<Folded>, filters: &[Filter]) -> Self {
        let judged = |text: Folded| {
            let verdict =
                |filter: &Filter| (filter.address(), (filter.clone(), wants(filter, &text)));
            let verdicts = filters.iter().map(verdict).collect();
            (text, verdicts)
        };
        Self(texts.into_iter().map(judged).collect())
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.values().map(HashMap::len).sum()
    }

    /// Returns whether a filter lets a text through.
    pub(super) fn wants(&self, filter: &Filter, text: &Folded) -> bool {
        if !is_costly(filter) {
            return wants(filter, text);
        }
        let known = self.0.get(text);
        let known = known.and_then(|verdicts| verdicts.get(&filter.address()));
        known.map_or_else(|| wants(filter, text), |(_, wanted)| *wanted)
    }
}

fn wants(filter: &Filter, text: &Folded) -> bool {
    filter.is_empty() || filter.verdict_of(text) == Verdict::Wanted
}

pub(super) fn is_costly(filter: &Filter) -> bool {
    filter.cost() != Cost::default()
}
