//! Performs actions of admins on one source, one channel or one delivery, and returns the timeline of one bulletin, by
//! the API.

use axum::{
    Extension, Json,
    extract::{Path, Query, State, rejection::QueryRejection},
};
use chrono::Utc;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    named,
    openapi::{PROBLEM, queries},
    problem::Problem,
    site::{Shared, Site},
};
use crate::{
    bulletin::{BulletinId, ChannelId, DeliveryId, MessageRef, SourceId},
    ops::{Actor, Refusal, StoreError},
    round::PollOutcome,
    view::{self, Filters, Happening, Listing},
};

/// Pauses a source.
#[utoipa::path(post, path = "/sources/{id}/pause", operation_id = "pause_source", params(("id" = SourceId, Path, description = "The id of the source")), responses((status = 200, description = "The source as it is now", body = view::Source)))]
pub(super) async fn pause(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<view::Source>, Problem> {
    set_paused(&site, &actor, &id, true).await
}

/// Resumes a source that was paused.
#[utoipa::path(post, path = "/sources/{id}/resume", operation_id = "resume_source", params(("id" = SourceId, Path, description = "The id of the source")), responses((status = 200, description = "The source as it is now", body = view::Source)))]
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

/// Returns a source in its present state.
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

/// The outcome of a poll.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Polled {
    /// The bulletins that were published, oldest first.
    new: Vec<BulletinId>,
    /// The number of bulletins that are now held for review.
    held: usize,
    /// The reason why the poll failed.
    #[schema(required)]
    error: Option<String>,
}

/// Polls a source now, regardless of its schedule, and answers when the poll is done.
#[utoipa::path(post, path = "/sources/{id}/poll", operation_id = "poll_source", params(("id" = SourceId, Path, description = "The id of the source")), responses((status = 200, description = "The outcome of the poll", body = Polled)))]
pub(super) async fn poll(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Polled>, Problem> {
    let polled = poll_for(&site, &actor, &id).await?;
    Ok(Json(Polled {
        new: polled.new,
        held: polled.held.len(),
        error: polled.error,
    }))
}

/// Polls a source now, for an API or desk request, and records that in the audit log.
pub(super) async fn poll_for(site: &Site, actor: &Actor, id: &str) -> Result<PollOutcome, Problem> {
    let source = named::source(site, id)?;
    let store = &site.desk.store;
    store.log(actor, ("poll", id), Utc::now()).await?;
    let polled = site.desk.watch.poll(&source).await?;
    polled.ok_or_else(|| Problem::missing(format!("no source `{id}`")))
}

/// A test message that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Tested {
    /// The platform's own ID of the message.
    #[schema(required)]
    message: Option<MessageRef>,
}

/// Sends a test message to a channel.
#[utoipa::path(post, path = "/channels/{id}/test", operation_id = "test_channel", params(("id" = ChannelId, Path, description = "The id of the channel")), responses((status = 200, description = "The message was sent", body = Tested), (status = 502, description = "The platform did not accept it; the detail says why", body = Problem, content_type = PROBLEM)))]
pub(super) async fn test_channel(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Tested>, Problem> {
    let message = test_for(&site, &actor, &id).await?;
    Ok(Json(Tested { message }))
}

/// Sends one test message; a channel that was set aside and accepts it is resumed.
pub(super) async fn test_for(
    site: &Site,
    actor: &Actor,
    id: &str,
) -> Result<Option<MessageRef>, Problem> {
    let channel = named::channel(site, id)?;
    let store = &site.desk.store;
    store.log(actor, ("test-channel", id), Utc::now()).await?;
    let sent = site.desk.pusher.test(&channel).await;
    sent.map_err(|why| Problem::unsent(&why.0))
}

/// Retries a delivery that failed.
#[utoipa::path(post, path = "/deliveries/{id}/retry", operation_id = "retry_delivery", params(("id" = DeliveryId, Path, description = "The number of the delivery")), responses((status = 200, description = "The delivery as it is now", body = view::Delivery)))]
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

/// Cancels a queued delivery.
#[utoipa::path(post, path = "/deliveries/{id}/cancel", operation_id = "cancel_delivery", params(("id" = DeliveryId, Path, description = "The number of the delivery")), responses((status = 200, description = "The delivery as it is now", body = view::Delivery)))]
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

/// Shows the history of a bulletin, oldest first.
#[utoipa::path(get, path = "/bulletins/{id}/timeline", operation_id = "get_timeline", params(("id" = BulletinId, Path, description = "The number of the bulletin"), queries::TimelinePaging), responses((status = 200, description = "The events, oldest first", body = Listing<Happening>)))]
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
