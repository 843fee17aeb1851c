//! The life of a delivery: waiting, begun, ended. What is certain and what is not is the sender's
//! judgement ([`Outcome`]); what follows from it is here.

pub(super) mod readers;

use chrono::{DateTime, Utc};

use super::{
    Begun, Outcome, Refusal, Waiting,
    acts::PERHAPS,
    block::{self, Block, Slot},
    books::Books,
    change::Change,
    documents,
    error::Result,
    keys, manner, remind, revise,
    rows::time,
};
use crate::bulletin::{BulletinId, ChannelId, DeliveryId, DeliveryState};

/// Sends of one delivery that nobody answered, after which it is not repeated again: a platform in trouble
/// breaks off several requests in a row and took none, and a message that ends the program each time must
/// not do so for ever.
const MOST_DOUBTS: u8 = 8;

pub(super) fn heads(books: &Books, of: Option<&[ChannelId]>) -> Result<Vec<Waiting>> {
    let Some(of) = of else {
        return heads_of(books, books.outbox.channels());
    };
    let names = books.names();
    let channels = of.iter().filter_map(|id| names.channel_number(id));
    heads_of(books, channels.collect())
}

pub(super) fn heads_where(
    books: &Books,
    serves: impl Fn(&ChannelId) -> bool,
) -> Result<Vec<Waiting>> {
    let names = books.names();
    let mut channels = books.outbox.channels();
    channels.retain(|&channel| names.channel(channel).is_some_and(|id| serves(&id)));
    heads_of(books, channels)
}

fn heads_of(books: &Books, channels: Vec<u32>) -> Result<Vec<Waiting>> {
    let mut heads: Vec<u64> = channels
        .into_iter()
        .filter(|&channel| !books.is_blocked(channel) && books.is_in_use(channel))
        .filter_map(|channel| books.outbox.head(channel))
        .map(|(id, _)| id)
        .collect();
    let mut waiting = load(books, &mut heads)?;
    waiting.sort_by_key(|head| (head.due_at, head.id));
    Ok(waiting)
}

pub(super) fn uncertain(books: &Books) -> Result<Vec<Waiting>> {
    let mut ids = books.outbox.unfinished_in(DeliveryState::Sending);
    load(books, &mut ids)
}

/// Most of them lie in few blocks: each is read once.
pub(super) fn load(books: &Books, ids: &mut [u64]) -> Result<Vec<Waiting>> {
    ids.sort_unstable();
    let mut loaded = Vec::with_capacity(ids.len());
    for group in ids.chunk_by(|a, b| Block::number(*a) == Block::number(*b)) {
        let block = Block::load(&books.engine, Block::number(group[0]))?;
        for id in group {
            if let Some(slot) = block.get(*id) {
                loaded.extend(waiting(books, *id, slot)?);
            }
        }
    }
    Ok(loaded)
}

fn waiting(books: &Books, id: u64, slot: &Slot) -> Result<Option<Waiting>> {
    let Some(channel) = books.names().channel(slot.channel) else {
        return Ok(None);
    };
    Ok(Some(Waiting {
        id: DeliveryId(id),
        bulletin: slot.bulletin.map(BulletinId),
        channel,
        kind: slot.kind,
        attempts: slot.attempts,
        due_at: time(slot.due_ms()),
        note: block::note(&books.engine, slot.note)?,
    }))
}

/// In the order of their card, which is not that of their numbers.
pub(super) fn together(books: &Books, id: DeliveryId, now: DateTime<Utc>) -> Result<Vec<Waiting>> {
    let ids = manner::together(books, id.0, now)?;
    let mut loaded = load(books, &mut ids.clone())?;
    loaded.sort_by_key(|waiting| ids.iter().position(|id| *id == waiting.id.0));
    Ok(loaded)
}

