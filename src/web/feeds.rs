//! Feeds out: Atom 1.0 (RFC 4287) and JSON Feed 1.1 of what was published.

mod enclosure;

use std::{borrow::Cow, collections::HashMap, fmt::Write as _};

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::json;

use self::enclosure::Enclosure;
use super::{
    Shared, Site,
    auth::Viewer,
    card::{Card, Scene, printable},
    pages::paragraphs,
    problem::Problem,
    templates,
    words::Words,
};
use crate::{
    bulletin::{Bulletin, BulletinId, BulletinState, Cause, Moment, Source},
    config::Config,
    ops::{BulletinQuery, Store},
};

/// Entries of a feed.
const ENTRIES: usize = 30;
/// Bytes of one entry's text: an archived one may have megabytes, and readers ask every few minutes.
const LONGEST_TEXT: usize = 64 << 10;

pub(super) async fn atom(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&site, viewer, &headers, None, Form::Atom).await
}

pub(super) async fn json(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    answer(&site, viewer, &headers, None, Form::Json).await
}

pub(super) async fn source_atom(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
    Path(source): Path<String>,
) -> Result<Response, Problem> {
    answer(&site, viewer, &headers, Some(&source), Form::Atom).await
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Atom,
    Json,
}

async fn answer(
    site: &Site,
    viewer: Viewer,
    headers: &HeaderMap,
    source: Option<&str>,
    form: Form,
) -> Result<Response, Problem> {
    let config = site.config();
    let scene = Scene {
        config: &config,
        viewer,
        now: Utc::now(),
    };
    let source = match source {
        None => None,
        Some(id) => Some(scene.source(id).map(|(_, source)| source).ok_or_else(|| {
            Problem::missing(format!("there is no source `{}` here", printable(id)))
        })?),
    };
    let query = BulletinQuery {
        source: source.map(|source| source.id.clone()),
        states: vec![BulletinState::Published, BulletinState::Withdrawn],
        public_only: viewer == Viewer::Public,
        limit: Some(ENTRIES),
        ..BulletinQuery::default()
    };
    let bulletins = site.desk.store.bulletins(&query).await?.items;
    let url = site.url(&config, headers);
    let updated = updated(&site.desk.store, &bulletins).await?;
    let validators = Validators::new(&url, &config, source, &bulletins, &updated);
    if validators.still_hold(headers) {
        return Ok(validators.on(StatusCode::NOT_MODIFIED.into_response(), viewer));
    }
    let (mut entries, words) = (Vec::new(), Words::of(config.language));
    for bulletin in &bulletins {
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
            &url,
            (bulletin, updated.unwrap_or(bulletin.first_seen)),
            card,
            &text.unwrap_or_default(),
        )?);
    }
    let feed = Feed::new(url, &config, source, validators.modified, entries);
    let response = match form {
        Form::Atom => feed.atom()?,
        Form::Json => feed.json(),
    };
    Ok(validators.on(response, viewer))
}

/// Returns when each bulletin was last corrected, else first seen: readers show again what has a newer time.
async fn updated(
    store: &Store,
    bulletins: &[Bulletin],
) -> Result<HashMap<BulletinId, DateTime<Utc>>, Problem> {
    let corrected = bulletins.iter().filter(|bulletin| bulletin.revision > 0);
    let corrected = corrected.map(|bulletin| bulletin.id).collect();
    let corrected = store.corrected_at(corrected).await?;
    let time = |bulletin: &Bulletin| {
        let seen = bulletin.first_seen;
        let time = corrected
            .get(&bulletin.id)
            .map_or(seen, |time| seen.max(*time));
        (bulletin.id, time)
    };
    Ok(bulletins.iter().map(time).collect())
}

#[derive(Debug, Serialize)]
struct Feed {
    title: String,
    lang: &'static str,
    /// Of the first page, with a slash at its end.
    home: String,
    /// The feed's own path below `home`, as Atom.
    path: String,
    /// The page that shows the same.
    page: String,
    updated: String,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    page: String,
    published: String,
    /// When it was last corrected, else when we first saw it: what readers sort by.
    updated: String,
    content_html: String,
    enclosures: Vec<Enclosure>,
    card: Card,
}

/// What `content_html` is made of.
#[derive(Debug, Serialize)]
struct Content<'a> {
    paragraphs: Vec<String>,
    card: &'a Card,
}

impl Feed {
    fn new(
        home: String,
        config: &Config,
        source: Option<&Source>,
        modified: DateTime<Utc>,
        entries: Vec<Entry>,
    ) -> Self {
        let words = Words::of(config.language);
        let site = words.site.to_owned();
        let id = source.map(|source| &source.id);
        Self {
            title: source.map_or(site, |source| source.name.clone()),
            lang: words.lang,
            path: id.map_or("feed.atom".to_owned(), |id| format!("s/{id}/feed.atom")),
            page: id.map_or(home.clone(), |id| format!("{home}?source={id}")),
            home,
            updated: modified.to_rfc3339_opts(SecondsFormat::Secs, false),
            entries,
        }
    }

    fn atom(&self) -> Result<Response, Problem> {
        let body = templates::render("feed.xml", self)?;
        let media = "application/atom+xml; charset=utf-8";
        Ok(([(header::CONTENT_TYPE, media)], body).into_response())
    }

    fn json(&self) -> Response {
        let items: Vec<_> = self.entries.iter().map(Entry::json).collect();
        let body = json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.title,
            "home_page_url": self.home,
            "feed_url": format!("{}feed.json", self.home),
            "language": self.lang,
            "items": items,
        });
        let media = "application/feed+json; charset=utf-8";
        ([(header::CONTENT_TYPE, media)], Json(body)).into_response()
    }
}

