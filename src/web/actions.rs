//! What admins do to one source or one delivery, and what happened to one bulletin, by the API.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use chrono::Utc;

use super::{Shared, Site, api::bulletin_id, problem::Problem};
use crate::{
    bulletin::{DeliveryId, SourceId},
    ops::{Actor, Refusal, StoreError},
    view::{self, Filters, Happening, Listing},
};

pub(super) async fn pause(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Source>, Problem> {
    set_paused(&site, &actor, &id, true).await
}

pub(super) async fn resume(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Source>, Problem> {
    set_paused(&site, &actor, &id, false).await
}

async fn set_paused(
    site: &Site,
    actor: &Actor,
    id: &str,
    paused: bool,
) -> Result<Json<view::Source>, Problem> {
    let config = site.config();
    let mut sources = config.sources.iter();
    let source = sources.find(|source| source.id.as_str() == id);
    let source = source.ok_or_else(|| missing(id))?.id.clone();
    let store = &site.desk.store;
    store.set_paused(&source, paused, actor, Utc::now()).await?;
    shown(site, source).await
}

fn missing(id: &str) -> Problem {
    Problem::missing(format!("no source `{id}`"))
}

async fn shown(site: &Site, source: SourceId) -> Result<Json<view::Source>, Problem> {
    let alone = Filters {
        source: Some(source.clone()),
        ..Filters::default()
    };
    let mut listing = view::sources(&site.desk.store, &site.config(), &alone).await?;
    let found = listing.items.pop();
    found.map(Json).ok_or_else(|| missing(source.as_str()))
}

pub(super) async fn retry(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Delivery>, Problem> {
    let id = delivery_id(&id)?;
    let store = &site.desk.store;
    store.retry_delivery(id, &actor, Utc::now()).await?;
    delivery(&site, id).await
}

pub(super) async fn cancel(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Delivery>, Problem> {
    let id = delivery_id(&id)?;
    let store = &site.desk.store;
    store.cancel_delivery(id, &actor, Utc::now()).await?;
    delivery(&site, id).await
}

fn delivery_id(text: &str) -> Result<DeliveryId, Problem> {
    let number = text.parse().map(DeliveryId);
    number.map_err(|_| Problem::missing(format!("no delivery `{text}`; a number is expected")))
}

async fn delivery(site: &Site, id: DeliveryId) -> Result<Json<view::Delivery>, Problem> {
    let found = site.desk.store.delivery(id).await?;
    let found = found.ok_or(StoreError::from(Refusal::NoDelivery(id)))?;
    Ok(Json(view::Delivery::new(found, site.config().time_zone)))
}

/// All of it in order, a page at a time; the cursor is the place in it.
pub(super) async fn timeline(
    State(site): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<Filters>, QueryRejection>,
) -> Result<Json<Listing<Happening>>, Problem> {
    let id = bulletin_id(&id)?;
    let filters = asked?.0.bounded();
    let listing = view::timeline_page(&site.desk.store, &site.config(), id, &filters).await?;
    Ok(Json(listing))
}
