//! Sources and their poll states.

use std::sync::Arc;

use tokio_postgres::types::Json;

use super::base::PostgresTx;
use crate::{
    bulletin::{AddedSource, SourceId},
    policy::{
        asked_polls::PollAnswer,
        facts::{PollState, SourceFacts},
    },
    store::{
        error::Result,
        postgres::{
            memory::{added, poll_states_of},
            rows::{all_signed, all_unsigned, get, json_or_none, signed, source_id, unsigned},
            session::params,
        },
        tx::{PollChange, Sources},
    },
};

impl Sources for PostgresTx<'_> {
    fn sources(&mut self) -> Vec<SourceId> {
        let rows = self
            .session
            .rows_or_none("SELECT id FROM sources ORDER BY age", &[]);
        rows.iter()
            .filter_map(|row| source_id(row, 0).ok())
            .collect()
    }

    fn knows_source(&mut self, source: &SourceId) -> bool {
        let asked = "SELECT 1 FROM sources WHERE id = $1";
        !self
            .session
            .rows_or_none(asked, &[&source.as_str()])
            .is_empty()
    }

    fn enter_source(&mut self, source: &SourceId) {
        if self.sources.insert(source.clone()) {
            self.session.write(
                "INSERT INTO sources (id) VALUES ($1) ON CONFLICT DO NOTHING",
                params![source.as_str().to_owned()],
            );
        }
    }

    fn read_sources_ahead(&mut self, sources: &[SourceId]) -> Result<()> {
        let ids: Vec<&str> = sources.iter().map(SourceId::as_str).collect();
        let asked = "SELECT facts, id FROM sources WHERE id = ANY($1)";
        for row in self.session.rows(asked, &[&ids])? {
            let facts = json_or_none(&row, 0)?;
            self.ahead.sources.insert(source_id(&row, 1)?, facts);
        }
        Ok(())
    }

    fn source(&mut self, source: &SourceId) -> SourceFacts {
        self.facts(source).unwrap_or_default()
    }

    fn set_source(&mut self, source: &SourceId, facts: SourceFacts) {
        // Unchanged facts do not count as written: a poll that found nothing new is not worth a row.
        if self.facts(source).as_ref() == Some(&facts) {
            return;
        }
        if let Some(known) = self.ahead.sources.get_mut(source) {
            *known = Some(facts.clone());
        }
        self.write(
            "INSERT INTO sources (id, facts) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET facts = excluded.facts",
            params![source.as_str().to_owned(), Json(facts)],
        );
    }

    fn poll_state(&mut self, source: &SourceId) -> PollState {
        self.memory.poll_states.get(source)
    }

    fn change_poll_state(&mut self, source: &SourceId, at_once: bool, change: PollChange) {
        self.enter_source(source);
        self.effects
            .poll_states
            .push((source.clone(), at_once, change));
    }

    fn take_poll_state(&mut self, source: &SourceId, epoch: u64) -> Result<()> {
        if self.memory.poll_states.is_unwritten(source) {
            // A state that an earlier lease of this process left is obsolete: another lease has continued since.
            let rows = poll_states_of(&self.session, std::slice::from_ref(source))?;
            self.effects.taken_poll_states.extend(rows);
        }
        self.effects.held_polls.push((source.clone(), Some(epoch)));
        Ok(())
    }

    fn leave_poll_state(&mut self, source: &SourceId) {
        if self.memory.poll_states.is_unwritten(source) {
            let poll = self.memory.poll_states.get(source);
            self.effects
                .written_poll_states
                .push((source.clone(), poll));
        }
        self.effects.held_polls.push((source.clone(), None));
    }

    fn ask_poll(&mut self, source: &SourceId) -> Result<u64> {
        let asked = "INSERT INTO asked_polls (source, number) VALUES ($1, 1) \
                     ON CONFLICT (source) DO UPDATE SET number = asked_polls.number + 1 RETURNING number";
        let row = self.session.row(asked, &[&source.as_str()])?;
        self.effects.changed.asked_polls = true;
        row.map_or(Ok(0), |row| get(&row, 0).map(unsigned))
    }

    fn asked_polls(&mut self) -> Result<Vec<(SourceId, u64)>> {
        let asked =
            "SELECT source, number FROM asked_polls WHERE answered < number ORDER BY source";
        let rows = self.session.rows(asked, &[])?;
        let asked = |row| Ok((source_id(row, 0)?, unsigned(get(row, 1)?)));
        rows.iter().map(asked).collect()
    }

    fn answer_poll(&mut self, source: &SourceId, number: u64, answer: &PollAnswer) {
        self.write(
            "UPDATE asked_polls SET answered = $2, answer = $3 WHERE source = $1",
            params![
                source.as_str().to_owned(),
                signed(number),
                Json(answer.clone())
            ],
        );
    }

    fn poll_answer(&mut self, source: &SourceId, number: u64) -> Result<Option<PollAnswer>> {
        let asked = "SELECT answer FROM asked_polls WHERE source = $1 AND answered >= $2";
        let row = self
            .session
            .row(asked, &[&source.as_str(), &signed(number)])?;
        row.map_or(Ok(None), |row| json_or_none(&row, 0))
    }

    fn last_page(&mut self, source: &SourceId) -> Result<Vec<u64>> {
        let asked = "SELECT last_page FROM sources WHERE id = $1";
        match self.session.row(asked, &[&source.as_str()])? {
            Some(row) => Ok(all_unsigned(get(&row, 0)?)),
            None => Ok(Vec::new()),
        }
    }

    fn set_last_page(&mut self, source: &SourceId, page: Vec<u64>) {
        self.write(
            "INSERT INTO sources (id, last_page) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET last_page = excluded.last_page",
            params![source.as_str().to_owned(), all_signed(&page)],
        );
    }

    fn added(&mut self) -> Arc<Vec<AddedSource>> {
        Arc::new(added(&self.session).unwrap_or_default())
    }

    fn set_added(&mut self, source: AddedSource) {
        self.effects.changed.added = true;
        self.write(
            "INSERT INTO added_sources (id, source) VALUES ($1, $2) \
             ON CONFLICT (id) DO UPDATE SET source = excluded.source",
            params![source.id.as_str().to_owned(), Json(source)],
        );
    }

    fn remove_added(&mut self, source: &SourceId) {
        self.effects.changed.added = true;
        self.write(
            "DELETE FROM added_sources WHERE id = $1",
            params![source.as_str().to_owned()],
        );
    }
}

impl PostgresTx<'_> {
    fn facts(&mut self, source: &SourceId) -> Option<SourceFacts> {
        if let Some(known) = self.ahead.sources.get(source) {
            return known.clone();
        }
        let asked = "SELECT facts FROM sources WHERE id = $1";
        let rows = self.session.rows_or_none(asked, &[&source.as_str()]);
        json_or_none(rows.first()?, 0).ok()?
    }
}
