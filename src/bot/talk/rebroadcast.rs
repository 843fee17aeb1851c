//! `/rebroadcast` and `/broadcast`: asked for by an admin, confirmed by a button, done once, reported,
//! and undone where it was a mistake.

use chrono::{TimeDelta, Utc};

use super::{
    asker::Asker,
    base::Base,
    bulletins,
    button::Button,
    command::{self, Usage, Which},
    heard::Original,
    reply::{Carrier, Pressed, Reply},
    words::{BotWords, fill},
};
use crate::{
    bulletin::{BulletinId, BulletinState, ChannelId, DeliveryId},
    ops::{Answered, Report, Run, StoreError},
    push::card::{Card, clean_text, escape},
};

/// The time in which an act can be undone after it was reported.
pub(super) const UNDO: TimeDelta = TimeDelta::seconds(60);
/// Channels that a question names; more are counted.
const NAMED: usize = 10;
/// Characters of an announcement: it stands in the question too.
const LONGEST: usize = 3000;
/// Between what a question says and the text that it is about.
const RULE: &str = "\n\n—\n\n";

/// As [`offer_rebroadcast`], of what the answered message shows; of several, it asks which.
pub(super) async fn offer_replied_to(
    base: &Base,
    asker: &Asker,
    channel: Option<ChannelId>,
    original: Option<&Original>,
) -> Result<Reply, StoreError> {
    const IN_A_ROW: usize = 4;
    let original = original.filter(|original| original.is_published);
    let ids = original
        .map(|original| command::numbers_of(&original.text))
        .unwrap_or_default();
    let [_, _, ..] = &ids[..] else {
        let which = ids.first().copied().map(Which::Id);
        return offer_rebroadcast(base, asker, which, channel).await;
    };
    let button = |id: &BulletinId| (format!("#{id}"), Button::Offer(*id, channel.clone()));
    let reply = Reply::from(asker.words().which_one);
    let rows = ids.chunks(IN_A_ROW);
    Ok(rows.fold(reply, |reply, row| reply.with(row.iter().map(button))))
}

/// Asks an admin whether it is really meant.
pub(super) async fn offer_rebroadcast(
    base: &Base,
    asker: &Asker,
    which: Option<Which>,
    channel: Option<ChannelId>,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(which) = which else {
        return Ok(Usage::Rebroadcast.say(words).into());
    };
    let Some(bulletin) = bulletins::bulletin(base, asker, &which).await? else {
        return Ok(bulletins::unknown(base, asker, &which).into());
    };
    let (id, title) = bulletins::named(&bulletin);
    if bulletin.state == BulletinState::Held {
        return Ok(fill(words.is_held, &[("id", id.to_string())]).into());
    }
    let channel = match channel.map(|named| known_as(base, &named).ok_or(named)) {
        Some(Err(named)) => {
            return Ok(fill(words.no_channel, &[("channel", named.as_str())]).into());
        }
        Some(Ok(known)) => Some(known),
        None => None,
    };
    let to = match &channel {
        Some(channel) => vec![channel.clone()],
        None => base.store.recipients(Some(id)).await?,
    };
    if to.is_empty() {
        return Ok(fill(words.nowhere, &[("id", id.to_string())]).into());
    }
    let parts = [
        ("id", id.to_string()),
        ("title", title),
        ("channels", named(base, asker, &to)),
    ];
    let card = Card::preview(bulletin, asker.language, &base.config).html();
    let question = words.confirm.say_with(to.len(), &parts) + &lasting(base, words, &to);
    Ok(Reply::from(format!("{question}{RULE}{card}")).with([
        (words.yes.to_owned(), Button::Rebroadcast(id, channel)),
        (words.no.to_owned(), Button::Cancel),
    ]))
}

pub(super) async fn offer_broadcast(
    base: &Base,
    asker: &Asker,
    text: &str,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let text = clean_text(text);
    if text.is_empty() || text.chars().count() > LONGEST {
        return Ok(words.broadcast_too_long.into());
    }
    let to = base.store.recipients(None).await?;
    if to.is_empty() {
        return Ok(words.no_channels.into());
    }
    let parts = [("channels", named(base, asker, &to))];
    let question = words.confirm_broadcast.say_with(to.len(), &parts) + &lasting(base, words, &to);
    Ok(
        Reply::from(format!("{question}{RULE}{}", escape(&text))).with([
            (words.yes_broadcast.to_owned(), Button::Broadcast),
            (words.no.to_owned(), Button::Cancel),
        ]),
    )
}

/// In how many of the channels a message cannot be taken back.
fn lasting(base: &Base, words: &BotWords, to: &[ChannelId]) -> String {
    let stays = |id: &&ChannelId| {
        let configured = base.channel(id);
        !base.platform.can_delete(id, configured)
    };
    match to.iter().filter(stays).count() {
        0 => String::new(),
        count => format!("\n{}", words.lasting.say(count)),
    }
}

