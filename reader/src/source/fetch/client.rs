//! An HTTP client for one way of reaching servers: its connections, the headers of every request, and a bound on the
//! interim responses before an answer.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::Uri;
use hyper::ext::on_informational;
use hyper_util::{
    client::legacy,
    rt::{TokioExecutor, TokioTimer},
};
use reqwest::{
    Body, Method, Response,
    header::{HeaderMap, PROXY_AUTHORIZATION},
};
use tokio::sync::Notify;
use url::Url;

use super::connect::Connector;

/// The time that an idle connection is kept for a further request.
const IDLE: Duration = Duration::from_secs(90);
/// The number of interim responses (status 1xx) that a site may send before its answer; they name resources to load
/// with the page. The HTTP library reads any number of them.
const MOST_HINTS: usize = 100;
const MOST_HINT_BYTES: usize = 64 << 10;

#[derive(Debug, Clone)]
pub(super) struct HttpClient {
    wire: legacy::Client<Connector, Body>,
    connector: Connector,
    /// The headers of a request that does not set its own.
    usual: HeaderMap,
}

/// The reason why no answer arrived.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unanswered {
    #[error("this address cannot be requested ({0})")]
    Address(#[from] http::Error),
    #[error(transparent)]
    Lost(#[from] legacy::Error),
    #[error(
        "the site sends interim responses (status {0}) without end and never a page; it is broken or hostile"
    )]
    Hints(u16),
}

impl Unanswered {
    /// Returns whether no connection was established.
    pub(super) fn is_connect(&self) -> bool {
        matches!(self, Self::Lost(error) if error.is_connect())
    }

    /// Returns whether another connection may help: a server may close an idle one at the moment when it is used again.
    pub(super) fn is_broken_off(&self) -> bool {
        matches!(self, Self::Lost(error) if !error.is_connect())
    }
}

impl HttpClient {
    pub(super) fn connector(&self) -> Connector {
        self.connector.clone()
    }

    pub(super) fn new(connector: Connector, usual: HeaderMap) -> Self {
        let wire = legacy::Client::builder(TokioExecutor::new())
            .timer(TokioTimer::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            // Old servers of small sites send such headers.
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .build(connector.clone());
        Self {
            wire,
            connector,
            usual,
        }
    }

    /// Sends a request and returns its answer once the head has arrived.
    pub(super) async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
    ) -> Result<Response, Unanswered> {
        let to: Uri = url.as_str().parse().map_err(http::Error::from)?;
        let login = self.connector.proxy_login(&to);
        let request = http::Request::builder().method(method).uri(to);
        let mut request = request.body(Body::default())?;
        *request.headers_mut() = self.usual.clone();
        request.headers_mut().extend(headers);
        if let Some(login) = login {
            request.headers_mut().insert(PROXY_AUTHORIZATION, login);
        }
        let hints = Arc::new(Hints::default());
        on_informational(&mut request, {
            let hints = hints.clone();
            move |hint| hints.count(hint.status().as_u16(), hint.headers())
        });
        tokio::select! {
            biased;
            answer = self.wire.request(request) => Ok(answer?.map(Body::wrap).into()),
            () = hints.enough.notified() => Err(Unanswered::Hints(hints.last.load(Ordering::Relaxed))),
        }
    }
}

/// The interim responses that arrived before an answer.
#[derive(Debug, Default)]
struct Hints {
    heads: AtomicUsize,
    bytes: AtomicUsize,
    last: AtomicU16,
    enough: Notify,
}

impl Hints {
    fn count(&self, status: u16, headers: &HeaderMap) {
        let size = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len());
        let size: usize = size.sum();
        let heads = self.heads.fetch_add(1, Ordering::Relaxed) + 1;
        let bytes = self.bytes.fetch_add(size, Ordering::Relaxed) + size;
        self.last.store(status, Ordering::Relaxed);
        if heads > MOST_HINTS || bytes > MOST_HINT_BYTES {
            self.enough.notify_one();
        }
    }
}
