//! Whether a sender as a whole can send: told once when it cannot, and once when it can again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

use super::sender::Sent;

/// Why a whole sender rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which sender, such as `telegram`.
    pub place: &'static str,
    pub what: String,
    pub since: DateTime<Utc>,
    /// What to do about it.
    pub remedy: String,
}

/// Clones share it.
#[derive(Debug, Clone)]
pub(super) struct Health {
    place: &'static str,
    fault: Arc<Mutex<Option<Fault>>>,
}

impl Health {
    pub(super) fn new(place: &'static str) -> Self {
        Self {
            place,
            fault: Arc::default(),
        }
    }

    pub(super) fn fault(&self) -> Option<Fault> {
        self.lock().clone()
    }

    /// The sender cannot send: told, unless the same was told already.
    pub(super) fn is_ill(&self, sent: &Sent) {
        let remedy = match sent {
            Sent::Denied(_) => "set the right key in the config, and reload it",
            Sent::Unreachable(_) | Sent::Perhaps(_) | Sent::Ailing(_) | Sent::Again(_) => {
                "check the network, `proxy` and `api_url`; it is tried again by itself"
            }
            _ => return,
        };
        let mut fault = self.lock();
        if fault.as_ref().is_some_and(|old| old.remedy == remedy) {
            return;
        }
        let what = sent.to_string();
        tracing::error!("{} rests: {what}; {remedy}", self.place);
        *fault = Some(Fault {
            place: self.place,
            what,
            since: Utc::now(),
            remedy: remedy.to_owned(),
        });
    }

    pub(super) fn is_well(&self) {
        if self.lock().take().is_some() {
            tracing::info!("{} goes on", self.place);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Fault>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
