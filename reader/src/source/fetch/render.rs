//! Renders a page in a browser in place of the exchange, under the same rules as every request.

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use url::Url;

use super::{
    error::{FetchError, FetchErrorKind},
    exchange::paused,
    fetched::{Endpoint, FetchedPage},
    request::{FetchRequest, Pauses},
    state::FetcherState,
    way::{BrowserWay, Refused},
};
use crate::{
    bulletin::{Login, Validators},
    source::{
        browser::{BrowserError, PageTicket, Rendered},
        shown::Shown,
    },
};

/// The longest Retry-After that a page in the browser may request: a day.
const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

impl FetcherState {
    /// Renders a page as scripts build it, if the guard, robots.txt and the pauses of its host allow it.
    pub(super) async fn render(
        &self,
        request: &FetchRequest,
        pauses: Pauses,
        wants_data: bool,
    ) -> Result<(FetchedPage, Vec<Endpoint>), FetchError> {
        let mut url = request.url.clone();
        let login = Login::take_from(&mut url).or_else(|| request.via.login.clone());
        let admitted = self.guard.admit(&url);
        admitted.map_err(|refusal| FetchError::refused(&url, refusal))?;
        if request.via.robots {
            Box::pin(self.ask_robots(&url, &request.via, pauses)).await?;
        }
        let host = self.hosts.get(&url);
        let _turn = host.gate.acquire().await;
        let now = Instant::now();
        if let (Pauses::Keep, Some(pause)) = (pauses, host.pause(now)) {
            return Err(paused(&url, pause, now));
        }
        let ticket = PageTicket {
            url: &url,
            verify: request.via.verify,
            headers: own_headers(request, login.as_ref()),
            origin: Some(request.via.origin_or(&url)),
            most: self.max_body,
            wants_data,
        };
        let rendered = self.in_browser(request, &ticket).await;
        host.note(now.elapsed(), rendered.as_ref().err());
        rendered.map(page)
    }

    async fn in_browser(
        &self,
        request: &FetchRequest,
        ticket: &PageTicket<'_>,
    ) -> Result<Rendered, FetchError> {
        let connector = self.clients.get(&request.via, ticket.url)?.connector();
        let refused = Refused::default();
        let way = |ours, theirs| {
            let (guard, refused) = (self.guard.clone(), refused.clone());
            BrowserWay::open(ours, theirs, connector, guard, refused)
        };
        let rendered = self.browser.render(ticket, way).await;
        let rendered = rendered.map_err(|error| failed(ticket.url, &error))?;
        let refused = refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        judged(ticket.url, rendered, refused)
    }
}

fn failed(url: &Url, error: &BrowserError) -> FetchError {
    FetchError::failed(format!("{}: {error}", Shown(url)))
}

/// Returns the rendered page, unless it is the browser's own error page, or the server's.
fn judged(
    url: &Url,
    rendered: Rendered,
    refused: Option<crate::source::guard::AddressRefusal>,
) -> Result<Rendered, FetchError> {
    let is_shown = rendered.status.is_some_and(|status| status < 400);
    if is_shown {
        return Ok(rendered);
    }
    if let Some(refusal) = refused {
        return Err(FetchError::refused(url, refusal));
    }
    let Some(status) = rendered.status else {
        let why = rendered
            .failed
            .unwrap_or_else(|| "no answer came".to_owned());
        return Err(FetchError::failed(format!(
            "{}: {why} in the browser",
            Shown(url)
        )));
    };
    let seconds = rendered.retry_after.and_then(|said| said.parse().ok());
    Err(FetchError {
        retry_after: seconds.map(|seconds| Duration::from_secs(seconds).min(LONGEST_PAUSE)),
        ..FetchError::of(
            FetchErrorKind::Status(status),
            format!("{}: answered {status} in the browser", Shown(url)),
        )
    })
}

/// Returns the source's own headers, with its user and password as one of them.
fn own_headers(request: &FetchRequest, login: Option<&Login>) -> Vec<(String, String)> {
    let headers = request.via.headers.iter();
    let mut headers: Vec<(String, String)> = headers
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if let Some(login) = login {
        let pair = format!("{}:{}", login.user.reveal(), login.password.reveal());
        headers.push((
            "Authorization".to_owned(),
            format!("Basic {}", STANDARD.encode(pair)),
        ));
    }
    headers
}

fn page(rendered: Rendered) -> (FetchedPage, Vec<Endpoint>) {
    let endpoints = rendered.data.into_iter().map(|data| Endpoint {
        url: data.url,
        body: data.body,
    });
    let page = FetchedPage {
        url: rendered.url,
        content_type: Some("text/html; charset=utf-8".to_owned()),
        body: Bytes::from(rendered.html),
        validators: Validators::default(),
        size: None,
        moved_to: None,
        leads_to: None,
    };
    (page, endpoints.collect())
}
