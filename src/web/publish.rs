//! Publishes, corrects and withdraws an office's own bulletins by the API.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use chrono::Utc;

use super::{
    api::Sent,
    auth::Caller,
    named,
    openapi::PROBLEM,
    problem::Problem,
    site::{Shared, Site},
};
use crate::{
    bulletin::BulletinId,
    ops::{Actor, Amendment, Publication, Refusal, StoreError},
    round, view,
};

/// Publishes a bulletin in a source of kind `desk`.
#[utoipa::path(post, path = "/bulletins", operation_id = "publish_bulletin", request_body = Publication, responses((status = 201, description = "The bulletin", body = view::Bulletin), (status = 200, description = "The bulletin that the same `request_id` published before", body = view::Bulletin), (status = 404, description = "There is no such source or channel", body = Problem, content_type = PROBLEM), (status = 413, description = "The body is larger than 256 KiB", body = Problem, content_type = PROBLEM)))]
pub(super) async fn publish(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(publication): Sent<Publication>,
) -> Result<(StatusCode, Json<view::Bulletin>), Problem> {
    let publication = round::summarised(publication);
    let config = site.config();
    let pages = config.web.public_url.as_ref();
    let store = &site.desk.store;
    let issued = store
        .publish(publication, pages, &actor, Utc::now())
        .await?;
    let status = match issued.is_new {
        true => StatusCode::CREATED,
        false => StatusCode::OK,
    };
    Ok((status, Json(shown(&site, issued.id).await?)))
}

/// Corrects a bulletin of a `desk` source; messages that were sent are edited.
#[utoipa::path(patch, path = "/bulletins/{id}", operation_id = "amend_bulletin", params(("id" = BulletinId, Path, description = "The number of the bulletin")), request_body = Amendment, responses((status = 200, description = "The bulletin as it is now", body = view::Bulletin), (status = 413, description = "The body is larger than 256 KiB", body = Problem, content_type = PROBLEM)))]
pub(super) async fn amend(
    State(site): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    Sent(amendment): Sent<Amendment>,
) -> Result<Json<view::Bulletin>, Problem> {
    let id = named::bulletin(&id)?;
    let title = shown(&site, id).await?.title;
    let amendment = round::resummarised(amendment, &title);
    let store = &site.desk.store;
    store.amend(id, amendment, caller.by(), Utc::now()).await?;
    Ok(Json(shown(&site, id).await?))
}

/// Withdraws a bulletin of a `desk` source.
#[utoipa::path(post, path = "/bulletins/{id}/withdraw", operation_id = "withdraw_bulletin", params(("id" = BulletinId, Path, description = "The number of the bulletin")), responses((status = 200, description = "The bulletin as it is now", body = view::Bulletin)))]
pub(super) async fn withdraw(
    State(site): State<Shared>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Json<view::Bulletin>, Problem> {
    let id = named::bulletin(&id)?;
    site.desk
        .store
        .withdraw(id, caller.by(), Utc::now())
        .await?;
    Ok(Json(shown(&site, id).await?))
}

async fn shown(site: &Site, id: BulletinId) -> Result<view::Bulletin, Problem> {
    let found = site.desk.store.bulletin(id).await?;
    let found = found.ok_or(StoreError::from(Refusal::NoBulletin(id)))?;
    Ok(view::Bulletin::new(found, site.config().time_zone))
}
