//! The first page: one sentence on the whole, and what to do about each problem.

use axum::response::Response;
use chrono::Utc;

use super::{
    context::Admin,
    page::{DeskBlock, DeskCell, DeskRow, DeskTable},
};
use crate::{
    ops::WorkerStatus,
    view,
    web::{
        health::{self, answer::Fault},
        problem::Problem,
    },
    words::DeskWords,
};

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let words = admin.words;
    let faults = health::faults_for_admins(&admin.site, admin.language).await;
    let mut blocks = Vec::new();
    if !faults.is_empty() {
        blocks.push(DeskBlock::Table(problems(&admin, &faults)));
    }
    blocks.push(DeskBlock::Table(numbers(&admin).await?));
    blocks.extend(processes(&admin).await?.map(DeskBlock::Table));
    let mut page = admin.page("", words.status, blocks);
    page.lead = Some(sentence(words, faults.len()));
    page.answer(axum::http::StatusCode::OK)
}

fn sentence(words: &DeskWords, count: usize) -> String {
    match count {
        0 => words.all_is_well.to_owned(),
        count => words.to_do.say(count),
    }
}

fn problems(admin: &Admin, faults: &[Fault]) -> DeskTable {
    let words = admin.words;
    let row = |fault: &Fault| DeskRow {
        cells: vec![
            DeskCell::state(&fault.what, "failing"),
            fault.r#where.clone().into(),
            admin.time(fault.since),
            fault.r#do.to_string().into(),
        ],
        actions: Vec::new(),
    };
    DeskTable {
        columns: vec![words.problem, words.place, words.since, words.remedy],
        rows: faults.iter().map(row).collect(),
        ..DeskTable::default()
    }
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

/// The processes that share the store; None where one works alone.
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
