//! Sources and their poll states.

use std::sync::Arc;

use super::base::MemoryTx;
use crate::{
    bulletin::{AddedSource, SourceId},
    policy::facts::{PollState, SourceFacts},
    store::{
        error::Result,
        tx::{PollChange, Sources},
    },
};

impl Sources for MemoryTx<'_> {
    fn sources(&mut self) -> Vec<SourceId> {
        self.state.sources()
    }

    fn knows_source(&mut self, source: &SourceId) -> bool {
        self.state.tables.sources.contains(source)
    }

    fn enter_source(&mut self, source: &SourceId) {
        if !self.state.tables.sources.contains(source) {
            let row = self.source_row(source);
            self.state.tables.sources.set(source.clone(), row);
        }
    }

    fn source(&mut self, source: &SourceId) -> SourceFacts {
        let row = self.state.tables.sources.get(source);
        row.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    fn set_source(&mut self, source: &SourceId, facts: SourceFacts) {
        let (age, before) = self.source_row(source);
        if before != facts || !self.state.tables.sources.contains(source) {
            let row = (age, facts);
            self.state.tables.sources.set(source.clone(), row);
        }
    }

    fn poll_state(&mut self, source: &SourceId) -> PollState {
        self.state
            .poll_states
            .get(source)
            .cloned()
            .unwrap_or_default()
    }

    fn change_poll_state(&mut self, source: &SourceId, at_once: bool, change: PollChange) {
        self.enter_source(source);
        self.effects
            .poll_states
            .push((source.clone(), at_once, change));
    }

    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>> {
        let page = self.state.tables.last_pages.get(source);
        Ok(page.cloned().unwrap_or_default())
    }

    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>) {
        self.enter_source(source);
        self.state.tables.last_pages.set(source.clone(), page);
    }

    fn added(&mut self) -> Arc<Vec<AddedSource>> {
        self.state.added()
    }

    fn set_added(&mut self, source: AddedSource) {
        self.effects.added_changed = true;
        self.state.tables.added.set(source.id.clone(), source);
    }

    fn remove_added(&mut self, source: &SourceId) {
        self.effects.added_changed = true;
        self.state.tables.added.remove(source);
    }
}
