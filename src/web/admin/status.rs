//! Shows the first page: one sentence on the whole, and advice on each problem.

use axum::response::Response;
use chrono::Utc;

use super::{
    channels,
    context::Admin,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable},
    sources, upkeep,
};
use crate::{
    ops::WorkerStatus,
    view::{self, Stamp},
    web::{
        health::{
            self,
            answer::{About, Fault, bounded},
        },
        problem::Problem,
    },
    words::DeskWords,
};

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let words = admin.words;
    let faults = health::faults_for_admins(&admin.site, admin.language).await;
    let held = held(&admin).await?;
    let count = faults.len() + usize::from(held.is_some());
    let mut blocks = Vec::new();
    if count > 0 {
        let faults = bounded(faults, admin.language);
        let faults = faults.iter().map(|fault| problem(&admin, fault));
        blocks.push(DeskBlock::Table(problems(
            &admin,
            faults.chain(held).collect(),
        )));
    }
    blocks.push(DeskBlock::Table(numbers(&admin).await?));
    blocks.extend(processes(&admin).await?.map(DeskBlock::Table));
    blocks.push(DeskBlock::Table(upkeep::table(&admin)));
    let mut page = admin.page("", words.status, blocks);
    page.lead = Some(sentence(words, count));
    page.answer(axum::http::StatusCode::OK)
}

fn sentence(words: &DeskWords, count: usize) -> String {
    match count {
        0 => words.all_is_well.to_owned(),
        count => words.to_do.say(count),
    }
}

fn problems(admin: &Admin, rows: Vec<DeskRow>) -> DeskTable {
    let words = admin.words;
    DeskTable {
        columns: vec![words.problem, words.place, words.since, words.remedy],
        rows,
        ..DeskTable::default()
    }
}

/// Returns a row about a fault, with a link to the place where it is fixed.
fn problem(admin: &Admin, fault: &Fault) -> DeskRow {
    DeskRow {
        cells: vec![
            DeskCell::state(&fault.what, "failing"),
            place(admin, fault),
            admin.time(fault.since),
            fault.r#do.to_string().into(),
        ],
        actions: remedy(admin, &fault.about).into_iter().collect(),
    }
}

fn place(admin: &Admin, fault: &Fault) -> DeskCell {
    match &fault.about {
        About::Source(id) => admin.source(id),
        About::Channel(id) => admin.channel(id),
        About::Channels => {
            DeskCell::link(&fault.r#where, "admin/channels?state=failing".to_owned())
        }
        About::Everything => {
            DeskCell::link(&fault.r#where, "admin/sources?state=failing".to_owned())
        }
        About::Nothing => fault.r#where.clone().into(),
    }
}

/// Returns the button that checks whether the fault is fixed.
fn remedy(admin: &Admin, about: &About) -> Option<DeskForm> {
    match about {
        About::Source(id) => Some(sources::poll_of(admin.words, id)),
        About::Channel(id) => channels::test_of(admin, id),
        About::Channels | About::Everything | About::Nothing => None,
    }
}

/// Returns the bulletins that wait for an admin's review.
async fn held(admin: &Admin) -> Result<Option<DeskRow>, Problem> {
    let words = admin.words;
    let sources = admin.store().sources().await?;
    let held: u64 = sources.iter().map(|source| source.held).sum();
    let since = admin.store().held_since().await?;
    let since = since.map(|since| Stamp::new(since, admin.config.time_zone));
    Ok((held > 0).then(|| DeskRow {
        cells: vec![
            DeskCell::state(&words.are_held.say(held), "held"),
            DeskCell::link(words.held, "admin/held".to_owned()),
            admin.time(since),
            words.are_held_do.into(),
        ],
        actions: Vec::new(),
    }))
}

async fn numbers(admin: &Admin) -> Result<DeskTable, Problem> {
    let words = admin.words;
    let health = admin.store().health().await;
    let sources = admin.store().sources().await?;
    let held: u64 = sources.iter().map(|source| source.held).sum();
    let row = |name: &str, count: u64, path: &str| DeskRow {
        cells: vec![
            DeskCell::link(name, format!("admin{path}")),
            count.to_string().into(),
        ],
        actions: Vec::new(),
    };
    let configured = admin.config.channels.len() as u64;
    Ok(DeskTable {
        heading: Some(words.numbers),
        columns: vec![words.name, words.count],
        rows: vec![
            row(words.sources, admin.config.sources.len() as u64, "/sources"),
            row(words.channels, configured + health.chats.chats, "/channels"),
            row(words.bulletins, health.bulletins, "/bulletins"),
            row(words.queued, health.queued, "/outbox?state=queued"),
            row(words.held, held, "/held"),
        ],
        ..DeskTable::default()
    })
}

/// Returns the processes that share the store; `None` if there is only one.
async fn processes(admin: &Admin) -> Result<Option<DeskTable>, Problem> {
    let words = admin.words;
    let workers = admin.store().workers(Utc::now()).await?;
    if workers.len() < 2 {
        return Ok(None);
    }
    let row = |worker: WorkerStatus| {
        let shown = view::Worker::new(worker, admin.config.time_zone);
        DeskRow {
            cells: vec![
                shown.id.into(),
                admin.time(Some(shown.since)),
                shown.sources.to_string().into(),
                shown.senders.to_string().into(),
            ],
            actions: Vec::new(),
        }
    };
    Ok(Some(DeskTable {
        heading: Some(words.processes),
        columns: vec![words.name, words.since, words.sources, words.senders],
        rows: workers.into_iter().map(row).collect(),
        ..DeskTable::default()
    }))
}
