//! Follows a change of a published bulletin: the messages that have it are edited, or a short note is sent, at most
//! once a day; waiting deliveries are sent corrected; reminders follow.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{op::Op, reminders};
use crate::{
    bulletin::{
        Article, Bulletin, BulletinId, BulletinState, Changed, Channel, ChannelId, DeliveryId,
        DeliveryKind, DeliveryState, MessageRef, Revision, SourceId,
    },
    policy::{
        correction::Correction,
        facts::{Archived, OutboxEntry, time},
        notified::{self, Wording},
        timing::{self, A_DAY},
    },
    store::Result,
};

/// The most changes that are remembered, the latest; below, the most characters of each title.
const MOST: usize = 16;
const TITLE: usize = 300;

/// Returns whether a note would tell its reader nothing new: the change was reversed, or was announced already.
pub(super) fn is_known(op: &mut Op<'_>, entry: &OutboxEntry, now: DateTime<Utc>) -> Result<bool> {
    let settings = op.settings(&entry.channel);
    let can_edit = settings.is_some_and(|channel| channel.kind.can_edit());
    let is_note = entry.kind == DeliveryKind::Update && !can_edit;
    let Some(bulletin) = entry.bulletin.filter(|_| is_note) else {
        return Ok(false);
    };
    let known_ms = op.tx.deliveries_in(bulletin, &entry.channel)?;
    let known_ms = notified::announced_ms(&known_ms, entry, now.timestamp_millis());
    let Some(known_ms) = known_ms else {
        return Ok(false);
    };
    Ok(op.tx.versions(bulletin)?.is_as(known_ms))
}

/// Queues the updates after a row was corrected from `before`, with the `article` if it was read.
pub(super) fn follow(
    op: &mut Op<'_>,
    id: u64,
    (before, row): (&Archived, &Archived),
    (correction, article): (&Correction, Option<&Article>),
    now: DateTime<Utc>,
) -> Result<()> {
    if before.deadline != row.deadline {
        reminders::follow(op, id, row, now)?;
    }
    let has_other_title = before.title != row.title;
    let has_changed = correction.is_announced() || has_other_title;
    if !has_changed || !was_sent(op, id, row)? {
        return Ok(());
    }
    let is_back = turn(op, id, (before, row), article, now.timestamp_millis())?;
    let mut history = op.tx.history(id)?;
    if correction.is_announced() {
        let title = has_other_title.then(|| before.title.chars().take(TITLE).collect());
        let what = match correction {
            Correction::Text(what) | Correction::Title(what) => what.clone(),
            _ => Changed::Nothing,
        };
        history.changes.push((now.timestamp_millis(), title, what));
        let surplus = history.changes.len().saturating_sub(MOST);
        history.changes.drain(..surplus);
    }
    // A text that flips back is announced once a day; a wrong deadline must not stay that long.
    let last = history
        .announced_ms
        .filter(|_| is_back && before.deadline == row.deadline);
    // A time ahead was recorded by a clock that was set back since, or is that of a waiting update.
    let due = last.map_or(now, |known_ms| now.max(time(known_ms).min(now) + A_DAY));
    let is_notified = |channel: &Channel| channel.kind.can_edit() || channel.corrections;
    if queue(op, id, is_notified, (due, now))? {
        history.announced_ms = Some(due.timestamp_millis());
    }
    op.tx.set_history(id, &history)
}

/// Returns whether any chat may have a bulletin: one that was archived quietly may have been sent by an admin.
fn was_sent(op: &mut Op<'_>, id: u64, row: &Archived) -> Result<bool> {
    Ok(match row.state {
        BulletinState::Published => true,
        BulletinState::Baseline => !op.tx.deliveries_of(id)?.is_empty(),
        BulletinState::Held | BulletinState::Withdrawn => false,
    })
}

/// Remembers that a bulletin differs from `before`; `article` is given if its text differs too. Returns whether it
/// is back to an earlier version.
fn turn(
    op: &mut Op<'_>,
    id: u64,
    (before, row): (&Archived, &Archived),
    article: Option<&Article>,
    now_ms: i64,
) -> Result<bool> {
    let text = op.tx.text(id)?.unwrap_or_default();
    let read = article.map(|article| article.text.as_str());
    let text_now = read.filter(|read| !read.is_empty()).unwrap_or(&text);
    let mut versions = op.tx.versions(id)?;
    let announced_ms = notified::last_announced_ms(&op.tx.deliveries_of(id)?, now_ms);
    let (before, now) = (Wording::new(before, &text), Wording::new(row, text_now));
    let is_back = versions.turn(before, now, now_ms, announced_ms);
    op.tx.set_versions(id, &versions)?;
    Ok(is_back)
}

