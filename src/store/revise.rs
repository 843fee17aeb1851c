//! What follows when a bulletin that was published changes: the messages that have it are edited, or
//! a short note goes out, at most once a day; what waits goes out corrected; reminders follow.

use std::collections::HashSet;

use chrono::{DateTime, Duration, Utc};
use serde::{Deserialize, Serialize};

use super::{
    admit,
    archive::{self, Correction},
    block::{self, Slot},
    books::Books,
    change::Change,
    engine::Engine,
    error::Result,
    keys, manner,
    names::Names,
    read, remind,
    rows::{BulletinRow, time},
    said::{self, Said},
};
use crate::bulletin::{
    Article, Bulletin, BulletinId, BulletinState, Changed, Channel, DeliveryId, DeliveryKind,
    DeliveryState, MessageRef, Revision, SourceId,
};

/// At most one correction of a bulletin in so long.
pub(super) const A_DAY: Duration = Duration::days(1);
/// Changes that are remembered, the latest, and characters of each title.
const MOST: usize = 16;
const TITLE: usize = 300;

/// What changed in a bulletin, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// When the last correction was due (ms).
    told_ms: Option<i64>,
    /// When, the title before, what else. An older version wrote whether the text changed in its
    /// place: the first two of [`Changed`] lie there as that did.
    changes: Vec<(i64, Option<String>, Changed)>,
}

impl History {
    fn revisions(self) -> Vec<Revision> {
        let revision = |(at, title, what)| Revision {
            at: time(at),
            title,
            what,
        };
        self.changes.into_iter().map(revision).collect()
    }
}

pub(super) fn revisions(engine: &Engine, id: BulletinId) -> Result<Vec<Revision>> {
    let history: Option<History> = engine.get(&keys::history(id.0))?;
    Ok(history.unwrap_or_default().revisions())
}

/// Whether a note would tell its reader nothing: what changed is back, or was told already.
pub(super) fn is_known(books: &Books, slot: &Slot, now: DateTime<Utc>) -> Result<bool> {
    let can_edit = |channel: &Channel| channel.kind.can_edit();
    let is_note =
        slot.kind == DeliveryKind::Update && !books.channel(slot.channel).is_some_and(can_edit);
    let Some(bulletin) = slot.bulletin.filter(|_| is_note) else {
        return Ok(false);
    };
    let told = said::told_ms(&books.engine, bulletin, slot, now.timestamp_millis())?;
    let Some(told) = told else { return Ok(false) };
    Ok(Said::of(&books.engine, bulletin)?.is_as(told))
}

/// After a row was corrected from `before`, by what `article` says where it was read.
pub(super) fn follow(
    books: &Books,
    change: &mut Change,
    id: u64,
    (before, row): (&BulletinRow, &BulletinRow),
    (correction, article): (&Correction, Option<&Article>),
    now: DateTime<Utc>,
) -> Result<()> {
    if before.deadline != row.deadline {
        remind::follow(books, change, id, row, now)?;
    }
    let has_other_title = before.title != row.title;
    if row.state != BulletinState::Published || !(correction.is_told() || has_other_title) {
        return Ok(());
    }
    let is_back = said::turn(
        books,
        change,
        id,
        (before, row),
        article,
        now.timestamp_millis(),
    )?;
    let mut history: History = books.engine.get(&keys::history(id))?.unwrap_or_default();
    if correction.is_told() {
        let title = has_other_title.then(|| before.title.chars().take(TITLE).collect());
        let what = match correction {
            Correction::Text(what) | Correction::Title(what) => what.clone(),
            _ => Changed::Nothing,
        };
        history.changes.push((now.timestamp_millis(), title, what));
        let surplus = history.changes.len().saturating_sub(MOST);
        history.changes.drain(..surplus);
    }
    // What flips is told once a day; a wrong deadline stands nowhere so long.
    let last = history
        .told_ms
        .filter(|_| is_back && before.deadline == row.deadline);
    // A time ahead was told by a clock that was set back since, or is that of one that waits.
    let due = last.map_or(now, |told| now.max(time(told).min(now) + A_DAY));
    let is_told = |channel: &Channel| channel.kind.can_edit() || channel.corrections;
    if queue(books, change, id, is_told, (due, now))? {
        history.told_ms = Some(due.timestamp_millis());
    }
    change
        .writes
        .remove_long(&books.engine, keys::history(id))?;
    change.writes.put(keys::history(id), &history);
    Ok(())
}

