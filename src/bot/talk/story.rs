//! Tells the story of one bulletin: `/why`, its reminder, and the buttons for it.

use std::sync::Arc;

use chrono::Utc;

use super::{
    asker::Asker,
    base::Base,
    bulletins,
    button::Button,
    command::{Usage, Which},
    reply::{Pressed, Reply},
    typed::is_off,
    words::{BotWords, fill, page_words, shown_name},
};
use crate::{
    bulletin::{
        Bulletin, BulletinId, BulletinState, Cause, Channel, ChannelId, Delivery, DeliveryKind,
        DeliveryState, Verdict,
    },
    ops::{DeliveryQuery, Refusal, Reminded, StoreError},
    push::card::{escape, mark},
};

/// The maximum number of channels that a bulletin's story names; more are counted.
const NAMED: usize = 15;
/// The maximum number of channels whose filters reject a bulletin that are searched for those that did not receive it.
const MOST_REFUSING: usize = 200;
/// The maximum number of deliveries of a bulletin in one channel: itself, corrections, files, reminders.
const MOST_OF_ONE: usize = 100;

/// Returns a bulletin's story: all of it to admins in their private chats, elsewhere only the part about the chat.
pub(super) async fn why(base: &Base, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(which) = Which::read(what) else {
        return Ok(unread(words, what, Usage::Why));
    };
    let Some(bulletin) = bulletins::bulletin(base, asker, &which).await? else {
        return Ok(bulletins::unknown(base, asker, &which).into());
    };
    let mut lines = vec![bulletins::line(base, &bulletin), String::new()];
    lines.push(found_when(base, asker, &bulletin));
    lines.push(fill(words.why_rule, &[("rule", &rule(words, &bulletin))]));
    if base.is_admin_alone(asker) {
        lines.extend(went_to(base, asker, bulletin.id).await?);
        lines.extend(kept_from(base, asker, &bulletin).await?);
    } else {
        lines.extend(here(base, asker, &bulletin).await?);
    }
    Ok(with_acts(base, asker, &bulletin, lines.join("\n").into()))
}

/// Adds the buttons for a bulletin below its description.
pub(super) fn with_acts(base: &Base, asker: &Asker, bulletin: &Bulletin, reply: Reply) -> Reply {
    let words = asker.words();
    let has_deadline = bulletin.deadline.is_some();
    let remind = (words.remind.to_owned(), Button::Remind(bulletin.id));
    let may_resend = base.is_admin(asker) && bulletin.state != BulletinState::Held;
    let again = (words.yes.to_owned(), Button::Offer(bulletin.id, None));
    let acts = [has_deadline.then_some(remind), may_resend.then_some(again)];
    reply.with(acts.into_iter().flatten())
}

/// Does the same as `/remind ID`, answered at the button.
pub(super) async fn remind_pressed(
    base: &Base,
    asker: &Asker,
    id: BulletinId,
) -> Result<Pressed, StoreError> {
    if !base.administrates_here(asker).await {
        return Ok(Pressed::note(asker.words().group_admins_only));
    }
    let answer = remind(base, asker, &id.to_string()).await?;
    Ok(Pressed::note(answer.text))
}

/// Sets a reminder of a bulletin's deadline, or removes it.
pub(super) async fn remind(base: &Base, asker: &Asker, what: &str) -> Result<Reply, StoreError> {
    let words = asker.words();
    if !base.administrates_here(asker).await {
        return Ok(Reply::refusing(words.group_admins_only));
    }
    let id = match Which::read(what) {
        None if is_off(what) => None,
        None => return Ok(unread(words, what, Usage::Remind)),
        Some(which) => match bulletins::bulletin(base, asker, &which).await? {
            Some(bulletin) => Some(bulletin.id),
            None => return Ok(bulletins::unknown(base, asker, &which).into()),
        },
    };
    reminder(base, asker, id).await
}

/// Sets a reminder of a bulletin that the asker may know of; `None` removes every reminder.
pub(super) async fn reminder(
    base: &Base,
    asker: &Asker,
    id: Option<BulletinId>,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let (place, by) = (asker.place.clone(), asker.actor());
    let number = id.map(|id| id.to_string()).unwrap_or_default();
    let about = [("id", number.as_str())];
    Ok(match base.store.remind(&place, id, &by, Utc::now()).await {
        Ok(Reminded::At(when)) => {
            let when = base.clock(asker, when);
            fill(words.reminded, &[("id", &number), ("when", &when)]).into()
        }
        Ok(Reminded::NoDeadline) => fill(words.no_deadline, &about).into(),
        Ok(Reminded::TooLate) => fill(words.deadline_past, &about).into(),
        Ok(Reminded::Off(count)) => words.reminders_off.say(count).into(),
        Err(StoreError::Refused(Refusal::Held(_))) => fill(words.is_held, &about).into(),
        Err(StoreError::Refused(Refusal::NoChannel(_))) => words.reminders_off.say(0_usize).into(),
        Err(error) => return Err(error),
    })
}

