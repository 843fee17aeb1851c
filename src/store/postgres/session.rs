//! Runs one transaction on one connection, in plain calls: writes wait until the next read or commit and are then
//! sent along, so that a transaction costs a round trip for each query, not for each row.

use std::{
    cell::RefCell,
    future::Future,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use deadpool_postgres::ClientWrapper;
use futures::future::{join_all, poll_fn};
use tokio::{runtime::Handle, time::timeout};
use tokio_postgres::{Error, Row, SimpleQueryMessage, types::ToSql};

use super::trouble;
use crate::store::error::{Result, StoreError};

/// The longest wait for an answer. A wait for the lock of a transaction ends with an error after 15 s: a database
/// that is silent for longer than this is away.
const PATIENCE: Duration = Duration::from_secs(30);
/// The longest wait for a rollback; a connection that does not answer it is useless.
const ROLLING_BACK: Duration = Duration::from_secs(3);

pub(super) type Param = Box<dyn ToSql + Sync + Send>;

/// Parameters of a write, each boxed.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        vec![$(Box::new($value) as $crate::store::postgres::session::Param),*]
    };
}
pub(super) use params;

struct Write {
    sql: &'static str,
    params: Vec<Param>,
}

/// A transaction that was not committed, or whose commit is uncertain.
pub(super) struct Uncommitted {
    pub(super) error: StoreError,
    /// True if it is certain that nothing was written.
    pub(super) is_undone: bool,
}

pub(super) struct Session<'a> {
    client: &'a ClientWrapper,
    runtime: Handle,
    pending: RefCell<Vec<Write>>,
    /// The first error: after it the transaction can only be rolled back.
    failed: RefCell<Option<StoreError>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(client: &'a ClientWrapper, runtime: Handle) -> Self {
        Self {
            client,
            runtime,
            pending: RefCell::default(),
            failed: RefCell::default(),
        }
    }

    pub(super) fn failure(&self) -> Option<StoreError> {
        self.failed.borrow().clone()
    }

    /// Runs statements that have no parameters.
    pub(super) fn run(&self, sql: &str) -> Result<()> {
        self.attempt(self.client.batch_execute(sql))
    }

    /// Runs statements like [`Session::run`], no matter how long they take.
    pub(super) fn run_patiently(&self, sql: &str) -> Result<()> {
        let done = self.runtime.block_on(self.client.batch_execute(sql));
        self.keep(done.map_err(|error| trouble::of(&error)))
    }

    /// Appends a write; its errors appear with the next query or the commit.
    pub(super) fn write(&self, sql: &'static str, params: Vec<Param>) {
        self.pending.borrow_mut().push(Write { sql, params });
    }

    /// Queries rows, as this transaction leaves them so far.
    pub(super) fn rows(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        let writes = self.pending.take();
        self.attempt(async {
            let statement = self.client.prepare_cached(sql).await?;
            let question = self.client.query(&statement, params);
            send_all(self.client, writes, question).await?
        })
    }

    /// Makes several queries at once: they are sent together.
    pub(super) fn all_rows(
        &self,
        questions: &[(&str, &[&(dyn ToSql + Sync)])],
    ) -> Result<Vec<Vec<Row>>> {
        let writes = self.pending.take();
        self.attempt(async {
            let mut statements = Vec::with_capacity(questions.len());
            for (sql, _) in questions {
                statements.push(self.client.prepare_cached(sql).await?);
            }
            let each = questions.iter().zip(&statements);
            let asked = each.map(|((_, params), statement)| self.client.query(statement, params));
            let answers = send_all(self.client, writes, async { Ok(join_all(asked).await) });
            answers.await??.into_iter().collect()
        })
    }

    pub(super) fn row(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// Queries like [`Session::rows`] for calls that cannot return an error: it is remembered, and ends the
    /// transaction.
    pub(super) fn rows_or_none(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.rows(sql, params).unwrap_or_default()
    }

    /// Begins a transaction; returns the answer.
    pub(super) fn begin(&self, sql: &str) -> Result<Vec<SimpleQueryMessage>> {
        let begun = self.attempt(self.client.simple_query(sql));
        // A server that only reads begins the transaction and rejects the rest.
        begun.inspect_err(|_| self.roll_back())
    }

    /// Sends the pending writes, and commits. If the answer is lost, the transaction may have been committed.
    pub(super) fn commit(&self) -> std::result::Result<(), Uncommitted> {
        let commit = self.client.batch_execute("COMMIT");
        let sent = send_all(self.client, self.pending.take(), commit);
        let sent = async { timeout(PATIENCE, sent).await };
        let (is_undone, error) = match self.runtime.block_on(sent) {
            Ok(Ok(Ok(()))) => return Ok(()),
            // A write was rejected, and so is the commit that followed it, if that was sent.
            Ok(Err(error)) => {
                self.roll_back();
                (error.code().is_some(), trouble::of(&error))
            }
            Ok(Ok(Err(error))) => (trouble::is_surely_undone(&error), trouble::of(&error)),
            Err(_) => (false, trouble::silent()),
        };
        Err(Uncommitted { error, is_undone })
    }

    /// Rolls back; afterwards the connection is as it was, or closed.
    pub(super) fn roll_back(&self) {
        let rolled_back = self.client.batch_execute("ROLLBACK");
        let rolled_back = async { timeout(ROLLING_BACK, rolled_back).await };
        let _ = self.runtime.block_on(rolled_back);
    }

    /// Sends the pending writes.
    pub(super) fn flush(&self) -> Result<()> {
        let writes = self.pending.take();
        if writes.is_empty() {
            return self.failure().map_or(Ok(()), Err);
        }
        self.attempt(async { send_all(self.client, writes, async { Ok(()) }).await? })
    }

    fn attempt<T>(&self, work: impl Future<Output = std::result::Result<T, Error>>) -> Result<T> {
        if let Some(failed) = self.failure() {
            return Err(failed);
        }
        let done = self.runtime.block_on(answered(work));
        self.keep(done)
    }

    /// Remembers an error, so that nothing is tried after it.
    fn keep<T>(&self, done: Result<T>) -> Result<T> {
        done.inspect_err(|error| *self.failed.borrow_mut() = Some(error.clone()))
    }
}

