//! The channel page, one bulletin, and what they are dressed with.

use axum::{
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, header},
    response::{Html, IntoResponse, Response},
};
use chrono::Utc;
use qrcode::{QrCode, render::svg};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    auth::Viewer,
    card::{Card, Scene, Tag, printable},
    problem::Problem,
    templates::{self, Frame},
    turns,
    words::Words,
};
use crate::{
    bulletin::{BulletinId, BulletinState, ChannelKind, Revision, TelegramChat},
    config::Config,
    ops::BulletinQuery,
    push::card::what_changed,
    view,
};

const PAGE: usize = 20;
/// A search is a few words; more would only cost.
const MAX_SEARCH_CHARS: usize = 100;
const MAX_SEARCH_WORDS: usize = 8;
/// How far above a bulletin the next visible one is looked for.
const NEXT_WINDOW: u64 = 64;
const DEMO_REFRESH_SECS: u32 = 5;
/// Sources that each page lists; the others are on the page of all sources.
const MOST_TAGS: usize = 30;

#[derive(Debug, Serialize)]
struct ChannelPage {
    frame: Frame,
    cards: Vec<Card>,
    sources: Vec<Tag>,
    /// How many sources there are, where these are not all.
    of_sources: Option<usize>,
    subscribe: Subscribe,
    older: Option<BulletinId>,
    is_first_page: bool,
}

#[derive(Debug, Serialize)]
struct BulletinPage {
    frame: Frame,
    card: Card,
    paragraphs: Vec<String>,
    /// What changed, oldest first.
    revisions: Vec<Revised>,
    older: Option<Card>,
    newer: Option<Card>,
}

/// `?source=`, `?q=`, `?before=`. Others are let be: people share links with much behind them.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wish {
    source: String,
    q: String,
    before: String,
}

pub(super) async fn channel(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wish) = wish?;
    let config = site.config();
    let scene = Scene {
        config: &config,
        viewer,
        now: Utc::now(),
    };
    let query = wish.query(scene)?;
    let is_first_page = query.before.is_none();
    let page = turns::listed(&site, query.clone()).await?;
    let name = site.desk.store.bot_name().await?;
    let bot = view::bot_link(&config, &name);
    let older = page.items.last().filter(|_| page.more).map(|last| last.id);
    let cards: Vec<Card> = page.items.iter().filter_map(|b| scene.card(b)).collect();
    let words = Words::of(config.language);
    let name = scene.source(&wish.source).map(|(_, source)| &source.name);
    let title = name.map_or_else(|| words.site.to_owned(), Clone::clone);
    let frame = Frame {
        refresh: (site.desk.is_demo && is_first_page && query.words.is_empty())
            .then_some(DEMO_REFRESH_SECS),
        is_demo: site.desk.is_demo,
        q: query.words.join(" "),
        source: query.source.as_ref().map(ToString::to_string),
        ..Frame::new(config.language, "./", title)
    };
    let of_sources = scene.sources().count();
    let page = ChannelPage {
        frame,
        cards,
        sources: scene.tags(MOST_TAGS, query.source.as_ref()),
        of_sources: (of_sources > MOST_TAGS).then_some(of_sources),
        subscribe: Subscribe::new(site.url(&config, &headers), bot, &config),
        older,
        is_first_page,
    };
    Ok(page_for(viewer, templates::render("channel.html", &page)?))
}

pub(super) async fn bulletin(
    State(site): State<Shared>,
    viewer: Viewer,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let missing = || Problem::missing(format!("there is no bulletin `{id}` here"));
    let id = BulletinId(id.parse().map_err(|_| missing())?);
    let config = site.config();
    let scene = Scene {
        config: &config,
        viewer,
        now: Utc::now(),
    };
    let store = &site.desk.store;
    let found = store.bulletin(id).await?;
    let card = found.as_ref().and_then(|found| scene.card(found));
    let card = card.ok_or_else(missing)?;
    let text = store.text(id).await?.unwrap_or_default();
    let older = neighbours(viewer, id.0, 1);
    let older = store.bulletins(&older).await?.items;
    let newer = neighbours(viewer, id.0.saturating_add(NEXT_WINDOW), NEXT_WINDOW);
    let newer = store.bulletins(&newer).await?.items;
    let older = older.iter().find_map(|b| scene.card(b));
    let newer = newer.iter().rev().filter(|newer| newer.id > id);
    let newer = newer.clone().find_map(|b| scene.card(b));
    let frame = Frame {
        is_demo: site.desk.is_demo,
        ..Frame::new(config.language, "../", card.title.clone())
    };
    let page = BulletinPage {
        frame,
        card,
        paragraphs: paragraphs(&text),
        revisions: revised(store.revisions(id).await?, &config),
        older,
        newer,
    };
    Ok(page_for(viewer, templates::render("bulletin.html", &page)?))
}

