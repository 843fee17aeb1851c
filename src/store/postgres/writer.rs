//! The one connection of a process that writes. It holds the lock by which a second process is refused, so that nothing is
//! written once the lock is lost.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use deadpool_postgres::{ClientWrapper, Object, Pool};
use tokio::{runtime::Handle, time::Instant};

use super::{connect::connection, rows::get, schema, session::Session, trouble};
use crate::store::error::{Failure, Refusal, Result};

/// Held by the connection that writes: by the database, so that it is gone with the connection.
const LOCK: &str = "SELECT pg_try_advisory_lock(1853121635, hashtext(current_schema()))";
const HOLDER: &str = "SELECT a.pid, a.application_name, coalesce(host(a.client_addr), 'this machine') \
    FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 1853121635 \
    AND l.objid = (hashtext(current_schema())::bigint & 4294967295)::oid \
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";
/// How long the database may take to notice that a connection of this process is gone.
const OWN_END: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// None while there is no connection.
pub(super) struct Writer {
    client: Option<ClientWrapper>,
}

impl Writer {
    /// Opens it for the first time.
    ///
    /// # Errors
    /// Another process holds the database; it is unfit, or away.
    pub(super) async fn open(pool: &Pool, name: &str) -> Result<Self> {
        let client = open(pool, name).await?;
        Ok(Self {
            client: Some(client),
        })
    }

    /// Makes sure of the connection and the lock; gives whether it is a new one.
    ///
    /// # Errors
    /// As for [`Writer::open`].
    pub(super) async fn ready(&mut self, pool: &Pool, name: &str) -> Result<bool> {
        if self
            .client
            .as_ref()
            .is_some_and(|client| !client.is_closed())
        {
            return Ok(false);
        }
        self.client = None;
        self.client = Some(open(pool, name).await?);
        Ok(true)
    }

    /// Takes the connection; whoever does gives it back, or the next one is opened.
    pub(super) fn take(&mut self) -> Result<ClientWrapper> {
        let away = || Refusal::Away("the database is away; work goes on by itself".to_owned());
        Ok(self.client.take().ok_or_else(away)?)
    }

    pub(super) fn give_back(&mut self, client: ClientWrapper) {
        self.client = Some(client);
    }
}

async fn open(pool: &Pool, name: &str) -> Result<ClientWrapper> {
    let client = Object::take(connection(pool).await?);
    let deadline = Instant::now() + OWN_END;
    while !is_locked(&client).await? {
        let holder = holder(&client).await?;
        let is_own = holder.as_ref().is_none_or(|holder| holder.name == name);
        if !is_own || Instant::now() > deadline {
            let holder = holder.map_or_else(|| "another process".to_owned(), |it| it.said());
            return Err(Failure::Taken(holder).into());
        }
        if let Some(holder) = holder {
            // A connection that this process has lost, and the database has not yet noticed.
            let end = "SELECT pg_terminate_backend($1)";
            let _ = client.query(end, &[&holder.pid]).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(client)
}

async fn is_locked(client: &ClientWrapper) -> Result<bool> {
    let row = client
        .query_one(LOCK, &[])
        .await
        .map_err(|error| trouble::of(&error))?;
    get(&row, 0)
}

struct Holder {
    pid: i32,
    name: String,
    from: String,
}

impl Holder {
    fn said(&self) -> String {
        format!(
            "{} ({}, process {} of the database)",
            self.name, self.from, self.pid
        )
    }
}

async fn holder(client: &ClientWrapper) -> Result<Option<Holder>> {
    let row = client
        .query_opt(HOLDER, &[])
        .await
        .map_err(|error| trouble::of(&error))?;
    row.map(|row| {
        Ok(Holder {
            pid: get(&row, 0)?,
            name: get(&row, 1)?,
            from: get(&row, 2)?,
        })
    })
    .transpose()
}

/// Refuses a database that cannot keep what noticast writes, and brings its schema up.
pub(super) fn check_and_migrate(client: &ClientWrapper, runtime: Handle) -> Result<()> {
    let session = Session::new(client, runtime);
    fitness(&session)?;
    schema::bring_up(&session)
}

/// # Errors
/// The database is too old, or keeps other text than UTF-8.
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
            "the database has the encoding {encoding}, and noticast needs UTF8: make another one with \
             `createdb -E UTF8 -T template0 NAME`"
        ))
        .into());
    }
    Ok(())
}

/// # Errors
/// Two connections met one session: a pooler hands them out for each transaction.
pub(super) async fn check_sessions(pool: &Pool, writer: &ClientWrapper) -> Result<()> {
    let other = connection(pool).await?;
    let own = session_of(writer).await?;
    match session_of(&other).await? == own {
        true => Err(trouble::pooled()),
        false => Ok(()),
    }
}

async fn session_of(client: &ClientWrapper) -> Result<i32> {
    let asked = "SELECT pg_backend_pid()";
    let row = client
        .query_one(asked, &[])
        .await
        .map_err(|error| trouble::of(&error))?;
    get(&row, 0)
}

/// Returns whether a transaction was committed whose answer was lost, once the database says so; it is no longer asked
/// once the store is closed.
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
    // A standby that has not taken over may not have heard of it yet.
    let asked = "SELECT CASE WHEN pg_is_in_recovery() THEN 'in progress' ELSE txid_status($1) END";
    let status = client.query_one(asked, &[&transaction]).await;
    match status {
        Ok(row) => get(&row, 0),
        // A standby took over that never had it.
        Err(error) if error.code().is_some_and(|code| code.code() == "22023") => Ok(None),
        Err(error) => Err(trouble::of(&error)),
    }
}
