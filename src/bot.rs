//! The bot hears what people say and answers it from the store.
//!
//! `talk` is the conversation, which knows no platform; `telegram` is its first adapter. Answers go through the
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

/// The parts that the bot stands on; clones share them.
#[derive(Debug, Clone)]
pub struct Bot {
    pub store: Store,
    pub config: Live,
    pub pusher: Pusher,
    pub watch: Watch,
}

/// Answers updates by long poll until stopped; waits politely where another poller holds the token,
/// where the token is wrong, or where Telegram is down. Without `[telegram]` it only waits.
///
/// Answers go through the pusher's pace, ahead of what waits there.
///
/// # Errors
/// A store that failed a write.
pub async fn run(bot: Bot, stop: CancellationToken) -> Result<(), Failure> {
    loop {
        // One process alone takes a bot's updates.
        let key = Pusher::bot_lease();
        let held = bot.store.once_held(&key);
        let Some(store) = stop.run_until_cancelled(held).await else {
            return Ok(());
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(()),
            () = store.lease_is_lost() => {}
            // The pusher took another token, and with it the bot has another voice.
            ended = telegram::serve((&store, &bot.config), (&bot.pusher, &bot.watch)) => ended?,
        }
    }
}