fn found_when(base: &Base, asker: &Asker, bulletin: &Bulletin) -> String {
    let name = base.source_name(bulletin);
    let parts = [
        ("when", base.clock(asker, bulletin.first_seen)),
        ("source", escape(&shown_name(name))),
    ];
    fill(asker.words().why_found, &parts)
}

/// Returns what happened to it in the asker's chat: how the bulletin itself arrived, and a coming reminder.
async fn here(base: &Base, asker: &Asker, bulletin: &Bulletin) -> Result<Vec<String>, StoreError> {
    let words = asker.words();
    let own = own_channels(base, asker);
    let mut deliveries = Vec::new();
    // A chat may have a reminder of a bulletin without a subscription.
    let mut places: Vec<ChannelId> = own.iter().map(|channel| channel.id.clone()).collect();
    if !places.contains(&asker.place) {
        places.push(asker.place.clone());
    }
    for place in places {
        let query = DeliveryQuery {
            bulletin: Some(bulletin.id),
            channel: Some(place),
            limit: Some(MOST_OF_ONE),
            ..DeliveryQuery::default()
        };
        deliveries.extend(base.store.deliveries(&query).await?.items);
    }
    let brought = deliveries.iter().filter(|it| brings(it.kind));
    let state = match brought.max_by_key(|it| progress(it.state)) {
        Some(delivery) => Some(fate(base, asker, delivery)),
        None => own
            .iter()
            .filter(|_| bulletin.state == BulletinState::Published)
            .find_map(|channel| reason(words, channel, bulletin)),
    };
    let mut lines = vec![state.map_or_else(
        || words.why_not_here.to_owned(),
        |state| fill(words.why_here, &[("state", &state)]),
    )];
    let waits =
        |it: &&Delivery| it.kind == DeliveryKind::Reminder && it.state == DeliveryState::Queued;
    lines.extend(deliveries.iter().find(waits).map(|reminder| {
        let when = base.clock(asker, reminder.due_at);
        fill(words.why_reminder, &[("when", &when)])
    }));
    Ok(lines)
}

/// Returns the channels that lead to the asker's chat and topic.
fn own_channels(base: &Base, asker: &Asker) -> Vec<Channel> {
    let leading = base.channels_of(&asker.chat, asker.username.as_deref());
    let mut own: Vec<Channel> = leading.map(|(channel, _)| channel.clone()).collect();
    if base.store.chat(&asker.place).is_some() {
        let chat = base.store.chat_channel(&asker.place);
        own.extend(chat.map(|it| (*it).clone()));
    }
    own
}

fn fate(base: &Base, asker: &Asker, delivery: &Delivery) -> String {
    let words = asker.words();
    let state = match delivery.state {
        DeliveryState::Queued if delivery.error.is_some() => words.state_retried,
        DeliveryState::Queued => words.state_queued,
        DeliveryState::Sending => words.state_sending,
        DeliveryState::Sent => words.state_sent,
        DeliveryState::Failed => words.state_failed,
        DeliveryState::Dropped => words.state_dropped,
    };
    let at = base.clock(asker, delivery.sent_at.unwrap_or(delivery.due_at));
    let why = delivery.error.as_ref();
    let why = why.and_then(|why| crate::words::of(asker.language).send_faults.say(why));
    let Some(why) = why else {
        return format!("{state} {at}");
    };
    let why = escape(&page_words(&why, 150));
    let parts = [("state", state), ("at", at.as_str()), ("why", why.as_str())];
    fill(words.fate_why, &parts)
}

async fn went_to(base: &Base, asker: &Asker, id: BulletinId) -> Result<Vec<String>, StoreError> {
    let words = asker.words();
    let query = DeliveryQuery {
        bulletin: Some(id),
        limit: Some(NAMED),
        ..DeliveryQuery::default()
    };
    let newest = base.store.deliveries(&query).await?;
    if newest.items.is_empty() {
        return Ok(vec![words.why_nobody.to_owned()]);
    }
    let count = base.store.count_deliveries(id).await?;
    let mut lines = vec![words.why_delivered.say(count)];
    lines.extend(newest.items.iter().map(|delivery| {
        let mark = mark(delivery.kind, asker.language);
        let mark = mark.map(|mark| format!("{mark} · ")).unwrap_or_default();
        let fate = fate(base, asker, delivery);
        in_channel(base, words, &delivery.channel, &format!("{mark}{fate}"))
    }));
    lines.extend(newest.more.then(|| "…".to_owned()));
    Ok(lines)
}

