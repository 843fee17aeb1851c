//! A sender at work, and how those reach it who send past the outbox.

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use super::{health::SenderHealth, sender::Sender, telegram::Telegram, worker::Aside};
use crate::{
    bulletin::{Channel, ChannelKind, Fingerprint},
    ops::LeaseKey,
};

/// Requests of the bot and of tests that wait for their turn; more are refused.
pub(super) const ASIDES: usize = 256;
pub(super) const TELEGRAM: &str = "telegram";

/// A sender at work, as those see it who send past the outbox.
#[derive(Clone)]
pub(super) struct RunningSender {
    pub(super) key: SenderKey,
    pub(super) sender: Arc<dyn Sender>,
    pub(super) telegram: Option<Arc<Telegram>>,
    pub(super) channels: watch::Receiver<Vec<Channel>>,
    pub(super) asides: mpsc::Sender<Aside>,
    pub(super) health: SenderHealth,
}

/// The key that channels have in common that share a sender: the kind, and the account where there are several.
pub(super) type SenderKey = (&'static str, Option<Fingerprint>);

pub(super) fn key_of(kind: &ChannelKind) -> SenderKey {
    match kind {
        ChannelKind::Telegram { .. } => (TELEGRAM, None),
        ChannelKind::Stdout { .. } => ("stdout", None),
        ChannelKind::Robot(settings) => (settings.kind().name, Some(settings.account())),
    }
}

/// A sender, and the bot that it is, for those who talk to people.
pub(super) struct MadeSender(pub(super) Arc<dyn Sender>, pub(super) Option<Arc<Telegram>>);

/// The lease of such a sender.
pub(super) fn lease_of((kind, account): &SenderKey) -> LeaseKey {
    LeaseKey::Sender(match account {
        Some(account) => format!("{kind}:{account}"),
        None => (*kind).to_owned(),
    })
}
