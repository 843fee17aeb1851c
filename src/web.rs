//! The channel page, the archive, feeds out, health, metrics, and the admin API.

use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
};
use tokio_util::sync::CancellationToken;

use crate::{bulletin::Secret, config::Live, store::Store, watch::Watch};

/// A request to take the changed config; answered with what is wrong with it.
pub type Reload = oneshot::Sender<Result<(), String>>;

/// What the pages and the API stand on.
#[derive(Debug, Clone)]
pub struct Desk {
    pub store: Store,
    pub config: Live,
    pub watch: Watch,
    pub reload: mpsc::Sender<Reload>,
    /// The admin token of the config, or the one in `STATE/admin-token`.
    pub admin_token: Secret,
    /// The token in `STATE/instance.json`, for commands of the same machine; as good as the admin token.
    pub instance_token: Secret,
    /// Shown on the pages as a thing of show: `demo` and `watch`.
    pub is_demo: bool,
    /// Serve the pages; false: only `/healthz`, `/readyz`, `/metrics` and the API.
    pub pages: bool,
}

/// Serves until stopped.
///
/// # Errors
/// The listener fails.
pub async fn serve(
    _listener: TcpListener,
    _desk: Desk,
    _stop: CancellationToken,
) -> std::io::Result<()> {
    todo!()
}