/// The channel or chat of that id; a chat may be a channel of the config, under another one.
fn known_as(base: &Base, id: &ChannelId) -> Option<ChannelId> {
    if base.channel(id).is_some() || base.store.chat(id).is_some() {
        return Some(id.clone());
    }
    let chat = base.platform.whole(id);
    let mut leading = base.channels_of(&chat, None);
    leading.find_map(|(known, place)| (place == *id).then(|| known.id.clone()))
}

/// Queues it. The message that carries the button is the request's id: pressed twice, it is one request.
pub(super) async fn rebroadcast(
    base: &Base,
    asker: &Asker,
    (id, channel): (BulletinId, Option<ChannelId>),
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let request = request(asker, carrier);
    let (to, by, now) = (channel.map(|id| vec![id]), asker.actor(), Utc::now());
    let queued = base
        .store
        .rebroadcast(id, to, None, &request, &by, now)
        .await;
    begun(base, asker, queued, Some(id), carrier).await
}

pub(super) async fn broadcast(
    base: &Base,
    asker: &Asker,
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let Some((_, text)) = carrier.text.split_once(RULE) else {
        return Ok(Pressed::note(asker.words().stale_button));
    };
    let request = request(asker, carrier);
    let (by, now) = (asker.actor(), Utc::now());
    let queued = base.store.broadcast(text, &request, &by, now).await;
    begun(base, asker, queued, None, carrier).await
}

/// A question that was answered with no stays so, whatever is pressed on it later; one that was
/// answered with yes is no longer one.
pub(super) async fn cancel(
    base: &Base,
    asker: &Asker,
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let request = request(asker, carrier);
    Ok(match base.store.decline(&request, Utc::now()).await? {
        true => Reply::from(words.cancelled).into(),
        false => Pressed::note(words.done_already),
    })
}

/// The question becomes the report, which is owed from now on.
async fn begun(
    base: &Base,
    asker: &Asker,
    queued: Result<Vec<DeliveryId>, StoreError>,
    bulletin: Option<BulletinId>,
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let deliveries = match queued.settled()? {
        Ok(deliveries) => deliveries,
        Err(refusal) => {
            let refusal = refusal.to_string();
            let why = crate::words::details(asker.language, &refusal, words.not_now);
            let why = escape(&why);
            return Ok(Reply::from(fill(words.refused, &[("why", &why)])).into());
        }
    };
    let Some(first) = deliveries.first() else {
        return Ok(Reply::from(words.cancelled).into());
    };
    let run = Run {
        first: *first,
        count: deliveries.len() as u64,
    };
    let reports = base.store.reports().await?;
    if reports.iter().any(|report| report.run == run) {
        return Ok(Pressed::note(words.done_already));
    }
    let Some(report) = Report::new(run, bulletin, (&asker.chat, &carrier.message)) else {
        return Ok(Pressed::note(words.stale_button));
    };
    base.store.set_report(&report).await?;
    Ok(progress(words, &report).into())
}

fn progress(words: &BotWords, report: &Report) -> Reply {
    let parts = [("what", what(words, report))];
    Reply::from(words.queued.say_with(report.run.count, &parts)).with([undo_button(words, report)])
}

/// Cancels what waits; what was sent is deleted once all of it is settled.
pub(super) async fn undo(
    base: &Base,
    asker: &Asker,
    first: DeliveryId,
    count: u64,
) -> Result<Pressed, StoreError> {
    let words = asker.words();
    let run = Run { first, count };
    let reports = base.store.reports().await?;
    let Some(report) = reports.into_iter().find(|report| report.run == run) else {
        return Ok(Pressed::note(words.too_late));
    };
    let is_late = report.done
        || report
            .reported_ms
            .is_some_and(|at| Utc::now().timestamp_millis() - at > UNDO.num_milliseconds());
    if is_late {
        return Ok(Pressed::note(words.too_late));
    }
    // The message says more by now, perhaps.
    if report.undone {
        return Ok(Pressed::note(words.undoing));
    }
    base.store.cancel(run, &asker.actor(), Utc::now()).await?;
    let undone = |report: &mut Report| report.undone = true;
    base.store.change_report(run, undone).await?;
    Ok(Reply::from(words.undoing).into())
}

/// The message that asks is the request's id.
fn request(asker: &Asker, carrier: &Carrier) -> String {
    let chat = asker.chat.as_str().replacen(':', " ", 1);
    format!("{chat} {}", carrier.message.0)
}

/// Returns what a report is about.
pub(super) fn what(words: &BotWords, report: &Report) -> String {
    match report.bulletin {
        Some(id) => format!("#{id}"),
        None => words.announcement.to_owned(),
    }
}

pub(super) fn undo_button(words: &BotWords, report: &Report) -> (String, Button) {
    let Run { first, count } = report.run;
    (words.undo.to_owned(), Button::Undo { first, count })
}

/// Where others read along, chats are counted and not named.
fn named(base: &Base, asker: &Asker, to: &[ChannelId]) -> String {
    if !asker.is_private() {
        return "…".to_owned();
    }
    let first = to.iter().take(NAMED).map(|id| base.title_of(id));
    let mut named = first.collect::<Vec<_>>().join(" · ");
    if to.len() > NAMED {
        named += &format!(" … ({})", to.len());
    }
    named
}
