//! Serves the desk: everything is run from here in a browser, by mouse, keyboard or phone, with or without scripts.
//!
//! Each page is a [`page::DeskPage`] of text, tables and forms; each form does one operation of `ops` and leads back to
//! its page. Read [`router`] first.

mod announce;
mod audit;
mod bulletins;
mod channel_form;
mod channels;
mod charts;
mod chats;
mod context;
mod held;
mod names;
mod origin;
mod page;
mod page_copy;
mod publish;
mod rebroadcast;
mod schedule_words;
mod session;
mod source_form;
mod source_preview;
mod sources;
mod status;
mod stored;
mod stored_channels;
mod svg;
mod tokens;
mod typed;
mod upkeep;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post},
};

use super::{assets, problem, site::Shared};

/// The maximum length, in bytes, of a form: the longest text that may be published has twenty thousand characters, each
/// nine bytes in a form.
const MAX_FORM: usize = 256 << 10;

pub(super) fn router(site: &Shared) -> Router<Shared> {
    Router::new()
        .route("/admin", get(status::page))
        .route("/admin/", get(status::page))
        .merge(lists())
        .merge(forms())
        .route("/admin/{*rest}", get(problem::not_found))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .route_layer(middleware::from_fn_with_state(
            site.clone(),
            session::require,
        ))
        .route(
            "/admin/sign-in",
            get(session::sign_in_page).post(session::sign_in),
        )
        .route("/admin/sign-out", post(session::sign_out))
        .route("/desk.css", get(assets::desk_style))
        .route("/desk.js", get(assets::desk_script))
}

fn lists() -> Router<Shared> {
    Router::new()
        .route("/admin/sources", get(sources::list))
        .route("/admin/sources/{id}", get(sources::one))
        .route("/admin/add-source", get(stored::page).post(stored::add))
        .route("/admin/page-copy", get(page_copy::page))
        .route(
            "/admin/add-channel",
            get(stored_channels::page).post(stored_channels::add),
        )
        .route("/admin/channels", get(channels::list))
        .route("/admin/channels/{id}", get(channels::one))
        .route("/admin/outbox", get(channels::outbox))
        .route("/admin/held", get(held::page).post(held::settle))
        .route("/admin/bulletins", get(bulletins::list))
        .route("/admin/bulletins/{id}", get(bulletins::one))
        .route("/admin/publish", get(publish::page).post(publish::publish))
        .route("/admin/charts", get(charts::page))
        .route("/admin/audit", get(audit::page))
        .route("/admin/export", get(upkeep::export))
        .route("/admin/tokens", get(tokens::page).post(tokens::create))
}

fn forms() -> Router<Shared> {
    Router::new()
        .route("/admin/sources/{id}/pause", post(sources::pause))
        .route("/admin/sources/{id}/resume", post(sources::resume))
        .route("/admin/sources/{id}/poll", post(sources::poll))
        .route(
            "/admin/sources/{id}/edit",
            get(stored::pointed_at).post(stored::edit),
        )
        .route("/admin/sources/{id}/remove", post(stored::remove))
        .route("/admin/channels/{id}/test", post(channels::test))
        .route("/admin/channels/{id}/edit", post(stored_channels::edit))
        .route("/admin/channels/{id}/remove", post(stored_channels::remove))
        .route("/admin/announce", post(announce::announce))
        .route("/admin/chats", post(chats::add))
        .route("/admin/chats/{id}", post(chats::change))
        .route("/admin/reload", post(upkeep::reload))
        .route("/admin/outbox/{id}/retry", post(channels::retry))
        .route("/admin/outbox/{id}/cancel", post(channels::cancel))
        .route(
            "/admin/bulletins/{id}/rebroadcast",
            post(rebroadcast::rebroadcast),
        )
        .route(
            "/admin/bulletins/{id}/rebroadcast/{run}",
            get(rebroadcast::progress),
        )
        .route(
            "/admin/bulletins/{id}/rebroadcast/{run}/undo",
            post(rebroadcast::undo),
        )
        .route("/admin/bulletins/{id}/withdraw", post(bulletins::withdraw))
        .route("/admin/bulletins/{id}/correct", post(bulletins::correct))
        .route("/admin/tokens/{id}/revoke", post(tokens::revoke))
}
