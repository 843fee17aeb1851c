//! Sources and their poll states.

use std::sync::Arc;

use super::base::SledTx;
use crate::{
    bulletin::{AddedSource, SourceId},
    policy::facts::{PollState, SourceFacts},
    store::{
        error::Result,
        sled::keys,
        tx::{PollChange, Sources},
    },
};

impl Sources for SledTx<'_> {
    fn sources(&mut self) -> Vec<SourceId> {
        let numbers = self.names.source_numbers();
        numbers.filter_map(|n| self.names.source(n)).collect()
    }

    fn knows_source(&mut self, source: &SourceId) -> bool {
        self.source_number(source).is_some()
    }

    fn enter_source(&mut self, source: &SourceId) {
        self.intern_source(source);
    }

    fn source(&mut self, source: &SourceId) -> SourceFacts {
        let Some(number) = self.source_number(source) else {
            return SourceFacts::default();
        };
        let changed = self.change.sources.get(&number);
        let facts = changed.or_else(|| self.books.sources.get(&number));
        facts.cloned().unwrap_or_default()
    }

    fn set_source(&mut self, source: &SourceId, facts: SourceFacts) {
        let number = self.intern_source(source);
        // Unchanged facts are not written.
        if self.books.sources.get(&number) == Some(&facts) {
            self.change.sources.remove(&number);
        } else {
            self.change.sources.insert(number, facts);
        }
    }

    fn poll_state(&mut self, source: &SourceId) -> PollState {
        self.books.poll_states.get(source)
    }

    fn change_poll_state(&mut self, source: &SourceId, at_once: bool, change: PollChange) {
        let number = self.intern_source(source);
        if at_once {
            let state = self.books.poll_states.with(source, &change);
            self.change.writes.put(keys::poll(number), &state);
        }
        self.change
            .poll_states
            .push((source.clone(), number, change));
    }

    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>> {
        let Some(number) = self.source_number(source) else {
            return Ok(Vec::new());
        };
        Ok(self.get(&keys::last_page(number))?.unwrap_or_default())
    }

    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>) {
        let number = self.intern_source(source);
        self.change.writes.put(keys::last_page(number), &page);
    }

    fn added(&mut self) -> Arc<Vec<AddedSource>> {
        let changed = self.change.added.clone();
        changed.unwrap_or_else(|| self.books.added())
    }

    fn set_added(&mut self, source: AddedSource) {
        let key = keys::added(source.id.as_str());
        let row = serde_json::to_string(&source).expect("its keys are JSON");
        self.change.writes.put(key, &row);
        let old = keys::old_added(source.id.as_str());
        self.change.writes.remove(old);
        let mut added = self.added().to_vec();
        added.retain(|known| known.id != source.id);
        added.push(source);
        added.sort_by_key(|source| source.at);
        self.change.added = Some(Arc::new(added));
    }

    fn remove_added(&mut self, source: &SourceId) {
        self.change.writes.remove(keys::added(source.as_str()));
        self.change.writes.remove(keys::old_added(source.as_str()));
        let mut added = self.added().to_vec();
        added.retain(|known| known.id != *source);
        self.change.added = Some(Arc::new(added));
    }
}
