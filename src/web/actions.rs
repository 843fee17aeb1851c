//! Actions of admins on one source, one channel or one delivery, and the timeline of one bulletin, by the API.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use chrono::Utc;
use serde_json::{Value, json};

use super::{
    named,
    problem::Problem,
    site::{Shared, Site},
};
use crate::{
    bulletin::{DeliveryId, MessageRef, SourceId},
    ops::{Actor, Refusal, StoreError},
    round::Looked,
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
    let source = named::source(site, id)?;
    let store = &site.desk.store;
    store.set_paused(&source, paused, actor, Utc::now()).await?;
    source_now(site, &source).await.map(Json)
}

/// A source as it is now.
pub(super) async fn source_now(site: &Site, source: &SourceId) -> Result<view::Source, Problem> {
    let alone = Filters {
        source: Some(source.clone()),
        ..Filters::default()
    };
    let mut listing = view::sources(&site.desk.store, &site.config(), &alone).await?;
    let found = listing.items.pop();
    let missing = || Problem::missing(format!("no source `{source}`"));
    found.ok_or_else(missing)
}

pub(super) async fn poll(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let looked = poll_for(&site, &actor, &id).await?;
    Ok(Json(json!({
        "new": looked.new,
        "held": looked.held.len(),
        "error": looked.error,
    })))
}

/// Polls a source now, whoever asks for it, and writes that into the audit log.
pub(super) async fn poll_for(site: &Site, actor: &Actor, id: &str) -> Result<Looked, Problem> {
    let source = named::source(site, id)?;
    let store = &site.desk.store;
    store.log(actor, ("poll", id), Utc::now()).await?;
    let looked = site.desk.watch.poll(&source).await?;
    looked.ok_or_else(|| Problem::missing(format!("no source `{id}`")))
}

pub(super) async fn test_channel(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let message = test_for(&site, &actor, &id).await?;
    Ok(Json(json!({ "message": message })))
}

/// Sends one test card; a channel that was set aside and takes it goes on.
pub(super) async fn test_for(
    site: &Site,
    actor: &Actor,
    id: &str,
) -> Result<Option<MessageRef>, Problem> {
    let channel = named::channel(site, id)?;
    let store = &site.desk.store;
    store.log(actor, ("test-channel", id), Utc::now()).await?;
    let sent = site.desk.pusher.test(&channel).await;
    sent.map_err(|why| Problem::new(StatusCode::BAD_GATEWAY, why.to_string()))
}

pub(super) async fn retry(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Delivery>, Problem> {
    let id = named::delivery(&id)?;
    let store = &site.desk.store;
    store.retry_delivery(id, &actor, Utc::now()).await?;
    delivery(&site, id).await
}

pub(super) async fn cancel(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Delivery>, Problem> {
    let id = named::delivery(&id)?;
    let store = &site.desk.store;
    store.cancel_delivery(id, &actor, Utc::now()).await?;
    delivery(&site, id).await
}

async fn delivery(site: &Site, id: DeliveryId) -> Result<Json<view::Delivery>, Problem> {
    let found = site.desk.store.delivery(id).await?;
    let found = found.ok_or(StoreError::from(Refusal::NoDelivery(id)))?;
    Ok(Json(view::Delivery::new(found, site.config().time_zone)))
}

/// The timeline in order, a page at a time; the cursor is the place in it.
pub(super) async fn timeline(
    State(site): State<Shared>,
    Path(id): Path<String>,
    asked: Result<Query<Filters>, QueryRejection>,
) -> Result<Json<Listing<Happening>>, Problem> {
    let id = named::bulletin(&id)?;
    let filters = asked?.0.bounded();
    let listing = view::timeline_page(&site.desk.store, &site.config(), id, &filters).await?;
    Ok(Json(listing))
}
