//! Describes a running sender, and how callers reach it that send past the outbox.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::{health::SenderHealth, sender::Sender, telegram::Telegram, worker::Aside};
use crate::{
    bulletin::{Channel, ChannelKind, Fingerprint},
    ops::LeaseKey,
};

/// The maximum number of requests of the bot and of tests that wait for their turn; more are rejected.
pub(super) const ASIDES: usize = 256;
pub(super) const TELEGRAM: &str = "telegram";

/// A running sender, as callers see it that send past the outbox.
#[derive(Clone)]
pub(super) struct RunningSender {
    pub(super) key: SenderKey,
    pub(super) sender: Arc<dyn Sender>,
    pub(super) telegram: Option<Arc<Telegram>>,
    pub(super) channels: watch::Receiver<Vec<Channel>>,
    pub(super) asides: mpsc::Sender<Aside>,
    pub(super) health: SenderHealth,
}

/// The key that channels with the same sender have in common: the kind, and the account if there are several.
pub(super) type SenderKey = (&'static str, Option<Fingerprint>);

pub(super) fn key_of(kind: &ChannelKind) -> SenderKey {
    match kind {
        ChannelKind::Telegram { .. } => (TELEGRAM, None),
        ChannelKind::Stdout { .. } => ("stdout", None),
        ChannelKind::Robot(settings) => (settings.kind().name, Some(settings.account())),
    }
}

/// A sender, and the bot that it is, for callers that talk to people.
pub(super) struct MadeSender(pub(super) Arc<dyn Sender>, pub(super) Option<Arc<Telegram>>);

/// Returns the lease of such a sender.
pub(super) fn lease_of((kind, account): &SenderKey) -> LeaseKey {
    LeaseKey::Sender(match account {
        Some(account) => format!("{kind}:{account}"),
        None => (*kind).to_owned(),
    })
}
