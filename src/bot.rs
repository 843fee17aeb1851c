//! Telegram commands: what people type to the bot, answered from the store.

use tokio_util::sync::CancellationToken;

use crate::{
    config::Live,
    push::Pusher,
    store::{Store, StoreError},
};

/// Answers updates by long poll until stopped; waits politely where another poller holds the token,
/// where the token is wrong, or where Telegram is down. Without `[telegram]` it only waits.
///
/// Answers go through the pusher's pace, ahead of what waits there.
///
/// # Errors
/// A store that failed a write.
pub async fn run(
    _store: Store,
    _config: Live,
    _pusher: Pusher,
    _stop: CancellationToken,
) -> Result<(), StoreError> {
    todo!()
}
