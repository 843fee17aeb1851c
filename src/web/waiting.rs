//! Serves the pages of an instance whose database is unreachable at its start: each address reports that until the
//! store can be opened.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    middleware,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use super::{
    clients::counted,
    dress::{root_of, secured, wants_html},
    health::{answer::Answer, database_away},
    language, listen,
    problem::Problem,
    templates,
};
use crate::{bulletin::Language, config::Config};

/// The seconds after which a client tries again.
const ASK_AGAIN: u64 = 5;

struct Waiting {
    config: Arc<Config>,
    why: watch::Receiver<String>,
}

type Shared = Arc<Waiting>;

/// Serves until `stop`; `why` is the trouble of the database.
pub async fn serve_waiting(
    listener: TcpListener,
    config: Arc<Config>,
    why: watch::Receiver<String>,
    stop: CancellationToken,
) {
    let waiting = Arc::new(Waiting {
        config: Arc::clone(&config),
        why,
    });
    let router = Router::new()
        .route("/healthz", get(async || Answer::new(Vec::new())))
        .route("/readyz", get(readyz))
        .fallback(not_yet)
        .layer(middleware::map_response(async |response| secured(response)))
        .with_state(waiting);
    let counted = |address| counted(&config, address);
    listen::serve(listener, counted, router, stop).await;
}

async fn readyz(State(waiting): State<Shared>) -> Answer {
    let why = waiting.why.borrow().clone();
    Answer::new(vec![database_away(&why, Language::OF_LOG)])
}

async fn not_yet(State(waiting): State<Shared>, request: Request) -> Response {
    let config = &waiting.config;
    let status = StatusCode::SERVICE_UNAVAILABLE;
    let is_page = config.web.listen.is_some() && !request.uri().path().starts_with("/api/");
    if is_page && wants_html(request.headers()) {
        let language = language::asked(request.headers(), config.language);
        if let Ok(page) = templates::error(status, None, language, &root_of(config)) {
            return (status, Html(page)).into_response();
        }
    }
    let detail =
        "the database cannot be reached; /readyz says why, and noticast starts once it can";
    Problem::new(status, detail)
        .after(ASK_AGAIN)
        .into_response()
}
