//! Serves styles, scripts and pictures of the pages.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
    response::{IntoResponse, Response},
};
use qrcode::{QrCode, render::svg};
use serde::Deserialize;

use super::{
    card::Scene, language::PageLanguage, problem::Problem, selection::Wish, site::Shared,
    templates, viewer::Viewer,
};
use crate::bulletin::BulletinId;

pub(super) async fn style() -> Response {
    kept("text/css; charset=utf-8", templates::STYLE.to_owned())
}

pub(super) async fn desk_style() -> Response {
    kept("text/css; charset=utf-8", templates::DESK_STYLE.to_owned())
}

pub(super) async fn print_style() -> Response {
    kept("text/css; charset=utf-8", templates::PRINT_STYLE.to_owned())
}

pub(super) async fn board_style() -> Response {
    kept("text/css; charset=utf-8", templates::BOARD_STYLE.to_owned())
}

pub(super) async fn script() -> Response {
    kept(
        "text/javascript; charset=utf-8",
        templates::SCRIPT.to_owned(),
    )
}

pub(super) async fn desk_script() -> Response {
    kept(
        "text/javascript; charset=utf-8",
        templates::DESK_SCRIPT.to_owned(),
    )
}

pub(super) async fn icon() -> Response {
    kept("image/svg+xml", templates::ICON.to_owned())
}

/// The bulletin whose page a code leads to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Target {
    b: Option<u64>,
}

/// Returns a QR code of a bulletin's page, otherwise of the first page with its filters.
pub(super) async fn qr(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    headers: HeaderMap,
    target: Result<Query<Target>, QueryRejection>,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let (Query(target), Query(wish)) = (target?, wish?);
    let config = site.config();
    let home = site.url(&config, &headers);
    let url = match target.b.map(BulletinId) {
        Some(id) => format!("{home}b/{id}"),
        None => {
            let selection = wish.selection(Scene::new(&config, viewer, language))?;
            format!("{home}{}", selection.query_string())
        }
    };
    let code = QrCode::new(&url)
        .map_err(|error| Problem::missing(format!("no QR code of {url}: {error}")))?;
    let svg = code
        .render::<svg::Color<'_>>()
        .module_dimensions(4, 4)
        .build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response())
}

fn kept(media: &'static str, body: String) -> Response {
    let headers: [(HeaderName, &str); 2] = [
        (header::CONTENT_TYPE, media),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, body).into_response()
}
