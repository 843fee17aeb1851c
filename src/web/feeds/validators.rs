//! Computes the ETag and Last-Modified of a feed, by which a client that already has it receives a 304.

use std::{collections::HashMap, fmt::Write as _};

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use chrono::{DateTime, Utc};

use crate::{
    bulletin::{Bulletin, BulletinId, Cause},
    ops::Store,
    web::{card::Scene, problem::Problem, revalidate, viewer::Viewer},
};

/// Returns when each bulletin was last corrected, otherwise first seen: readers show an entry with a newer time again.
pub(in crate::web) async fn updated(
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

/// The validators of a feed for conditional requests, known before its entries' texts are read.
pub(in crate::web) struct Validators {
    etag: String,
    /// The time at which an entry was last corrected or first seen.
    pub(in crate::web) modified: DateTime<Utc>,
    /// True if the time shows every change, which it does not if a bulletin was held: that is published later than it
    /// was seen.
    shows_all: bool,
}

impl Validators {
    /// Computes the validators. `what` is the request: the address, and anything else that it depends on.
    pub(in crate::web) fn new(
        what: &str,
        scene: Scene<'_>,
        bulletins: &[Bulletin],
        updated: &HashMap<BulletinId, DateTime<Utc>>,
    ) -> Self {
        let sources = scene.config.sources.iter();
        let names: Vec<_> = sources.map(|s| (&s.name, s.public)).collect();
        let site = scene.site_title();
        let mut seed = format!("{what} {site} {:?} {names:?}", scene.language);
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
            etag: revalidate::tag(seed.as_bytes()),
            modified: newest.unwrap_or(DateTime::UNIX_EPOCH),
            shows_all: bulletins
                .iter()
                .all(|bulletin| bulletin.cause != Cause::Released),
        }
    }

    /// Returns whether a client's copy is current. By RFC 9110, section 13, the time counts only if no tag is given.
    pub(in crate::web) fn still_hold(&self, headers: &HeaderMap) -> bool {
        if headers.contains_key(header::IF_NONE_MATCH) {
            return revalidate::holds(headers, &self.etag);
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let since = text(header::IF_MODIFIED_SINCE).filter(|_| self.shows_all);
        let since = since.and_then(|since| DateTime::parse_from_rfc2822(since).ok());
        since.is_some_and(|since| self.modified.timestamp() <= since.timestamp())
    }

    pub(in crate::web) fn on(&self, mut response: Response, viewer: Viewer) -> Response {
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
