//! The channel page, the archive, feeds out, health, metrics, and the admin API.
//!
//! It answers requests from the store and the config and keeps nothing of its own. It must not
//! know how sources are read or how channels send. Read [`router`] first: every address is there.

mod actions;
mod admin;
mod api;
mod assets;
mod auth;
mod board;
mod bulletin_page;
mod calendar;
mod card;
mod clients;
mod crowd;
mod days;
mod door;
mod events;
mod feeds;
mod gate;
mod health;
mod language;
mod listen;
mod marks;
mod metrics;
mod named;
mod once;
mod pages;
mod problem;
mod publish;
mod revalidate;
mod selection;
mod sources;
mod steady;
mod stored;
mod templates;
mod tokens;
mod turns;
mod waiting;
mod when;
mod words;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Instant,
};

use axum::{
    Router,
    body::Bytes,
    extract::DefaultBodyLimit,
    http::HeaderMap,
    middleware,
    routing::{delete, get, post},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use self::{
    clients::Client, door::Door, gate::Reported, once::Once, problem::Problem, turns::Turns,
};
use crate::{
    bulletin::Secret,
    config::{Config, Live},
    ops::{Actor, Store},
    push::Pusher,
    watch::Watch,
};

pub use self::{auth::USER_HEADER, waiting::serve_waiting};

/// Bytes of a request's body; the largest real one is a list of some thousand bulletin numbers.
const MAX_BODY: usize = 64 << 10;

/// A request to take the changed config; answered with what is wrong with it.
#[derive(Debug)]
pub struct Reload {
    pub by: Actor,
    pub answer: oneshot::Sender<Result<(), String>>,
}

/// The parts that the pages and the API stand on.
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
    /// The pages say that they are a demonstration: `demo` and `watch`.
    pub is_demo: bool,
    /// Serve the pages; false: only `/healthz`, `/readyz`, `/metrics` and the API.
    pub pages: bool,
}

/// The state that every handler is given.
struct Site {
    desk: Desk,
    address: SocketAddr,
    started: Instant,
    /// The instance is shutting down.
    ending: CancellationToken,
    turns: Turns,
    readiness: Once<health::Answer>,
    readiness_of_all: Once<health::Answer>,
    metrics: Once<Result<Bytes, Problem>>,
    door: Door,
    misled: Reported,
    hub: events::Hub,
    seats: events::Seats,
}

type Shared = Arc<Site>;

impl Site {
    fn config(&self) -> Arc<Config> {
        self.desk.config.borrow().clone()
    }

    /// The pages' own address, with a slash at its end: the config's, else where we listen, else,
    /// where that is every address of the machine, or a proxy is in front, the one that this request came to.
    fn url(&self, config: &Config, headers: &HeaderMap) -> String {
        if let Some(public) = &config.web.public_url {
            return format!("{}/", public.as_str().trim_end_matches('/'));
        }
        let is_reached_otherwise =
            self.address.ip().is_unspecified() || gate::is_forwarded(headers);
        let asked = gate::asked_url(headers).filter(|_| is_reached_otherwise);
        match asked
            .as_ref()
            .map(|url| &url[url::Position::BeforeHost..url::Position::AfterPort])
        {
            Some(host) if gate::is_secure(headers) && !host.is_empty() => {
                format!("https://{host}/")
            }
            Some(host) if !host.is_empty() => format!("http://{host}/"),
            _ => format!("http://{}/", self.address),
        }
    }
}

/// The client whose connections are counted, where `address` has one open. Behind a proxy are many clients, and
/// on this machine are those who run us.
fn counted(config: &Config, address: IpAddr) -> Option<Client> {
    let is_shared =
        address.is_loopback() || clients::is_trusted(address, &config.web.trusted_proxies);
    (!is_shared).then(|| Client::of(address))
}

