//! A change of the store reaches the config that all parts follow a moment after it is durable.

use std::time::Duration;

use crate::{config::Config, web::site::Site};

/// For a change to be in that config; it goes on without the caller.
pub(super) const LONGEST_JOIN: Duration = Duration::from_secs(5);

/// Waits until the config that all parts follow shows a change of the store.
pub(super) async fn joined(site: &Site, is_joined: impl Fn(&Config) -> bool) {
    let mut config = site.desk.config.clone();
    let joined = config.wait_for(|config| is_joined(config));
    // It is durable, and comes a moment later.
    let _ = tokio::time::timeout(LONGEST_JOIN, joined).await;
}
