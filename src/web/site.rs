//! Holds the parts that the pages and the API are built on, and the state that every handler receives.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Instant};

use axum::{
    body::Bytes,
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    clients,
    door::Door,
    events::{hub::Hub, seats::Seats},
    gate::warning_clock::WarningClock,
    health::answer::Answer,
    language::{self, PageLanguage},
    once::Once,
    problem::Problem,
    turns::Turns,
    websub::trouble::HubTrouble,
};
use crate::{
    bulletin::Secret,
    config::{Config, Live},
    ops::{Actor, Store},
    push::Pusher,
    watch::Watch,
};

/// A request to reload the changed config; answered with its mistakes.
#[derive(Debug)]
pub struct Reload {
    pub by: Actor,
    pub answer: oneshot::Sender<Result<(), String>>,
}

/// The parts that the pages and the API are built on.
#[derive(Debug, Clone)]
pub struct Desk {
    pub store: Store,
    pub config: Live,
    pub watch: Watch,
    pub pusher: Pusher,
    pub reload: mpsc::Sender<Reload>,
    /// The admin token of the config, or the one in `STATE/admin-token`.
    pub admin_token: Secret,
    /// The token in `STATE/instance.json`, for commands of the same machine; as good as the admin token.
    pub instance_token: Secret,
    /// True if the pages show that they are a demonstration: `demo` and `watch`.
    pub is_demo: bool,
    /// True if the pages are served; otherwise only `/healthz`, `/readyz`, `/metrics` and the API.
    pub pages: bool,
}

/// The state that every handler receives.
pub(super) struct Site {
    pub(super) desk: Desk,
    pub(super) address: SocketAddr,
    pub(super) started: Instant,
    /// Cancelled when the instance is shutting down.
    pub(super) ending: CancellationToken,
    pub(super) turns: Turns,
    pub(super) readiness: Once<Answer>,
    pub(super) readiness_of_all: Once<Answer>,
    pub(super) metrics: Once<Result<Bytes, Problem>>,
    pub(super) door: Door,
    pub(super) misled: WarningClock,
    pub(super) hub: Hub,
    pub(super) seats: Seats,
    pub(super) hub_trouble: HubTrouble,
}

pub(super) type Shared = Arc<Site>;

impl Site {
    pub(super) fn new(desk: Desk, address: SocketAddr, ending: CancellationToken) -> Self {
        Self {
            address,
            desk,
            started: Instant::now(),
            ending,
            turns: Turns::default(),
            readiness: Once::default(),
            readiness_of_all: Once::default(),
            metrics: Once::default(),
            door: Door::default(),
            misled: WarningClock::default(),
            hub: Hub::default(),
            seats: Seats::default(),
            hub_trouble: HubTrouble::default(),
        }
    }

    pub(super) fn config(&self) -> Arc<Config> {
        self.desk.config.borrow().clone()
    }

    /// Returns the pages' own address, with a slash at its end: the config's, otherwise the one where we listen. If
    /// that is every address of the machine, or if a proxy is in front, it is the one that this request was sent to.
    pub(super) fn url(&self, config: &Config, headers: &HeaderMap) -> String {
        if let Some(public) = &config.web.public_url {
            return format!("{}/", public.as_str().trim_end_matches('/'));
        }
        let is_reached_otherwise =
            self.address.ip().is_unspecified() || clients::is_forwarded(headers);
        let asked = clients::asked_url(headers).filter(|_| is_reached_otherwise);
        match asked
            .as_ref()
            .map(|url| &url[url::Position::BeforeHost..url::Position::AfterPort])
        {
            Some(host) if clients::is_secure(headers) && !host.is_empty() => {
                format!("https://{host}/")
            }
            Some(host) if !host.is_empty() => format!("http://{host}/"),
            _ => format!("http://{}/", self.address),
        }
    }
}

impl FromRequestParts<Shared> for PageLanguage {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, Infallible> {
        Ok(Self(language::asked(
            &parts.headers,
            site.config().language,
        )))
    }
}