pub(super) fn begin(
    books: &Books,
    change: &mut Change,
    ids: &[DeliveryId],
    now: DateTime<Utc>,
) -> Result<Begun> {
    let mut begun = Vec::with_capacity(ids.len());
    for id in ids {
        let slot = change.slot(&books.engine, id.0)?;
        let Some(slot) = slot.filter(|slot| slot.state == DeliveryState::Queued) else {
            return Ok(Begun::No);
        };
        if begun.is_empty() && manner::hold(books, change, id.0, &slot, now)? {
            return Ok(Begun::No);
        }
        if remind::is_over(books, &slot, now)? || revise::is_known(books, &slot, now)? {
            remind::drop_it(books, change, id.0, slot, now)?;
            return Ok(Begun::No);
        }
        begun.push((id.0, slot));
    }
    let Some(channel) = begun.first().map(|(_, slot)| slot.channel) else {
        return Ok(Begun::No);
    };
    let now_ms = now.timestamp_millis();
    for (id, mut slot) in begun {
        slot.state = DeliveryState::Sending;
        slot.attempts += 1;
        slot.set_begun_ms(Some(now_ms));
        change.set_slot(&books.engine, id, slot)?;
    }
    change.then(move |books| books.outbox.begun(channel, now_ms));
    Ok(Begun::Yes)
}

