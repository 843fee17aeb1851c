//! Serves the channel page, the archive, outgoing feeds, health, metrics, and the admin API.
//!
//! It answers requests from the store and the config and stores nothing itself. It must not know how sources are read
//! or how channels send. Read [`router`] first: it lists every address.

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
mod export;
mod feeds;
mod gate;
mod health;
mod language;
mod listen;
mod marks;
mod metrics;
mod named;
mod once;
mod openapi;
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
mod together;
mod tokens;
mod turns;
mod viewer;
mod waiting;
mod websub;
mod when;

use std::sync::Arc;

use axum::{Extension, Router, extract::DefaultBodyLimit, middleware, routing::get};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{CompressionLevel, compression::CompressionLayer};
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use self::{
    site::{Shared, Site},
    together::Together,
};
use crate::ops::Scope;

pub use self::{
    auth::USER_HEADER,
    site::{Desk, Reload},
    waiting::serve_waiting,
};

/// The maximum length, in bytes, of a request's body; the largest real one is a list of some thousand bulletin numbers.
const MAX_BODY: usize = 64 << 10;

/// The maximum length, in bytes, of a body with the text of a bulletin, in which each character may be written as
/// `\u1234`.
const MAX_TEXT: usize = 256 << 10;

/// Serves until `stop`; requests in progress then have a second to end. From `ending` on it accepts no new work and
/// reports that the instance shuts down.
///
/// # Errors
/// Fails if the listener fails.
pub async fn serve(
    listener: TcpListener,
    desk: Desk,
    ending: CancellationToken,
    stop: CancellationToken,
) -> std::io::Result<()> {
    let site = Arc::new(Site::new(desk, listener.local_addr()?, ending));
    let counted = |address| clients::counted(&site.config(), address);
    let pages = listen::serve(listener, counted, router(Arc::clone(&site)), stop);
    tokio::join!(
        pages,
        site.hub.run(&site.desk.store, &site.ending),
        websub::run(&site)
    );
    Ok(())
}

fn router(site: Shared) -> Router {
    let (api, description) = api(&site);
    let mut router = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .merge(api.layer(Extension(Arc::new(description))));
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
    let pages = Router::new()
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
        .layer(middleware::from_fn(revalidate::pages))
        .layer(compression())
        .layer(middleware::from_fn_with_state(
            Together::default(),
            together::answer,
        ));
    pages.merge(beside_pages())
}

/// Returns the resources that pages are made of, and the stream that announces new ones.
fn beside_pages() -> Router<Shared> {
    Router::new()
        .route("/style.css", get(assets::style))
        .route("/events", get(events::events))
        .route("/noticast.js", get(assets::script))
        .route("/board.css", get(assets::board_style))
        .route("/print.css", get(assets::print_style))
        .route("/icon.svg", get(assets::icon))
        .route("/qr.svg", get(assets::qr))
        .layer(compression())
}

/// Compresses pages and feeds, but not the API, since it mixes secrets with input of the caller.
fn compression() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Precise(5))
}

/// Returns every address of the API, and its description.
fn api(site: &Shared) -> (Router<Shared>, OpenApi) {
    let guarded = api_routes()
        .fallback(problem::not_found)
        .layer(middleware::from_fn_with_state(
            site.clone(),
            api::no_new_work_at_the_end,
        ))
        .layer(middleware::from_fn_with_state(
            site.clone(),
            auth::require_token,
        ));
    OpenApiRouter::with_openapi(openapi::head())
        .nest("/api/v1", guarded)
        .split_for_parts()
}

fn api_routes() -> OpenApiRouter<Shared> {
    let of_admins = api_of_sources().merge(api_of_the_rest());
    scoped(of_admins, Scope::Admin).merge(scoped(api_of_publishers(), Scope::Publish))
}

/// Requires the least scope for reading and `to_write` for everything else, and adds that to the description.
fn scoped(mut routes: OpenApiRouter<Shared>, to_write: Scope) -> OpenApiRouter<Shared> {
    openapi::complete(routes.get_openapi_mut(), to_write);
    routes.route_layer(middleware::from_fn_with_state(
        to_write,
        auth::require_scope,
    ))
}

fn api_of_sources() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(api::sources, stored::add))
        .routes(routes!(stored::preview))
        .routes(routes!(stored::one, stored::edit, stored::remove))
        .routes(routes!(actions::poll))
        .routes(routes!(actions::pause))
        .routes(routes!(actions::resume))
}

fn api_of_the_rest() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(openapi::describe))
        .routes(routes!(api::channels, stored::channels::add))
        .routes(routes!(
            stored::channels::one,
            stored::channels::edit,
            stored::channels::remove
        ))
        .routes(routes!(actions::test_channel))
        .routes(routes!(api::rebroadcast))
        .routes(routes!(actions::timeline))
        .routes(routes!(api::deliveries))
        .routes(routes!(actions::retry))
        .routes(routes!(actions::cancel))
        .routes(routes!(api::held, api::settle_held))
        .routes(routes!(tokens::tokens, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(api::reload))
        .routes(routes!(api::audit))
        .routes(routes!(api::workers))
        .routes(routes!(export::export))
}

fn api_of_publishers() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(api::bulletins, publish::publish))
        .routes(routes!(api::bulletin, publish::amend))
        .route_layer(DefaultBodyLimit::max(MAX_TEXT))
        .routes(routes!(publish::withdraw))
}
