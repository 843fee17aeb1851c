//! Telegram commands: what people type to the bot, answered from the store.

use tokio_util::sync::CancellationToken;

use crate::{
    config::Live,
    store::{Store, StoreError},
};

/// Answers updates by long poll until stopped; waits politely where another poller holds the token,
/// where the token is wrong, or where Telegram is down. Without `[telegram]` it only waits.
///
/// # Errors
/// A store that failed a write.
pub async fn run(_store: Store, _config: Live, _stop: CancellationToken) -> Result<(), StoreError> {
    todo!()
}
