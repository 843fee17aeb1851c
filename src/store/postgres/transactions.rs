//! One transaction after the other on the connection that writes, and snapshots beside them.

use std::sync::{Arc, atomic::Ordering};

use chrono::Utc;
use deadpool_postgres::{ClientWrapper, Object};
use tokio::runtime::Handle;

use super::{
    handle::{Database, lock},
    looks::write_looks,
    memory::looks_of,
    rows::{self, get},
    session::{Session, params},
    trouble,
    tx::PostgresTx,
    versions::{BEGIN, BEGIN_SNAPSHOT, Begun, Changed},
    writer::{self, Writer},
};
use crate::store::{
    error::{Failure, Result},
    tx::Tx,
};

impl Database {
    /// Takes the connection that writes, a new one where that was lost.
    pub(super) async fn connected(&self, writer: &mut Writer) -> Result<ClientWrapper> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Failure::Closed.into());
        }
        writer.ready(&self.pool).await?;
        writer.take()
    }

    /// Begins a transaction, and follows what other processes did before it.
    fn begin(&self, session: &Session<'_>) -> Result<Begun> {
        let begun = session.begin(BEGIN)?;
        self.look_at_clocks(&begun);
        let refreshed = self.memory.refresh(session, begun.versions, false);
        refreshed.inspect_err(|_| session.roll_back())?;
        Ok(begun)
    }

    /// Remembers how far the clock of this machine is ahead of the database's.
    fn look_at_clocks(&self, begun: &Begun) {
        let ahead = Utc::now().timestamp_millis().saturating_sub(begun.clock_ms);
        self.clock_ahead_ms.store(ahead, Ordering::Relaxed);
    }

    pub(super) fn run<T>(
        &self,
        client: &ClientWrapper,
        runtime: &Handle,
        work: impl FnOnce(&mut dyn Tx) -> Result<T>,
    ) -> Result<T> {
        let session = Session::new(client, runtime.clone());
        let begun = self.begin(&session)?;
        let mut tx = PostgresTx::new(session, &self.memory, (begun, Arc::clone(&self.name)));
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
        self.settle(committed, begun.transaction, runtime)?;
        effects.install(&self.memory, &Session::new(client, runtime.clone()), &begun);
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

    /// Writes where polling stands, each source under its lease, and until when articles were read. It writes whether that
    /// changes anything or not: that the database takes it is what its trial asks.
    pub(super) fn save_looks(&self, session: &Session<'_>) -> Result<()> {
        let begun = self.begin(session)?;
        let (own, lost) = self.memory.looks.unwritten();
        let version = begun.versions.looks + 1;
        let asked = || -> Result<_> {
            let written = match own.is_empty() {
                true => Vec::new(),
                false => write_looks(session, &own, version)?,
            };
            let is_lost =
                |it: &&super::looks::Unwritten| !written.iter().any(|id| id == it.source.as_str());
            let taken = own.iter().filter(is_lost).map(|it| it.source.clone());
            let lost: Vec<_> = lost.into_iter().chain(taken).collect();
            let lost = match lost.is_empty() {
                true => Vec::new(),
                false => looks_of(session, &lost)?,
            };
            session.write(
                "UPDATE counters SET read_until = \
                 greatest(read_until, (SELECT min(due_ms) FROM recent) - 1)",
                params![],
            );
            let changed = Changed {
                looks: !written.is_empty(),
                ..Changed::default()
            };
            if changed.looks {
                changed.write(session, &self.name);
            }
            let size = "SELECT pg_database_size(current_database())";
            let bytes = session.row(size, &[])?;
            let bytes = bytes.map_or(Ok(0), |row| get(&row, 0))?;
            self.memory
                .bytes
                .store(rows::unsigned(bytes), Ordering::Relaxed);
            session.flush()?;
            session.commit().map_err(|error| trouble::of(&error))?;
            Ok((written, lost, changed))
        };
        let (written, lost, changed) = asked().inspect_err(|_| session.roll_back())?;
        self.memory.looks.replace(lost.into_iter());
        for it in own
            .iter()
            .filter(|it| written.iter().any(|id| id == it.source.as_str()))
        {
            self.memory.looks.written(&it.source, &it.state);
        }
        self.memory.follow_own(session, begun.versions, changed);
        Ok(())
    }

    /// Asks in a snapshot of its own, which follows what other processes did before it.
    pub(super) fn in_snapshot<T>(
        &self,
        client: Object,
        runtime: &Handle,
        question: impl FnOnce(Session<'_>, Begun) -> Result<T>,
    ) -> Result<T> {
        let mut lent = Lent(Some(client));
        let Some(client) = lent.0.as_ref() else {
            return Err(Failure::Closed.into());
        };
        let session = Session::new(client, runtime.clone());
        let begun = session.begin(BEGIN_SNAPSHOT)?;
        self.look_at_clocks(&begun);
        self.memory.refresh(&session, begun.versions, true)?;
        let answer = question(session, begun)?;
        Session::new(client, runtime.clone()).run("COMMIT")?;
        lent.0.take();
        Ok(answer)
    }
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
