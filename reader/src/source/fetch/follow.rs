//! Follows a request through its redirects, one exchange after the other.

use std::time::Instant;

use reqwest::{
    Method, Response, StatusCode,
    header::{ACCEPT_ENCODING, CONNECTION, HeaderMap, HeaderValue},
};
use tokio::time::timeout;
use url::Url;

use super::{
    client::{HttpClient, Unanswered},
    connect::SAID,
    error::FetchError,
    exchange::{ServerAnswer, answered, headers, page, paused, redirect, validators},
    fault::Way,
    fetched::{Fetched, FetchedPage},
    hosts::Host,
    journey::Journey,
    limit::Limit,
    places::PATIENCE,
    request::{FetchRequest, Pauses, Via},
    state::FetcherState,
};
use crate::source::shown::Shown;

/// The number of redirects that one request follows.
const MAX_REDIRECTS: usize = 10;

/// The time limit for a whole page, as a multiple of the patience between two of its parts: it may arrive slowly, but
/// not for ever.
const WHOLE: u32 = 10;

impl FetcherState {
    /// Sends a request and follows its redirects.
    pub(super) async fn follow(
        &self,
        request: &FetchRequest,
        pauses: Pauses,
        limit: Limit,
    ) -> Result<Fetched, FetchError> {
        let mut journey =
            Journey::begin(request, pauses, limit, self.timeout.saturating_mul(WHOLE));
        let (mut permanent, mut moved_to) = (true, None);
        let mut met = Vec::new();
        while met.len() <= MAX_REDIRECTS {
            if met.contains(&journey.place()) {
                let what = format!("{}: redirect loop", Shown(&journey.url));
                return Err(FetchError::failed(what));
            }
            met.push(journey.place());
            let (to, this) = match self.step(&mut journey).await? {
                ServerAnswer::NotModified(validators) => {
                    return Ok(Fetched::NotModified(validators));
                }
                ServerAnswer::Redirect { to, permanent } => (to, permanent),
                ServerAnswer::Page(page) => match page.leads_to {
                    Some(to) if to.host() == page.url.host() => (to, false),
                    _ => return Ok(Fetched::Page(FetchedPage { moved_to, ..page })),
                },
            };
            journey.turn_to(to);
            permanent &= this;
            if permanent {
                moved_to = Some(journey.url.clone());
            }
        }
        let what = format!(
            "{}: more than {MAX_REDIRECTS} redirects",
            Shown(&request.url)
        );
        Err(FetchError::failed(what))
    }

    /// Makes one exchange, if the guard and robots.txt allow it.
    async fn step(&self, journey: &mut Journey<'_>) -> Result<ServerAnswer, FetchError> {
        let url = journey.url.clone();
        self.guard
            .admit(&url)
            .map_err(|refusal| FetchError::refused(&url, refusal))?;
        if journey.request.via.robots {
            let via = &journey.request.via;
            Box::pin(self.ask_robots(&url, via, journey.pauses)).await?;
        }
        let host = self.hosts.get(&url);
        let _turn = host.gate.acquire().await;
        if journey.pauses == Pauses::Ignore {
            let _open = self.places.open().await;
            return self.timed(journey, &host).await;
        }
        if !host.hangs()
            && let Some(answer) = self.hurried(journey, &host).await
        {
            return answer;
        }
        let _few = self.places.few().await;
        let _open = self.places.open().await;
        self.timed(journey, &host).await
    }

    /// Makes the exchange in a place that others want, too; `None` if it was not answered while others waited.
    async fn hurried(
        &self,
        journey: &mut Journey<'_>,
        host: &Host,
    ) -> Option<Result<ServerAnswer, FetchError>> {
        let _open = self.places.open().await;
        let mut exchange = std::pin::pin!(self.timed(journey, host));
        let patience = PATIENCE.max(host.usual() * 2);
        tokio::select! {
            biased;
            answer = &mut exchange => return Some(answer),
            () = self.places.crowded(patience) => {}
        }
        let _few = self.places.try_few()?;
        Some(exchange.await)
    }

    async fn timed(
        &self,
        journey: &mut Journey<'_>,
        host: &Host,
    ) -> Result<ServerAnswer, FetchError> {
        let began = Instant::now();
        if let (Pauses::Keep, Some(pause)) = (journey.pauses, host.pause(began)) {
            return Err(paused(&journey.url, pause, began));
        }
        let answer = match timeout(journey.left, self.exchange(journey, host)).await {
            Ok(answer) => answer,
            Err(_) => {
                let whole = self.timeout.saturating_mul(WHOLE);
                Err(FetchError::timed_out(
                    &journey.url,
                    whole,
                    "reading the body",
                ))
            }
        };
        let took = began.elapsed();
        host.note(took, answer.as_ref().err());
        journey.left = journey.left.saturating_sub(took);
        answer
    }

    async fn exchange(
        &self,
        journey: &mut Journey<'_>,
        host: &Host,
    ) -> Result<ServerAnswer, FetchError> {
        let (request, limit) = (journey.request, journey.limit);
        let url = journey.url.clone();
        let client = self.clients.get(&request.via, &url)?;
        let mut headers = headers(journey)?;
        if !host.keeps_connection() || !request.keep_alive {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let method = limit.method();
        if method == Method::HEAD {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        let sent = self.send(&client, (method, &url), headers, &request.via);
        let response = timeout(self.timeout, sent)
            .await
            .map_err(|_| FetchError::timed_out(&url, self.timeout, "waiting for the answer"))??;
        journey.cookies.take(response.headers(), &url);
        match response.status() {
            StatusCode::NOT_MODIFIED => {
                Ok(ServerAnswer::NotModified(validators(response.headers())))
            }
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => redirect(&response, &url),
            status if status.is_success() => Ok(ServerAnswer::Page(
                page(response, &url, limit, self.timeout).await?,
            )),
            _ if self.clients.is_by_proxy(&request.via, &url) && is_of_proxy(&response) => {
                Err(FetchError::refused_by_proxy(&response, &url))
            }
            status => Err(answered(&response, status, journey, host)),
        }
    }

    async fn send(
        &self,
        client: &HttpClient,
        (method, url): (Method, &Url),
        headers: HeaderMap,
        via: &Via,
    ) -> Result<Response, FetchError> {
        let error = match client.send(method.clone(), url, headers.clone()).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let unanswered = |error: Unanswered| {
            let way = Way {
                connect_within: self.clients.connect_within(),
                by_proxy: self.clients.is_by_proxy(via, url),
                has_ca: via.ca.is_some(),
            };
            FetchError::unanswered(url, &error, &way)
        };
        if !error.is_broken_off() {
            return Err(unanswered(error));
        }
        client.send(method, url, headers).await.map_err(unanswered)
    }
}

/// Returns whether an answer is from the proxy itself: it requires a password, or it could not reach the site.
fn is_of_proxy(response: &Response) -> bool {
    response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
        || SAID
            .iter()
            .any(|name| response.headers().contains_key(*name))
}
