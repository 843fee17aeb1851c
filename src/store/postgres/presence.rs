//! A database that goes away and comes back: its trouble is reported once, and it is tried until it takes writes again.

use std::{sync::atomic::Ordering, time::Duration};

use super::{Postgres, lock};
use crate::store::{Failure, Refusal, Result, StoreError};

/// How often a database that is away is tried again.
const TRIED: Duration = Duration::from_secs(1);

impl Postgres {
    /// Why it never takes a write again.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        lock(&self.shared.failure).clone()
    }

    /// Why the database takes no writes now; work waits until it does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.shared.trouble).clone()
    }

    /// # Errors
    /// The database is known to be away, or can never be used again.
    pub(super) fn is_present(&self) -> Result<()> {
        if let Some(why) = self.failure() {
            return Err(Failure::Database(why).into());
        }
        match self.trouble() {
            Some(why) => Err(Refusal::Away(why).into()),
            None => Ok(()),
        }
    }

    /// Remembers what is wrong with the database, reports its coming and going once, and has it tried meanwhile.
    pub(super) fn noticed<T>(&self, done: Result<T>) -> Result<T> {
        match &done {
            Err(StoreError::Refused(Refusal::Away(why))) => self.is_away(why),
            Err(StoreError::Failed(failure)) if !matches!(failure, Failure::Closed) => {
                *lock(&self.shared.failure) = Some(failure.to_string());
            }
            _ => {}
        }
        done
    }

    fn is_away(&self, why: &str) {
        let before = lock(&self.shared.trouble).replace(why.to_owned());
        if before.is_some() || self.shared.closed.load(Ordering::Relaxed) {
            return;
        }
        tracing::error!("work pauses: {why}");
        let store = self.clone();
        let trying = tokio::spawn(async move { store.try_until_it_is_back().await });
        *lock(&self.shared.trying) = Some(trying);
    }

    async fn try_until_it_is_back(&self) {
        loop {
            tokio::time::sleep(TRIED).await;
            match self.save_looks().await {
                Ok(()) => {
                    *lock(&self.shared.trouble) = None;
                    tracing::info!("the database is back, and work goes on");
                    self.shared.memory.wake_senders();
                    return;
                }
                Err(StoreError::Failed(_)) => return,
                Err(StoreError::Refused(_)) => {}
            }
        }
    }
}