/// Queues updates after another source carried the bulletin too: messages that can be edited name it, where chats
/// have it.
pub(super) fn name_sources(
    op: &mut Op<'_>,
    id: u64,
    source: &SourceId,
    now: DateTime<Utc>,
) -> Result<()> {
    let is_notified = |channel: &Channel| channel.kind.can_edit() && channel.wants(source);
    queue(op, id, is_notified, (now, now)).map(drop)
}

/// Marks a bulletin as withdrawn by its publisher: messages that have it are marked, waiting deliveries are dropped.
/// Returns whether that is new.
pub(super) fn withdraw(
    op: &mut Op<'_>,
    id: u64,
    row: &mut Archived,
    now: DateTime<Utc>,
) -> Result<bool> {
    if row.state != BulletinState::Published {
        return Ok(false);
    }
    let before = row.clone();
    row.state = BulletinState::Withdrawn;
    for (delivery, entry) in op.tx.deliveries_of(id)? {
        let is_new = matches!(entry.kind, DeliveryKind::New | DeliveryKind::Document);
        if is_new && entry.state == DeliveryState::Queued {
            op.drop_delivery(delivery, entry, now)?;
        }
    }
    reminders::follow(op, id, row, now)?;
    mark(op, id, (&before, row), now)
}

/// Restores a bulletin that is there again; it is not pushed to chats that had it. Returns whether that is new.
pub(super) fn restore(
    op: &mut Op<'_>,
    id: u64,
    row: &mut Archived,
    now: DateTime<Utc>,
) -> Result<bool> {
    if row.state != BulletinState::Withdrawn {
        return Ok(false);
    }
    let before = row.clone();
    row.state = BulletinState::Published;
    queue_dropped(op, id, row, now)?;
    mark(op, id, (&before, row), now)
}

/// Queues again what waited for a digest or an hour when the bulletin was withdrawn, if it is still wanted.
fn queue_dropped(op: &mut Op<'_>, id: u64, row: &Archived, now: DateTime<Utc>) -> Result<()> {
    let new = op.tx.deliveries_of(id)?.into_iter();
    let new = new.filter(|(_, entry)| entry.kind == DeliveryKind::New);
    let (dropped, kept): (Vec<_>, Vec<_>) =
        new.partition(|(_, entry)| entry.state == DeliveryState::Dropped);
    let kept = kept.iter();
    let had: HashSet<_> = kept.map(|(_, entry)| op.place(&entry.channel)).collect();
    let lost: HashSet<ChannelId> = dropped
        .into_iter()
        .map(|(_, entry)| entry.channel)
        .collect();
    let summary = row.summary.as_deref().unwrap_or_default();
    let mut channels = Vec::new();
    for source in row.sources() {
        for channel in op.channels_for(&source, (&row.title, summary)) {
            let is_lost = lost.contains(&channel) && !had.contains(&op.place(&channel));
            if is_lost && !channels.contains(&channel) {
                channels.push(channel);
            }
        }
    }
    op.queue_new((id, row), channels, now)
}

fn mark(
    op: &mut Op<'_>,
    id: u64,
    (before, row): (&Archived, &Archived),
    now: DateTime<Utc>,
) -> Result<bool> {
    op.set_bulletin(id, row, now)?;
    let _ = turn(op, id, (before, row), None, now.timestamp_millis())?;
    let is_notified = |channel: &Channel| channel.kind.can_edit() || channel.corrections;
    queue(op, id, is_notified, (now, now))?;
    Ok(true)
}

/// Queues an update for each message that has the bulletin, in channels that are to be notified; returns whether
/// there is one.
fn queue(
    op: &mut Op<'_>,
    id: u64,
    is_notified: impl Fn(&Channel) -> bool,
    (due, now): (DateTime<Utc>, DateTime<Utc>),
) -> Result<bool> {
    let all = op.tx.deliveries_of(id)?;
    let waiting = hasten(op, &all, &is_notified, due)?;
    let mut messages = HashSet::new();
    let mut updates = Vec::new();
    for (_, entry) in all {
        let has_it = matches!(entry.kind, DeliveryKind::New | DeliveryKind::Rebroadcast)
            && matches!(entry.state, DeliveryState::Sent | DeliveryState::Sending);
        if !has_it || waiting.contains(&entry.channel) {
            continue;
        }
        let channel = op.settings(&entry.channel);
        let Some(channel) = channel.filter(|channel| is_notified(channel)) else {
            continue;
        };
        // If messages cannot be edited, one note refers to all of them.
        let message = entry.message.filter(|_| channel.kind.can_edit());
        if messages.insert((entry.channel.clone(), message.clone())) {
            let (kind, now_ms) = (DeliveryKind::Update, now.timestamp_millis());
            let due = timing::due(&channel, kind, false, due);
            updates.push(OutboxEntry {
                message,
                due_ms: due.timestamp_millis(),
                ..OutboxEntry::new(entry.channel, Some(id), kind, now_ms)
            });
        }
    }
    let is_any = !updates.is_empty();
    op.tx.enqueue(updates, None)?;
    Ok(is_any)
}

