//! `/api/v1`: what admins and the command line ask of a running instance.

use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
    time::Duration,
};

use axum::{
    Extension, Json,
    body::{Body, Bytes},
    extract::{FromRequest, Path, Query, Request, State, rejection::QueryRejection},
    http::{Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chrono::Utc;
use futures::{StreamExt as _, stream};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tokio::{
    runtime::Handle,
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

use super::{
    named,
    problem::Problem,
    site::{Reload, Shared, Site},
};
use crate::{
    bulletin::{BulletinId, ChannelId},
    ops::{Actor, HeldAction, Refusal, StoreError},
    view::{self, Filters, Listing},
};

/// For a request's body to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// For one who reads an export to take the next piece of it.
const READER_TIMEOUT: Duration = Duration::from_secs(60);
/// Lines of an export that are sent as one piece.
const PIECE_BYTES: usize = 64 << 10;
const MAX_NOTE_CHARS: usize = 500;
const MAX_REQUEST_ID_BYTES: usize = 128;

type Answer<T> = Result<Json<T>, Problem>;
type Asked = Result<Query<Filters>, QueryRejection>;

pub(super) async fn sources(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Source>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::sources(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn channels(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Channel>> {
    Ok(Json(channels_now(&site, &asked?.0.bounded()).await?))
}

/// Channels beside what is known of the bot as a whole.
pub(super) async fn channels_now(
    site: &Site,
    filters: &Filters,
) -> Result<Listing<view::Channel>, Problem> {
    let (store, faults) = (&site.desk.store, site.desk.pusher.faults());
    let bot = faults.iter().find(|fault| fault.place == "telegram");
    let why = bot.map(|fault| fault.what.as_str());
    Ok(view::channels_beside(store, &site.config(), filters, why).await?)
}

pub(super) async fn bulletins(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Bulletin>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::bulletins(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn held(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Bulletin>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::held(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn deliveries(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Delivery>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::deliveries(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn audit(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Audit>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::audit(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn workers(
    State(site): State<Shared>,
    asked: Asked,
) -> Answer<Listing<view::Worker>> {
    let filters = asked?.0.bounded();
    Ok(Json(
        view::workers(&site.desk.store, &site.config(), &filters).await?,
    ))
}

pub(super) async fn bulletin(
    State(site): State<Shared>,
    Path(id): Path<String>,
) -> Answer<view::Bulletin> {
    let id = named::bulletin(&id)?;
    let found = site.desk.store.bulletin(id).await?;
    let found = found.ok_or(StoreError::from(Refusal::NoBulletin(id)))?;
    Ok(Json(view::Bulletin::new(found, site.config().time_zone)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rebroadcast {
    channels: Option<Vec<ChannelId>>,
    note: Option<String>,
    request_id: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Rebroadcasted {
    deliveries: Vec<view::Delivery>,
}

/// A note on top of a card; None: it says nothing.
pub(super) fn note(typed: Option<String>) -> Result<Option<String>, Problem> {
    let note = typed.map(|note| note.trim().to_owned());
    let note = note.filter(|note| !note.is_empty());
    let length = note.as_ref().map_or(0, |note| note.chars().count());
    match length > MAX_NOTE_CHARS {
        true => Err(Problem::bad("`note`: 500 characters at most are expected")),
        false => Ok(note),
    }
}

/// A request id that no other request has.
pub(super) fn new_request() -> String {
    format!("{:032x}", fastrand::u128(..))
}

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
            "`channels`: at least one is expected; leave it out for all that have the source",
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

/// `[ids]` or `"all"`.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "a list of bulletin numbers or \"all\" is expected"
)]
enum Chosen {
    Some(Vec<BulletinId>),
    All(All),
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum All {
    All,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Settle {
    publish: Option<Chosen>,
    newest: Option<usize>,
    seen: Option<Chosen>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Settled {
    published: Vec<BulletinId>,
    seen: Vec<BulletinId>,
}

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
                "`newest` settles all that is held: it stands alone",
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
        // "Publish these, the rest is seen" works in this order alone.
        match (publish, seen) {
            (None, None) => Err(Problem::bad("`publish`, `newest` or `seen` is expected")),
            (Some(HeldAction::PublishAll), Some(_)) => Err(Problem::bad(
                "`publish` is \"all\": nothing is left for `seen`",
            )),
            (publish, seen) => Ok(publish.into_iter().chain(seen).collect()),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReloadOf {
    /// The file that is meant, if it was named: an instance reads its own alone.
    config: Option<PathBuf>,
}

pub(super) async fn reload(
    State(site): State<Shared>,
    Extension(by): Extension<Actor>,
    named: Result<Query<ReloadOf>, QueryRejection>,
) -> Answer<Value> {
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
                "the instance runs by {}, not by {}; stop it and run it by that one",
                own.display(),
                named.display()
            ),
        ));
    }
    let (answer, answered) = oneshot::channel();
    let asked = site.desk.reload.send(Reload { by, answer }).await;
    let taken = match asked {
        Ok(()) => answered.await.ok(),
        Err(_) => None,
    };
    match taken {
        Some(Ok(())) => Ok(Json(json!({ "status": "ok" }))),
        Some(Err(why)) => Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)),
        None => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "it is shutting down; nothing was reloaded",
        )),
    }
}

/// Requests that would begin something are refused while the instance shuts down.
pub(super) async fn no_new_work_at_the_end(
    State(site): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if site.ending.is_cancelled() && request.method() != Method::GET {
        let detail = "it is shutting down; nothing was done: ask the next instance";
        return Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).into_response();
    }
    next.run(request).await
}

/// JSON Lines as they are read, so that a large archive needs no memory. A failure cuts the answer
/// short, which HTTP shows to the reader as an error.
pub(super) async fn export(State(site): State<Shared>) -> Response {
    let (sender, mut receiver) = mpsc::channel(4);
    let pieces = Pieces {
        sender,
        stop: site.ending.clone(),
        runtime: Handle::current(),
    };
    let mut writer = BufWriter::with_capacity(PIECE_BYTES, pieces);
    let exporting = async move {
        let write = Box::new(move |line: &str| writer.write_all(line.as_bytes()));
        site.desk.store.export(write).await.err().map(Err)
    };
    let pieces = stream::poll_fn(move |context| receiver.poll_recv(context)).map(Ok);
    let failure = stream::once(exporting).filter_map(std::future::ready);
    // The answer itself drives the export: where nobody reads, both end.
    let body = Body::from_stream(stream::select(pieces, failure));
    let media = [(header::CONTENT_TYPE, "application/x-ndjson")];
    (media, body).into_response()
}

/// A writer on a blocking thread whose pieces an answer takes.
struct Pieces {
    sender: mpsc::Sender<Vec<u8>>,
    stop: CancellationToken,
    runtime: Handle,
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.sender.send_timeout(bytes.to_vec(), READER_TIMEOUT);
        let taken = self.runtime.block_on(self.stop.run_until_cancelled(taken));
        match taken {
            Some(Ok(())) => Ok(bytes.len()),
            _ => Err(io::Error::new(
                io::ErrorKind::BrokenPipe,
                "nobody reads the export",
            )),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A request's JSON body, read in bounded time; an empty one is `{}`.
pub(super) struct Sent<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Shared> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, site: &Shared) -> Result<Self, Problem> {
        let body = tokio::time::timeout(BODY_TIMEOUT, Bytes::from_request(request, site)).await;
        let body = body
            .map_err(|_| Problem::new(StatusCode::REQUEST_TIMEOUT, "the body did not arrive"))?
            .map_err(|rejection| Problem::new(rejection.status(), rejection.body_text()))?;
        let body: &[u8] = match body.is_empty() {
            true => b"{}",
            false => &body,
        };
        let sent = serde_json::from_slice(body);
        sent.map(Self)
            .map_err(|error| Problem::bad(format!("the body is not as expected: {error}")))
    }
}
