//! Polls one source, by schedule or on request, and reports the result.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use chrono::Utc;
use futures::FutureExt;
use tokio::sync::{Mutex as Gate, mpsc};
use tracing::Instrument;

use super::alerts;
use crate::{
    bulletin::{BulletinId, Language, Source, SourceId},
    config::Live,
    ops::{Answered, Failure, LeaseKey, Store, StoreError},
    round::{self, Asked, PollOutcome},
    source::fetch::Fetcher,
    supervise::{self, Supervisor},
};

#[derive(Debug)]
pub(super) struct Poller {
    pub(super) store: Store,
    pub(super) config: Live,
    fetcher: Mutex<Fetcher>,
    /// The gates that allow one poll of a source at a time, by schedule or on request.
    gates: Mutex<HashMap<SourceId, Arc<Gate<()>>>>,
    /// The sources that were polled out of turn, for the loop to plan again.
    pub(super) polled: mpsc::UnboundedSender<SourceId>,
    pub(super) polled_by_loop: Gate<mpsc::UnboundedReceiver<SourceId>>,
    pub(super) runs: AtomicBool,
    /// The time of the loop's last turn, in Unix seconds.
    pub(super) last_turn: AtomicI64,
    pub(super) supervisor: Supervisor,
}

impl Poller {
    pub(super) fn new(store: Store, config: Live, fetcher: Fetcher) -> Self {
        let (polled, polled_by_loop) = mpsc::unbounded_channel();
        Self {
            store,
            config,
            fetcher: Mutex::new(fetcher),
            gates: Mutex::default(),
            polled,
            polled_by_loop: Gate::new(polled_by_loop),
            runs: AtomicBool::new(false),
            last_turn: AtomicI64::new(0),
            supervisor: Supervisor::default(),
        }
    }

    /// Records that the loop is not stuck.
    pub(super) fn begin_turn(&self) {
        self.last_turn
            .store(Utc::now().timestamp(), Ordering::Relaxed);
    }

    pub(super) fn is_paused(&self, source: &SourceId) -> bool {
        self.store.read_poll_state(source, |state| state.paused)
    }

    /// Polls a source, and reports on it. A poll that panics is a failed one: its source is polled again.
    pub(super) async fn poll(
        &self,
        source: &Source,
        asked: Asked,
    ) -> Result<PollOutcome, StoreError> {
        self.unbroken(source, self.poll_and_report(source, asked))
            .await
    }

    pub(super) async fn unbroken(
        &self,
        source: &Source,
        poll: impl Future<Output = Result<PollOutcome, StoreError>>,
    ) -> Result<PollOutcome, StoreError> {
        let panic = match AssertUnwindSafe(poll).catch_unwind().await {
            Ok(outcome) => return outcome,
            Err(panic) => panic,
        };
        let why = supervise::reason(panic.as_ref());
        self.supervisor
            .broke("poll", &format!("at `{}`, {why}", source.id));
        let outcome = round::broken(&self.under_lease(source)?, source).await?;
        log(source, &outcome);
        let reported = AssertUnwindSafe(self.report(source, &outcome)).catch_unwind();
        // The reporting itself may have panicked: it must not end the loop.
        reported.await.unwrap_or(Ok(()))?;
        Ok(outcome)
    }

    async fn poll_and_report(
        &self,
        source: &Source,
        asked: Asked,
    ) -> Result<PollOutcome, StoreError> {
        let gate = self.gate(&source.id);
        let _turn = gate.lock().await;
        let fetcher = self.fetcher();
        let poll = tracing::info_span!("poll", source = %source.id);
        let store = self.under_lease(source)?;
        let outcome = round::poll(&store, &fetcher, source, asked, Utc::now());
        let outcome = outcome.instrument(poll).await?;
        log(source, &outcome);
        self.report(source, &outcome).await?;
        Ok(outcome)
    }

    /// Returns the store for a poll of a source, as long as this process holds it.
    fn under_lease(&self, source: &Source) -> Result<Store, StoreError> {
        self.store.under(&LeaseKey::Source(source.id.clone()))
    }

    /// Fetches with another fetcher from now on.
    pub(super) fn use_fetcher(&self, fetcher: Fetcher) {
        *self.fetcher.lock().unwrap_or_else(PoisonError::into_inner) = fetcher;
    }

    pub(super) fn fetcher(&self) -> Fetcher {
        let fetcher = self.fetcher.lock();
        fetcher.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn gate(&self, source: &SourceId) -> Arc<Gate<()>> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        match gates.get(source) {
            Some(gate) => Arc::clone(gate),
            None => Arc::clone(gates.entry(source.clone()).or_default()),
        }
    }

    async fn report(&self, source: &Source, outcome: &PollOutcome) -> Result<(), StoreError> {
        let (now, config) = (Utc::now(), self.config.borrow().clone());
        let held = self.newest_titles(&outcome.held).await?;
        let (alerts, reported) = self.store.read_poll_state(&source.id, |state| {
            (
                alerts::of(
                    source,
                    outcome,
                    &held,
                    state,
                    alerts::audience(&config),
                    now,
                ),
                state.reported,
            )
        });
        if alerts.reported != reported {
            self.store.set_reported(&source.id, alerts.reported);
        }
        for text in &alerts.texts {
            // An alert that cannot be delivered must not undo the poll.
            let reported = alerts::notify(&self.store, &config, text, now).await;
            reported.or_report("reporting on a source")?;
        }
        Ok(())
    }

    /// Returns the first few titles as a list shows them; `ids` are oldest first.
    async fn newest_titles(&self, ids: &[BulletinId]) -> Result<Vec<String>, StoreError> {
        const MOST_NAMED: usize = 3;
        let mut titles = Vec::new();
        for id in ids.iter().rev().take(MOST_NAMED) {
            titles.extend(self.store.bulletin(*id).await?.map(|found| found.title));
        }
        Ok(titles)
    }

    /// Does the work that is due once a minute: writes the poll states and checks the disk.
    pub(super) async fn rest(&self, was_low: bool) -> Result<bool, Failure> {
        let low = self.store.health().await.disk_low;
        let is_low = low.is_some();
        if is_low != was_low {
            let config = self.config.borrow().clone();
            let text = alerts::of_disk(low.as_deref(), alerts::audience(&config).language);
            // If no person is notified, [`alerts::notify`] logs it.
            if alerts::is_anybody_notified(&config) {
                tracing::warn!("{}", alerts::of_disk(low.as_deref(), Language::OF_LOG));
            }
            let reported = alerts::notify(&self.store, &config, &text, Utc::now()).await;
            reported.or_report("reporting that the disk is low")?;
        }
        if !is_low {
            self.save_poll_states().await?;
        }
        Ok(is_low)
    }

    pub(super) async fn save_poll_states(&self) -> Result<(), Failure> {
        let saved = self.store.save_poll_states().await;
        saved.or_report("storing the state of polling").map(drop)
    }
}

fn log(source: &Source, outcome: &PollOutcome) {
    if let Some(error) = &outcome.error {
        tracing::warn!(source = %source.id, "the poll failed: {error}");
    } else {
        let (new, held, archived) = (outcome.new.len(), outcome.held.len(), outcome.archived);
        if new + held > 0 {
            tracing::info!(source = %source.id, "{new} new, {held} held");
        }
        if archived > 0 {
            tracing::info!(source = %source.id, "{archived} archived and not pushed");
        }
    }
}
