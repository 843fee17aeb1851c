//! Starts the long-lived parts of an instance, each supervised until the stop.

use std::{path::PathBuf, time::Duration};

use chrono::Utc;
use futures::{FutureExt, future::BoxFuture};
use tokio::{
    net::TcpListener,
    task::{JoinError, JoinSet},
    time::{Instant, interval, interval_at},
};
use tokio_util::sync::CancellationToken;

use super::{leases, memory};
use crate::{
    bot,
    ops::{Answered, Failure, Store, StoreError},
    push::Pusher,
    supervise::PartError,
    web::{self, Desk},
};

/// The interval at which memory is given back.
const MOMENT: Duration = Duration::from_secs(10);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(60 * 60);

pub(super) type Part = anyhow::Result<()>;

/// A function that starts a part, and restarts it.
type Begin =
    Box<dyn Fn(CancellationToken) -> BoxFuture<'static, Result<(), Failure>> + Send + Sync>;

/// Starts all parts that end before the pages do.
pub(super) fn start(
    desk: &Desk,
    pusher: Pusher,
    search: PathBuf,
    ending: &CancellationToken,
) -> JoinSet<Part> {
    let mut parts = JoinSet::new();
    let (watch, store, stop) = (desk.watch.clone(), desk.store.clone(), ending.clone());
    let bot = bot::Bot {
        store: store.clone(),
        config: desk.config.clone(),
        pusher: pusher.clone(),
        watch: watch.clone(),
    };
    let supervisor = watch.supervisor().clone();
    let mut keep = |part: &'static str, begin: Begin| {
        let (supervisor, stop) = (supervisor.clone(), stop.clone());
        parts.spawn(async move {
            let begin = || begin(stop.clone());
            Ok(supervisor.keep(part, &stop, begin).await?)
        });
    };
    keep(
        "bot",
        Box::new(move |stop| bot::run(bot.clone(), stop).boxed()),
    );
    keep(
        "schedule",
        Box::new(move |stop| {
            let watch = watch.clone();
            async move { watch.run(stop).await }.boxed()
        }),
    );
    let (held, live, senders) = (store.clone(), desk.config.clone(), pusher.clone());
    keep(
        "leases",
        Box::new(move |stop| {
            leases::keep(held.clone(), live.clone(), senders.clone(), stop).boxed()
        }),
    );
    keep(
        "push",
        Box::new(move |stop| {
            let pusher = pusher.clone();
            async move { pusher.run(stop).await }.boxed()
        }),
    );
    let searched = store.clone();
    keep(
        "search",
        Box::new(move |stop| keep_index(searched.clone(), search.clone(), stop).boxed()),
    );
    keep(
        "housekeeping",
        Box::new(move |stop| keep_house(store.clone(), stop).boxed()),
    );
    parts
}

/// Serves the pages on one listener, across all restarts of serving.
pub(super) async fn keep_serving(
    listener: std::net::TcpListener,
    desk: Desk,
    ending: CancellationToken,
    stop: CancellationToken,
) -> Part {
    let supervisor = desk.watch.supervisor().clone();
    let serve = || async {
        let listener = TcpListener::from_std(listener.try_clone()?)?;
        web::serve(listener, desk.clone(), ending.clone(), stop.clone()).await
    };
    supervisor.keep("pages", &stop, serve).await?;
    Ok(())
}

async fn keep_index(store: Store, folder: PathBuf, stop: CancellationToken) -> Result<(), Failure> {
    let kept = store.keep_index(folder, stop).await;
    kept.or_report("keeping the search index").map(|_| ())
}

/// Backs up and drops what is old enough. A backup that fails is reported and tried again.
async fn keep_house(store: Store, stop: CancellationToken) -> Result<(), Failure> {
    let mut hour = interval_at(Instant::now() + MINUTE, HOUR);
    let mut moment = interval(MOMENT);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = moment.tick() => {
                memory::give_back();
                continue;
            }
            _ = hour.tick() => {}
        }
        match store.housekeep(Utc::now()).await {
            Ok(None) => {}
            Ok(Some(backup)) => tracing::info!("backed up to {}", backup.display()),
            // A row that cannot be read spoils only the backup.
            Err(StoreError::Failed(failure)) if failure.is_fatal() => return Err(failure),
            Err(error) => tracing::error!("the backup failed: {error}"),
        }
    }
}

/// Returns the first of both sets that ends.
pub(super) async fn next_of(
    parts: &mut JoinSet<Part>,
    pages: &mut JoinSet<Part>,
) -> Option<Result<Part, JoinError>> {
    tokio::select! {
        part = parts.join_next() => part,
        page = pages.join_next() => page,
    }
}

pub(super) fn joined(part: Result<Part, JoinError>) -> Part {
    part.unwrap_or_else(|error| Err(error.into()))
}
