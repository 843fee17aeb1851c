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
mod dress;
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
mod site;
mod sources;
mod steady;
mod stored;
mod templates;
mod text;
mod tokens;
mod turns;
mod viewer;
mod waiting;
mod when;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, post},
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{CompressionLevel, compression::CompressionLayer};

use self::site::{Shared, Site};

pub use self::{
    auth::USER_HEADER,
    site::{Desk, Reload},
    waiting::serve_waiting,
};

/// Bytes of a request's body; the largest real one is a list of some thousand bulletin numbers.
const MAX_BODY: usize = 64 << 10;

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
    let site = Arc::new(Site::new(desk, listener.local_addr()?, ending));
    let counted = |address| clients::counted(&site.config(), address);
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
        .layer(middleware::from_fn_with_state(site.clone(), dress::dress))
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
        .route_layer(middleware::from_fn_with_state(
            site.turns.clone(),
            turns::take,
        ))
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