/// Makes waiting updates due as soon as anything is to be announced, since each announces all changes; returns the
/// channels in which one waits.
fn hasten(
    op: &mut Op<'_>,
    all: &[(u64, OutboxEntry)],
    is_notified: impl Fn(&Channel) -> bool,
    due: DateTime<Utc>,
) -> Result<HashSet<ChannelId>> {
    let mut waiting = HashSet::new();
    for (update, entry) in all {
        if entry.kind != DeliveryKind::Update || entry.state != DeliveryState::Queued {
            continue;
        }
        waiting.insert(entry.channel.clone());
        let channel = op.settings(&entry.channel);
        let channel = channel.filter(|channel| is_notified(channel));
        let due = channel.map(|channel| timing::due(&channel, DeliveryKind::Update, false, due));
        if let Some(due) = due.filter(|due| due.timestamp_millis() < entry.due_ms) {
            let due_ms = due.timestamp_millis();
            let earlier = OutboxEntry {
                due_ms,
                ..entry.clone()
            };
            op.tx.set_delivery(*update, earlier)?;
        }
    }
    Ok(waiting)
}

/// A message as it is to be shown now.
#[derive(Debug, Clone)]
pub struct Edition {
    /// The message to edit; `None` if it cannot be edited.
    pub message: Option<MessageRef>,
    /// The kind of the delivery that it was sent for.
    pub kind: DeliveryKind,
    pub note: Option<String>,
    /// The bulletins in the message, in the order of the card.
    pub bulletins: Vec<Bulletin>,
    /// The changes since it was sent.
    pub changes: Vec<(BulletinId, Revision)>,
}

/// Returns the edition that an update makes of its message; `None` if nothing was sent.
pub(super) fn edition(op: &mut Op<'_>, update: DeliveryId) -> Result<Option<Edition>> {
    let Some(update) = op.tx.delivery(update.0)? else {
        return Ok(None);
    };
    let Some(bulletin) = update.bulletin else {
        return Ok(None);
    };
    let deliveries = op.tx.deliveries_in(bulletin, &update.channel)?;
    let sent = deliveries.into_iter().rev().find(|(_, entry)| {
        matches!(entry.kind, DeliveryKind::New | DeliveryKind::Rebroadcast)
            && entry.state == DeliveryState::Sent
            && (update.message.is_none() || entry.message == update.message)
    });
    let Some((first, sent)) = sent else {
        return Ok(None);
    };
    let members = match &sent.message {
        Some(message) => op.tx.members(&sent.channel, message)?,
        None => None,
    };
    let now_ms = update.begun_ms.unwrap_or(i64::MAX);
    let since = sent.begun_ms.unwrap_or(sent.queued_ms);
    let since = notified::by_the_clock(since, &update, now_ms);
    let mut edition = Edition {
        kind: sent.kind,
        note: match sent.note {
            Some(note) => op.tx.note(note)?,
            None => None,
        },
        message: sent.message,
        bulletins: Vec::new(),
        changes: Vec::new(),
    };
    for member in members.unwrap_or_else(|| vec![first]) {
        let entry = op.tx.delivery(member)?;
        let Some(id) = entry.and_then(|entry| entry.bulletin) else {
            continue;
        };
        let row = op.tx.bulletin(id)?;
        edition.bulletins.extend(row.map(|row| row.bulletin(id)));
        let changes = changes_since(op, id, &update, (since, now_ms))?.into_iter();
        edition
            .changes
            .extend(changes.map(|change| (BulletinId(id), change)));
    }
    Ok(Some(edition))
}

/// Returns the changes that the readers of an update do not know yet of one bulletin in its message, which was sent
/// at `since` (ms).
fn changes_since(
    op: &mut Op<'_>,
    id: u64,
    update: &OutboxEntry,
    (since, now_ms): (i64, i64),
) -> Result<Vec<Revision>> {
    let known_ms = match update.message {
        None => {
            let deliveries = op.tx.deliveries_in(id, &update.channel)?;
            notified::announced_ms(&deliveries, update, now_ms)
        }
        Some(_) => None,
    };
    let since = known_ms.unwrap_or(since);
    let mut changes = op.tx.history(id)?.revisions();
    changes.retain(|change| change.at.timestamp_millis() >= since);
    Ok(match known_ms {
        Some(_) => op.tx.versions(id)?.news(since, changes),
        None => changes,
    })
}
