//! One transaction after the other on the connection that writes, and snapshots beside them.

use std::sync::{Arc, atomic::Ordering};

use deadpool_postgres::{ClientWrapper, Object};
use tokio::runtime::Handle;

use super::{
    handle::{Database, blocking, lock},
    rows::{self, get},
    session::Session,
    trouble,
    tx::PostgresTx,
    writer::{self, Writer},
};
use crate::store::{
    error::{Failure, Result},
    tx::Tx,
};

impl Database {
    /// Takes the connection that writes, a new one where that was lost.
    pub(super) async fn connected(self: &Arc<Self>, writer: &mut Writer) -> Result<ClientWrapper> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Failure::Closed.into());
        }
        let is_new = writer.ready(&self.pool, &self.name).await?;
        let client = writer.take()?;
        if !is_new {
            return Ok(client);
        }
        let (shared, runtime) = (Arc::clone(self), Handle::current());
        blocking(move || {
            shared.memory.read_again(&Session::new(&client, runtime))?;
            Ok(client)
        })
        .await
    }

    pub(super) fn run<T>(
        &self,
        client: &ClientWrapper,
        runtime: &Handle,
        work: impl FnOnce(&mut dyn Tx) -> Result<T>,
    ) -> Result<T> {
        let session = Session::new(client, runtime.clone());
        let transaction = session.begin()?;
        let mut tx = PostgresTx::new(session, &self.memory);
        let done = work(&mut tx);
        if let Some(error) = done.as_ref().err().or(tx.session.failure().as_ref()) {
            let error = error.clone();
            tx.session.roll_back();
            return Err(error);
        }
        let done = done?;
        tx.finish();
        tx.session.flush().inspect_err(|_| tx.session.roll_back())?;
        let committed = tx.session.commit();
        let effects = tx.into_effects();
        self.settle(committed, transaction, runtime)?;
        effects.install(&self.memory, &Session::new(client, runtime.clone()));
        Ok(done)
    }

    /// Finds out whether a transaction was committed whose answer was lost.
    fn settle(
        &self,
        committed: std::result::Result<(), tokio_postgres::Error>,
        transaction: i64,
        runtime: &Handle,
    ) -> Result<()> {
        let Err(error) = committed else {
            return Ok(());
        };
        if trouble::is_surely_undone(&error) {
            return Err(trouble::of(&error));
        }
        tracing::warn!(
            "the answer to a commit was lost; work waits until the database says what came of it"
        );
        // Nothing is asked meanwhile: questions wait for the transactions before them.
        *lock(&self.trouble) = Some("the answer to a commit was lost".to_owned());
        let asked = writer::was_committed(&self.pool, transaction, &self.closed);
        let was_committed = runtime.block_on(asked);
        *lock(&self.trouble) = None;
        match was_committed {
            true => Ok(()),
            false => Err(trouble::of(&error)),
        }
    }

    pub(super) fn save_looks(&self, session: &Session<'_>) -> Result<()> {
        session.begin()?;
        let written = self.memory.write_looks(session);
        let asked = "SELECT pg_database_size(current_database())";
        let bytes = session
            .row(asked, &[])
            .and_then(|row| row.map_or(Ok(0), |row| get(&row, 0)));
        let done = bytes.and_then(|bytes: i64| {
            self.memory
                .bytes
                .store(rows::unsigned(bytes), Ordering::Relaxed);
            session.flush()?;
            session.commit().map_err(|error| trouble::of(&error))
        });
        match done {
            Ok(()) => {
                for (source, look) in &written {
                    self.memory.looks.written(source, look);
                }
                Ok(())
            }
            Err(error) => {
                session.roll_back();
                Err(error)
            }
        }
    }
}

/// Asks in a snapshot of its own.
pub(super) fn in_snapshot<T>(
    client: Object,
    runtime: &Handle,
    question: impl FnOnce(Session<'_>) -> Result<T>,
) -> Result<T> {
    let mut lent = Lent(Some(client));
    let Some(client) = lent.0.as_ref() else {
        return Err(Failure::Closed.into());
    };
    let session = Session::new(client, runtime.clone());
    session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
    let answer = question(session)?;
    Session::new(client, runtime.clone()).run("COMMIT")?;
    lent.0.take();
    Ok(answer)
}

/// A connection that goes back to the pool only where it was left between two transactions.
struct Lent(Option<Object>);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}
