//! An office's own bulletins, by the API: published, corrected, withdrawn.

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
    problem::Problem,
    site::{Shared, Site},
};
use crate::{
    bulletin::BulletinId,
    ops::{Actor, Amendment, Publication, Refusal, StoreError},
    round, view,
};

/// 201 with the bulletin; the same `request_id` again: 200 with the same one.
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
