//! Receives messages of people and answers them from the store.
//!
//! `talk` is the conversation, which knows no platform; `telegram` is its first adapter. Answers are sent within the
//! pusher's pace.

mod talk;
mod telegram;

use tokio_util::sync::CancellationToken;

use crate::{
    config::Live,
    ops::{Failure, Store},
    push::Pusher,
    watch::Watch,
};

/// The parts that the bot is built on; clones share them.
#[derive(Debug, Clone)]
pub struct Bot {
    pub store: Store,
    pub config: Live,
    pub pusher: Pusher,
    pub watch: Watch,
}

/// Answers updates by long poll until stopped; waits if another poller uses the token, if the token is wrong, or if
/// Telegram is down. Without `[telegram]` it only waits.
///
/// Answers are sent within the pusher's pace, ahead of its backlog.
///
/// # Errors
/// Fails if a write to the store failed.
pub async fn run(bot: Bot, stop: CancellationToken) -> Result<(), Failure> {
    loop {
        // Only one process receives a bot's updates.
        let key = Pusher::bot_lease();
        let held = bot.store.once_held(&key);
        let Some(store) = stop.run_until_cancelled(held).await else {
            return Ok(());
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = store.lease_is_lost() => {}
            // The pusher has another token now, and the bot another voice with it.
            ended = telegram::serve((&store, &bot.config), (&bot.pusher, &bot.watch)) => ended?,
        }
    }
}
