//! Shows bulletins: the timeline of each, and forms that send it again, correct it or withdraw it.

use axum::{extract::Path, http::StatusCode, response::Response};
use chrono::Utc;

use super::{
    channels,
    context::Admin,
    names::rule_in_words,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable},
    publish, rebroadcast,
    typed::Typed,
};
use crate::{
    bulletin::{BulletinId, BulletinState, Cause},
    ops::{Refusal, StoreError},
    round,
    view::{self, Happening, HappeningKind},
    web::{named, problem::Problem},
    words::{DeskWords, fill},
};

/// The maximum number of events of a timeline that are shown.
const MOST_HAPPENINGS: usize = 200;

pub(super) async fn list(admin: Admin) -> Result<Response, Problem> {
    let listing = view::bulletins(admin.store(), &admin.config, &admin.filters()?).await?;
    let next = admin.next("/bulletins", listing.next);
    let table = table(&admin, listing.items, next);
    let words = admin.words;
    let states = [
        (words.published, "published"),
        (words.baseline, "baseline"),
        (words.held_state, "held"),
        (words.withdrawn, "withdrawn"),
    ];
    let blocks = vec![
        admin.search_box("/bulletins"),
        admin.choices("/bulletins", &states),
        DeskBlock::Table(table),
    ];
    admin.show("/bulletins", words.bulletins, blocks)
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
                admin.source(&bulletin.source),
                DeskCell::state(word, state),
                admin.moment(bulletin.published),
            ],
            actions: Vec::new(),
        }
    };
    DeskTable {
        columns: vec![words.title, words.source, words.state, words.date],
        rows: bulletins.into_iter().map(row).collect(),
        empty: admin.empty(words.no_bulletins),
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
        DeskBlock::Table(timeline(&admin, id, &happenings)),
    ];
    if !text.is_empty() {
        blocks.push(DeskBlock::Text { text: text.clone() });
    }
    let is_public = matches!(
        shown.state,
        BulletinState::Published | BulletinState::Baseline
    );
    if is_public {
        blocks.push(DeskBlock::Form(rebroadcast::form(&admin, id)));
    }
    if is_own && shown.state == BulletinState::Published {
        let typed = publish::as_it_is(&shown, &text);
        blocks.push(DeskBlock::Form(publish::correction(&admin, id, &typed)));
        let path = format!("admin/bulletins/{id}/withdraw");
        blocks.push(DeskBlock::Form(DeskForm::grave(path, admin.words.withdraw)));
    }
    admin.show("/bulletins", &shown.title, blocks)
}

/// Returns all events of a bulletin, in order; of very many deliveries the first ones, and a link to the others.
fn timeline(admin: &Admin, id: BulletinId, happenings: &[Happening]) -> DeskTable {
    let words = admin.words;
    let is_more = happenings.len() > MOST_HAPPENINGS;
    let shown = happenings.iter().take(MOST_HAPPENINGS);
    DeskTable {
        heading: Some(words.timeline),
        columns: vec![words.at, words.step, words.details],
        rows: shown.map(|it| happened(admin, it)).collect(),
        next: is_more.then(|| format!("admin/outbox?bulletin={id}")),
        ..DeskTable::default()
    }
}

fn happened(admin: &Admin, it: &Happening) -> DeskRow {
    let words = admin.words;
    let detail = it.detail.clone().unwrap_or_default();
    let channel = it.channel.as_ref().map(|id| admin.channel(id));
    let (event, cell) = match it.event {
        HappeningKind::Found => {
            let source = detail.parse().map(|id| admin.source(&id));
            (words.found, source.unwrap_or_else(|_| detail.into()))
        }
        HappeningKind::Judged => (words.judged, rule_in_words(words, &detail).into()),
        HappeningKind::Filtered => {
            let why = fill(words.filtered_by, &[("word", detail)]);
            (words.filtered, channel.unwrap_or_default().noted(Some(why)))
        }
        HappeningKind::Revision => (words.revision, detail.into()),
        HappeningKind::Delivery => match &it.delivery {
            Some(delivery) => return delivered(admin, it, delivery),
            None => (words.delivery, channel.unwrap_or_default()),
        },
    };
    DeskRow {
        cells: vec![admin.time(Some(it.at)), event.into(), cell],
        actions: Vec::new(),
    }
}

fn delivered(admin: &Admin, it: &Happening, delivery: &view::Delivery) -> DeskRow {
    let words = admin.words;
    let (word, state) = channels::shown(words, delivery.state);
    let kind = channels::kind(words, delivery.kind);
    let event = DeskCell::state(word, state).noted(Some(kind.to_owned()));
    let tried = match delivery.attempts {
        0 | 1 => String::new(),
        count => words.tried.replace("{n}", &count.to_string()),
    };
    let note = [tried, it.detail.clone().unwrap_or_default()];
    let note = note.iter().filter(|note| !note.is_empty()).cloned();
    let note = note.collect::<Vec<_>>().join(" · ");
    DeskRow {
        cells: vec![
            admin.time(Some(it.at)),
            event,
            admin
                .channel(&delivery.channel)
                .noted((!note.is_empty()).then_some(note)),
        ],
        actions: channels::buttons(words, delivery),
    }
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
    match corrected(&admin, id, &typed).await {
        Err(problem) if problem.status() == StatusCode::BAD_REQUEST => {
            let form = publish::correction(&admin, id, &typed);
            admin.again(("/bulletins", typed.get("title")), form, &problem)
        }
        answer => answer,
    }
}

async fn corrected(admin: &Admin, id: BulletinId, typed: &Typed) -> Result<Response, Problem> {
    let amendment = publish::amendment(typed)?;
    let amendment = round::resummarised(amendment, typed.get("title"));
    let store = admin.store();
    store.amend(id, amendment, admin.by(), Utc::now()).await?;
    Ok(admin.done(&format!("/bulletins/{id}")))
}
