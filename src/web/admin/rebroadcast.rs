//! Sends a bulletin again: previewed, confirmed, followed while it is sent, and undone as far as it is unsent.

use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use chrono::Utc;

use super::{
    channels,
    context::Admin,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable, FormField},
    publish,
    typed::Typed,
};
use crate::{
    bulletin::{Bulletin, BulletinId, Channel, ChannelId, Delivery, DeliveryId, DeliveryKind},
    ops::{Refusal, Run, StoreError, Tally},
    push, view,
    web::{api, named, problem::Problem},
};

/// The maximum number of cards that are shown.
const CARDS: usize = 8;
/// The maximum number of deliveries that are listed while they are sent.
const LISTED: usize = 50;
/// The maximum number of deliveries of one run.
const MOST: u64 = 200_000;
/// The seconds between two refreshes of the progress.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

/// Returns the form of a bulletin's page. It shows the message and its recipients before anything is sent.
pub(super) fn form(admin: &Admin, id: BulletinId) -> DeskForm {
    let words = admin.words;
    let note = FormField::new("note", words.note, "text").hinted(words.note_hint);
    DeskForm {
        heading: Some(words.send_again),
        action: path(id),
        submit: words.preview,
        ..DeskForm::default()
    }
    .with(note)
    .with(publish::recipients(admin, &Typed::default()))
    .with(FormField::hidden("preview", "yes"))
    // The same form sends once, however often its button is pressed.
    .with(FormField::hidden("request", api::new_request()))
}

fn path(id: BulletinId) -> String {
    format!("admin/bulletins/{id}/rebroadcast")
}

pub(super) async fn rebroadcast(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let to = publish::chosen(&admin, &typed)?;
    let note = api::note(typed.optional("note"))?;
    let request = typed.optional("request");
    let request = request.ok_or_else(|| Problem::bad_form(|words| words.bad_form))?;
    if !typed.get("preview").is_empty() {
        return previewed(&admin, id, to, note, &request).await;
    }
    let store = admin.store();
    let made = store
        .rebroadcast(id, to, note, &request, admin.actor(), Utc::now())
        .await?;
    Ok(admin.done(&match made.first() {
        Some(first) => format!("/bulletins/{id}/rebroadcast/{first}-{}", made.len()),
        None => format!("/bulletins/{id}"),
    }))
}

async fn known(admin: &Admin, id: BulletinId) -> Result<Bulletin, Problem> {
    let found = admin.store().bulletin(id).await?;
    Ok(found.ok_or(StoreError::from(Refusal::NoBulletin(id)))?)
}

async fn previewed(
    admin: &Admin,
    id: BulletinId,
    to: Option<Vec<ChannelId>>,
    note: Option<String>,
    request: &str,
) -> Result<Response, Problem> {
    let words = admin.words;
    let bulletin = known(admin, id).await?;
    let recipients = match &to {
        Some(to) => to.clone(),
        None => admin.store().recipients(Some(id)).await?,
    };
    let mut blocks = vec![DeskBlock::Text {
        text: admin.to_whom(&recipients),
    }];
    if !recipients.is_empty() {
        blocks.push(DeskBlock::Form(confirmation(admin, id, to, &note, request)));
    }
    blocks.extend(cards(admin, &bulletin, &recipients, note.as_deref())?);
    admin.show("/bulletins", words.send_again, blocks)
}

fn confirmation(
    admin: &Admin,
    id: BulletinId,
    to: Option<Vec<ChannelId>>,
    note: &Option<String>,
    request: &str,
) -> DeskForm {
    let to = to.unwrap_or_default().into_iter();
    let to = to.map(|id| FormField::hidden("to", id.to_string()));
    let note = note.iter().map(|note| FormField::hidden("note", note));
    DeskForm {
        fields: to
            .chain(note)
            .chain([FormField::hidden("request", request)])
            .collect(),
        ..DeskForm::grave(path(id), admin.words.send_again)
    }
}

/// Returns the cards of the first channels.
fn cards(
    admin: &Admin,
    bulletin: &Bulletin,
    recipients: &[ChannelId],
    note: Option<&str>,
) -> Result<Vec<DeskBlock>, Problem> {
    let names: Vec<String> = bulletin.sources().map(|it| admin.source_name(it)).collect();
    let names = names.join(" · ");
    let channels = recipients.iter().filter_map(|id| admin.known_channel(id));
    let card = |channel: &Channel| {
        let drawn = push::draft_again(bulletin.clone(), &names, channel, &admin.config, note);
        let drawn = drawn.map_err(|why| Problem::undrawn(&why.0))?;
        Ok(publish::card(channel, &drawn))
    };
    let channels = channels.take(CARDS);
    channels.map(|channel| card(&channel)).collect()
}

