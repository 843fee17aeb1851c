//! Takes over a changed config while everything runs, or rejects it as a whole.

use std::{fmt, panic::AssertUnwindSafe, sync::Arc};

use futures::FutureExt;
use tokio::sync::watch as live;

use super::leases;
use crate::{
    bulletin::meetings,
    config::Config,
    ops::{Actor, Store, StoreError},
    push::Pusher,
    source::fetch::Fetcher,
    supervise,
    watch::Watch,
};

/// A function that reads the config again; the error states what is wrong with it.
pub type LoadConfig = Box<dyn Fn() -> Result<Config, String> + Send + Sync>;

/// A function that hides the secrets of a config wherever texts are shown.
pub type HideSecrets = Box<dyn Fn(&Config) + Send + Sync>;

/// Adds the sources and channels that are in the store to a config.
pub(super) fn joined(config: Config, store: &Store) -> Config {
    config.joined_by(
        &store.added_sources().borrow(),
        &store.added_channels().borrow(),
    )
}

pub(super) struct Reloader {
    pub(super) load: Option<LoadConfig>,
    pub(super) hide_secrets: HideSecrets,
    pub(super) config: live::Sender<Arc<Config>>,
    pub(super) store: Store,
    pub(super) watch: Watch,
    pub(super) typed_hosts: Vec<String>,
    pub(super) pusher: Pusher,
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").finish_non_exhaustive()
    }
}

impl Reloader {
    /// Takes over the changed config; the error states what is wrong with it, and then everything stays as it was.
    pub(super) async fn take(&self, by: &Actor) -> Result<(), String> {
        let taken = AssertUnwindSafe(self.try_to_take(by)).catch_unwind().await;
        let taken = taken.unwrap_or_else(|panic| Err(supervise::reason(panic.as_ref())));
        match &taken {
            Ok(()) => tracing::info!("the changed config was applied"),
            Err(why) => {
                tracing::error!(
                    "the changed config is rejected, and the previous one stays in effect: {why}"
                );
            }
        }
        taken
    }

    /// Adds the sources and channels that are in the store to the running config.
    pub(super) async fn join_added(&self) -> Result<(), StoreError> {
        let before = self.config.borrow().clone();
        let config = joined(Config::clone(&before), &self.store);
        (self.hide_secrets)(&config);
        if config.channels != before.channels {
            warn_of_meetings(&config);
        }
        self.store
            .sync_config(&config.sources, &config.channels)
            .await?;
        leases::renew(&self.store, &config, &self.pusher).await?;
        self.config.send_replace(Arc::new(config));
        Ok(())
    }

    async fn try_to_take(&self, by: &Actor) -> Result<(), String> {
        let load = self
            .load
            .as_ref()
            .ok_or("this instance has no config file that could have changed")?;
        let new = joined(load()?, &self.store);
        (self.hide_secrets)(&new);
        let old = self.config.borrow().clone();
        if new.does_nothing() && !old.does_nothing() {
            return Err(new.emptied().to_string());
        }
        let fetcher = if new.fetch == old.fetch {
            None
        } else {
            let fetcher = Fetcher::new(&new.fetch, &self.typed_hosts);
            Some(fetcher.map_err(|error| error.to_string())?)
        };
        self.store
            .reload_config(&new.sources, &new.channels, by)
            .await
            .map_err(|error| error.to_string())?;
        let renewed = leases::renew(&self.store, &new, &self.pusher).await;
        renewed.map_err(|failure| failure.to_string())?;
        if let Some(fetcher) = fetcher {
            self.watch.use_fetcher(fetcher);
        }
        if new.web.listen != old.web.listen || new.web.admin_token != old.web.admin_token {
            tracing::warn!("`listen` and `admin_token` of [web] take effect at the next start");
        }
        if new.store != old.store {
            tracing::warn!("[store] takes effect at the next start");
        }
        if new.channels != old.channels {
            warn_of_meetings(&new);
        }
        self.config.send_replace(Arc::new(new));
        Ok(())
    }
}

fn warn_of_meetings(config: &Config) {
    for said in meetings(&config.channels) {
        tracing::warn!("{said}");
    }
}
