//! Shows held bulletins: an admin publishes them or marks them as seen.

use axum::response::Response;
use chrono::Utc;

use super::{
    context::Admin,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable, FormField},
    typed::Typed,
};
use crate::{bulletin::BulletinId, ops::HeldAction, view, web::problem::Problem};

pub(super) async fn page(admin: Admin) -> Result<Response, Problem> {
    let listing = view::held(admin.store(), &admin.config, &admin.filters()?).await?;
    let words = admin.words;
    let is_any = !listing.items.is_empty();
    let table = DeskTable {
        columns: vec![words.title, words.source, words.date],
        rows: listing.items.iter().map(|it| row(&admin, it)).collect(),
        empty: words.nothing_held,
        next: admin.next("/held", listing.next),
        ..DeskTable::default()
    };
    let mut blocks = vec![DeskBlock::Table(table)];
    if is_any {
        blocks.extend(all(&admin).map(DeskBlock::Form));
    }
    admin.show("/held", words.held, blocks)
}

fn row(admin: &Admin, bulletin: &view::Bulletin) -> DeskRow {
    let words = admin.words;
    let one = |what: &str, form: DeskForm| {
        form.with(FormField::hidden("what", what))
            .with(FormField::hidden("id", bulletin.id.to_string()))
    };
    let path = || "admin/held".to_owned();
    DeskRow {
        cells: vec![
            DeskCell::link(&bulletin.title, format!("admin/bulletins/{}", bulletin.id)),
            admin.source(&bulletin.source),
            admin.moment(bulletin.published),
        ],
        actions: vec![
            one("publish", DeskForm::grave(path(), words.release)),
            one("seen", DeskForm::grave(path(), words.mark_seen)),
        ],
    }
}

/// Returns forms that settle everything at once, for a flood.
fn all(admin: &Admin) -> [DeskForm; 3] {
    let words = admin.words;
    let form = |what: &str, submit| {
        DeskForm::grave("admin/held".to_owned(), submit).with(FormField::hidden("what", what))
    };
    let newest = FormField::new("newest", words.count, "number").filled("3");
    [
        DeskForm {
            heading: Some(words.newest_of_each),
            ..form("newest", words.release).with(newest)
        },
        form("publish-all", words.release_all),
        form("seen-all", words.seen_all),
    ]
}

pub(super) async fn settle(admin: Admin, typed: Typed) -> Result<Response, Problem> {
    let ids = || {
        let numbers = typed.all("id").map(|id| id.parse().map(BulletinId));
        let numbers: Result<Vec<_>, _> = numbers.collect();
        let numbers = numbers.ok().filter(|numbers| !numbers.is_empty());
        numbers.ok_or_else(|| Problem::bad_form(|words| words.bad_number))
    };
    let action = match typed.get("what") {
        "publish" => HeldAction::Publish(ids()?),
        "seen" => HeldAction::Seen(ids()?),
        "publish-all" => HeldAction::PublishAll,
        "seen-all" => HeldAction::SeenAll,
        "newest" => {
            let count = typed.get("newest").parse();
            HeldAction::Newest(count.map_err(|_| Problem::bad_form(|words| words.bad_count))?)
        }
        _ => {
            return Err(Problem::bad_form(|words| words.bad_form));
        }
    };
    admin
        .store()
        .settle_held(action, admin.actor(), Utc::now())
        .await?;
    Ok(admin.back("/held"))
}