/// Takes in how a send ended; gives its channel, where there is such a delivery.
pub(super) fn complete(
    books: &Books,
    change: &mut Change,
    id: DeliveryId,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> Result<Option<u32>> {
    let Some(slot) = change.slot(&books.engine, id.0)? else {
        return Ok(None);
    };
    let channel = slot.channel;
    if slot.state == DeliveryState::Sending {
        let is_sent = matches!(outcome, Outcome::Sent { .. });
        // One message at a time is under way in a channel: these are its bulletins.
        let mut settling = Vec::new();
        for other in books.outbox.sending_in(channel) {
            let member = change.slot(&books.engine, other)?;
            settling.extend(
                member
                    .filter(|it| it.begun_ms() == slot.begun_ms())
                    .map(|it| (other, it)),
            );
        }
        for (other, member) in &settling {
            let member = settled(books, change, *other, member.clone(), outcome.clone(), now)?;
            change.set_slot(&books.engine, *other, member)?;
        }
        let had = readers::forget(books, change, channel)?;
        for (_, member) in settling.iter().filter(|_| is_sent) {
            documents::follow(books, change, member, now)?;
        }
        if let (
            Outcome::Sent {
                message: Some(message),
            },
            true,
        ) = (outcome, settling.len() > 1)
        {
            let members = settling.iter().map(|(id, _)| *id).collect();
            let members = manner::by_source(books, change, members)?.concat();
            change.writes.put(keys::members(channel, message), &members);
        }
        change.then(move |books| {
            books.outbox.has_wholly(&had);
            if is_sent {
                books.outbox.taken(channel, now.timestamp_millis());
            }
        });
    }
    Ok(Some(channel))
}

/// What waits next in a channel, unless it is set aside.
pub(super) fn next_in(books: &Books, channel: u32) -> Result<Option<Waiting>> {
    if books.is_blocked(channel) {
        return Ok(None);
    }
    let Some((head, _)) = books.outbox.head(channel) else {
        return Ok(None);
    };
    Ok(load(books, &mut [head])?.pop())
}

/// A begun delivery after its outcome, with what its channel and its error say then.
fn settled(
    books: &Books,
    change: &mut Change,
    id: u64,
    mut slot: Slot,
    outcome: Outcome,
    now: DateTime<Utc>,
) -> Result<Slot> {
    let now_ms = now.timestamp_millis();
    // Where the clock was set back meanwhile, it began by the other one.
    slot.set_begun_ms(slot.begun_ms().map(|begun_ms| begun_ms.min(now_ms)));
    match outcome {
        Outcome::Sent { message } => {
            slot.state = DeliveryState::Sent;
            slot.message = message;
            slot.set_ended_ms(Some(now_ms));
            let row = change.channel(books, slot.channel);
            row.sent += 1;
            row.error = None;
            // A doubt stays as a warning: the message is possibly repeated.
            let warning = (slot.doubts > 0)
                .then(|| "possibly repeated: an earlier attempt was never answered".to_owned());
            if warning.is_some() || slot.has_error {
                explain(change, id, &mut slot, warning);
            }
        }
        Outcome::Retry { not_before, why } => {
            again(change, books, id, &mut slot, not_before, why);
        }
        Outcome::Failed { why } => fail(change, books, id, &mut slot, why, now_ms),
        Outcome::Uncertain { not_before, why } => {
            let outcome = doubt(&mut slot, not_before, why);
            return settled(books, change, id, slot, outcome, now);
        }
        Outcome::Ailing { not_before, why } => {
            slot.doubts = slot.doubts.max(1);
            again(change, books, id, &mut slot, not_before, why);
        }
        Outcome::Interrupted { why } => {
            let outcome = doubt(&mut slot, now, why);
            return settled(books, change, id, slot, outcome, now);
        }
        Outcome::PutBack => {
            slot.state = DeliveryState::Queued;
            slot.attempts = slot.attempts.saturating_sub(1);
            slot.set_begun_ms(None);
            // It was due when it was begun, if by another clock.
            slot.set_due_ms(slot.due_ms().min(now_ms));
        }
    }
    Ok(slot)
}

/// What is perhaps sent is repeated, unless it was in doubt too often.
fn doubt(slot: &mut Slot, not_before: DateTime<Utc>, why: String) -> Outcome {
    slot.doubts = slot.doubts.saturating_add(1);
    if slot.doubts < MOST_DOUBTS {
        Outcome::Retry { not_before, why }
    } else {
        let why = format!("{PERHAPS}: {why}");
        Outcome::Failed { why }
    }
}

fn again(
    change: &mut Change,
    books: &Books,
    id: u64,
    slot: &mut Slot,
    not_before: DateTime<Utc>,
    why: String,
) {
    slot.state = DeliveryState::Queued;
    slot.set_due_ms(not_before.timestamp_millis());
    change.channel(books, slot.channel).error = Some(why.clone());
    explain(change, id, slot, Some(why));
}

fn fail(change: &mut Change, books: &Books, id: u64, slot: &mut Slot, why: String, now_ms: i64) {
    slot.state = DeliveryState::Failed;
    slot.set_ended_ms(Some(now_ms));
    let row = change.channel(books, slot.channel);
    row.failed += 1;
    row.error = Some(why.clone());
    explain(change, id, slot, Some(why));
}

pub(super) fn explain(change: &mut Change, id: u64, slot: &mut Slot, why: Option<String>) {
    slot.has_error = why.is_some();
    match why {
        Some(why) => change.writes.put(keys::error(id), &bounded(why)),
        None => change.writes.remove(keys::error(id)),
    }
}

/// Platforms answer with whole pages at times; one row of text says enough.
pub(super) fn bounded(mut text: String) -> String {
    const LONGEST: usize = 1000;
    let end = text.floor_char_boundary(LONGEST);
    text.truncate(end);
    text
}

pub(super) fn recent(books: &Books, since: DateTime<Utc>) -> Vec<(ChannelId, DateTime<Utc>)> {
    let names = books.names();
    let recent = books.outbox.recent(since.timestamp_millis());
    recent
        .filter_map(|(at, channel)| Some((names.channel(channel)?, time(at))))
        .collect()
}

pub(super) fn block_channel(
    books: &Books,
    change: &mut Change,
    id: &ChannelId,
    why: String,
    now: DateTime<Utc>,
) -> Result<()> {
    let blocked = Some((bounded(why), now.timestamp_millis()));
    set_blocked(books, change, id, blocked)
}

pub(super) fn unblock_channel(books: &Books, change: &mut Change, id: &ChannelId) -> Result<()> {
    set_blocked(books, change, id, None)
}

fn set_blocked(
    books: &Books,
    change: &mut Change,
    id: &ChannelId,
    blocked: Option<(String, i64)>,
) -> Result<()> {
    let number = books.names().channel_number(id);
    let number = number.ok_or_else(|| Refusal::NoChannel(id.clone()))?;
    if books.is_blocked(number) == blocked.is_some() {
        return Ok(());
    }
    let row = change.channel(books, number);
    if blocked.is_none() {
        row.error = None;
    }
    row.blocked = blocked;
    change.then(|books| books.tick());
    Ok(())
}
