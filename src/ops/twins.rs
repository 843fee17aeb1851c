//! Finds the same notice from several sources among recently published bulletins, and joins it to them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{corrections, op::Op};
use crate::{
    bulletin::{
        BulletinState, DeliveryKind, DeliveryState, Face, SeenKey, SourceId, canonical_url, is_same,
    },
    policy::{
        correction::Found,
        facts::{Archived, OutboxEntry, time},
        places::Place,
        twins::{LATELY, face},
    },
    store::Result,
};

/// Returns the face of a row that is not archived yet; with `shares_address`, its address says nothing about it.
pub(super) fn new_face(row: &Archived, found: &Found, shares_address: bool) -> Face {
    let article = found.article.as_ref();
    let text = article.map(|article| article.text.as_str());
    let mut face = face(row, text.filter(|text| !text.is_empty()));
    if shares_address {
        face.url.clear();
    }
    face
}

/// Returns the bulletin of another source that a new row is, unless another row of its poll is that bulletin
/// already.
pub(super) fn find(
    op: &mut Op<'_>,
    own: &Face,
    row: &Archived,
    of_poll: &[Option<u64>],
    now: DateTime<Utc>,
) -> Result<Option<(u64, Archived)>> {
    for id in op.tx.lookalikes(own) {
        let Some(other) = op.tx.bulletin(id)? else {
            continue;
        };
        // The content of a private source appears nowhere under a public one's name.
        let may_join = other.state == BulletinState::Published
            && !of_poll.contains(&Some(id))
            && !other.is_of(&row.source)
            && now - time(other.first_seen_ms) <= LATELY
            && is_public(op, &row.source) == is_public(op, &other.source);
        if !may_join {
            continue;
        }
        let text = op.tx.text(id)?;
        let mut face = face(&other, text.as_deref());
        if shares_address(op, &other)? {
            face.url.clear();
        }
        if is_same(own, &face) {
            return Ok(Some((id, other)));
        }
    }
    Ok(None)
}

fn is_public(op: &Op<'_>, source: &SourceId) -> bool {
    let routes = op.routes.as_ref();
    routes.is_some_and(|routes| routes.is_public(source))
}

/// Joins a source's row to the bulletin that it is: chats that have only this source get it, and the messages of
/// those that have both name both.
pub(super) fn join(
    op: &mut Op<'_>,
    (id, mut twin): (u64, Archived),
    source: &SourceId,
    now: DateTime<Utc>,
) -> Result<()> {
    twin.also.push(source.clone());
    op.set_bulletin(id, &twin, now)?;
    let mut have: HashMap<Place, (u64, OutboxEntry)> = HashMap::new();
    for (delivery, entry) in op.tx.deliveries_of(id)? {
        if entry.kind == DeliveryKind::New && entry.state != DeliveryState::Dropped {
            have.insert(op.place(&entry.channel), (delivery, entry));
        }
    }
    let summary = twin.summary.as_deref().unwrap_or_default();
    let wanting = op.channels_for(source, (&twin.title, summary));
    let mut channels = Vec::new();
    for (channel, due_ms) in op.due_in(wanting, DeliveryKind::New, &twin, now) {
        match have.remove(&op.place(&channel)) {
            None => channels.push(channel),
            // Another channel would send it there later.
            Some((later, entry)) if waits_longer(&entry, due_ms) => {
                op.drop_delivery(later, entry, now)?;
                channels.push(channel);
            }
            Some(_) => {}
        }
    }
    op.queue_new((id, &twin), channels, now)?;
    corrections::name_sources(op, id, source, now)
}

fn waits_longer(entry: &OutboxEntry, due_ms: i64) -> bool {
    entry.state == DeliveryState::Queued && entry.attempts == 0 && entry.due_ms > due_ms
}

/// Returns whether other notices share a bulletin's address.
pub(super) fn shares_address(op: &mut Op<'_>, row: &Archived) -> Result<bool> {
    let key = SeenKey::address(&canonical_url(&row.url));
    let seen = op.tx.seen(&row.source, &[key])?.pop().flatten();
    Ok(seen.is_some_and(|seen| seen.is_shared))
}
