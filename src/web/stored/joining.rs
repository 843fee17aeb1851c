//! Waits for the config that all parts follow to include a change of the store, which is a moment after it is durable.

use std::time::Duration;

use crate::{config::Config, web::site::Site};

/// The longest wait for a change to be in that config; the change proceeds without the caller.
pub(super) const LONGEST_JOIN: Duration = Duration::from_secs(5);

/// Waits until the config that all parts follow shows a change of the store.
pub(super) async fn joined(site: &Site, is_joined: impl Fn(&Config) -> bool) {
    let mut config = site.desk.config.clone();
    let joined = config.wait_for(|config| is_joined(config));
    // The change is durable, and appears a moment later.
    let _ = tokio::time::timeout(LONGEST_JOIN, joined).await;
}
