//! Serves coming deadlines as a calendar (RFC 5545).

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::{DateTime, Utc};
use icalendar::{Calendar, Component as _, Event, EventLike as _};

use super::{
    card::Scene,
    feeds::{
        entry::permanent_id,
        validators::{Validators, updated},
    },
    language::PageLanguage,
    problem::Problem,
    selection::Wish,
    site::Shared,
    text::printable,
    viewer::Viewer,
};
use crate::{
    bulletin::{Bulletin, BulletinState, Moment},
    ops::BulletinQuery,
    words,
};

/// The head of every calendar (RFC 5545, section 3.6).
const PROPERTIES: [(&str, &str); 3] = [
    ("VERSION", "2.0"),
    ("PRODID", "-//noticast//deadlines//EN"),
    ("CALSCALE", "GREGORIAN"),
];
/// The maximum number of deadlines of one calendar.
const MOST: usize = 500;

pub(super) async fn deadlines(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
    wish: Result<Query<Wish>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(wish) = wish?;
    let config = site.config();
    let scene = Scene::new(&config, viewer, PageLanguage(config.language));
    let selection = wish.selection(scene)?.below(None);
    let today = scene.now.with_timezone(&config.time_zone).date_naive();
    let query = BulletinQuery {
        states: vec![BulletinState::Published, BulletinState::Baseline],
        due_from: Some(today),
        ..selection.query(scene, MOST)
    };
    let bulletins = site.turns.listed(&site.desk.store, query).await?.items;
    let home = site.url(&config, &headers);
    let updated = updated(&site.desk.store, &bulletins).await?;
    let validators = Validators::new(&format!("{home} deadlines"), scene, &bulletins, &updated);
    if validators.still_hold(&headers) {
        return Ok(validators.on(StatusCode::NOT_MODIFIED.into_response(), viewer));
    }
    let mut calendar = Calendar::empty();
    for property in PROPERTIES {
        calendar.append_property(property);
    }
    let words = &words::of(scene.language).pages;
    calendar.name(&format!("{} · {}", scene.site_title(), words.deadline));
    for bulletin in &bulletins {
        let changed = updated.get(&bulletin.id).copied();
        let event = event(
            scene,
            &home,
            bulletin,
            changed.unwrap_or(bulletin.first_seen),
        );
        calendar.extend(event);
    }
    let media = [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")];
    let response = (media, calendar.done().to_string()).into_response();
    Ok(validators.on(response, viewer))
}

/// Returns the event of a deadline; `None` if this viewer may not see it.
fn event(
    scene: Scene<'_>,
    home: &str,
    bulletin: &Bulletin,
    changed: DateTime<Utc>,
) -> Option<Event> {
    let card = scene.card(bulletin)?;
    let page = format!("{home}b/{}", bulletin.id);
    let mut event = Event::new();
    match bulletin.deadline? {
        Moment::Day(day) => {
            // The end of a whole day is the next one (RFC 5545, section 3.6.1).
            event.starts(day).ends(day.succ_opt().unwrap_or(day));
        }
        Moment::Time(time) => {
            event.starts(time.to_utc());
        }
    }
    let summary = card.summary.as_deref().map(printable).unwrap_or_default();
    let uid = permanent_id(bulletin);
    event
        .uid(uid.trim_start_matches("urn:uuid:"))
        .timestamp(changed)
        .summary(&card.title)
        .description(format!("{summary}\n{page}").trim_start())
        .url(&page)
        .sequence(bulletin.revision)
        .add_property("CATEGORIES", &card.tag.name);
    Some(event.done())
}
