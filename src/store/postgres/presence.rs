//! Queries a database that may go away and come back: an outage is reported once, and the database is tried until it
//! takes writes again.

use std::{
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Handle;

use super::{
    connect::connection,
    handle::{Database, Postgres, blocking, joined, lock},
    session::Session,
    versions::Start,
};
use crate::store::error::{Failure, Refusal, Result, StoreError};

/// The interval at which a database that is away is tried again.
const TRIED: Duration = Duration::from_secs(1);

impl Postgres {
    /// Does `work` on the connection that writes, after all earlier calls, even if the caller goes away.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database, &ClientWrapper, &Handle) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut turn = Box::pin(Arc::clone(&self.shared.writer).lock_owned());
        let place = futures::poll!(&mut turn);
        let shared = Arc::clone(&self.shared);
        let done = tokio::spawn(async move {
            let mut writer = match place {
                Poll::Ready(writer) => writer,
                Poll::Pending => turn.await,
            };
            let client = shared.connected(&mut writer).await?;
            let runtime = Handle::current();
            blocking(move || {
                let done = work(&shared, &client, &runtime);
                let is_lost = shared.is_writer_lost.swap(false, Ordering::Relaxed);
                // A session keeps the reason for which the database rejected it, such as a setting that it only
                // reads.
                if !is_lost && !matches!(done, Err(StoreError::Refused(Refusal::Away(_)))) {
                    writer.give_back(client);
                }
                done
            })
            .await
        });
        self.noticed(joined(done.await))
    }

    /// Runs a query in a separate snapshot, on a connection of the pool.
    pub(super) async fn snapshot<T: Send + 'static>(
        &self,
        question: impl FnOnce(Session<'_>, Start) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let shared = Arc::clone(&self.shared);
        let asked = async {
            if self.shared.closed.load(Ordering::Relaxed) {
                return Err(Failure::Closed.into());
            }
            if self.shared.is_silent.load(Ordering::Relaxed) {
                self.is_present()?;
            }
            let client = connection(&self.shared.pool).await?;
            let runtime = Handle::current();
            blocking(move || shared.in_snapshot(client, &runtime, question)).await
        };
        let answer = asked.await;
        let is_silent = matches!(answer, Err(StoreError::Refused(Refusal::Away(_))));
        self.shared.is_silent.store(is_silent, Ordering::Relaxed);
        self.noticed(answer)
    }

    /// Writes the poll states in one transaction.
    ///
    /// # Errors
    /// Fails if the database is away.
    pub async fn save_poll_states(&self) -> Result<()> {
        self.in_turn(|shared, client, runtime| {
            shared.save_poll_states(&Session::new(client, runtime.clone()))
        })
        .await
    }

    /// Returns the reason why the database can never take a write again.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        lock(&self.shared.failure).clone()
    }

    /// Returns the reason why the database takes no writes now; work waits until it does.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        lock(&self.shared.trouble).clone()
    }

    /// # Errors
    /// Fails if the database is known to be away, or can never be used again.
    pub(super) fn is_present(&self) -> Result<()> {
        if let Some(why) = self.failure() {
            return Err(Failure::Database(why).into());
        }
        match self.trouble() {
            Some(why) => Err(Refusal::Away(why).into()),
            None => Ok(()),
        }
    }

    /// Remembers what is wrong with the database, reports the start and end of an outage once, and has the database
    /// tried meanwhile.
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
            let tried = match self.has_room().await {
                Ok(()) => self.save_poll_states().await,
                refused => refused,
            };
            match tried {
                Ok(()) => {
                    *lock(&self.shared.trouble) = None;
                    tracing::info!("the database is available again; work resumes");
                    self.shared.memory.wake_senders();
                    return;
                }
                Err(StoreError::Failed(_)) => return,
                Err(StoreError::Refused(_)) => {}
            }
        }
    }
}
