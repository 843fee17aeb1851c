//! Shows sources: their state, and buttons to pause, resume and poll them.

use axum::{extract::Path, response::Response};
use chrono::Utc;

use super::{
    charts,
    context::{Admin, in_path, only},
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable},
    source_preview, stored,
};
use crate::{
    bulletin::SourceId,
    view::{self, Filters, SourceState},
    web::{actions, named, problem::Problem},
    words::DeskWords,
};

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let (store, config) = (admin.store(), &admin.config);
    let listing = view::sources(store, config, &admin.filters()?).await?;
    let words = admin.words;
    let ids = listing.items.iter().map(|source| source.id.clone());
    let days = charts::last_days(&admin, ids.collect()).await?;
    let rows = listing.items.iter().zip(&days);
    let rows = rows.map(|(source, days)| row(&admin, source, days));
    let table = DeskTable {
        columns: vec![
            words.name,
            words.state,
            words.last_days,
            words.last,
            words.next,
            words.known,
        ],
        rows: rows.collect(),
        empty: admin.empty(words.no_sources),
        next: admin.next("/sources", listing.next),
        ..DeskTable::default()
    };
    let add = stored::address_form(&admin);
    let states = [
        (words.ok, "ok"),
        (words.failing, "failing"),
        (words.paused, "paused"),
        (words.is_held, "held"),
    ];
    let blocks = vec![
        DeskBlock::Form(add),
        admin.search_box("/sources"),
        admin.choices("/sources", &states),
        DeskBlock::Table(table),
    ];
    admin.show("/sources", words.sources, blocks)
}

fn row(admin: &Admin, source: &view::Source, days: &[charts::SourceDay]) -> DeskRow {
    let path = format!("admin/sources/{}", in_path(source.id.as_str()));
    let (word, state) = shown(admin.words, source.state);
    DeskRow {
        cells: vec![
            DeskCell::link(&source.name, path).noted(Some(source.url.clone())),
            DeskCell::state(word, state).noted(admin.why_unread(source)),
            charts::small_bars(admin, days),
            admin.time(source.last_polled),
            admin.time(source.next_poll),
            DeskCell::link(
                source.bulletins.to_string(),
                format!("admin/bulletins?source={}", in_path(source.id.as_str())),
            ),
        ],
        actions: buttons(admin, source),
    }
}

fn shown(words: &'static DeskWords, state: SourceState) -> (&'static str, &'static str) {
    match state {
        SourceState::Ok => (words.ok, "ok"),
        SourceState::Failing => (words.failing, "failing"),
        SourceState::Paused => (words.paused, "paused"),
        SourceState::Held => (words.is_held, "held"),
    }
}

fn kind<'a>(words: &'static DeskWords, kind: &'a str) -> &'a str {
    match kind {
        "auto" => words.kind_auto,
        "list" => words.kind_list,
        "feed" => words.kind_feed,
        "json" => words.kind_json,
        other => other,
    }
}

fn schedule(admin: &Admin, line: &str) -> DeskCell {
    match line.parse() {
        Ok(schedule) => source_preview::schedule_cell(admin, &schedule),
        Err(_) => line.into(),
    }
}

/// Returns the buttons of a source; a desk is never polled.
fn buttons(admin: &Admin, source: &view::Source) -> Vec<DeskForm> {
    if source.kind == "desk" {
        return Vec::new();
    }
    let words = admin.words;
    let path = |what: &str| format!("admin/sources/{}/{what}", in_path(source.id.as_str()));
    let pause = match source.state {
        SourceState::Paused => DeskForm::button(path("resume"), words.resume),
        _ => DeskForm::button(path("pause"), words.pause),
    };
    vec![poll_of(words, &source.id), pause]
}

pub(super) fn poll_of(words: &'static DeskWords, id: &SourceId) -> DeskForm {
    let path = format!("admin/sources/{}/poll", in_path(id.as_str()));
    DeskForm::button(path, words.poll_now)
}

pub(super) async fn one(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let filters = Filters {
        source: Some(named::source(&admin.site, &id)?),
        ..Filters::default()
    };
    let source = only(view::sources(admin.store(), &admin.config, &filters).await?)?;
    let words = admin.words;
    let fact = |name: &str, cell: DeskCell| DeskRow {
        cells: vec![name.into(), cell],
        actions: Vec::new(),
    };
    let (word, state) = shown(words, source.state);
    let mut rows = vec![
        fact(
            words.state,
            DeskCell::state(word, state).noted(admin.why_unread(&source)),
        ),
        fact(words.address, source.url.clone().into()),
        fact(words.kind, kind(words, &source.kind).into()),
        fact(words.schedule, schedule(&admin, &source.schedule)),
        fact(words.last, admin.time(source.last_polled)),
        fact(words.next, admin.time(source.next_poll)),
    ];
    rows[0].actions = buttons(&admin, &source);
    let facts = DeskTable {
        columns: vec![words.name, words.details],
        rows,
        ..DeskTable::default()
    };
    let newest = view::bulletins(admin.store(), &admin.config, &filters).await?;
    let newest = super::bulletins::table(&admin, newest.items, None);
    let days = charts::last_days(&admin, vec![source.id.clone()]).await?;
    let days = days.iter().map(|days| charts::of_source(&admin, days));
    let mut blocks = vec![DeskBlock::Table(facts)];
    blocks.extend(days);
    blocks.push(DeskBlock::Table(newest));
    blocks.extend(stored::blocks(&admin, &id));
    admin.show("/sources", &source.name, blocks)
}

pub(super) async fn pause(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    set_paused(&admin, &id, true).await
}

pub(super) async fn resume(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    set_paused(&admin, &id, false).await
}

async fn set_paused(admin: &Admin, id: &str, paused: bool) -> Result<Response, Problem> {
    let source = named::source(&admin.site, id)?;
    let store = admin.store();
    store
        .set_paused(&source, paused, admin.actor(), Utc::now())
        .await?;
    Ok(admin.back("/sources"))
}

pub(super) async fn poll(admin: Admin, Path(id): Path<String>) -> Result<Response, Problem> {
    let polled = actions::poll_for(&admin.site, admin.actor(), &id).await?;
    match polled.error {
        Some(why) => Err(Problem::unread(why, polled.fault)),
        None => Ok(admin.back(&format!("/sources/{}", in_path(&id)))),
    }
}