/// Another source carries the bulletin too: messages that can be edited name it, where chats have it.
pub(super) fn name_sources(
    books: &Books,
    change: &mut Change,
    id: u64,
    source: &SourceId,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_told = |channel: &Channel| channel.kind.can_edit() && channel.wants(source);
    queue(books, change, id, is_told, (now, now)).map(drop)
}

/// The publisher took it down: messages that have it are marked, what waits of it is dropped; whether
/// that is new.
pub(super) fn withdraw(
    books: &Books,
    change: &mut Change,
    id: u64,
    row: &mut BulletinRow,
    now: DateTime<Utc>,
) -> Result<bool> {
    if row.state != BulletinState::Published {
        return Ok(false);
    }
    let before = row.clone();
    row.state = BulletinState::Withdrawn;
    for (delivery, slot) in read::deliveries_of(&books.engine, id)? {
        let is_new = matches!(slot.kind, DeliveryKind::New | DeliveryKind::Document);
        if is_new && slot.state == DeliveryState::Queued {
            remind::drop_it(books, change, delivery, slot, now)?;
        }
    }
    remind::follow(books, change, id, row, now)?;
    mark(books, change, id, (&before, row), now)
}

/// It is there again: as before, and not pushed to those who had it; whether that is new.
pub(super) fn restore(
    books: &Books,
    change: &mut Change,
    id: u64,
    row: &mut BulletinRow,
    now: DateTime<Utc>,
) -> Result<bool> {
    if row.state != BulletinState::Withdrawn {
        return Ok(false);
    }
    let before = row.clone();
    row.state = BulletinState::Published;
    queue_dropped(books, change, id, row, now)?;
    mark(books, change, id, (&before, row), now)
}

/// What waited for a digest or an hour when it was withdrawn waits again, where it is still wanted.
fn queue_dropped(
    books: &Books,
    change: &mut Change,
    id: u64,
    row: &BulletinRow,
    now: DateTime<Utc>,
) -> Result<()> {
    let new = read::deliveries_of(&books.engine, id)?;
    let new = new
        .iter()
        .filter(|(_, slot)| slot.kind == DeliveryKind::New);
    let (dropped, kept): (Vec<_>, Vec<_>) =
        new.partition(|(_, slot)| slot.state == DeliveryState::Dropped);
    let had: HashSet<_> = kept
        .iter()
        .map(|(_, slot)| books.place(slot.channel))
        .collect();
    let lost: HashSet<u32> = dropped.iter().map(|(_, slot)| slot.channel).collect();
    let summary = row.summary.as_deref().unwrap_or_default();
    let mut channels = Vec::new();
    for source in row.sources(&books.names()) {
        let wanting = books.channels_for(&change.ahead, &source, (&row.title, summary));
        let again = wanting
            .into_iter()
            .filter(|channel| lost.contains(channel) && !had.contains(&books.place(*channel)));
        channels.extend(again);
    }
    channels.sort_unstable();
    channels.dedup();
    admit::queue_new(books, change, (id, row), &channels, now)
}

fn mark(
    books: &Books,
    change: &mut Change,
    id: u64,
    (before, row): (&BulletinRow, &BulletinRow),
    now: DateTime<Utc>,
) -> Result<bool> {
    archive::rewrite(&mut change.writes, &books.engine, id, row, None)?;
    let now_ms = now.timestamp_millis();
    let _ = said::turn(books, change, id, (before, row), None, now_ms)?;
    let is_told = |channel: &Channel| channel.kind.can_edit() || channel.corrections;
    queue(books, change, id, is_told, (now, now))?;
    Ok(true)
}

