//! Holds the one connection of a process that writes: one transaction after the other, interleaved with those of
//! other processes.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::runtime::Handle;

use super::{
    connect::connection,
    rows::get,
    schema,
    session::{Session, answered},
    trouble,
};
use crate::store::error::{Failure, Refusal, Result};

const PAUSE: Duration = Duration::from_millis(100);
/// The settings of the connection. A process that hangs in a transaction, or whose network is cut, would hold up all
/// others, so the server ends it. A transaction that waits for longer than that gets an error.
const SETTINGS: &str = "SET idle_in_transaction_session_timeout = '10s'; SET lock_timeout = '15s'; \
    SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 3; SET tcp_keepalives_count = 3; \
    SET tcp_user_timeout = 10000";

/// The connection that writes; `None` inside while there is none.
pub(super) struct Writer {
    client: Option<ClientWrapper>,
}

impl Writer {
    /// Opens the connection for the first time.
    ///
    /// # Errors
    /// Fails if the database is unfit or away.
    pub(super) async fn open(pool: &Pool) -> Result<Self> {
        let client = Some(open(pool).await?);
        Ok(Self { client })
    }

    /// Opens the connection again if it is closed or missing.
    ///
    /// # Errors
    /// Fails like [`Writer::open`].
    pub(super) async fn ready(&mut self, pool: &Pool) -> Result<()> {
        let client = self.client.take().filter(|client| !client.is_closed());
        self.client = match client {
            Some(client) => Some(client),
            None => Some(open(pool).await?),
        };
        Ok(())
    }

    /// Takes the connection; the caller gives it back, or the next one is opened.
    pub(super) fn take(&mut self) -> Result<ClientWrapper> {
        let away = || {
            Refusal::Away(
                "the database cannot be reached; work resumes automatically once it can".to_owned(),
            )
        };
        Ok(self.client.take().ok_or_else(away)?)
    }

    pub(super) fn give_back(&mut self, client: ClientWrapper) {
        self.client = Some(client);
    }
}

async fn open(pool: &Pool) -> Result<ClientWrapper> {
    let client = Object::take(connection(pool).await?);
    answered(client.batch_execute(SETTINGS)).await?;
    Ok(client)
}

/// Rejects a database that cannot store what noticast writes, and brings its schema up to date.
pub(super) fn check_and_migrate(client: &ClientWrapper, runtime: Handle) -> Result<()> {
    let session = Session::new(client, runtime);
    fitness(&session)?;
    schema::bring_up(&session)
}

/// # Errors
/// Fails if the database is too old, or stores text in another encoding than UTF-8.
pub(super) fn fitness(session: &Session<'_>) -> Result<()> {
    let asked = "SELECT current_setting('server_version_num')::integer, \
                 current_setting('server_encoding'), current_setting('server_version')";
    let Some(row) = session.row(asked, &[])? else {
        return Ok(());
    };
    let (version, encoding): (i32, String) = (get(&row, 0)?, get(&row, 1)?);
    if version < 130_000 {
        let version: String = get(&row, 2)?;
        return Err(Failure::Database(format!(
            "the database is PostgreSQL {version}; noticast needs 13 or newer"
        ))
        .into());
    }
    if encoding != "UTF8" {
        return Err(Failure::Database(format!(
            "the database has the encoding {encoding}, and noticast needs UTF8: create another one with `createdb -E UTF8 -T template0 NAME`"
        ))
        .into());
    }
    Ok(())
}

/// The number of times that each of two connections is asked for its session: a pooler that has several available
/// may give each its own by chance.
const SESSIONS_ASKED: usize = 8;

/// # Errors
/// Fails if two connections met one session, or one of them changed its own: a pooler then assigns them for each
/// transaction.
pub(super) async fn check_sessions(pool: &Pool, writer: &ClientWrapper) -> Result<()> {
    let other = connection(pool).await?;
    let own = session_of(writer).await?;
    for _ in 0..SESSIONS_ASKED {
        if session_of(&other).await? == own || session_of(writer).await? != own {
            return Err(trouble::pooled());
        }
    }
    Ok(())
}

async fn session_of(client: &ClientWrapper) -> Result<i32> {
    let row = answered(client.query_one("SELECT pg_backend_pid()", &[])).await?;
    get(&row, 0)
}

/// Returns whether a transaction whose answer was lost was committed, once the database reports it; queries end once
/// the store is closed.
pub(super) async fn was_committed(pool: &Pool, transaction: i64, closed: &AtomicBool) -> bool {
    while !closed.load(Ordering::Relaxed) {
        if let Ok(status) = status_of(pool, transaction).await
            && status.as_deref() != Some("in progress")
        {
            return status.as_deref() == Some("committed");
        }
        tokio::time::sleep(PAUSE).await;
    }
    false
}

async fn status_of(pool: &Pool, transaction: i64) -> Result<Option<String>> {
    let client = connection(pool).await?;
    // A standby that has not taken over may not have received the transaction yet.
    let asked = "SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress' ELSE txid_status($1) END";
    let status = async {
        match client.query_one(asked, &[&transaction]).await {
            // A standby took over that never received the transaction.
            Err(error) if error.code().is_some_and(|code| code.code() == "22023") => Ok(None),
            status => status.map(Some),
        }
    };
    match answered(status).await {
        Ok(row) => row.map_or(Ok(None), |row| get(&row, 0)),
        Err(error) => {
            drop(Object::take(client));
            Err(error)
        }
    }
}
