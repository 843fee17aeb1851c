//! Holds the state that all deliveries of one sender share: its pace, its pause, and the permits for unanswered
//! requests.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Live,
    ops::Store,
    push::{
        files::Files,
        lead::Lead,
        pace::{Pace, SendSlot},
        sender::Sender,
    },
};

/// The maximum number of requests that are unanswered, or answered and not yet recorded: each is one possible
/// repetition after a crash.
pub(in crate::push) const MOST_UNANSWERED: usize = 16;
const CHECKED_AGAIN: Duration = Duration::from_millis(3);

/// The state that the deliveries of one sender share.
#[derive(Debug)]
pub(in crate::push) struct SharedSender {
    pub(in crate::push) store: Store,
    pub(in crate::push) config: Live,
    pub(in crate::push) sender: Arc<dyn Sender>,
    pub(super) files: Files,
    /// The permit for a file: one is in memory at a time.
    pub(super) file_turn: Semaphore,
    /// Set once no request is sent any longer.
    pub(super) stop: CancellationToken,
    /// True if the sender is paused: no request is sent then, even if its turn has come.
    paused: AtomicBool,
    pace: Mutex<Pace>,
    lead: Mutex<Lead>,
    unanswered: Semaphore,
}

impl SharedSender {
    pub(in crate::push) fn new(
        store: Store,
        config: Live,
        (sender, files): (Arc<dyn Sender>, Files),
        stop: CancellationToken,
    ) -> Self {
        Self {
            stop,
            files,
            file_turn: Semaphore::new(1),
            store,
            config,
            pace: Mutex::new(Pace::new(sender.rate(), Instant::now())),
            lead: Mutex::default(),
            sender,
            unanswered: Semaphore::new(MOST_UNANSWERED),
            paused: AtomicBool::new(false),
        }
    }

    /// Returns whether the request may still be sent after the delivery was begun: if this process was suspended in the
    /// meantime, another one has perhaps sent it.
    pub(super) fn may_send(&self) -> bool {
        !self.is_paused() && !self.store.may_be_replaced()
    }

    fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }

    pub(in crate::push) fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    pub(in crate::push) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn lead(&self) -> MutexGuard<'_, Lead> {
        self.lead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a message was accepted, and holds later ones for as long as the answer asks.
    pub(in crate::push) fn pace_answer(&self, slot: SendSlot, times: Option<(Instant, Instant)>) {
        let pause = self.sender.pause();
        let mut pace = self.pace();
        if !pause.is_zero() {
            pace.hold(slot.lane, Instant::now() + pause);
        }
        pace.answered(slot, times);
    }

    /// Returns how long before its slot a delivery is begun.
    pub(in crate::push) fn begins_ahead(&self) -> Duration {
        self.lead().span()
    }

    /// Waits until a request may be sent; returns that time and the permit to be unanswered.
    pub(in crate::push) async fn on_time(
        &self,
        slot: SendSlot,
    ) -> (Instant, Option<SemaphorePermit<'_>>) {
        // The semaphore is never closed.
        let permit = self.unanswered.acquire().await.ok();
        let mut at = slot.at;
        loop {
            sleep_until(at).await;
            let now = Instant::now();
            match self.pace().go(slot, now) {
                Ok(()) => return (now, permit),
                // An answer that arrives in the meantime may free the slot earlier.
                Err(later) => at = later.min(now + CHECKED_AGAIN),
            }
        }
    }
}

/// Returns the time of day at `instant`.
pub(super) fn wall_clock(instant: Instant) -> DateTime<Utc> {
    Utc::now() + instant.saturating_duration_since(Instant::now())
}
