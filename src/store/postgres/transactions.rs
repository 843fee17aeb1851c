//! Runs one transaction after the other on the connection that writes, and snapshots in parallel.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use deadpool_postgres::{ClientWrapper, Object};
use tokio::runtime::Handle;

use super::{
    handle::{Database, lock},
    memory::poll_states_of,
    poll_states::{Unwritten, write_poll_states},
    rows::{self, get},
    session::{Session, Uncommitted, params},
    tx::PostgresTx,
    versions::{BEGIN, BEGIN_SNAPSHOT, DataChanges, Start},
    writer::{self, Writer},
};
use crate::{
    bulletin::SourceId,
    policy::facts::PollState,
    store::{
        error::{Failure, Result},
        tx::Tx,
    },
};

/// The outcome of writing the poll states.
struct Saved {
    written: Vec<Unwritten>,
    /// States of sources that this process no longer polls, as they are in the database.
    lost: Vec<(SourceId, PollState)>,
}

impl Database {
    /// Takes the connection that writes, a new one if that was lost.
    pub(super) async fn connected(&self, writer: &mut Writer) -> Result<ClientWrapper> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Failure::Closed.into());
        }
        writer.ready(&self.pool).await?;
        writer.take()
    }

    /// Begins a transaction, and follows what other processes did before it.
    fn begin(&self, session: &Session<'_>) -> Result<Start> {
        let begun = Start::of(session, BEGIN)?;
        self.check_clocks(&begun);
        // The tables may have been migrated since this process began.
        let known = begun.schema.check();
        let refreshed = known.and_then(|()| self.memory.refresh(session, begun.versions, false));
        refreshed.inspect_err(|_| session.roll_back())?;
        Ok(begun)
    }

    /// Remembers how far the clock of this machine is ahead of the database's.
    fn check_clocks(&self, begun: &Start) {
        self.clock_ahead_ms
            .store(begun.clock_ahead_ms, Ordering::Relaxed);
    }

    pub(super) fn run<T>(
        &self,
        client: &ClientWrapper,
        runtime: &Handle,
        work: impl FnOnce(&mut dyn Tx) -> Result<T>,
    ) -> Result<T> {
        let session = Session::new(client, runtime.clone());
        let begun = self.begin(&session)?;
        let mut tx = PostgresTx::new(
            session,
            &self.memory,
            (begun.clone(), Arc::clone(&self.name)),
        );
        let done = work(&mut tx);
        // A failed query answers that nothing is there: what the work made of that is no answer.
        if let Some(error) = tx
            .session
            .failure()
            .or_else(|| done.as_ref().err().cloned())
        {
            tx.session.roll_back();
            return Err(error);
        }
        let done = done?;
        tx.finish();
        let committed = tx.session.commit();
        let effects = tx.into_effects();
        self.settle(committed, begun.transaction, runtime)?;
        effects.install(&self.memory, &Session::new(client, runtime.clone()), &begun);
        Ok(done)
    }

    /// Finds out whether a transaction whose answer was lost was committed.
    fn settle(
        &self,
        committed: std::result::Result<(), Uncommitted>,
        transaction: i64,
        runtime: &Handle,
    ) -> Result<()> {
        let Err(Uncommitted { error, is_undone }) = committed else {
            return Ok(());
        };
        if is_undone {
            return Err(error);
        }
        self.is_writer_lost.store(true, Ordering::Relaxed);
        tracing::warn!(
            "the result of a commit is unknown because the connection was lost; work pauses until the database confirms it"
        );
        // No query is made meanwhile: queries wait for the transactions before them.
        *lock(&self.trouble) =
            Some("the result of a commit is unknown because the connection was lost".to_owned());
        let asked = writer::was_committed(&self.pool, transaction, &self.closed);
        let was_committed = runtime.block_on(asked);
        *lock(&self.trouble) = None;
        match was_committed {
            true => Ok(()),
            false => Err(error),
        }
    }

    /// Writes the poll states, each source under its lease, and until when articles were read. It writes even if
    /// nothing changed: this is how the database is tried for taking writes.
    pub(super) fn save_poll_states(&self, session: &Session<'_>) -> Result<()> {
        let start = self.begin(session)?;
        let (own, lost) = self.memory.poll_states.unwritten();
        let saved = self.save(session, (own, lost), start.versions.poll_states + 1);
        let saved = saved.inspect_err(|_| session.roll_back())?;
        let changed = DataChanges {
            poll_states: !saved.written.is_empty(),
            ..DataChanges::default()
        };
        self.memory.poll_states.replace(saved.lost.into_iter());
        for it in &saved.written {
            self.memory.poll_states.written(&it.source, &it.state);
        }
        self.memory.follow_own(session, start.versions, changed);
        Ok(())
    }

    fn save(
        &self,
        session: &Session<'_>,
        (own, mut lost): (Vec<Unwritten>, Vec<SourceId>),
        version: i64,
    ) -> Result<Saved> {
        let ids = match own.is_empty() {
            true => HashSet::new(),
            false => write_poll_states(session, &own, version)?,
        };
        let (written, taken): (Vec<_>, Vec<_>) = own
            .into_iter()
            .partition(|it| ids.contains(it.source.as_str()));
        lost.extend(taken.into_iter().map(|it| it.source));
        let lost = match lost.is_empty() {
            true => Vec::new(),
            false => poll_states_of(session, &lost)?,
        };
        let read_until = "UPDATE counters SET read_until = \
                          greatest(read_until, (SELECT min(due_ms) FROM recent) - 1)";
        session.write(read_until, params![]);
        if !written.is_empty() {
            let poll_states = true;
            let changed = DataChanges {
                poll_states,
                ..DataChanges::default()
            };
            changed.write(session, &self.name);
        }
        let size = session.row("SELECT pg_database_size(current_database())", &[])?;
        let bytes = size.map_or(Ok(0), |row| get(&row, 0))?;
        self.memory
            .bytes
            .store(rows::unsigned(bytes), Ordering::Relaxed);
        let committed = session.commit();
        committed.map_err(|lost| lost.error)?;
        Ok(Saved { written, lost })
    }

    /// Runs a query in a separate snapshot, which first follows what other processes did.
    pub(super) fn in_snapshot<T>(
        &self,
        client: Object,
        runtime: &Handle,
        question: impl FnOnce(Session<'_>, Start) -> Result<T>,
    ) -> Result<T> {
        let mut lent = Lent(Some(client));
        let Some(client) = lent.0.as_ref() else {
            return Err(Failure::Closed.into());
        };
        let session = Session::new(client, runtime.clone());
        let begun = Start::of(&session, BEGIN_SNAPSHOT)?;
        self.check_clocks(&begun);
        begun.schema.check()?;
        self.memory.refresh(&session, begun.versions, true)?;
        let answer = question(session, begun)?;
        Session::new(client, runtime.clone()).run("COMMIT")?;
        lent.0.take();
        Ok(answer)
    }
}

/// A connection that returns to the pool only if it was left between two transactions.
struct Lent(Option<Object>);

impl Drop for Lent {
    fn drop(&mut self) {
        if let Some(client) = self.0.take() {
            drop(Object::take(client));
        }
    }
}
