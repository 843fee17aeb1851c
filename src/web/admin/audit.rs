//! Shows the audit log: who did what to which subject, by the names that people know.

use axum::response::Response;

use super::{
    context::Admin,
    names::action_in_words,
    page::{DeskBlock, DeskCell, DeskRow, DeskTable},
};
use crate::{bulletin::BulletinId, ops::Actor, view, web::problem::Problem};

/// The maximum number of bulletins that one entry names.
const MOST_NAMED: usize = 3;

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let listing = view::audit(admin.store(), &admin.config, &admin.filters()?).await?;
    let words = admin.words;
    let mut rows = Vec::with_capacity(listing.items.len());
    for entry in listing.items {
        rows.push(row(&admin, entry).await?);
    }
    let table = DeskTable {
        columns: vec![
            words.at,
            words.who,
            words.action,
            words.subject,
            words.details,
        ],
        rows,
        empty: words.nothing_done,
        next: admin.next("/audit", listing.next),
        ..DeskTable::default()
    };
    admin.show("/audit", words.audit, vec![DeskBlock::Table(table)])
}

async fn row(admin: &Admin, entry: view::Audit) -> Result<DeskRow, Problem> {
    let subject = subject(admin, &entry).await?;
    let detail = Some(entry.detail).filter(|detail| *detail != subject.text);
    let cells = vec![
        admin.time(Some(entry.at)),
        name(&entry.actor).into(),
        action_in_words(admin.words, &entry.action).into(),
        subject,
        detail.unwrap_or_default().into(),
    ];
    Ok(DeskRow {
        cells,
        actions: Vec::new(),
    })
}

/// Returns the subject of an entry by its name, with its id below.
async fn subject(admin: &Admin, entry: &view::Audit) -> Result<DeskCell, Problem> {
    let id = &entry.subject;
    let named = match entry.action.as_str() {
        "pause" | "resume" | "poll" | "add-source" | "edit-source" | "remove-source" => {
            id.parse().ok().map(|source| admin.source(&source))
        }
        "test-channel" | "add-channel" | "edit-channel" | "remove-channel" | "change-chat"
        | "move-chat" | "remind" | "remind-off" => {
            id.parse().ok().map(|channel| admin.channel(&channel))
        }
        "publish" | "correct" | "withdraw" | "rebroadcast" | "publish-held" | "mark-seen" => {
            bulletins(admin, id).await?
        }
        "create-token" | "revoke-token" | "sign-in" | "sign-out" => {
            Some(entry.detail.clone().into())
        }
        _ => None,
    };
    let named = named.filter(|cell| !cell.text.is_empty() && cell.text != *id);
    Ok(match named {
        Some(cell) => cell.noted(Some(id.clone())),
        None => id.clone().into(),
    })
}

/// Returns the titles of the first bulletins of a list of numbers; a single one with its page.
async fn bulletins(admin: &Admin, ids: &str) -> Result<Option<DeskCell>, Problem> {
    let (_, ids) = ids.rsplit_once(": ").unwrap_or(("", ids));
    let ids: Vec<BulletinId> = ids
        .split_whitespace()
        .filter_map(|id| id.parse().ok().map(BulletinId))
        .collect();
    let mut titles = Vec::new();
    for id in ids.iter().take(MOST_NAMED) {
        let found = admin.store().bulletin(*id).await?;
        titles.extend(found.map(|bulletin| bulletin.title));
    }
    Ok(match (ids.as_slice(), titles.as_mut_slice()) {
        (_, []) => None,
        ([id], [title]) => {
            let path = format!("admin/bulletins/{id}");
            Some(DeskCell::link(std::mem::take(title), path))
        }
        _ => Some(titles.join(admin.words.list_separator).into()),
    })
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