/// Shows the progress of a rebroadcast, while it is sent and afterwards.
pub(super) async fn progress(
    admin: Admin,
    Path((id, run)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let (run, all) = run_of(&admin, id, &run).await?;
    let tally = admin.store().tally(run).await?;
    let words = admin.words;
    let zone = admin.config.time_zone;
    let listed: Vec<view::Delivery> = all
        .into_iter()
        .take(LISTED)
        .map(|delivery| view::Delivery::new(delivery, zone))
        .collect();
    let mut blocks = vec![DeskBlock::Table(counts(&admin, run, &tally))];
    if tally.open + tally.resting > 0 {
        let undo = format!("{}/{}-{}/undo", path(id), run.first, run.count);
        blocks.push(DeskBlock::Form(DeskForm {
            fields: vec![FormField::hidden("run", run.first.to_string())],
            ..DeskForm::button(undo, words.undo)
        }));
    }
    blocks.push(DeskBlock::Table(channels::table(&admin, &listed).await?));
    let bulletin = known(&admin, id).await?;
    let mut page = admin.page("/bulletins", &bulletin.title, blocks);
    page.lead = Some(sentence(&admin, run, &tally));
    let mut response = page.answer(StatusCode::OK)?;
    if tally.open > 0 {
        let refresh = HeaderName::from_static("refresh");
        response.headers_mut().insert(refresh, AGAIN);
    }
    Ok(response)
}

fn sentence(admin: &Admin, run: Run, tally: &Tally) -> String {
    let words = admin.words;
    let phrase = match tally.open {
        0 if tally.sent == run.count => words.all_sent,
        0 => words.sending_over,
        _ => words.sending_now,
    };
    phrase
        .replace("{n}", &tally.sent.to_string())
        .replace("{all}", &run.count.to_string())
}

fn counts(admin: &Admin, run: Run, tally: &Tally) -> DeskTable {
    let words = admin.words;
    let row = |(name, state, count): (&str, &str, u64)| DeskRow {
        cells: vec![DeskCell::state(name, state), count.to_string().into()],
        actions: Vec::new(),
    };
    let rows = [
        (words.sent_state, "sent", tally.sent),
        (words.queued_state, "queued", tally.open),
        (words.resting, "paused", tally.resting),
        (words.failed_state, "failed", tally.failed),
        (words.dropped, "dropped", tally.dropped),
    ];
    let rows = rows.into_iter().filter(|(_, _, count)| *count > 0);
    DeskTable {
        heading: Some(words.send_again),
        columns: vec![words.state, words.count],
        rows: rows
            .map(row)
            .chain([DeskRow {
                cells: vec![words.total.into(), run.count.to_string().into()],
                actions: Vec::new(),
            }])
            .collect(),
        ..DeskTable::default()
    }
}

/// Returns the run that an address names, `FIRST-COUNT`, with its deliveries; all must be rebroadcasts of that
/// bulletin.
async fn run_of(admin: &Admin, id: BulletinId, run: &str) -> Result<(Run, Vec<Delivery>), Problem> {
    let missing = || Problem::no_such(|words| words.no_rebroadcast);
    let (first, count) = run.split_once('-').ok_or_else(missing)?;
    let number = |text: &str| text.parse::<u64>().map_err(|_| missing());
    let (first, count) = (number(first)?, number(count)?);
    if count == 0 || count > MOST || first.checked_add(count).is_none() {
        return Err(missing());
    }
    let first = DeliveryId(first);
    let run = Run { first, count };
    let all = admin.store().run(run).await?;
    let is_of_it = |delivery: &Delivery| {
        delivery.bulletin == Some(id) && delivery.kind == DeliveryKind::Rebroadcast
    };
    match all.len() as u64 == count && all.iter().all(is_of_it) {
        true => Ok((run, all)),
        false => Err(missing()),
    }
}

/// Drops the deliveries that are not sent yet.
pub(super) async fn undo(
    admin: Admin,
    Path((id, run)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let (run, _) = run_of(&admin, id, &run).await?;
    let store = admin.store();
    store.cancel(run, admin.actor(), Utc::now()).await?;
    let (first, count) = (run.first, run.count);
    Ok(admin.done(&format!("/bulletins/{id}/rebroadcast/{first}-{count}")))
}
