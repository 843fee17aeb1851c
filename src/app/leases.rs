//! The name of this process as a worker, and the leases that its config asks for.

use chrono::Utc;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    config::{Config, Live},
    ops::{Answered, Failure, LeaseKey, RENEWAL, Store, StoreError, Wanted},
    push::Pusher,
};

/// Begins to work by a config, as the only process or beside others.
pub(super) async fn begin(
    store: &Store,
    config: &Config,
    pusher: &Pusher,
) -> Result<(), StoreError> {
    let host = host();
    let named = config.store.worker.clone();
    let id = named.unwrap_or_else(|| format!("{host}-{:06x}", fastrand::u32(..1 << 24)));
    let wanted = wanted(config, pusher);
    store.begin_work((&id, &host), wanted, Utc::now()).await
}

/// Renews what is held, also by a config that changed. What cannot be renewed now is reported, and renewed the next time.
///
/// # Errors
/// The store failed.
pub(super) async fn renew(store: &Store, config: &Config, pusher: &Pusher) -> Result<(), Failure> {
    let renewed = store.renew_leases(wanted(config, pusher), Utc::now()).await;
    renewed.or_report("renewing the leases of this worker")?;
    Ok(())
}

/// Renews in time what this process holds, until stopped.
pub(super) async fn keep(
    store: Store,
    live: Live,
    pusher: Pusher,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut turns = interval(RENEWAL);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while stop.run_until_cancelled(turns.tick()).await.is_some() {
        let config = live.borrow().clone();
        renew(&store, &config, &pusher).await?;
    }
    Ok(())
}

/// The sources that are polled, those of one host together, and the senders.
fn wanted(config: &Config, pusher: &Pusher) -> Vec<Wanted> {
    let sources = config.sources.iter().filter_map(|source| {
        let group = source.address()?.host_str().unwrap_or_default().to_owned();
        let key = LeaseKey::Source(source.id.clone());
        Some(Wanted { key, group })
    });
    let senders = pusher.leases(config).into_iter().map(|key| Wanted {
        group: key.to_string(),
        key,
    });
    sources.chain(senders).collect()
}

fn host() -> String {
    let host = rustix::system::uname();
    host.nodename().to_string_lossy().into_owned()
}
