//! Serves the notice board: a page for a screen on a wall, which takes no input.

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;

use super::{
    card::{Card, Scene},
    language::PageLanguage,
    pages::{is_reachable, page_for},
    problem::Problem,
    selection::Wish,
    site::Shared,
    templates::{self, Frame},
    text::paragraphs,
    viewer::Viewer,
};
use crate::{bulletin::BulletinState, ops::BulletinQuery};

/// The number of bulletins that take turns.
const SLIDES: usize = 12;
/// The seconds for which each is shown.
const TURN: u32 = 15;
/// The maximum length, in characters, of a text that people read from afar.
const LONGEST: usize = 220;

#[derive(Debug, Serialize)]
struct Board {
    frame: Frame,
    slides: Vec<Slide>,
    zone: &'static str,
    turn: u32,
}

#[derive(Debug, Serialize)]
struct Slide {
    card: Card,
    text: String,
    /// A QR code of the bulletin's page; `None` if no phone could reach it.
    qr: Option<String>,
}

/// Shows published bulletins, newest first, in turns; filters as on the first page.
pub(super) async fn board(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    headers: HeaderMap,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wish) = wish?;
    let config = site.config();
    let scene = Scene::new(&config, viewer, language);
    let selection = wish.selection(scene)?.below(None);
    let mut query = BulletinQuery {
        states: vec![BulletinState::Published],
        ..selection.query(scene, SLIDES)
    };
    let mut found = site
        .turns
        .listed(&site.desk.store, query.clone())
        .await?
        .items;
    if found.is_empty() {
        // A new board shows the bulletins of first polls.
        query.states = vec![BulletinState::Baseline];
        found = site.turns.listed(&site.desk.store, query).await?.items;
    }
    let is_reachable = is_reachable(&site.url(&config, &headers));
    let mut slides = Vec::new();
    for bulletin in &found {
        let Some(card) = scene.card(bulletin) else {
            continue;
        };
        let text = site.desk.store.text(bulletin.id).await?;
        slides.push(Slide {
            text: beginning(&card, &text.unwrap_or_default()),
            qr: is_reachable.then(|| format!("qr.svg?b={}", card.id)),
            card,
        });
    }
    let title = selection.title(scene);
    let title = title.unwrap_or_else(|| scene.site_title().to_owned());
    let board = Board {
        frame: Frame::of(&site, scene, "./", title),
        slides,
        zone: config.time_zone.name(),
        turn: TURN,
    };
    Ok(page_for(viewer, templates::render("board.html", &board)?))
}

fn beginning(card: &Card, text: &str) -> String {
    let whole = paragraphs(text).join(" ");
    let shown = match whole.is_empty() {
        true => card.summary.clone().unwrap_or_default(),
        false => whole,
    };
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}
