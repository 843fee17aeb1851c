//! Stands in for a sender whose channel was imported without its secret: its cards can be drawn, and nothing can be
//! sent. Deliveries wait in its queue until the secret is set.

use std::sync::Arc;

use futures::future::{BoxFuture, FutureExt, ready};
use serde_json::Value;

use super::{
    card::Card,
    sender::{Sender, Sent},
};
use crate::bulletin::{Channel, Reason, SendFault};

#[derive(Debug)]
pub(super) struct Unfinished {
    /// A sender of the same kind, which knows the form of cards.
    sample: Arc<dyn Sender>,
    key: &'static str,
}

impl Unfinished {
    pub(super) fn new(sample: Arc<dyn Sender>, key: &'static str) -> Self {
        Self { sample, key }
    }

    fn denied(&self) -> Sent {
        Sent::Denied(without(self.key))
    }
}

/// Returns the reason why nothing is sent.
pub(super) fn without(key: &str) -> Reason {
    let said = format!(
        "it was imported without its `{key}`; enter it at the desk, and what waits is sent"
    );
    Reason::new(SendFault::NoSecret, said)
}

impl Sender for Unfinished {
    fn fits(&self, card: &Card, channel: &Channel) -> usize {
        self.sample.fits(card, channel)
    }

    fn draft(&self, card: &Card, channel: &Channel) -> Value {
        self.sample.draft(card, channel)
    }

    fn send<'a>(&'a self, _card: &'a Card, _channel: &'a Channel) -> BoxFuture<'a, Sent> {
        ready(self.denied()).boxed()
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Sent>> {
        ready(Err(self.denied())).boxed()
    }
}
