//! Queues begins and ends of sends that wait for a transaction.

use std::{
    mem,
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio::sync::oneshot;

use super::ask::{Begun, Waiting};
use crate::{bulletin::DeliveryId, policy::attempts::Outcome, store::Result};

/// One step of a delivery.
#[derive(Debug, Clone)]
pub(super) enum SendStep {
    /// The begin of all deliveries in one message.
    Begin(Vec<DeliveryId>),
    End(DeliveryId, Outcome),
}

impl SendStep {
    pub(super) fn deliveries(&self) -> Vec<u64> {
        match self {
            Self::Begin(ids) => ids.iter().map(|id| id.0).collect(),
            Self::End(id, _) => vec![id.0],
        }
    }
}

/// A step that was taken.
#[derive(Debug)]
pub(super) struct TakenStep {
    pub(super) begun: Begun,
    /// The next waiting delivery of its channel, if the step was an end.
    pub(super) next: Option<Waiting>,
}

impl TakenStep {
    pub(super) fn begun(begun: Begun) -> Self {
        Self { begun, next: None }
    }

    pub(super) fn ended(next: Option<Waiting>) -> Self {
        Self {
            begun: Begun::No,
            next,
        }
    }
}

/// A step that is requested, at a time of this machine.
#[derive(Debug)]
pub(super) struct AskedStep {
    pub(super) step: SendStep,
    pub(super) now: DateTime<Utc>,
    pub(super) answer: oneshot::Sender<Result<TakenStep>>,
}

/// The steps that wait for a transaction.
#[derive(Debug, Default)]
pub(super) struct SendSteps(Mutex<Queue>);

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<AskedStep>,
    /// True if a transaction was requested, and has not begun.
    has_transaction: bool,
}

impl SendSteps {
    /// Adds a step; returns whether a transaction has to be requested.
    pub(super) fn push(&self, asked: AskedStep) -> bool {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push(asked);
        !mem::replace(&mut queue.has_transaction, true)
    }

    pub(super) fn take(&self) -> Vec<AskedStep> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        mem::take(&mut *queue).waiting
    }
}
