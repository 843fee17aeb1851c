//! Answers `/rebroadcast` and `/broadcast`: requested by an admin, confirmed by a button, done once, reported, and
//! undone if it was a mistake.

use chrono::{TimeDelta, Utc};

use super::{
    asker::Asker,
    base::Base,
    bulletins,
    button::Button,
    command::{self, Again, LATEST, Which},
    heard::Original,
    reply::{Carrier, Pressed, Reply},
    words::{self, BotWords, fill},
};
use crate::{
    bulletin::{
        BulletinId, BulletinState, ChannelId, DeliveryId, LONGEST_ANNOUNCEMENT, Language, fold,
    },
    ops::{Answered, Report, Run, StoreError},
    push::card::{Card, clean_line, clean_text, cut, escape},
};

/// The time in which an act can be undone after it was reported.
pub(super) const UNDO: TimeDelta = TimeDelta::seconds(60);
/// The maximum number of channels that a question names; more are counted.
const NAMED: usize = 10;
/// The maximum length, in characters, of a note.
const LONGEST_NOTE: usize = 500;
/// The line between the text of a question and its subject.
const RULE: &str = "\n\n—\n\n";

/// Offers to send the named bulletin again, or that of the answered message; if there are several, or none is named, it
/// asks which.
pub(super) async fn offer_again(
    base: &Base,
    asker: &Asker,
    again: Again,
    original: Option<&Original>,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let channel = match again.channel.as_deref().map(|it| (it, called(base, it))) {
        Some((name, None)) => return Ok(unknown_channel(base, words, name, again.which.as_ref())),
        Some((_, Some(known))) => Some(known),
        None => None,
    };
    let note = again.note.map(|note| shortened(&note));
    if let Some(which) = again.which {
        return offer(base, asker, (&which, channel), note).await;
    }
    let original = original.filter(|original| original.is_published);
    let ids = original.map(|original| command::numbers_of(&original.text));
    match ids.unwrap_or_default()[..] {
        [id] => offer(base, asker, (&Which::Id(id), channel), note).await,
        [] => {
            let (latest, _) = bulletins::page(base, asker, Vec::new(), LATEST, 0).await?;
            let lines = latest.iter().map(|it| bulletins::line(base, it));
            let lines: Vec<String> = lines.collect();
            let ids: Vec<_> = latest.iter().map(|it| it.id).collect();
            let which = words.which_bulletin;
            let text = format!("{which}\n\n{}", lines.join("\n"));
            Ok(choice(words, text, &ids, (channel.as_ref(), note)))
        }
        ref several => {
            let text = words.which_one.to_owned();
            Ok(choice(words, text, several, (channel.as_ref(), note)))
        }
    }
}

/// Returns a button for each bulletin; the note is in the text, from which [`noted`] reads it.
fn choice(
    words: &BotWords,
    text: String,
    ids: &[BulletinId],
    (channel, note): (Option<&ChannelId>, Option<String>),
) -> Reply {
    const IN_A_ROW: usize = 4;
    let button = |id: &BulletinId| (format!("#{id}"), Button::Offer(*id, channel.cloned()));
    let reply = Reply::from(text + &note_below(words, note.as_deref()));
    let rows = ids.chunks(IN_A_ROW);
    rows.fold(reply, |reply, row| reply.with(row.iter().map(button)))
}

/// Returns that there is no such channel, and offers the existing ones.
fn unknown_channel(base: &Base, words: &BotWords, name: &str, which: Option<&Which>) -> Reply {
    let name = escape(&cut(&clean_line(name), 50));
    let reply = Reply::from(fill(words.no_channel, &[("channel", &name)]));
    let Some(Which::Id(id)) = which else {
        return reply;
    };
    let configured = base
        .config
        .channels
        .iter()
        .map(|channel| channel.id.clone());
    let chats = base.store.subscribed_channels().into_iter();
    let all = configured.chain(chats.map(|chat| chat.id.clone()));
    all.take(NAMED).fold(reply, |reply, channel| {
        let label = base.called(&channel);
        reply.with([(label, Button::Offer(*id, Some(channel)))])
    })
}

/// Asks an admin for confirmation.
pub(super) async fn offer(
    base: &Base,
    asker: &Asker,
    (which, channel): (&Which, Option<ChannelId>),
    note: Option<String>,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let Some(bulletin) = bulletins::bulletin(base, asker, which).await? else {
        return Ok(bulletins::unknown(base, asker, which).into());
    };
    let (id, title) = bulletins::named(&bulletin);
    if bulletin.state == BulletinState::Held {
        return Ok(fill(words.is_held, &[("id", id.to_string())]).into());
    }
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
    let question = question + &note_below(words, note.as_deref());
    Ok(Reply::from(format!("{question}{RULE}{card}")).with([
        (words.yes.to_owned(), Button::Rebroadcast(id, channel)),
        (words.no.to_owned(), Button::Cancel),
    ]))
}

