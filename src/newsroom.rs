//! The demo's own site: a company's news pages over real HTTP on loopback.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A page of the newsroom that can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    pub id: &'static str,
    pub name: &'static str,
    /// From the root, such as `/jtyw/index.html`.
    pub path: &'static str,
}

/// The pages that it has: a list in UTF-8, a list in GBK, a feed.
#[must_use]
pub fn desks() -> Vec<Desk> {
    todo!()
}

/// Serves and publishes a bulletin every `every`, on one desk after the other, until stopped.
///
/// Addresses and numbers go on where they were, by the clock: a restart at the same port shows the same archive.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    _listener: TcpListener,
    _every: Duration,
    _stop: CancellationToken,
) -> std::io::Result<()> {
    todo!()
}
