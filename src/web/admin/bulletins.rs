//! Bulletins: what happened to each, sent again, corrected, withdrawn.

use axum::{extract::Path, response::Response};
use chrono::Utc;

use super::{
    channels,
    context::Admin,
    page::{Block, Cell, Field, Form, Row, Table},
    publish,
    typed::Typed,
    words::DeskWords,
};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause},
    ops::{Refusal, StoreError},
    round,
    view::{self, Event, Happening},
    web::{api::bulletin_id, problem::Problem},
};

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let listing = view::bulletins(admin.store(), &admin.config, &admin.filters()?).await?;
    let next = admin.next("/bulletins", listing.next);
    let table = table(&admin, listing.items, next);
    admin.show(
        "/bulletins",
        admin.words.bulletins,
        vec![Block::Table(table)],
    )
}

pub(super) fn table(admin: &Admin, bulletins: Vec<view::Bulletin>, next: Option<String>) -> Table {
    let words = admin.words;
    let row = |bulletin: view::Bulletin| {
        let (word, state) = shown(words, bulletin.state);
        Row {
            cells: vec![
                Cell::link(bulletin.title, format!("admin/bulletins/{}", bulletin.id))
                    .noted(Some(format!("#{}", bulletin.id))),
                bulletin.source.as_str().into(),
                Cell::state(word, state),
                bulletin
                    .published
                    .map(|at| at.to_string())
                    .unwrap_or_default()
                    .into(),
            ],
            actions: Vec::new(),
        }
    };
    Table {
        columns: vec![words.title, words.source, words.state, words.date],
        rows: bulletins.into_iter().map(row).collect(),
        empty: words.no_bulletins,
        next,
        ..Table::default()
    }
}

fn shown(words: &'static DeskWords, state: BulletinState) -> (&'static str, &'static str) {
    match state {
        BulletinState::Baseline => (words.baseline, "baseline"),
        BulletinState::Published => (words.published, "published"),
        BulletinState::Held => (words.is_held, "held"),
        BulletinState::Withdrawn => (words.withdrawn, "withdrawn"),
    }
}

pub(super) async fn one(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = bulletin_id(&id)?;
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
        Block::Table(table(&admin, vec![shown.clone()], None)),
        Block::Table(timeline(&admin, &happenings)),
    ];
    if !text.is_empty() {
        blocks.push(Block::Text { text: text.clone() });
    }
    let deliveries: Vec<_> = happenings
        .into_iter()
        .filter_map(|it| it.delivery)
        .collect();
    blocks.push(Block::Table(channels::table(&admin, &deliveries)));
    let is_public = matches!(
        shown.state,
        BulletinState::Published | BulletinState::Baseline
    );
    if is_public {
        blocks.push(Block::Form(send_again(&admin, id)));
    }
    if is_own && shown.state == BulletinState::Published {
        blocks.push(Block::Form(publish::correction(&admin, &shown, &text)));
        let path = format!("admin/bulletins/{id}/withdraw");
        blocks.push(Block::Form(Form::grave(path, admin.words.withdraw)));
    }
    admin.show("/bulletins", &shown.title, blocks)
}

fn timeline(admin: &Admin, happenings: &[Happening]) -> Table {
    let words = admin.words;
    let row = |it: &Happening| {
        let event = match it.event {
            Event::Found => words.found,
            Event::Judged => words.judged,
            Event::Filtered => words.filtered,
            Event::Revision => words.revision,
            Event::Delivery => words.delivery,
        };
        let channel = it.channel.as_ref().map(|id| id.as_str().to_owned());
        Row {
            cells: vec![
                admin.time(Some(it.at)).into(),
                event.into(),
                Cell::from(it.detail.clone().unwrap_or_default()).noted(channel),
            ],
            actions: Vec::new(),
        }
    };
    Table {
        heading: Some(words.timeline),
        columns: vec![words.at, words.what, words.details],
        rows: happenings.iter().map(row).collect(),
        ..Table::default()
    }
}

fn send_again(admin: &Admin, id: BulletinId) -> Form {
    let words = admin.words;
    let note = Field::new("note", words.note, "text").hinted(words.note_hint);
    // The same form sends once, however often its button is pressed.
    let request = format!("{:032x}", fastrand::u128(..));
    Form {
        heading: Some(words.send_again),
        ..Form::grave(
            format!("admin/bulletins/{id}/rebroadcast"),
            words.send_again,
        )
    }
    .with(note)
    .with(publish::channels(admin))
    .with(Field::hidden("request", request))
}

pub(super) async fn rebroadcast(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let id = bulletin_id(&id)?;
    let (to, note) = (publish::chosen(&typed)?, typed.optional("note"));
    if note.as_ref().is_some_and(|note| note.chars().count() > 500) {
        return Err(Problem::bad("`note`: 500 characters at most are expected"));
    }
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
    let id = bulletin_id(&id)?;
    admin.store().withdraw(id, admin.by(), Utc::now()).await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}

pub(super) async fn correct(
    admin: Admin,
    Path(id): Path<String>,
    typed: Typed,
) -> Result<Response, Problem> {
    let id = bulletin_id(&id)?;
    let amendment = publish::amendment(&typed)?;
    let amendment = round::resummarised(amendment, typed.get("title"));
    admin
        .store()
        .amend(id, amendment, admin.by(), Utc::now())
        .await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}
