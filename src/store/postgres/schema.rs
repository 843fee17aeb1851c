//! Creates the tables from numbered files, each one transaction, so that an interrupted migration restarts at its
//! place.
//!
//! Each version states which program it still works with. A step that only adds what older programs leave alone
//! (tables, indexes, columns behind the others with a default) keeps the least version of the one before it, so that
//! both run side by side while the machines are upgraded one after the other; programs that are too old are
//! rejected, even in the middle of their work.

use super::{
    rows::{get, json},
    session::{Session, params},
};
use crate::{
    policy::rereading::Recent,
    store::error::{Failure, Result},
};

/// The step from one version of the schema to the next.
struct Migration {
    sql: &'static str,
    /// The lowest version that a program must know to work on this one.
    works_with: i32,
}

const MIGRATIONS: [Migration; 5] = [
    Migration {
        sql: include_str!("migrations/0001_tables.sql"),
        works_with: 1,
    },
    Migration {
        sql: include_str!("migrations/0002_several.sql"),
        works_with: 2,
    },
    Migration {
        sql: include_str!("migrations/0003_lists.sql"),
        works_with: 2,
    },
    Migration {
        sql: include_str!("migrations/0004_wrong_tokens.sql"),
        works_with: 2,
    },
    Migration {
        sql: include_str!("migrations/0005_added_channels.sql"),
        works_with: 2,
    },
];

/// The version of a schema, and the lowest that a program must know to work on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Version {
    pub(super) number: i64,
    pub(super) works_with: i64,
}

impl Version {
    /// # Errors
    /// Fails if this program is too old for the schema.
    pub(super) fn check(self) -> Result<()> {
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        if self.works_with <= known {
            return Ok(());
        }
        let (number, needed) = (self.number, self.works_with);
        Err(Failure::Database(format!(
            "the database was written by a newer noticast (schema {number}, which needs a program that knows {needed}; \
             this one knows {known}); use that version, or import an export into another database"
        ))
        .into())
    }
}

/// The lock that is held while the schema is read and changed: one process migrates, others wait.
const MIGRATING: &str = "SELECT pg_advisory_xact_lock(1853121636, hashtext(current_schema()))";

/// Brings the schema to the version of this program.
///
/// # Errors
/// Fails if a newer program made the schema, the user may not create tables, or the database is away.
pub(super) fn bring_up(session: &Session<'_>) -> Result<()> {
    let mut version = check(session)?;
    while let Some(migration) = MIGRATIONS.get(version) {
        version = step(session, version, migration)?;
    }
    check(session)?;
    plan_readings(session)
}

/// Plans when articles are read again, for rows of a version that held these times only in memory.
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

/// Returns the version of the schema; 0 if there is none yet.
///
/// # Errors
/// Fails if the schema is of a newer program that this one cannot work with.
pub(super) fn check(session: &Session<'_>) -> Result<usize> {
    let version = current(session)?;
    version.check()?;
    Ok(usize::try_from(version.number).unwrap_or_default())
}

/// Returns the version of the schema; 0 if there is none yet.
pub(super) fn current(session: &Session<'_>) -> Result<Version> {
    // The catalogue itself is queried: once `to_regclass` has not found a table, it keeps missing it within a
    // transaction.
    let asked =
        "SELECT 1 FROM pg_class WHERE relname = 'noticast_schema' AND pg_table_is_visible(oid)";
    if session.rows(asked, &[])?.is_empty() {
        return Ok(Version::default());
    }
    // Programs before this column worked only on their own version.
    let asked = "SELECT version::bigint, coalesce((to_jsonb(it) ->> 'works_with')::bigint, version) \
                 FROM noticast_schema it ORDER BY version DESC LIMIT 1";
    let row = session.row(asked, &[])?;
    row.map_or(Ok(Version::default()), |row| {
        Ok(Version {
            number: get(&row, 0)?,
            works_with: get(&row, 1)?,
        })
    })
}

/// Runs one migration, unless another process has meanwhile; returns the resulting version.
fn step(session: &Session<'_>, version: usize, migration: &Migration) -> Result<usize> {
    session.run("BEGIN")?;
    session.run_patiently(MIGRATING)?;
    let found = check(session)?;
    if found == version {
        session.run(
            "CREATE TABLE IF NOT EXISTS noticast_schema \
             (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now()); \
             ALTER TABLE noticast_schema ADD COLUMN IF NOT EXISTS works_with integer",
        )?;
        session.run_patiently(migration.sql)?;
        let next = i32::try_from(version + 1).unwrap_or(i32::MAX);
        session.write(
            "INSERT INTO noticast_schema (version, works_with) VALUES ($1, $2)",
            params![next, migration.works_with],
        );
    }
    session.flush()?;
    session.run("COMMIT")?;
    Ok(found.max(version + 1))
}