pub(super) fn missing_source(id: &str) -> Problem {
    let id: String = printable(id).chars().take(MAX_SEARCH_CHARS).collect();
    Problem::missing(format!("there is no source `{id}` here"))
}

impl Wish {
    fn query(&self, scene: Scene<'_>) -> Result<BulletinQuery, Problem> {
        let source = match self.source.as_str() {
            "" => None,
            id => Some(scene.source(id).ok_or_else(|| missing_source(id))?),
        };
        let before = match self.before.as_str() {
            "" => None,
            number => Some(BulletinId(number.parse().map_err(|_| {
                Problem::bad("`before`: a bulletin's number is expected")
            })?)),
        };
        let searched: String = self.q.chars().take(MAX_SEARCH_CHARS).collect();
        let words = searched.split_whitespace().take(MAX_SEARCH_WORDS);
        Ok(BulletinQuery {
            source: source.map(|(_, source)| source.id.clone()),
            words: words.map(printable).collect(),
            before,
            ..visible(scene.viewer, PAGE)
        })
    }
}

/// Returns what the channel page shows, newest first.
fn visible(viewer: Viewer, limit: usize) -> BulletinQuery {
    BulletinQuery {
        states: vec![
            BulletinState::Published,
            BulletinState::Baseline,
            BulletinState::Withdrawn,
        ],
        public_only: viewer == Viewer::Public,
        limit: Some(limit),
        ..BulletinQuery::default()
    }
}

fn neighbours(viewer: Viewer, before: u64, limit: u64) -> BulletinQuery {
    BulletinQuery {
        before: Some(BulletinId(before)),
        ..visible(viewer, usize::try_from(limit).unwrap_or(usize::MAX))
    }
}

/// A correction, in words.
#[derive(Debug, Serialize)]
struct Revised {
    at: String,
    /// The title before, where it changed.
    title: Option<String>,
    what: Option<String>,
}

fn revised(revisions: Vec<Revision>, config: &Config) -> Vec<Revised> {
    let revised = |revision: Revision| Revised {
        at: revision
            .at
            .with_timezone(&config.time_zone)
            .format("%Y-%m-%d %H:%M")
            .to_string(),
        title: revision.title.as_deref().map(printable),
        what: what_changed(&revision.what, config.language)
            .as_deref()
            .map(printable),
    };
    revisions.into_iter().map(revised).collect()
}

/// The archived text's paragraphs.
pub(super) fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(printable).collect()
}

/// The ways to have new bulletins come to oneself.
#[derive(Debug, Serialize)]
struct Subscribe {
    url: String,
    telegram: Vec<TelegramLink>,
    /// The bot, where people may subscribe with it: `?start=SOURCE` subscribes.
    bot: Option<String>,
}

#[derive(Debug, Serialize)]
struct TelegramLink {
    name: String,
    /// With its leading `@`.
    handle: String,
    url: String,
}

impl Subscribe {
    fn new(url: String, bot: Option<String>, config: &Config) -> Self {
        let telegram = config.channels.iter().filter_map(|channel| {
            let ChannelKind::Telegram {
                chat: TelegramChat::Name(chat),
                ..
            } = &channel.kind
            else {
                return None;
            };
            Some(TelegramLink {
                name: channel.name.clone(),
                handle: chat.clone(),
                url: format!("https://t.me/{}", chat.trim_start_matches('@')),
            })
        });
        Self {
            url,
            telegram: telegram.collect(),
            bot,
        }
    }
}

pub(super) fn page_for(viewer: Viewer, body: String) -> Response {
    match viewer {
        Viewer::Public => Html(body).into_response(),
        // A cache must not show an admin's page to others.
        Viewer::Admin => ([(header::CACHE_CONTROL, "no-store")], Html(body)).into_response(),
    }
}

pub(super) async fn style() -> Response {
    kept("text/css; charset=utf-8", templates::STYLE.to_owned())
}

pub(super) async fn icon() -> Response {
    kept("image/svg+xml", templates::ICON.to_owned())
}

/// A QR code of the first page's address.
pub(super) async fn qr(
    State(site): State<Shared>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let url = site.url(&site.config(), &headers);
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