/// Queues an update for each message that has the bulletin, in channels that are to be told; whether
/// there is one.
fn queue(
    books: &Books,
    change: &mut Change,
    id: u64,
    is_told: impl Fn(&Channel) -> bool,
    (due, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool> {
    let all = read::deliveries_of(&books.engine, id)?;
    let is_update = |slot: &Slot| slot.kind == DeliveryKind::Update;
    let mut waiting = HashSet::new();
    let updates = all.iter().filter(|(_, slot)| is_update(slot));
    for (update, slot) in updates.filter(|(_, slot)| slot.state == DeliveryState::Queued) {
        waiting.insert(slot.channel);
        // It tells all that changed, as soon as anything is to be told.
        let mut earlier = slot.clone();
        let channel = books
            .channel(slot.channel)
            .filter(|channel| is_told(channel));
        let due = channel.map(|channel| manner::due(channel, DeliveryKind::Update, false, due));
        if let Some(due) = due.filter(|due| due.timestamp_millis() < slot.due_ms()) {
            earlier.set_due_ms(due.timestamp_millis());
            change.set_slot(&books.engine, *update, earlier)?;
        }
    }
    let mut messages = HashSet::new();
    let mut updates = Vec::new();
    for (_, slot) in &all {
        let Some(channel) = books.channel(slot.channel) else {
            continue;
        };
        let has_it = matches!(slot.kind, DeliveryKind::New | DeliveryKind::Rebroadcast)
            && matches!(slot.state, DeliveryState::Sent | DeliveryState::Sending);
        if !has_it || !is_told(channel) || waiting.contains(&slot.channel) {
            continue;
        }
        // Where it cannot be edited, one note speaks of all messages.
        let message = slot.message.clone().filter(|_| channel.kind.can_edit());
        if messages.insert((slot.channel, message.clone())) {
            let due = manner::due(channel, DeliveryKind::Update, false, due);
            let mut update = Slot::new(
                slot.channel,
                Some(id),
                DeliveryKind::Update,
                now.timestamp_millis(),
            );
            update.message = message;
            update.set_due_ms(due.timestamp_millis());
            updates.push(update);
        }
    }
    let Ok(count) = u32::try_from(updates.len()) else {
        return Ok(false);
    };
    if count > 0 {
        let run = keys::run(id, change.counts.next_delivery);
        change.writes.set(run, count.to_be_bytes().to_vec());
    }
    for update in updates {
        change.queue(&books.engine, update)?;
    }
    Ok(count > 0)
}

/// A message as it is to be shown now.
#[derive(Debug, Clone)]
pub struct Edition {
    /// None: it cannot be edited.
    pub message: Option<MessageRef>,
    /// Of the delivery that it was sent for.
    pub kind: DeliveryKind,
    pub note: Option<String>,
    /// All that stand in it, in the order of the card.
    pub bulletins: Vec<Bulletin>,
    /// What changed since it was sent.
    pub changes: Vec<(BulletinId, Revision)>,
}

/// What an update is to make of the message that it is for; None: nothing was sent.
pub(super) fn edition(
    engine: &Engine,
    names: &Names,
    update: DeliveryId,
) -> Result<Option<Edition>> {
    let Some(update) = block::slot(engine, update.0)? else {
        return Ok(None);
    };
    let Some(bulletin) = update.bulletin else {
        return Ok(None);
    };
    let received = &engine.received;
    let sent = received
        .deliveries(engine, bulletin, update.channel)?
        .into_iter()
        .rev()
        .find(|(_, slot)| {
            matches!(slot.kind, DeliveryKind::New | DeliveryKind::Rebroadcast)
                && slot.state == DeliveryState::Sent
                && (update.message.is_none() || slot.message == update.message)
        });
    let Some((first, sent)) = sent else {
        return Ok(None);
    };
    let members: Option<Vec<u64>> = match &sent.message {
        Some(message) => engine.get(&keys::members(sent.channel, message))?,
        None => None,
    };
    let now_ms = update.begun_ms().unwrap_or(i64::MAX);
    let since = sent.begun_ms().unwrap_or(sent.queued_ms);
    let since = said::by_the_clock(since, &update, now_ms);
    let mut edition = Edition {
        kind: sent.kind,
        note: block::note(engine, sent.note)?,
        message: sent.message,
        bulletins: Vec::new(),
        changes: Vec::new(),
    };
    for member in members.unwrap_or_else(|| vec![first]) {
        let slot = block::slot(engine, member)?;
        let Some(id) = slot.and_then(|slot| slot.bulletin).map(BulletinId) else {
            continue;
        };
        edition.bulletins.extend(read::bulletin(engine, names, id)?);
        let told = match update.message {
            None => said::told_ms(engine, id.0, &update, now_ms)?,
            Some(_) => None,
        };
        let since = told.unwrap_or(since);
        let mut changes = revisions(engine, id)?;
        changes.retain(|change| change.at.timestamp_millis() >= since);
        if told.is_some() {
            changes = Said::of(engine, id.0)?.news(since, changes);
        }
        edition
            .changes
            .extend(changes.into_iter().map(|change| (id, change)));
    }
    Ok(Some(edition))
}