fn in_channel(base: &Base, words: &BotWords, channel: &ChannelId, what: &str) -> String {
    let name = base.title_of(channel);
    let line = fill(words.fault, &[("name", name.as_str()), ("why", what)]);
    format!("· {line}")
}

/// Returns the channels that have its source and did not receive it, with the reasons.
async fn kept_from(
    base: &Base,
    asker: &Asker,
    bulletin: &Bulletin,
) -> Result<Vec<String>, StoreError> {
    let words = asker.words();
    let configured = base.config.channels.iter().cloned().map(Arc::new);
    let chats = base.store.subscribed_channels();
    let channels = configured.chain(chats);
    let refusing = channels.filter_map(|channel| {
        let why = reason(words, &channel, bulletin)?;
        Some((channel.id.clone(), why))
    });
    let refusing: Vec<_> = refusing.take(MOST_REFUSING).collect();
    let ids = refusing.iter().map(|(id, _)| id.clone()).collect();
    let got = base.store.who_has(bulletin.id, ids).await?;
    let kept = refusing.iter().filter(|(id, _)| !got.contains(id));
    let mut lines: Vec<String> = kept
        .take(NAMED + 1)
        .map(|(id, why)| in_channel(base, words, id, why))
        .collect();
    if lines.len() > NAMED {
        lines[NAMED] = "…".to_owned();
    }
    if !lines.is_empty() {
        lines.insert(0, words.why_kept.to_owned());
    }
    Ok(lines)
}

/// Returns that a command must name one bulletin.
fn unread(words: &BotWords, what: &str, usage: Usage) -> Reply {
    match what.split_whitespace().nth(1) {
        Some(_) => words.one_at_a_time.into(),
        None => usage.say(words).into(),
    }
}

/// Returns whether such a delivery contains the bulletin itself.
fn brings(kind: DeliveryKind) -> bool {
    matches!(kind, DeliveryKind::New | DeliveryKind::Rebroadcast)
}

/// Returns the progress of a delivery; of several deliveries, the one with the most progress counts for the bulletin.
fn progress(state: DeliveryState) -> u8 {
    match state {
        DeliveryState::Dropped => 0,
        DeliveryState::Failed => 1,
        DeliveryState::Queued => 2,
        DeliveryState::Sending => 3,
        DeliveryState::Sent => 4,
    }
}

/// Returns which of a channel's own preferences keeps a bulletin of one of its sources from it.
fn reason(words: &BotWords, channel: &Channel, bulletin: &Bulletin) -> Option<String> {
    if !channel.wants(&bulletin.source) {
        return None;
    }
    let summary = bulletin.summary.as_deref().unwrap_or_default();
    let manner = channel.for_sources(bulletin.sources());
    match manner.filter.verdict(&bulletin.title, summary) {
        Verdict::Wanted => None,
        Verdict::NoneIncluded => Some(words.kept_none_included.to_owned()),
        Verdict::Excluded(word) => Some(fill(words.kept_excluded, &[("word", &escape(&word))])),
    }
}

fn rule(words: &BotWords, bulletin: &Bulletin) -> String {
    let state = match bulletin.state {
        BulletinState::Baseline => words.is_baseline,
        BulletinState::Published => words.is_published,
        BulletinState::Held => words.is_held_state,
        BulletinState::Withdrawn => words.is_withdrawn,
    };
    let cause = match &bulletin.cause {
        Cause::New => words.cause_new.to_owned(),
        Cause::Announced => words.cause_announced.to_owned(),
        Cause::FirstPoll => words.cause_first_poll.to_owned(),
        Cause::OlderThanBaseline => words.cause_older.to_owned(),
        Cause::BelowKnown => words.cause_below.to_owned(),
        Cause::Filtered(by) => fill(words.cause_filtered, &[("word", &escape(by))]),
        Cause::Redesign => words.cause_redesign.to_owned(),
        Cause::Released => words.cause_released.to_owned(),
        Cause::MarkedSeen => words.cause_marked_seen.to_owned(),
        Cause::Imported => words.cause_imported.to_owned(),
        Cause::Migrated => words.cause_migrated.to_owned(),
        Cause::Flood => words.cause_flood.to_owned(),
        Cause::Desk(_) => words.cause_desk.to_owned(),
    };
    fill(words.rule, &[("state", state), ("cause", &cause)])
}
