//! Sends server-sent events: publications, corrections and withdrawals, as they happen, and from where a reader left
//! off.
//!
//! One part ([`hub`]) reads the change feed for all streams; a stream reads it only to catch up.

pub(super) mod hub;
pub(super) mod seats;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, broadcast};

use self::hub::{Happening, Happenings};
use super::{card::Scene, language::PageLanguage, problem::Problem, site::Shared, viewer::Viewer};
use crate::{config::Config, view};

const KEEP_ALIVE: Duration = Duration::from_secs(15);
const RETRY: Duration = Duration::from_secs(5);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The place at which a reader continues that sends no `Last-Event-ID`: browsers send one only when they reconnect.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    after: Option<u64>,
}

pub(super) async fn events(
    State(site): State<Shared>,
    viewer: Viewer,
    headers: HeaderMap,
    place: Result<Query<Place>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(place) = place?;
    let seat = site.seats.take().ok_or_else(|| {
        let detail = "too many readers have a stream open; try again in a minute";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).after(60)
    })?;
    let asked = headers.get(LAST_EVENT_ID).map(|value| {
        let number = value.to_str().ok().and_then(|it| it.trim().parse().ok());
        number.ok_or_else(|| Problem::bad("`Last-Event-ID`: the number of a change is expected"))
    });
    let live = site.hub.follow();
    let newest = *site.desk.store.newest_change().borrow();
    let after = asked.transpose()?.or(place.after).unwrap_or(newest);
    let ending = site.ending.clone();
    let reader = StreamReader {
        site,
        viewer,
        live,
        last: after,
        waiting: Vec::new(),
        _seat: seat,
    };
    let events = reader.stream().take_until(ending.cancelled_owned());
    let sse = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE));
    let mut response = sse.into_response();
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    let headers = response.headers_mut();
    headers.insert(unbuffered, HeaderValue::from_static("no"));
    Ok(response)
}

/// The place of one reader in the events.
struct StreamReader {
    site: Shared,
    viewer: Viewer,
    live: broadcast::Receiver<Arc<Happening>>,
    /// The last change that was sent.
    last: u64,
    /// The events to send, the next one at the end.
    waiting: Vec<Arc<Happening>>,
    _seat: OwnedSemaphorePermit,
}

impl StreamReader {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        let hello = Event::default().retry(RETRY).comment("noticast");
        let events = stream::unfold((self, true), async |(mut reader, is_first)| {
            if is_first {
                reader.catch_up().await?;
            }
            let event = reader.next().await?;
            Some((event, (reader, false)))
        });
        stream::once(std::future::ready(hello))
            .chain(events)
            .map(Ok)
    }

    /// Returns the next event for this reader; `None` if the stream ends and the reader reconnects.
    async fn next(&mut self) -> Option<Event> {
        loop {
            while let Some(happening) = self.waiting.pop() {
                if let Some(event) = self.event(&happening) {
                    return Some(event);
                }
            }
            match self.live.recv().await {
                Ok(happening) => self.waiting.push(happening),
                Err(broadcast::error::RecvError::Lagged(_)) => self.catch_up().await?,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// Reads the changes since the last one that was sent. A reader whose place is too old continues with the oldest
    /// known change.
    async fn catch_up(&mut self) -> Option<()> {
        let happenings = Happenings::after(&self.site.desk.store, self.last).await;
        let happenings = happenings
            .inspect_err(|error| tracing::warn!("events could not be read: {error}"))
            .ok()?;
        self.waiting = happenings.all.into_iter().rev().map(Arc::new).collect();
        Some(())
    }

    /// Returns the event of a change; `None` if the reader received it before, or may not know of it.
    fn event(&mut self, happening: &Happening) -> Option<Event> {
        if happening.number <= self.last {
            return None;
        }
        self.last = happening.number;
        let config = self.site.config();
        match self.viewer {
            // The event is built once for all public readers.
            Viewer::Public => happening
                .for_public
                .get_or_init(|| event(happening, &config, Viewer::Public))
                .clone(),
            Viewer::Admin => event(happening, &config, Viewer::Admin),
        }
    }
}

/// Returns a viewer's event of a change; `None` if the viewer may not see it.
fn event(happening: &Happening, config: &Config, viewer: Viewer) -> Option<Event> {
    let scene = Scene::new(config, viewer, PageLanguage(config.language));
    scene.card(&happening.bulletin)?;
    let mut bulletin = happening.bulletin.clone();
    let known = bulletin
        .sources()
        .filter(|id| scene.source(id.as_str()).is_some());
    let mut known = known.cloned().collect::<Vec<_>>().into_iter();
    // Sources that this reader may not know of are not mentioned.
    if let Some(first) = known.next() {
        (bulletin.source, bulletin.also) = (first, known.collect());
    }
    let shown = view::Bulletin::new(bulletin, config.time_zone);
    let event = Event::default()
        .id(happening.number.to_string())
        .event(happening.kind);
    event.json_data(shown).ok()
}
