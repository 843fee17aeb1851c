//! What a look leaves that admitted nothing: where polling its source stands.

use chrono::{DateTime, Utc};

use super::{handle::Store, op::Op};
use crate::{
    bulletin::{ReadAs, SourceId},
    policy::{audit::Actor, change_feed::FeedEvent, facts::LookState},
    store::{Refusal, Result, StoreError, refused},
};

impl Store {
    /// Takes what a look left, but for what is not a look's ([`LookState::after`]): a good one that found nothing new, or a
    /// failed one. It is written where the source begins or ceases to fail, and else by the next [`Store::save_looks`].
    ///
    /// # Errors
    /// A write failed.
    pub async fn keep_look(
        &self,
        source: &SourceId,
        look: LookState,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let fails = look.error.is_some();
        let turns = |before: &LookState| before.error.is_some() != fails;
        // A memory that several workers share is changed under the lease, or not at all.
        if !self.engine.shares_memory() && !self.engine.read_look(source, turns) {
            self.is_held_here()?;
            self.engine.keep_look(source, look);
            return Ok(());
        }
        let (id, state) = (source.clone(), look.clone());
        let written = self.write(move |op| keep(op, &id, state, now)).await;
        // It is written with the rest once there is room.
        if let Err(StoreError::Refused(Refusal::DiskLow(_))) = written {
            self.engine.keep_look(source, look);
            return Ok(());
        }
        written
    }
}

fn keep(op: &mut Op<'_>, source: &SourceId, look: LookState, now: DateTime<Utc>) -> Result<()> {
    change_look(op, source, look, now);
    Ok(())
}

/// Changes where polling a source stands to what a look left, and lets followers know where it begins or ceases to fail.
pub(super) fn change_look(op: &mut Op<'_>, source: &SourceId, look: LookState, now: DateTime<Utc>) {
    if op.tx.look(source).error.is_some() != look.error.is_some() {
        let event = FeedEvent::Source(source.clone());
        op.tx.record_change(event, now.timestamp_millis());
    }
    let after = move |before: &mut LookState| *before = before.after(look.clone());
    op.tx.change_look(source, false, Box::new(after));
}

/// Pauses looking at a source, or goes on with it.
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
    if op.tx.look(source).paused != paused {
        let event = FeedEvent::Source(source.clone());
        op.tx.record_change(event, now.timestamp_millis());
    }
    // Durable at once, unlike a poll that found nothing new.
    let pause = move |state: &mut LookState| state.paused = paused;
    op.tx.change_look(source, true, Box::new(pause));
    let action = if paused { "pause" } else { "resume" };
    op.log(by, (action, source), "", now);
    Ok(())
}
