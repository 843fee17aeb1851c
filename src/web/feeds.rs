//! Serves feeds: Atom 1.0 (RFC 4287), RSS 2.0 and JSON Feed 1.1 of published bulletins: of all, of a source or of a
//! group, each also of a search.

mod enclosure;
pub(super) mod entry;
pub(super) mod validators;

use std::collections::HashMap;

use axum::{
    Json, Router,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::json;
use url::Url;

use self::{
    entry::Entry,
    validators::{Validators, updated},
};
use super::{
    card::Scene,
    language::PageLanguage,
    problem::Problem,
    selection::{Selection, Wish},
    site::{Shared, Site},
    templates,
    viewer::Viewer,
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState},
    ops::BulletinQuery,
    words,
};

/// The maximum number of entries of a feed.
const ENTRIES: usize = 30;

#[derive(Debug, Clone, Copy)]
enum FeedFormat {
    Atom,
    Rss,
    Json,
}

impl FeedFormat {
    const ALL: [Self; 3] = [Self::Atom, Self::Rss, Self::Json];

    /// Returns the extension of the names of its feeds.
    fn ending(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Rss => "rss",
            Self::Json => "json",
        }
    }
}

/// Returns the addresses of the feeds of a selection, in each format, below the first page.
pub(super) fn addresses(selection: &Selection) -> impl Iterator<Item = String> {
    let endings = FeedFormat::ALL.into_iter().map(FeedFormat::ending);
    endings.map(|ending| selection.feed(ending))
}

pub(super) fn router() -> Router<Shared> {
    FeedFormat::ALL
        .into_iter()
        .fold(Router::new(), |router, format| {
            let ending = format.ending();
            router
                .route(
                    &format!("/feed.{ending}"),
                    get(async move |state, viewer, headers, wish| {
                        answer(state, viewer, headers, wish, format, Wish::default()).await
                    }),
                )
                .route(
                    &format!("/s/{{source}}/feed.{ending}"),
                    get(async move |state, viewer, headers, wish, Path(source)| {
                        let of = Wish {
                            source,
                            ..Wish::default()
                        };
                        answer(state, viewer, headers, wish, format, of).await
                    }),
                )
                .route(
                    &format!("/g/{{group}}/feed.{ending}"),
                    get(async move |state, viewer, headers, wish, Path(group)| {
                        let of = Wish {
                            group,
                            ..Wish::default()
                        };
                        answer(state, viewer, headers, wish, format, of).await
                    }),
                )
        })
}

/// Answers a request for a feed. `of` is the source or group that the path names.
async fn answer(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
    wish: Result<Query<Wish>, QueryRejection>,
    format: FeedFormat,
    of: Wish,
) -> Result<Response, Problem> {
    let Query(mut wish) = wish?;
    if !of.source.is_empty() {
        wish.source = of.source;
    }
    if !of.group.is_empty() {
        wish.group = of.group;
    }
    let config = site.config();
    let scene = Scene::new(&config, viewer, PageLanguage(config.language));
    let selection = wish.selection(scene)?.below(None);
    let query = BulletinQuery {
        states: vec![BulletinState::Published, BulletinState::Withdrawn],
        ..selection.query(scene, ENTRIES)
    };
    let bulletins = site.turns.listed(&site.desk.store, query).await?.items;
    let home = site.url(&config, &headers);
    let updated = updated(&site.desk.store, &bulletins).await?;
    let path = selection.feed(format.ending());
    let hub = config.web.hub.as_ref().map(Url::as_str);
    let hub = hub.filter(|_| viewer == Viewer::Public && selection.is_followed());
    let what = format!("{home}{path} {}", hub.unwrap_or_default());
    let validators = Validators::new(&what, scene, &bulletins, &updated);
    if validators.still_hold(&headers) {
        return Ok(validators.on(StatusCode::NOT_MODIFIED.into_response(), viewer));
    }
    let entries = entries(&site, scene, &home, &bulletins, &updated).await?;
    let feed = Feed {
        hub: hub.map(str::to_owned),
        ..Feed::new(scene, home, path, &selection, validators.modified, entries)
    };
    let mut response = match format {
        FeedFormat::Atom => feed.xml("feed.xml", "application/atom+xml; charset=utf-8")?,
        FeedFormat::Rss => feed.xml("rss.xml", "application/rss+xml; charset=utf-8")?,
        FeedFormat::Json => feed.json(),
    };
    let link = feed
        .link()
        .and_then(|link| HeaderValue::from_str(&link).ok());
    response
        .headers_mut()
        .extend(link.map(|link| (header::LINK, link)));
    Ok(validators.on(response, viewer))
}

