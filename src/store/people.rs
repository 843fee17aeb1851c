//! What people ask for: releasing what is held, sending again, announcing, and the log of it all.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::{DateTime, Utc};

use super::{
    Actor, HeldAction, Refusal, admit, archive, block,
    books::Books,
    change::Change,
    error::{Result, refused},
    keys, route,
    rows::{AuditRow, BulletinRow, RequestRow},
};
use crate::bulletin::{BulletinId, BulletinState, Cause, ChannelId, DeliveryId, DeliveryKind};

/// What became of held bulletins: those that were published, and those marked as seen.
pub type Settled = (Vec<BulletinId>, Vec<BulletinId>);

pub(super) fn settle_held(
    books: &Books,
    change: &mut Change,
    action: HeldAction,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Settled> {
    let (publish, seen) = chosen(books, action)?;
    for id in &publish {
        settle(
            books,
            change,
            *id,
            BulletinState::Published,
            Cause::Released,
            now,
        )?;
    }
    for id in &seen {
        settle(
            books,
            change,
            *id,
            BulletinState::Baseline,
            Cause::MarkedSeen,
            now,
        )?;
    }
    if !publish.is_empty() || !seen.is_empty() {
        let what = format!(
            "held: published {}, marked as seen {}",
            list(&publish),
            list(&seen)
        );
        log(change, by, &what, now);
    }
    let ids = |ids: Vec<u64>| ids.into_iter().map(BulletinId).collect();
    Ok((ids(publish), ids(seen)))
}

fn list(ids: &[u64]) -> String {
    const MOST: usize = 50;
    let shown: Vec<String> = ids.iter().take(MOST).map(u64::to_string).collect();
    match (ids.len(), ids.len() > MOST) {
        (0, _) => "none".to_owned(),
        (count, true) => format!("{count}: {} …", shown.join(" ")),
        (_, false) => shown.join(" "),
    }
}

/// The numbers that an action publishes and those that it dismisses, oldest first.
pub(super) fn chosen(books: &Books, action: HeldAction) -> Result<(Vec<u64>, Vec<u64>)> {
    let held: Vec<u64> = books
        .engine
        .scan(b"h")
        .map(|row| Ok(keys::last_number(&row?.key)))
        .collect::<Result<_>>()?;
    let picked = |ids: Vec<BulletinId>| -> Result<Vec<u64>> {
        let mut ids: Vec<u64> = ids.into_iter().map(|id| id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        if let Some(id) = ids.iter().find(|id| held.binary_search(id).is_err()) {
            let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(*id))?;
            row.ok_or(Refusal::NoBulletin(BulletinId(*id)))?;
            return Err(refused(format!("bulletin {id} is not held")));
        }
        Ok(ids)
    };
    match action {
        HeldAction::Publish(ids) => Ok((picked(ids)?, Vec::new())),
        HeldAction::Seen(ids) => Ok((Vec::new(), picked(ids)?)),
        HeldAction::PublishAll => Ok((held, Vec::new())),
        HeldAction::SeenAll => Ok((Vec::new(), held)),
        HeldAction::Newest(count) => {
            let mut by_source: BTreeMap<u32, BTreeSet<(i64, u64)>> = BTreeMap::new();
            for id in &held {
                if let Some(row) = books.engine.get::<BulletinRow>(&keys::bulletin(*id))? {
                    let place = (row.newest_ms(), *id);
                    by_source.entry(row.source).or_default().insert(place);
                }
            }
            let newest = by_source
                .values()
                .flat_map(|ids| ids.iter().rev().take(count));
            let newest: HashSet<u64> = newest.map(|(_, id)| *id).collect();
            Ok(held.into_iter().partition(|id| newest.contains(id)))
        }
    }
}

fn settle(
    books: &Books,
    change: &mut Change,
    id: u64,
    state: BulletinState,
    cause: Cause,
    now: DateTime<Utc>,
) -> Result<()> {
    let Some(mut row) = books.engine.get::<BulletinRow>(&keys::bulletin(id))? else {
        return Err(Refusal::NoBulletin(BulletinId(id)).into());
    };
    row.state = state;
    row.cause = cause;
    let source = change.source(books, row.source);
    source.held = source.held.saturating_sub(1);
    change.writes.remove(keys::held(id));
    archive::rewrite(&mut change.writes, &books.engine, id, &row, None)?;
    if state == BulletinState::Published {
        admit::publish(books, change, id, &row, now)?;
    }
    Ok(())
}

/// A rebroadcast as it was asked.
pub(super) struct Rebroadcast {
    pub(super) bulletin: BulletinId,
    /// None: all that have its source.
    pub(super) to: Option<Vec<ChannelId>>,
    pub(super) note: Option<String>,
    pub(super) request: String,
    pub(super) by: Actor,
}

pub(super) fn rebroadcast(
    books: &Books,
    change: &mut Change,
    asked: &Rebroadcast,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    let request = keys::request(&asked.request);
    let id = asked.bulletin;
    if let Some(row) = books.engine.get::<RequestRow>(&request)? {
        return again(books, &row, id);
    }
    let row: Option<BulletinRow> = books.engine.get(&keys::bulletin(id.0))?;
    let row = row.ok_or(Refusal::NoBulletin(id))?;
    if row.state == BulletinState::Held {
        return Err(Refusal::Held(id).into());
    }
    let kind = DeliveryKind::Rebroadcast;
    let channels = match &asked.to {
        Some(to) => at_once(&named(books, to)?, now),
        None => books.due_in(&having(books, &row)?, kind, &row, now),
    };
    let first = route::queue(
        change,
        &books.engine,
        &channels,
        Some(id.0),
        kind,
        asked.note.as_deref().filter(|note| !note.trim().is_empty()),
        now.timestamp_millis(),
    )?;
    let count = channels.len() as u64;
    let row = RequestRow::new(first, count, id.0, now);
    change.writes.put(request, &row);
    let what = format!("rebroadcast {id} to {count} channels, deliveries from {first}");
    log(change, &asked.by, &what, now);
    Ok(numbers(first, count))
}

/// The answer to a request that was made before, if it was for the same bulletin.
fn again(books: &Books, row: &RequestRow, bulletin: BulletinId) -> Result<Vec<DeliveryId>> {
    let before = match row.count {
        // It was turned down, or is forgotten with what is long done: whatever it asks for is not done.
        0 if row.first == 0 => Some(bulletin.0),
        0 => Some(row.first),
        _ => match block::slot(&books.engine, row.first)? {
            Some(slot) => slot.bulletin,
            None => Some(bulletin.0),
        },
    };
    if before == Some(bulletin.0) {
        return Ok(numbers(row.first, row.count));
    }
    let of = before.map_or_else(
        || "an announcement".to_owned(),
        |id| format!("bulletin {id}"),
    );
    Err(refused(format!(
        "this request was made before, for {of}; take a new `request_id` for bulletin {bulletin}"
    )))
}

/// The channels that have one of a bulletin's sources.
fn having(books: &Books, row: &BulletinRow) -> Result<Vec<u32>> {
    if books.wiring.is_none() {
        return Err(refused(
            "without a config nobody knows which channels have that source; name them (`--to`)"
                .to_owned(),
        ));
    }
    Ok(books.channels_having(row))
}

/// The channels that people named, each chat once.
fn named(books: &Books, to: &[ChannelId]) -> Result<Vec<u32>> {
    let mut places = HashSet::new();
    let mut channels = Vec::new();
    for id in to {
        let number = books
            .channel_named(id)
            .ok_or_else(|| Refusal::NoChannel(id.clone()))?;
        if places.insert(books.place(number)) {
            channels.push(number);
        }
    }
    Ok(channels)
}

/// Whatever the settings of the channels say.
pub(super) fn at_once(channels: &[u32], now: DateTime<Utc>) -> Vec<(u32, i64)> {
    let now_ms = now.timestamp_millis();
    channels.iter().map(|&channel| (channel, now_ms)).collect()
}

pub(super) fn numbers(first: u64, count: u64) -> Vec<DeliveryId> {
    (first..first + count).map(DeliveryId).collect()
}

pub(super) fn announce(
    books: &Books,
    change: &mut Change,
    to: &[ChannelId],
    text: &str,
    now: DateTime<Utc>,
) -> Result<Vec<DeliveryId>> {
    if let Some(why) = books.disk_full() {
        return Err(Refusal::DiskLow(why).into());
    }
    let channels = announced_to(books, to)?;
    // A chat that nobody announced to before is a channel from now on.
    let channels = channels.iter();
    let numbers_of: Vec<u32> = channels
        .map(|id| change.intern_channel(books, id))
        .collect();
    let kind = DeliveryKind::Announcement;
    let now_ms = now.timestamp_millis();
    let first = route::queue(
        change,
        &books.engine,
        &at_once(&numbers_of, now),
        None,
        kind,
        Some(text),
        now_ms,
    )?;
    Ok(numbers(first, numbers_of.len() as u64))
}

/// As [`named`], but an admin's chat needs no channel yet: `telegram:CHAT` is taken as it is.
fn announced_to(books: &Books, to: &[ChannelId]) -> Result<Vec<ChannelId>> {
    let mut seen = HashSet::new();
    let mut channels = Vec::new();
    for id in to {
        let known = books
            .channel_named(id)
            .and_then(|number| books.names().channel(number));
        let id = match known {
            Some(known) => known,
            None if id.chat().is_some() => id.clone(),
            None => return Err(Refusal::NoChannel(id.clone()).into()),
        };
        if seen.insert(id.clone()) {
            channels.push(id);
        }
    }
    Ok(channels)
}

pub(super) fn log(change: &mut Change, by: &Actor, what: &str, now: DateTime<Utc>) {
    let row = AuditRow {
        who: by.who.clone(),
        from: by.from.clone(),
        what: super::send::bounded(what.to_owned()),
    };
    change.audit(&row, now.timestamp_millis());
}
