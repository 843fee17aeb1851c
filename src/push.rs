//! From the durable outbox to the platforms: pace, render, send, complete.
//!
//! Each sender (one bot, one robot key) is one task with a pace of its own; nothing waits in memory alone.

use std::{
    io::Write,
    sync::{Arc, Mutex},
};

use tokio_util::sync::CancellationToken;

use crate::{
    bulletin::{ChannelId, MessageRef},
    config::Live,
    store::{Store, StoreError},
};

/// Where `stdout` channels write; given by cli.
pub type Output = Arc<Mutex<dyn Write + Send>>;

/// Why a card could not be sent or a channel not be checked. `Display` says what to do and shows no secret.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct PushError(pub String);

/// What a check of a channel found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// What the platform says of it, such as the chat's title and the bot's rights.
    Good(String),
    /// The platform has no call for it.
    NotTried,
}

/// The outbox worker; clones share it.
#[derive(Debug, Clone)]
pub struct Pusher;

impl Pusher {
    #[must_use]
    pub fn new(_store: Store, _config: Live, _output: Output) -> Self {
        todo!()
    }

    /// Pushes until stopped; what is being sent then is completed or put back. Follows config changes.
    ///
    /// # Errors
    /// A store that failed a write.
    pub async fn run(&self, _stop: CancellationToken) -> Result<(), StoreError> {
        todo!()
    }

    /// Sends one test card, past the outbox but within the pace.
    ///
    /// # Errors
    /// What the platform answered.
    pub async fn test(&self, _channel: &ChannelId) -> Result<Option<MessageRef>, PushError> {
        todo!()
    }

    /// Asks the platform about a channel without sending (getMe, getChat, own rights).
    ///
    /// # Errors
    /// What is wrong and what to do.
    pub async fn check(&self, _channel: &ChannelId) -> Result<Checked, PushError> {
        todo!()
    }
}
