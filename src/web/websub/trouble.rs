//! Records the trouble that keeps the hub from receiving news, for the desk and for `/readyz`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// The reason why the hub accepts nothing, and since when; `None` while it accepts.
#[derive(Debug, Default)]
pub(in crate::web) struct HubTrouble(Mutex<Option<(String, DateTime<Utc>)>>);

impl HubTrouble {
    pub(in crate::web) fn current(&self) -> Option<(String, DateTime<Utc>)> {
        self.lock().clone()
    }

    /// Records trouble, and logs it when it begins.
    pub(super) fn begin(&self, why: String) {
        let mut trouble = self.lock();
        if trouble.is_none() {
            tracing::warn!("the WebSub hub cannot be notified: {why}");
        }
        let since = trouble.take().map_or_else(Utc::now, |(_, since)| since);
        *trouble = Some((why, since));
    }

    pub(super) fn end(&self) {
        if self.lock().take().is_some() {
            tracing::info!("the WebSub hub accepts notifications again");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<(String, DateTime<Utc>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
