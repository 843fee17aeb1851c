//! Bulletins: the timeline of each, and forms that send it again, correct it or withdraw it.

use axum::{extract::Path, response::Response};
use chrono::Utc;

use super::{
    channels,
    context::Admin,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable, FormField},
    publish,
    typed::Typed,
    words::DeskWords,
};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause},
    ops::{Refusal, StoreError},
    round,
    view::{self, Happening, HappeningKind},
    web::{api, named, problem::Problem},
};

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let listing = view::bulletins(admin.store(), &admin.config, &admin.filters()?).await?;
    let next = admin.next("/bulletins", listing.next);
    let table = table(&admin, listing.items, next);
    admin.show(
        "/bulletins",
        admin.words.bulletins,
        vec![DeskBlock::Table(table)],
    )
}

pub(super) fn table(
    admin: &Admin,
    bulletins: Vec<view::Bulletin>,
    next: Option<String>,
) -> DeskTable {
    let words = admin.words;
    let row = |bulletin: view::Bulletin| {
        let (word, state) = shown(words, bulletin.state);
        DeskRow {
            cells: vec![
                DeskCell::link(bulletin.title, format!("admin/bulletins/{}", bulletin.id))
                    .noted(Some(format!("#{}", bulletin.id))),
                bulletin.source.as_str().into(),
                DeskCell::state(word, state),
                bulletin
                    .published
                    .map(|at| at.to_string())
                    .unwrap_or_default()
                    .into(),
            ],
            actions: Vec::new(),
        }
    };
    DeskTable {
        columns: vec![words.title, words.source, words.state, words.date],
        rows: bulletins.into_iter().map(row).collect(),
        empty: words.no_bulletins,
        next,
        ..DeskTable::default()
    }
}

fn shown(words: &'static DeskWords, state: BulletinState) -> (&'static str, &'static str) {
    match state {
        BulletinState::Baseline => (words.baseline, "baseline"),
        BulletinState::Published => (words.published, "published"),
        BulletinState::Held => (words.held_state, "held"),
        BulletinState::Withdrawn => (words.withdrawn, "withdrawn"),
    }
}

pub(super) async fn one(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let store = admin.store();
    let found = store
        .bulletin(id)
        .await?
        .ok_or(StoreError::from(Refusal::NoBulletin(id)))?;
    let text = store.text(id).await?.unwrap_or_default();
    let happenings = view::timeline(store, &admin.config, id).await?;
    let is_own = matches!(found.cause, Cause::Desk(_));
    let shown = view::Bulletin::new(found, admin.config.time_zone);
    let mut blocks = vec![
        DeskBlock::Table(table(&admin, vec![shown.clone()], None)),
        DeskBlock::Table(timeline(&admin, &happenings)),
    ];
    if !text.is_empty() {
        blocks.push(DeskBlock::Text { text: text.clone() });
    }
    let deliveries: Vec<_> = happenings
        .into_iter()
        .filter_map(|it| it.delivery)
        .collect();
    blocks.push(DeskBlock::Table(channels::table(&admin, &deliveries)));
    let is_public = matches!(
        shown.state,
        BulletinState::Published | BulletinState::Baseline
    );
    if is_public {
        blocks.push(DeskBlock::Form(send_again(&admin, id)));
    }
    if is_own && shown.state == BulletinState::Published {
        blocks.push(DeskBlock::Form(publish::correction(&admin, &shown, &text)));
        let path = format!("admin/bulletins/{id}/withdraw");
        blocks.push(DeskBlock::Form(DeskForm::grave(path, admin.words.withdraw)));
    }
    admin.show("/bulletins", &shown.title, blocks)
}

fn timeline(admin: &Admin, happenings: &[Happening]) -> DeskTable {
    let words = admin.words;
    let row = |it: &Happening| {
        let event = match it.event {
            HappeningKind::Found => words.found,
            HappeningKind::Judged => words.judged,
            HappeningKind::Filtered => words.filtered,
            HappeningKind::Revision => words.revision,
            HappeningKind::Delivery => words.delivery,
        };
        let channel = it.channel.as_ref().map(|id| id.as_str().to_owned());
        DeskRow {
            cells: vec![
                admin.time(Some(it.at)).into(),
                event.into(),
                DeskCell::from(it.detail.clone().unwrap_or_default()).noted(channel),
            ],
            actions: Vec::new(),
        }
    };
    DeskTable {
        heading: Some(words.timeline),
        columns: vec![words.at, words.what, words.details],
        rows: happenings.iter().map(row).collect(),
        ..DeskTable::default()
    }
}

fn send_again(admin: &Admin, id: BulletinId) -> DeskForm {
    let words = admin.words;
    let note = FormField::new("note", words.note, "text").hinted(words.note_hint);
    DeskForm {
        heading: Some(words.send_again),
        ..DeskForm::grave(
            format!("admin/bulletins/{id}/rebroadcast"),
            words.send_again,
        )
    }
    .with(note)
    .with(publish::channels(admin))
    // The same form sends once, however often its button is pressed.
    .with(FormField::hidden("request", api::new_request()))
}

pub(super) async fn rebroadcast(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let (to, note) = (publish::chosen(&typed)?, api::note(typed.optional("note"))?);
    let request = typed.optional("request");
    let request =
        request.ok_or_else(|| Problem::bad("`request`: open the page again, and send its form"))?;
    let store = admin.store();
    store
        .rebroadcast(id, to, note, &request, admin.actor(), Utc::now())
        .await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}

pub(super) async fn withdraw(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    admin.store().withdraw(id, admin.by(), Utc::now()).await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}

pub(super) async fn correct(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let id = named::bulletin(&id)?;
    let amendment = publish::amendment(&typed)?;
    let amendment = round::resummarised(amendment, typed.get("title"));
    admin
        .store()
        .amend(id, amendment, admin.by(), Utc::now())
        .await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}
