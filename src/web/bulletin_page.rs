//! Serves the page of one bulletin.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde::Serialize;

use super::{
    card::{Card, Scene},
    language::PageLanguage,
    pages::{is_reachable, page_for},
    problem::Problem,
    selection::visible,
    site::{Shared, Site},
    templates::{self, Frame, OpenGraph},
    text::{paragraphs, printable},
    viewer::Viewer,
};
use crate::{
    bulletin::{BulletinId, Revision},
    ops::BulletinQuery,
    push::card::what_changed,
};

/// The distance above a bulletin within which the next visible one is searched for.
const NEXT_WINDOW: u64 = 64;
/// The maximum length, in characters, of a text in a preview on other sites.
const DESCRIPTION: usize = 160;

#[derive(Debug, Serialize)]
struct BulletinPage {
    frame: Frame,
    card: Card,
    paragraphs: Vec<String>,
    /// The corrections, oldest first.
    revisions: Vec<Revised>,
    older: Option<Card>,
    newer: Option<Card>,
    share: Share,
}

/// The ways to pass a bulletin on.
#[derive(Debug, Serialize)]
struct Share {
    /// The page's own address.
    url: String,
    telegram: String,
    /// A QR code of the page; `None` if no phone could reach it.
    qr: Option<String>,
}

pub(super) async fn page(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let config = site.config();
    let scene = Scene::new(&config, viewer, language);
    let (id, card, text) = found(&site, scene, &id).await?;
    let store = &site.desk.store;
    let older = store.bulletins(&neighbours(viewer, id.0, 1)).await?.items;
    let newer = neighbours(viewer, id.0.saturating_add(NEXT_WINDOW), NEXT_WINDOW);
    let newer = store.bulletins(&newer).await?.items;
    let older = older.iter().find_map(|b| scene.card(b));
    let newer = newer.iter().rev().filter(|newer| newer.id > id);
    let newer = newer.clone().find_map(|b| scene.card(b));
    let share = Share::new(&site.url(&config, &headers), &card);
    let graph = OpenGraph {
        kind: "article",
        title: card.title.clone(),
        description: description(&card, &text),
        url: share.url.clone(),
    };
    let page = BulletinPage {
        frame: Frame {
            graph: Some(graph),
            ..Frame::of(&site, scene, "../", card.title.clone())
        },
        card,
        paragraphs: paragraphs(&text),
        revisions: revised(store.revisions(id).await?, scene),
        older,
        newer,
        share,
    };
    Ok(page_for(viewer, templates::render("bulletin.html", &page)?))
}

/// The printable sheet of a bulletin.
#[derive(Debug, Serialize)]
struct Sheet {
    frame: Frame,
    card: Card,
    paragraphs: Vec<String>,
    share: Share,
    printed: String,
}

pub(super) async fn print(
    State(site): State<Shared>,
    viewer: Viewer,
    language: PageLanguage,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let config = site.config();
    let scene = Scene::new(&config, viewer, language);
    let (_, card, text) = found(&site, scene, &id).await?;
    let printed = scene.now.with_timezone(&config.time_zone);
    let sheet = Sheet {
        frame: Frame::of(&site, scene, "../../", card.title.clone()),
        paragraphs: paragraphs(&text),
        share: Share::new(&site.url(&config, &headers), &card),
        card,
        printed: printed.format("%Y-%m-%d %H:%M").to_string(),
    };
    Ok(page_for(viewer, templates::render("print.html", &sheet)?))
}

/// Returns the bulletin of an address, if the viewer may see it, and its text.
async fn found(
    site: &Site,
    scene: Scene<'_>,
    id: &str,
) -> Result<(BulletinId, Card, String), Problem> {
    let missing = || Problem::missing(format!("there is no bulletin `{}` here", printable(id)));
    let id = BulletinId(id.parse().map_err(|_| missing())?);
    let found = site.desk.store.bulletin(id).await?;
    let store = &site.desk.store;
    let card = found.as_ref().and_then(|it| scene.card_in(store, it));
    let text = site.desk.store.text(id).await?.unwrap_or_default();
    Ok((id, card.ok_or_else(missing)?, text))
}

fn description(card: &Card, text: &str) -> String {
    let whole = card.summary.clone().unwrap_or_else(|| printable(text));
    let line: Vec<&str> = whole.split_whitespace().collect();
    line.join(" ").chars().take(DESCRIPTION).collect()
}

impl Share {
    fn new(home: &str, card: &Card) -> Self {
        let url = format!("{home}b/{}", card.id);
        let mut telegram = url::form_urlencoded::Serializer::new(String::new());
        telegram.append_pair("url", &url);
        telegram.append_pair("text", &card.title);
        Self {
            telegram: format!("https://t.me/share/url?{}", telegram.finish()),
            qr: is_reachable(home).then(|| format!("qr.svg?b={}", card.id)),
            url,
        }
    }
}

fn neighbours(viewer: Viewer, before: u64, limit: u64) -> BulletinQuery {
    BulletinQuery {
        before: Some(BulletinId(before)),
        ..visible(viewer, usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

/// A correction in words.
#[derive(Debug, Serialize)]
struct Revised {
    at: String,
    /// The earlier title, if it changed.
    title: Option<String>,
    what: Option<String>,
}

fn revised(revisions: Vec<Revision>, scene: Scene<'_>) -> Vec<Revised> {
    let revised = |revision: Revision| Revised {
        at: revision
            .at
            .with_timezone(&scene.config.time_zone)
            .format("%Y-%m-%d %H:%M")
            .to_string(),
        title: revision.title.as_deref().map(printable),
        what: what_changed(&revision.what, scene.language)
            .as_deref()
            .map(printable),
    };
    revisions.into_iter().map(revised).collect()
}
