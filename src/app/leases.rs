//! Renews the leases that the config of this process requires.

use std::time::Duration;

use chrono::Utc;
use tokio::{sync::watch::Receiver, time::sleep};
use tokio_util::sync::CancellationToken;

use super::worker::WorkerName;
use crate::{
    config::{Config, Live},
    ops::{Answered, Failure, LeaseKey, Store, StoreError, Wanted},
    push::Pusher,
};

/// The time in which leases that other processes take and give back are followed together.
const TOGETHER: Duration = Duration::from_millis(500);

/// Begins to work by a config, as the only process or together with others.
pub(super) async fn begin(
    store: &Store,
    config: &Config,
    (pusher, name): (&Pusher, &WorkerName),
) -> Result<(), StoreError> {
    let wanted = wanted(config, pusher);
    let name = (name.id.as_str(), name.host.as_str());
    store.begin_work(name, wanted, Utc::now()).await
}

/// Renews the leases of this process, also after a change of the config. A renewal that fails now is reported, and
/// repeated the next time.
///
/// # Errors
/// Fails if the store failed.
pub(super) async fn renew(store: &Store, config: &Config, pusher: &Pusher) -> Result<(), Failure> {
    let renewed = store.renew_leases(wanted(config, pusher), Utc::now()).await;
    renewed.or_report("renewing the leases of this worker")?;
    Ok(())
}

/// Renews the leases of this process in time, and whenever other processes take or give back leases, until stopped.
pub(super) async fn keep(
    store: Store,
    live: Live,
    pusher: Pusher,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let mut changes = store.lease_changes();
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            () = sleep(store.until_renewal()) => {}
            () = changed(&mut changes) => {}
        }
        let config = live.borrow().clone();
        renew(&store, &config, &pusher).await?;
        sleep(TOGETHER).await;
    }
}

async fn changed(changes: &mut Option<Receiver<u64>>) {
    let changed = match changes {
        Some(changes) => changes.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending::<()>().await;
    }
}

/// Returns the sources that are polled, those of one host together, and the senders.
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