/// Waits for an answer of the database, but not forever: a network may lose messages.
pub(super) async fn answered<T>(
    asked: impl Future<Output = std::result::Result<T, Error>>,
) -> Result<T> {
    match timeout(PATIENCE, asked).await {
        Ok(answer) => answer.map_err(|error| trouble::of(&error)),
        Err(_) => Err(trouble::silent()),
    }
}

/// Sends all writes, and `then`, before it waits for the first answer. Each request is sent when its future is first
/// polled. The outer error is that of a write; then nothing that follows is answered.
async fn send_all<T>(
    client: &ClientWrapper,
    writes: Vec<Write>,
    then: impl Future<Output = std::result::Result<T, Error>>,
) -> std::result::Result<std::result::Result<T, Error>, Error> {
    let mut statements = Vec::with_capacity(writes.len());
    for write in &writes {
        statements.push(client.prepare_cached(write.sql).await?);
    }
    let each = writes.iter().zip(&statements);
    let mut sending: Vec<Pin<Box<_>>> = each
        .map(|(write, statement)| {
            let params = write
                .params
                .iter()
                .map(|param| &**param as &(dyn ToSql + Sync));
            let params: Vec<_> = params.collect();
            Box::pin(async move { client.execute(statement, &params).await })
        })
        .collect();
    let mut then = pin!(then);
    let mut answers: Vec<Poll<_>> = Vec::with_capacity(sending.len());
    let followed = poll_fn(|context| {
        answers.extend(sending.iter_mut().map(|one| one.as_mut().poll(context)));
        Poll::Ready(then.as_mut().poll(context))
    });
    let followed = followed.await;
    for (one, answer) in sending.into_iter().zip(answers) {
        match answer {
            Poll::Ready(answer) => answer?,
            Poll::Pending => one.await?,
        };
    }
    match followed {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => Ok(then.await),
    }
}
