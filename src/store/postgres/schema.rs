//! The tables, and how they come to be: numbered files, each one transaction, so that whatever is interrupted begins again
//! where it was.

use super::{
    rows::{get, json},
    session::{Session, params},
};
use crate::{
    policy::rereading::Recent,
    store::error::{Failure, Result},
};

/// What makes each version of the schema out of the one before it.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_tables.sql"),
    include_str!("migrations/0002_several.sql"),
    include_str!("migrations/0003_lists.sql"),
];

/// Held while the schema is looked at and changed: one process migrates, others wait.
const MIGRATING: &str = "SELECT pg_advisory_xact_lock(1853121636, hashtext(current_schema()))";

/// Brings the schema up to this program's.
///
/// # Errors
/// A newer program made it; the user may not make tables; the database is away.
pub(super) fn bring_up(session: &Session<'_>) -> Result<()> {
    let mut version = check(session)?;
    while let Some(migration) = MIGRATIONS.get(version) {
        version = step(session, version, migration)?;
    }
    check(session)?;
    plan_readings(session)
}

/// Plans by when articles are read again, where a version that kept that in memory left it open.
fn plan_readings(session: &Session<'_>) -> Result<()> {
    let asked = "SELECT bulletin, recent, (SELECT read_until FROM counters) FROM recent \
                 WHERE due_ms IS NULL";
    for row in session.rows(asked, &[])? {
        let (bulletin, recent): (i64, Recent) = (get(&row, 0)?, json(&row, 1)?);
        session.write(
            "UPDATE recent SET due_ms = $2 WHERE bulletin = $1 AND due_ms IS NULL",
            params![bulletin, recent.next_ms(get(&row, 2)?)],
        );
    }
    session.flush()
}

/// Gives the version of the schema; 0: there is none yet.
///
/// # Errors
/// A newer program made it.
pub(super) fn check(session: &Session<'_>) -> Result<usize> {
    let version = current(session)?;
    if version <= MIGRATIONS.len() {
        return Ok(version);
    }
    Err(Failure::Database(format!(
        "the database was written by a newer noticast (schema {version}; this one knows {}); use that \
         version, or import an export into another database",
        MIGRATIONS.len()
    ))
    .into())
}

/// The version of the schema; 0: there is none yet.
pub(super) fn current(session: &Session<'_>) -> Result<usize> {
    // The catalogue itself is asked: what `to_regclass` has once not found it goes on not finding within a transaction.
    let asked =
        "SELECT 1 FROM pg_class WHERE relname = 'noticast_schema' AND pg_table_is_visible(oid)";
    if session.rows(asked, &[])?.is_empty() {
        return Ok(0);
    }
    let row = session.row("SELECT coalesce(max(version), 0) FROM noticast_schema", &[])?;
    let version: i32 = row.map_or(Ok(0), |row| get(&row, 0))?;
    Ok(usize::try_from(version).unwrap_or_default())
}

/// Runs one migration, unless another process has meanwhile; gives the version that there is then.
fn step(session: &Session<'_>, version: usize, migration: &str) -> Result<usize> {
    session.run("BEGIN")?;
    session.run(MIGRATING)?;
    let found = current(session)?;
    if found == version {
        session.run(
            "CREATE TABLE IF NOT EXISTS noticast_schema \
             (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
        )?;
        session.run(migration)?;
        let next = i32::try_from(version + 1).unwrap_or(i32::MAX);
        session.write(
            "INSERT INTO noticast_schema (version) VALUES ($1)",
            params![next],
        );
    }
    session.flush()?;
    session.run("COMMIT")?;
    Ok(found.max(version + 1))
}
