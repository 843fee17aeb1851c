//! Performs operations on the service as a whole: reloads the config, and exports all data.

use axum::{
    extract::State,
    http::{HeaderValue, header},
    response::Response,
};

use super::{
    context::Admin,
    page::{DeskBlock, DeskCell, DeskForm, DeskRow, DeskTable},
};
use crate::web::{api, export, problem::Problem, site::Shared};

/// Returns the part of the first page that leads to both.
pub(super) fn table(admin: &Admin) -> DeskTable {
    let words = admin.words;
    let file = admin.config.path.as_ref();
    let config = file.map(|file| DeskRow {
        cells: vec![words.config.into(), file.display().to_string().into()],
        actions: vec![DeskForm::button("admin/reload".to_owned(), words.reload)],
    });
    let data = DeskRow {
        cells: vec![
            DeskCell::link(words.download, "admin/export".to_owned()),
            words.download_hint.into(),
        ],
        actions: Vec::new(),
    };
    // An import is written in parts, between which no source may be polled.
    let import = DeskRow {
        cells: vec![words.import_data.into(), words.import_elsewhere.into()],
        actions: Vec::new(),
    };
    DeskTable {
        heading: Some(words.upkeep),
        columns: vec![words.action, words.details],
        rows: config.into_iter().chain([data, import]).collect(),
        ..DeskTable::default()
    }
}

/// Reloads the changed config; if it has mistakes, these are listed, and nothing is changed.
pub(super) async fn reload(admin: Admin) -> Result<Response, Problem> {
    let words = admin.words;
    match api::reload_for(&admin.site, admin.actor()).await? {
        Ok(()) => Ok(admin.back("")),
        Err(mistakes) => {
            let mistakes = DeskBlock::Code {
                heading: Some(words.not_reloaded.to_owned()),
                text: mistakes,
            };
            let page = admin.page("", words.reload, vec![mistakes]);
            page.answer(axum::http::StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// Returns all data as a file, in the form of `noticast export`.
pub(super) async fn export(_admin: Admin, site: State<Shared>) -> Response {
    let mut response = export::export(site).await;
    let name = HeaderValue::from_static("attachment; filename=\"noticast.jsonl\"");
    response
        .headers_mut()
        .insert(header::CONTENT_DISPOSITION, name);
    response
}