impl Entry {
    fn new(
        scene: Scene<'_>,
        home: &str,
        (bulletin, updated): (&Bulletin, DateTime<Utc>),
        card: Card,
        text: &str,
    ) -> Result<Self, Problem> {
        let paragraphs = paragraphs(&beginning(text));
        let content = Content {
            paragraphs,
            card: &card,
        };
        Ok(Self {
            id: permanent_id(bulletin),
            page: format!("{home}b/{}", bulletin.id),
            published: rfc3339(&scene.published(bulletin), scene, bulletin),
            updated: updated
                .with_timezone(&scene.config.time_zone)
                .to_rfc3339_opts(SecondsFormat::Secs, false),
            content_html: templates::render("content.html", &content)?,
            enclosures: bulletin
                .attachments
                .iter()
                .filter_map(Enclosure::new)
                .collect(),
            card,
        })
    }

    fn json(&self) -> serde_json::Value {
        let authors = self.card.publisher.iter();
        let authors: Vec<_> = authors.map(|name| json!({ "name": name })).collect();
        let mut item = json!({
            "id": self.id,
            "url": self.page,
            "title": self.card.title,
            "content_html": self.content_html,
            "date_published": self.published,
            "date_modified": self.updated,
            "tags": [self.card.tag.name],
        });
        // Members without a value are left out (JSON Feed 1.1).
        if let Some(original) = &self.card.original {
            item["external_url"] = json!(original);
        }
        if let Some(summary) = &self.card.summary {
            item["summary"] = json!(summary);
        }
        if !authors.is_empty() {
            item["authors"] = json!(authors);
        }
        if !self.enclosures.is_empty() {
            let files: Vec<_> = self.enclosures.iter().map(Enclosure::json).collect();
            item["attachments"] = json!(files);
        }
        item
    }
}

/// A text as far as a feed holds it; the bulletin's page has all of it.
fn beginning(text: &str) -> Cow<'_, str> {
    match text.len() {
        0..=LONGEST_TEXT => text.into(),
        _ => format!("{}…", &text[..text.floor_char_boundary(LONGEST_TEXT)]).into(),
    }
}

/// Whole days begin at midnight in the source's zone: feeds know only times.
fn rfc3339(moment: &Moment, scene: Scene<'_>, bulletin: &Bulletin) -> String {
    let Moment::Day(day) = moment else {
        return moment.to_string();
    };
    let zone = scene
        .source_of(bulletin)
        .map(|(_, source)| source.time_zone);
    let zone = zone.unwrap_or(scene.config.time_zone);
    let midnight = day.and_time(chrono::NaiveTime::MIN);
    // A clock change may skip midnight: then the day begins as UTC says.
    let midnight = midnight.and_local_timezone(zone).earliest();
    let midnight = midnight.unwrap_or_else(|| {
        day.and_time(chrono::NaiveTime::MIN)
            .and_utc()
            .with_timezone(&zone)
    });
    midnight.to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// The same on every host and port that we may ever be served from: readers show an entry again
/// when its id changes. A UUID of our own making (RFC 9562, version 8).
fn permanent_id(bulletin: &Bulletin) -> String {
    let seen = bulletin.first_seen.timestamp_micros();
    let name = format!("{} {} {seen}", bulletin.source, bulletin.id);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut id = "urn:uuid:".to_owned();
    for (place, byte) in bytes.iter().enumerate() {
        if matches!(place, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        let _ = write!(id, "{byte:02x}");
    }
    id
}

/// What a feed's conditional requests go by, known before its entries' texts are read.
struct Validators {
    etag: String,
    /// When an entry was last corrected or first seen.
    modified: DateTime<Utc>,
    /// Whether that tells every change: what was held comes later than it was seen.
    tells_all: bool,
}

impl Validators {
    fn new(
        url: &str,
        config: &Config,
        source: Option<&Source>,
        bulletins: &[Bulletin],
        updated: &HashMap<BulletinId, DateTime<Utc>>,
    ) -> Self {
        let names: Vec<_> = config.sources.iter().map(|s| (&s.name, s.public)).collect();
        let source = source.map(|source| &source.id);
        let mut seed = format!("{url} {:?} {names:?} {source:?}", config.language);
        for bulletin in bulletins {
            let Bulletin {
                id,
                revision,
                state,
                url,
                ..
            } = bulletin;
            let _ = write!(seed, " {id}.{revision}.{state:?}.{url}");
        }
        let newest = updated.values().max().copied();
        Self {
            etag: format!("\"{}\"", &blake3::hash(seed.as_bytes()).to_hex()[..32]),
            modified: newest.unwrap_or(DateTime::UNIX_EPOCH),
            tells_all: bulletins
                .iter()
                .all(|bulletin| bulletin.cause != Cause::Released),
        }
    }

    /// RFC 9110, section 13: the time counts only where no tag is given.
    fn still_hold(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(tags) = text(header::IF_NONE_MATCH) {
            let mut tags = tags.split(',').map(str::trim);
            return tags.any(|tag| tag == "*" || tag.trim_start_matches("W/") == self.etag);
        }
        let since = text(header::IF_MODIFIED_SINCE).filter(|_| self.tells_all);
        let since = since.and_then(|since| DateTime::parse_from_rfc2822(since).ok());
        since.is_some_and(|since| self.modified.timestamp() <= since.timestamp())
    }

    fn on(&self, mut response: Response, viewer: Viewer) -> Response {
        let modified = self
            .modified
            .format("%a, %d %b %Y %H:%M:%S GMT")
            .to_string();
        let caching = match viewer {
            Viewer::Public => "no-cache",
            Viewer::Admin => "no-store",
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (header::ETAG, self.etag.as_str()),
            (header::LAST_MODIFIED, modified.as_str()),
            (header::CACHE_CONTROL, caching),
            (header::VARY, "authorization"),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
