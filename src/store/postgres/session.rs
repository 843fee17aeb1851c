//! One transaction on one connection, in plain calls: writes wait until something is read or committed and then
//! travel together, so that a transaction costs a round trip for each question, not for each row.

use std::{
    cell::RefCell,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Handle;
use tokio_postgres::{Error, Row, SimpleQueryMessage, types::ToSql};

use super::trouble;
use crate::store::error::{Result, StoreError};

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

    /// Appends a write; whatever is wrong with it comes out with the next question or the commit.
    pub(super) fn write(&self, sql: &'static str, params: Vec<Param>) {
        self.pending.borrow_mut().push(Write { sql, params });
    }

    /// Asks for rows, as this transaction leaves them so far.
    pub(super) fn rows(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>> {
        self.flush()?;
        self.attempt(async {
            let statement = self.client.prepare_cached(sql).await?;
            self.client.query(&statement, params).await
        })
    }

    pub(super) fn row(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params)?.into_iter().next())
    }

    /// As [`Session::rows`] for calls that cannot answer an error: it is kept, and ends the transaction.
    pub(super) fn rows_or_none(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.rows(sql, params).unwrap_or_default()
    }

    /// Begins a transaction; gives what was answered.
    pub(super) fn begin(&self, sql: &str) -> Result<Vec<SimpleQueryMessage>> {
        let begun = self.attempt(self.client.simple_query(sql));
        // A server that only reads begins it and refuses the rest.
        begun.inspect_err(|_| self.roll_back())
    }

    /// Commits what was flushed. Where the answer is lost, it may have been.
    pub(super) fn commit(&self) -> std::result::Result<(), Error> {
        self.runtime.block_on(self.client.batch_execute("COMMIT"))
    }

    /// The connection is as it was, or closed.
    pub(super) fn roll_back(&self) {
        let _ = self.runtime.block_on(self.client.batch_execute("ROLLBACK"));
    }

    /// Sends what was written.
    pub(super) fn flush(&self) -> Result<()> {
        let writes = self.pending.take();
        if writes.is_empty() {
            return self.failure().map_or(Ok(()), Err);
        }
        self.attempt(send_all(self.client, writes))
    }

    fn attempt<T>(&self, work: impl Future<Output = std::result::Result<T, Error>>) -> Result<T> {
        if let Some(failed) = self.failure() {
            return Err(failed);
        }
        self.runtime.block_on(work).map_err(|error| {
            let error = trouble::of(&error);
            *self.failed.borrow_mut() = Some(error.clone());
            error
        })
    }
}

/// Sends all before the first answer is waited for. Each request is sent when its future is polled first.
async fn send_all(client: &ClientWrapper, writes: Vec<Write>) -> std::result::Result<(), Error> {
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
    let mut answers: Vec<Option<_>> = Vec::with_capacity(sending.len());
    poll_fn(|context| {
        answers.extend(
            sending
                .iter_mut()
                .map(|one| match one.as_mut().poll(context) {
                    Poll::Ready(answer) => Some(answer),
                    Poll::Pending => None,
                }),
        );
        Poll::Ready(())
    })
    .await;
    for (one, answer) in sending.into_iter().zip(answers) {
        match answer {
            Some(answer) => answer?,
            None => one.await?,
        };
    }
    Ok(())
}