/// Returns a note as it is sent: bounded, and without the line that separates a question from its card.
fn shortened(note: &str) -> String {
    cut(&clean_text(note), LONGEST_NOTE).replace(RULE, "\n")
}

/// Returns the note below a question, escaped.
fn note_below(words: &BotWords, note: Option<&str>) -> String {
    note.map_or_else(String::new, |note| {
        format!("\n\n{}\n{}", words.note_label, escape(note))
    })
}

/// Returns the note in a question. Before it, only the bot's own text has several lines.
pub(super) fn noted(question: &str) -> Option<String> {
    let head = question.split_once(RULE).map_or(question, |(head, _)| head);
    Language::ALL.into_iter().find_map(|language| {
        let label = words::of(language).note_label;
        let (_, note) = head.split_once(&format!("\n\n{label}\n"))?;
        Some(note.trim().to_owned()).filter(|note| !note.is_empty())
    })
}

pub(super) async fn offer_broadcast(
    base: &Base,
    asker: &Asker,
    text: &str,
) -> Result<Reply, StoreError> {
    let words = asker.words();
    let text = clean_text(text);
    if text.is_empty() || text.chars().count() > LONGEST_ANNOUNCEMENT {
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

/// Returns in how many of the channels a message cannot be deleted.
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

/// Returns the channel with that id or name, or the chat with that title.
fn called(base: &Base, name: &str) -> Option<ChannelId> {
    let of_id = name.parse().ok().and_then(|id| known_as(base, &id));
    let asked = fold(name);
    let is_it = |known: &str| fold(known) == asked;
    let of_name = || {
        let mut channels = base.config.channels.iter();
        channels.find(|it| is_it(&it.name)).map(|it| it.id.clone())
    };
    let of_title = || {
        let mut chats = base.store.subscribed_channels().into_iter();
        chats.find(|it| is_it(&it.name)).map(|it| it.id.clone())
    };
    of_id.or_else(of_name).or_else(of_title)
}

/// Returns the channel or chat with that id; a chat may be a channel of the config, under another one.
fn known_as(base: &Base, id: &ChannelId) -> Option<ChannelId> {
    if base.channel(id).is_some() || base.store.chat(id).is_some() {
        return Some(id.clone());
    }
    let chat = base.platform.whole(id);
    let mut leading = base.channels_of(&chat, None);
    leading.find_map(|(known, place)| (place == *id).then(|| known.id.clone()))
}

/// Queues the rebroadcast. The message with the button is the request's id: two presses are one request.
pub(super) async fn rebroadcast(
    base: &Base,
    asker: &Asker,
    (id, channel): (BulletinId, Option<ChannelId>),
    carrier: &Carrier,
) -> Result<Pressed, StoreError> {
    let request = request(asker, carrier);
    let (to, by, now) = (channel.map(|id| vec![id]), asker.actor(), Utc::now());
    let note = noted(&carrier.text);
    let queued = base
        .store
        .rebroadcast(id, to, note, &request, &by, now)
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

/// Cancels a question. A question that was declined stays so, regardless of later presses; one that was confirmed is no
/// longer a question.
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

/// Turns the question into the report, which is due from now on.
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
            let why = escape(&crate::words::of(asker.language).refusal(&refusal));
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

/// Cancels waiting deliveries; sent ones are deleted once all of them are settled.
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
    // The message may have been updated since.
    if report.undone {
        return Ok(Pressed::note(words.undoing));
    }
    base.store.cancel(run, &asker.actor(), Utc::now()).await?;
    let undone = |report: &mut Report| report.undone = true;
    base.store.change_report(run, undone).await?;
    Ok(Reply::from(words.undoing).into())
}

/// Returns the request's id, which is the message with the question.
fn request(asker: &Asker, carrier: &Carrier) -> String {
    let chat = asker.chat.as_str().replacen(':', " ", 1);
    format!("{chat} {}", carrier.message.0)
}

/// Returns the subject of a report.
pub(super) fn what(words: &BotWords, report: &Report) -> String {
    match report.bulletin {
        Some(id) => fill(words.the_bulletin, &[("id", id.to_string())]),
        None => words.the_announcement.to_owned(),
    }
}

pub(super) fn undo_button(words: &BotWords, report: &Report) -> (String, Button) {
    let Run { first, count } = report.run;
    (words.undo.to_owned(), Button::Undo { first, count })
}

/// Returns the names of chats; not in a chat with other readers.
fn named(base: &Base, asker: &Asker, to: &[ChannelId]) -> String {
    if !asker.is_private() {
        return "…".to_owned();
    }
    let first = to.iter().take(NAMED).map(|id| base.title_of(id));
    words::in_a_row(asker.words(), &first.collect::<Vec<_>>(), to.len())
}