/// Serves until `stop`; what is being answered then has a second to end. From `ending` on it takes no
/// new work and says that the instance shuts down.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    listener: TcpListener,
    desk: Desk,
    ending: CancellationToken,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let site = Arc::new(Site {
        address: listener.local_addr()?,
        desk,
        started: Instant::now(),
        ending,
        turns: Turns::default(),
        readiness: Once::default(),
        readiness_of_all: Once::default(),
        metrics: Once::default(),
        door: Door::default(),
        misled: Reported::default(),
        hub: events::Hub::default(),
        seats: events::Seats::default(),
    });
    let counted = |address| counted(&site.config(), address);
    let pages = listen::serve(listener, counted, router(Arc::clone(&site)), stop);
    tokio::join!(pages, site.hub.run(&site.desk.store, &site.ending));
    Ok(())
}

fn router(site: Shared) -> Router {
    let mut router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .nest("/api/v1", api_router(&site));
    if site.desk.pages {
        router = router
            .merge(pages_router(&site))
            .merge(admin::router(&site));
    }
    router
        .fallback(problem::not_found)
        .layer(middleware::from_fn_with_state(site.clone(), gate::pass))
        .layer(middleware::from_fn_with_state(site.clone(), problem::dress))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(site)
}

fn pages_router(site: &Shared) -> Router<Shared> {
    Router::new()
        .route("/", get(pages::channel))
        .route("/sources", get(sources::sources))
        .route("/b/{id}", get(bulletin_page::page))
        .route("/b/{id}/print", get(bulletin_page::print))
        .route("/board", get(board::board))
        .merge(feeds::router())
        .route("/deadlines.ics", get(calendar::deadlines))
        .route_layer(middleware::from_fn_with_state(site.clone(), turns::take))
        .route("/style.css", get(assets::style))
        .route("/events", get(events::events))
        .route("/noticast.js", get(assets::script))
        .route("/board.css", get(assets::board_style))
        .route("/print.css", get(assets::print_style))
        .route("/icon.svg", get(assets::icon))
        .route("/qr.svg", get(assets::qr))
        .layer(middleware::from_fn(revalidate::pages))
        .layer(compression())
}

/// Pages and feeds travel packed; the API does not, since it mixes secrets with what is asked.
fn compression() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(5))
}

fn api_router(site: &Shared) -> Router<Shared> {
    api_of_admins()
        .merge(api_of_publishers())
        .fallback(problem::not_found)
        .layer(middleware::from_fn_with_state(
            site.clone(),
            api::no_new_work_at_the_end,
        ))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            auth::require_token,
        ))
}

fn api_of_admins() -> Router<Shared> {
    Router::new()
        .route("/sources", get(api::sources).post(stored::add))
        .route("/sources/preview", post(stored::preview))
        .route(
            "/sources/{id}",
            get(stored::one).patch(stored::edit).delete(stored::remove),
        )
        .route("/sources/{id}/poll", post(actions::poll))
        .route("/sources/{id}/pause", post(actions::pause))
        .route("/sources/{id}/resume", post(actions::resume))
        .route("/channels", get(api::channels))
        .route("/channels/{id}/test", post(actions::test_channel))
        .route("/bulletins/{id}/rebroadcast", post(api::rebroadcast))
        .route("/deliveries", get(api::deliveries))
        .route("/deliveries/{id}/retry", post(actions::retry))
        .route("/deliveries/{id}/cancel", post(actions::cancel))
        .route("/bulletins/{id}/timeline", get(actions::timeline))
        .route("/held", get(api::held).post(api::settle_held))
        .route("/tokens", get(tokens::tokens).post(tokens::create))
        .route("/tokens/{id}", delete(tokens::revoke))
        .route("/reload", post(api::reload))
        .route("/audit", get(api::audit))
        .route("/workers", get(api::workers))
        .route("/export", get(api::export))
        .route_layer(middleware::from_fn(auth::require_admin_to_write))
}

fn api_of_publishers() -> Router<Shared> {
    Router::new()
        .route("/bulletins", get(api::bulletins).post(publish::publish))
        .route("/bulletins/{id}", get(api::bulletin).patch(publish::amend))
        .route("/bulletins/{id}/withdraw", post(publish::withdraw))
        .route_layer(middleware::from_fn(auth::require_publisher_to_write))
}
