//! Serves `/api/v1`: requests of admins and of the command line to a running instance.

use std::{path::PathBuf, time::Duration};

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{FromRequest, Path, Query, Request, State, rejection::QueryRejection},
    http::{Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::Utc;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::oneshot;
use utoipa::{IntoParams, ToSchema};

use super::{
    named,
    openapi::{PROBLEM, queries},
    problem::Problem,
    site::{Reload, Shared, Site},
};
use crate::{
    bulletin::{BulletinId, ChannelId, FieldFault, InputFault},
    ops::{Actor, HeldAction, Refusal, StoreError},
    view::{self, Filters, Listing},
};

/// The timeout of a request's body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_NOTE_CHARS: usize = 500;
const MAX_REQUEST_ID_BYTES: usize = 128;

type Answer<T> = Result<Json<T>, Problem>;
type Asked = Result<Query<Filters>, QueryRejection>;

/// Lists sources, in the order of the config.
#[utoipa::path(get, path = "/sources", operation_id = "list_sources", params(queries::SourceFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Source>), (status = 404, description = "There is no such channel", body = Problem, content_type = PROBLEM)))]
pub(super) async fn sources(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Source>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::sources(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Lists the channels in the config, then subscribed chats.
#[utoipa::path(get, path = "/channels", operation_id = "list_channels", params(queries::ChannelFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Channel>)))]
pub(super) async fn channels(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Channel>> {
    Ok(Json(channels_now(&site, &asked?.0.bounded()).await?))
}

/// Returns channels together with the state of their senders.
pub(super) async fn channels_now(
    site: &Site,
    filters: &Filters,
) -> Result<Listing<view::Channel>, Problem> {
    let (store, faults) = (&site.desk.store, site.desk.pusher.faults());
    let of_sender = |id: &ChannelId| {
        let fault = faults.iter().find(|fault| fault.serves(id));
        fault.map(|fault| fault.what.clone())
    };
    Ok(view::channels_beside(store, &site.config(), filters, of_sender).await?)
}

/// Lists bulletins, newest first.
#[utoipa::path(get, path = "/bulletins", operation_id = "list_bulletins", params(queries::BulletinFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Bulletin>)))]
pub(super) async fn bulletins(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Bulletin>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::bulletins(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Lists the bulletins that are held for review, newest first.
#[utoipa::path(get, path = "/held", operation_id = "list_held", params(queries::HeldFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Bulletin>)))]
pub(super) async fn held(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Bulletin>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::held(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Lists deliveries, newest first.
#[utoipa::path(get, path = "/deliveries", operation_id = "list_deliveries", params(queries::DeliveryFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Delivery>)))]
pub(super) async fn deliveries(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Delivery>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::deliveries(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Lists the audit log, newest first.
#[utoipa::path(get, path = "/audit", operation_id = "list_audit", params(queries::AuditFilters), responses((status = 200, description = "A page of the list", body = Listing<view::Audit>)))]
pub(super) async fn audit(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Audit>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::audit(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Lists the processes that use the store.
#[utoipa::path(get, path = "/workers", operation_id = "list_workers", params(queries::Paging), responses((status = 200, description = "A page of the list", body = Listing<view::Worker>)))]
pub(super) async fn workers(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Worker>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::workers(&site.desk.store, &site.config(), &filters).await?,
    ))
}

/// Shows one bulletin.
#[utoipa::path(get, path = "/bulletins/{id}", operation_id = "get_bulletin", params(("id" = BulletinId, Path, description = "The number of the bulletin")), responses((status = 200, description = "The bulletin", body = view::Bulletin)))]
pub(super) async fn bulletin(
    State(site): State<Shared>,
    Path(id): Path<String>,
) -> Answer<view::Bulletin> {
    let id = named::bulletin(&id)?;
    let found = site.desk.store.bulletin(id).await?;
    let found = found.ok_or(StoreError::from(Refusal::NoBulletin(id)))?;
    Ok(Json(view::Bulletin::new(found, site.config().time_zone)))
}

/// How to send a bulletin again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rebroadcast {
    /// Only to these channels. Default: all channels that receive the source.
    #[schema(min_items = 1)]
    channels: Option<Vec<ChannelId>>,
    /// A text at the top of the card.
    #[schema(max_length = 500)]
    note: Option<String>,
    /// A repeated request with the same ID sends nothing.
    #[schema(min_length = 1, max_length = 128)]
    request_id: Option<String>,
}

/// The deliveries of a rebroadcast.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Rebroadcasted {
    deliveries: Vec<view::Delivery>,
}

/// Returns a note on top of a card; `None` if it is empty.
pub(super) fn note(typed: Option<String>) -> Result<Option<String>, Problem> {
    let note = typed.map(|note| note.trim().to_owned());
    let note = note.filter(|note| !note.is_empty());
    let length = note.as_ref().map_or(0, |note| note.chars().count());
    match length > MAX_NOTE_CHARS {
        true => Err(Problem::bad_field(FieldFault::new(
            "note",
            InputFault::TooLong(MAX_NOTE_CHARS),
            "500 characters at most are expected",
        ))),
        false => Ok(note),
    }
}

/// Returns a request id that no other request has.
pub(super) fn new_request() -> String {
    format!("{:032x}", fastrand::u128(..))
}

/// Sends a bulletin again, as one message, to all channels that receive its source, or to the given ones.
#[utoipa::path(post, path = "/bulletins/{id}/rebroadcast", operation_id = "rebroadcast_bulletin", params(("id" = BulletinId, Path, description = "The number of the bulletin")), request_body = Rebroadcast, responses((status = 200, description = "Its deliveries", body = Rebroadcasted)))]
pub(super) async fn rebroadcast(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    Sent(wish): Sent<Rebroadcast>,
) -> Answer<Rebroadcasted> {
    let id = named::bulletin(&id)?;
    let note = note(wish.note)?;
    if wish.channels.as_ref().is_some_and(Vec::is_empty) {
        return Err(Problem::bad(
            "`channels`: at least one is expected; leave it out for all that receive the source",
        ));
    }
    let request = wish.request_id.unwrap_or_else(new_request);
    if request.is_empty() || request.len() > MAX_REQUEST_ID_BYTES {
        return Err(Problem::bad("`request_id`: 1 to 128 bytes are expected"));
    }
    let store = &site.desk.store;
    let ids = store
        .rebroadcast(id, wish.channels, note, &request, &actor, Utc::now())
        .await?;
    let zone = site.config().time_zone;
    let mut deliveries = Vec::with_capacity(ids.len());
    for id in ids {
        let delivery = store.delivery(id).await?;
        deliveries.extend(delivery.map(|delivery| view::Delivery::new(delivery, zone)));
    }
    Ok(Json(Rebroadcasted { deliveries }))
}

/// A list of bulletin numbers, or `"all"`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "a list of bulletin numbers or \"all\" is expected"
)]
enum Chosen {
    Some(Vec<BulletinId>),
    All(All),
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum All {
    All,
}

/// A decision on held bulletins: either `newest`, or `publish` and `seen`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Settle {
    publish: Option<Chosen>,
    /// Publishes this many of the newest bulletins of each source, and marks the others as seen.
    newest: Option<usize>,
    seen: Option<Chosen>,
}

/// The bulletins that were published or marked as seen.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct Settled {
    published: Vec<BulletinId>,
    seen: Vec<BulletinId>,
}

/// Publishes held bulletins, or marks them as seen.
#[utoipa::path(post, path = "/held", operation_id = "settle_held", request_body = Settle, responses((status = 200, description = "The bulletins that were published or marked as seen", body = Settled), (status = 404, description = "There is no such bulletin", body = Problem, content_type = PROBLEM)))]
pub(super) async fn settle_held(
    State(site): State<Shared>,
    Extension(actor): Extension<Actor>,
    Sent(wish): Sent<Settle>,
) -> Answer<Settled> {
    let mut settled = Settled::default();
    for action in wish.actions()? {
        let store = &site.desk.store;
        let (published, seen) = store.settle_held(action, &actor, Utc::now()).await?;
        settled.published.extend(published);
        settled.seen.extend(seen);
    }
    Ok(Json(settled))
}

impl Settle {
    fn actions(self) -> Result<Vec<HeldAction>, Problem> {
        if let (Some(n), None, None) = (self.newest, &self.publish, &self.seen) {
            return Ok(vec![HeldAction::Newest(n)]);
        }
        if self.newest.is_some() {
            return Err(Problem::bad(
                "`newest` applies to all held bulletins, so it cannot be combined with `publish` or `seen`",
            ));
        }
        let publish = self.publish.map(|chosen| match chosen {
            Chosen::Some(ids) => HeldAction::Publish(ids),
            Chosen::All(All::All) => HeldAction::PublishAll,
        });
        let seen = self.seen.map(|chosen| match chosen {
            Chosen::Some(ids) => HeldAction::Seen(ids),
            Chosen::All(All::All) => HeldAction::SeenAll,
        });
        // "Publish these, the rest is seen" works only in this order.
        match (publish, seen) {
            (None, None) => Err(Problem::bad("`publish`, `newest` or `seen` is expected")),
            (Some(HeldAction::PublishAll), Some(_)) => Err(Problem::bad(
                "`publish` is \"all\": nothing is left for `seen`",
            )),
            (publish, seen) => Ok(publish.into_iter().chain(seen).collect()),
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReloadOf {
    /// The config file that the client means; an instance reads only its own.
    #[param(value_type = Option<String>)]
    config: Option<PathBuf>,
}

/// The config was applied.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reloaded {
    /// `ok`.
    status: &'static str,
}

/// Applies the changed config, or rejects the whole file.
#[utoipa::path(post, path = "/reload", operation_id = "reload_config", params(ReloadOf), responses((status = 200, description = "The config was applied", body = Reloaded), (status = 422, description = "The config has errors, which the detail lists; nothing was changed", body = Problem, content_type = PROBLEM)))]
pub(super) async fn reload(
    State(site): State<Shared>,
    Extension(by): Extension<Actor>,
    named: Result<Query<ReloadOf>, QueryRejection>,
) -> Answer<Reloaded> {
    let own = site.config().path.clone();
    if let (
        Query(ReloadOf {
            config: Some(named),
        }),
        Some(own),
    ) = (named?, own)
        && named.canonicalize().ok() != own.canonicalize().ok()
    {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            format!(
                "the running instance uses the config file {}, not {}; to switch files, restart it with the other `--config`",
                own.display(),
                named.display()
            ),
        ));
    }
    match reload_for(&site, &by).await? {
        Ok(()) => Ok(Json(Reloaded { status: "ok" })),
        Err(why) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)),
    }
}

/// Reloads the changed config, for an API or desk request; the inner error lists its mistakes.
pub(super) async fn reload_for(site: &Site, by: &Actor) -> Result<Result<(), String>, Problem> {
    let (answer, answered) = oneshot::channel();
    let by = by.clone();
    let asked = site.desk.reload.send(Reload { by, answer }).await;
    let taken = match asked {
        Ok(()) => answered.await.ok(),
        Err(_) => None,
    };
    taken.ok_or_else(|| {
        let detail = "noticast is shutting down; nothing was reloaded";
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    })
}

/// Rejects requests that would begin something while the instance shuts down.
pub(super) async fn no_new_work_at_the_end(
    State(site): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if site.ending.is_cancelled() && request.method() != Method::GET {
        let detail = "noticast is shutting down; nothing was done; try again once it has restarted";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    }
    next.run(request).await
}

/// A request's JSON body, read in bounded time; an empty one is `{}`.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        let body = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, site)).await;
        let body = body
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive"))?
            .map_err(|rejection| {
                let detail = match rejection.status() {
                    StatusCode::PAYLOAD_TOO_LARGE => "the body is too large",
                    _ => "the body did not arrive",
                };
                Problem::new(rejection.status(), detail)
            })?;
        let body: &[u8] = match body.is_empty() {
            true => b"{}",
            false => &body,
        };
        let sent = serde_json::from_slice(body);
        sent.map(Self)
            .map_err(|error| Problem::bad(format!("the body is invalid: {error}")))
    }
}
