//! Stores the state of polls that admitted nothing.

use chrono::{DateTime, Utc};

use super::{handle::Store, op::Op};
use crate::{
    bulletin::{ReadAs, SourceId},
    policy::{audit::Actor, change_feed::FeedEvent, facts::PollState},
    store::{Refusal, Result, StoreError, refused},
};

impl Store {
    /// Takes over the state that a poll left, except for the fields that a poll does not own ([`PollState::after`]):
    /// a good poll that found nothing new, or a failed one. It is written if the source begins or ceases to fail,
    /// and otherwise by the next [`Store::save_poll_states`].
    ///
    /// # Errors
    /// Fails if a write fails.
    pub async fn keep_poll(
        &self,
        source: &SourceId,
        poll: PollState,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let fails = poll.error.is_some();
        let turns = |before: &PollState| before.error.is_some() != fails;
        // A memory that several workers share is changed under the lease, or not at all.
        if !self.engine.shares_memory() && !self.engine.read_poll_state(source, turns) {
            self.is_held_here()?;
            self.engine.keep_poll(source, poll);
            return Ok(());
        }
        let (id, state) = (source.clone(), poll.clone());
        let written = self.write(move |op| keep(op, &id, state, now)).await;
        // The state is written with the rest once there is room.
        if let Err(StoreError::Refused(Refusal::DiskLow(_))) = written {
            self.engine.keep_poll(source, poll);
            return Ok(());
        }
        written
    }
}

fn keep(op: &mut Op<'_>, source: &SourceId, poll: PollState, now: DateTime<Utc>) -> Result<()> {
    change_poll_state(op, source, poll, now);
    Ok(())
}

/// Changes the poll state of a source to what a poll left, and notifies followers if it begins or ceases to fail.
pub(super) fn change_poll_state(
    op: &mut Op<'_>,
    source: &SourceId,
    poll: PollState,
    now: DateTime<Utc>,
) {
    if op.tx.poll_state(source).error.is_some() != poll.error.is_some() {
        let event = FeedEvent::Source(source.clone());
        op.tx.record_change(event, now.timestamp_millis());
    }
    let after = move |before: &mut PollState| *before = before.after(poll.clone());
    op.tx.change_poll_state(source, false, Box::new(after));
}

/// Pauses or resumes polling a source.
pub(super) fn set_paused(
    op: &mut Op<'_>,
    (source, paused): (&SourceId, bool),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<()> {
    if !op.tx.knows_source(source) {
        return Err(refused(format!("no source `{source}` in the config")));
    }
    let settings = op.source_settings(source);
    if paused && settings.is_some_and(|it| it.kind == ReadAs::Desk) {
        return Err(Refusal::NeverPolled(source.clone()).into());
    }
    if op.tx.poll_state(source).paused != paused {
        let event = FeedEvent::Source(source.clone());
        op.tx.record_change(event, now.timestamp_millis());
    }
    // The pause is durable at once, unlike a poll that found nothing new.
    let pause = move |state: &mut PollState| state.paused = paused;
    op.tx.change_poll_state(source, true, Box::new(pause));
    let action = if paused { "pause" } else { "resume" };
    op.log(by, (action, source), "", now);
    Ok(())
}
