//! Implements the actions of admins on one delivery: retrying and cancelling it.

use chrono::{DateTime, Utc};

use super::{bulk_actions, handle::Store, op::Op};
use crate::{
    bulletin::{BulletinId, BulletinState, DeliveryId, DeliveryState},
    policy::{
        audit::Actor,
        facts::{OutboxEntry, Run},
    },
    store::{Refusal, Result},
};

impl Store {
    /// Makes a delivery that failed, or waits for another attempt, due now and adds an audit entry in one
    /// transaction.
    ///
    /// # Errors
    /// Fails if there is no such delivery, if it is sent, being sent or cancelled, if its bulletin is withdrawn, or
    /// if a write fails.
    pub async fn retry_delivery(
        &self,
        id: DeliveryId,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let by = by.clone();
        self.write(move |op| retry(op, id, &by, now)).await
    }

    /// Drops a waiting delivery and adds an audit entry in one transaction.
    ///
    /// # Errors
    /// Fails if there is no such delivery, if it no longer waits, or if a write fails.
    pub async fn cancel_delivery(
        &self,
        id: DeliveryId,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let by = by.clone();
        self.write(move |op| cancel(op, id, &by, now)).await
    }
}

fn known(op: &mut Op<'_>, id: DeliveryId) -> Result<OutboxEntry> {
    let entry = op.tx.delivery(id.0)?;
    Ok(entry.ok_or(Refusal::NoDelivery(id))?)
}

fn retry(op: &mut Op<'_>, id: DeliveryId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    let mut entry = known(op, id)?;
    if !matches!(entry.state, DeliveryState::Failed | DeliveryState::Queued) {
        return Err(Refusal::NotToRetry(id).into());
    }
    if let Some(bulletin) = entry.bulletin {
        let row = op.tx.bulletin(bulletin)?;
        if row.is_none_or(|row| row.state == BulletinState::Withdrawn) {
            return Err(Refusal::OfWithdrawn(id, BulletinId(bulletin)).into());
        }
    }
    if entry.state == DeliveryState::Failed {
        // A send that failed permanently restarts.
        (entry.attempts, entry.doubts, entry.begun_ms) = (0, 0, None);
        (entry.state, entry.ended_ms) = (DeliveryState::Queued, None);
        entry.queued_ms = now.timestamp_millis();
        op.explain(id.0, &mut entry, None);
    }
    entry.due_ms = now.timestamp_millis();
    op.tx.set_delivery(id.0, entry)?;
    op.tx.wake_senders();
    op.log(by, ("retry", id), "", now);
    Ok(())
}

fn cancel(op: &mut Op<'_>, id: DeliveryId, by: &Actor, now: DateTime<Utc>) -> Result<()> {
    if known(op, id)?.state != DeliveryState::Queued {
        return Err(Refusal::NotQueued(id).into());
    }
    let run = Run {
        first: id,
        count: 1,
    };
    bulk_actions::cancel(op, run, by, now).map(drop)
}