async fn entries(
    site: &Site,
    scene: Scene<'_>,
    home: &str,
    bulletins: &[Bulletin],
    updated: &HashMap<BulletinId, DateTime<Utc>>,
) -> Result<Vec<Entry>, Problem> {
    let (mut entries, words) = (Vec::new(), &words::of(scene.language).pages);
    for bulletin in bulletins {
        let Some(mut card) = scene.card(bulletin) else {
            continue;
        };
        if card.is_withdrawn {
            card.title = format!("[{}] {}", words.withdrawn, card.title);
        }
        let text = site.desk.store.text(bulletin.id).await?;
        let updated = updated.get(&bulletin.id).copied();
        entries.push(Entry::new(
            scene,
            home,
            (bulletin, updated.unwrap_or(bulletin.first_seen)),
            card,
            &text.unwrap_or_default(),
        )?);
    }
    Ok(entries)
}

#[derive(Debug, Serialize)]
struct Feed {
    title: String,
    description: String,
    lang: &'static str,
    /// The address of the first page, with a slash at its end.
    home: String,
    /// The feed's own path below `home`.
    path: String,
    /// The page that shows the same bulletins.
    page: String,
    /// The hub that notifies subscribers of its new entries (WebSub).
    hub: Option<String>,
    updated: String,
    /// The same time in the format of RSS.
    updated_2822: String,
    entries: Vec<Entry>,
}

impl Feed {
    fn new(
        scene: Scene<'_>,
        home: String,
        path: String,
        selection: &Selection,
        modified: DateTime<Utc>,
        entries: Vec<Entry>,
    ) -> Self {
        let words = &words::of(scene.language).pages;
        let site = scene.site_title().to_owned();
        let title = selection.title(scene).unwrap_or(site);
        let title = match selection.words.as_slice() {
            [] => title,
            searched => format!("{title} · {}", searched.join(" ")),
        };
        Self {
            title,
            description: words.tagline.to_owned(),
            lang: words.lang,
            page: format!("{home}{}", selection.query_string()),
            path,
            home,
            hub: None,
            updated: modified.to_rfc3339_opts(SecondsFormat::Secs, false),
            updated_2822: modified.to_rfc2822(),
            entries,
        }
    }

    /// Returns the hub and the feed's own address as a header, where subscribers look first and JSON has no other
    /// place.
    fn link(&self) -> Option<String> {
        let (hub, home, path) = (self.hub.as_ref()?, &self.home, &self.path);
        Some(format!(r#"<{hub}>; rel="hub", <{home}{path}>; rel="self""#))
    }

    fn xml(&self, template: &str, media: &'static str) -> Result<Response, Problem> {
        let body = templates::render(template, self)?;
        Ok(([(header::CONTENT_TYPE, media)], body).into_response())
    }

    fn json(&self) -> Response {
        let items: Vec<_> = self.entries.iter().map(Entry::json).collect();
        let mut body = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title,
            "home_page_url": self.page,
            "feed_url": format!("{}{}", self.home, self.path),
            "language": self.lang,
            "items": items,
        });
        if let Some(hub) = &self.hub {
            body["hubs"] = json!([{ "type": "WebSub", "url": hub }]);
        }
        let media = "application/feed+json; charset=utf-8";
        ([(header::CONTENT_TYPE, media)], Json(body)).into_response()
    }
}
