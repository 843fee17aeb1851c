//! The audit log.

use axum::response::Response;

use super::{
    context::Admin,
    page::{DeskBlock, DeskCell, DeskRow, DeskTable},
};
use crate::{ops::Actor, view, web::problem::Problem};

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let listing = view::audit(admin.store(), &admin.config, &admin.filters()?).await?;
    let words = admin.words;
    let row = |entry: view::Audit| DeskRow {
        cells: vec![
            admin.time(Some(entry.at)),
            name(&entry.actor).into(),
            DeskCell::from(entry.action).noted(Some(entry.subject).filter(|it| !it.is_empty())),
            entry.detail.into(),
        ],
        actions: Vec::new(),
    };
    let table = DeskTable {
        columns: vec![words.at, words.who, words.action, words.details],
        rows: listing.items.into_iter().map(row).collect(),
        empty: words.nothing_done,
        next: admin.next("/audit", listing.next),
        ..DeskTable::default()
    };
    admin.show("/audit", words.audit, vec![DeskBlock::Table(table)])
}

fn name(actor: &Actor) -> String {
    match actor {
        Actor::Config => "admin".to_owned(),
        Actor::Token { name, .. }
        | Actor::Telegram { name, .. }
        | Actor::Wecom { name, .. }
        | Actor::Wechat { name, .. } => name.clone(),
        Actor::Cli { user } => user.clone(),
    }
}
