//! Checks that a database is fit for use before it is used.

use super::{rows::get, schema, session::Session, writer};
use crate::store::error::{Failure, Result};

/// The most connections that one process takes.
const TAKEN: i64 = 10;

/// Returns a line for each thing that was checked.
///
/// # Errors
/// Fails if the database cannot be used as it is.
pub(super) fn lines(session: &Session<'_>, may_reach_a_standby: bool) -> Result<Vec<String>> {
    writer::fitness(session)?;
    let mut lines = vec![facts(session)?];
    lines.extend(standby(session)?);
    lines.extend(connections(session)?);
    if may_reach_a_standby {
        lines.push(
            "warning: [store] url names several hosts without target_session_attrs=read-write: a \
             standby that only reads may answer"
                .to_owned(),
        );
    }
    Ok(lines)
}

/// # Errors
/// Fails if the database only reads, its schema is newer, or the user may not create tables that are missing.
fn facts(session: &Session<'_>) -> Result<String> {
    let version = schema::check(session)?;
    let asked = "SELECT current_setting('server_version'), current_setting('transaction_read_only') = 'on', \
                 current_schema()::text, current_user::text, \
                 coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";
    let Some(row) = session.row(asked, &[])? else {
        return Ok(String::new());
    };
    let (server, only_reads): (String, bool) = (get(&row, 0)?, get(&row, 1)?);
    if only_reads {
        return Err(Failure::Database(
            "it only reads; write target_session_attrs=read-write and all hosts into [store] url"
                .to_owned(),
        )
        .into());
    }
    let (place, user): (Option<String>, String) = (get(&row, 2)?, get(&row, 3)?);
    let may_create: bool = get(&row, 4)?;
    let Some(place) = place else {
        return Err(Failure::Database(format!(
            "none of the schemas that `search_path` names is there; `{user}` needs one: CREATE SCHEMA {user} \
             AUTHORIZATION {user}"
        ))
        .into());
    };
    if !may_create {
        return Err(Failure::Database(format!(
            "the user `{user}` may not create tables in the schema `{place}`; make it the owner of a database \
             of its own"
        ))
        .into());
    }
    let tables = match version {
        0 => "no tables yet: the first start creates them".to_owned(),
        version => format!("tables of version {version}"),
    };
    Ok(format!(
        "PostgreSQL {server}, UTF8, schema `{place}`, {tables}"
    ))
}

/// Returns a warning if a failover may lose what was acknowledged, or if writes wait for a missing standby.
fn standby(session: &Session<'_>) -> Result<Option<String>> {
    let asked = "SELECT current_setting('synchronous_standby_names') = '' \
                 OR current_setting('synchronous_commit') IN ('off', 'local'), \
                 (SELECT count(*) FROM pg_stat_replication) = 0";
    let Some(row) = session.row(asked, &[])? else {
        return Ok(None);
    };
    let (waits_for_none, has_none): (bool, bool) = (get(&row, 0)?, get(&row, 1)?);
    let warning = match (waits_for_none, has_none) {
        (true, _) => {
            "warning: no synchronous standby: after a failover the last moments may be missing, and what was sent in \
             them may be sent again"
        }
        (false, true) => {
            "warning: synchronous_standby_names is set, and no standby is connected: every write waits until one is"
        }
        (false, false) => return Ok(None),
    };
    Ok(Some(warning.to_owned()))
}

/// Returns a warning if another process would find too few connections.
fn connections(session: &Session<'_>) -> Result<Option<String>> {
    let asked = "SELECT current_setting('max_connections')::bigint \
                 - current_setting('superuser_reserved_connections')::bigint \
                 - (SELECT count(*) FROM pg_stat_activity WHERE usesysid IS NOT NULL)";
    let row = session.row(asked, &[])?;
    let free: i64 = row.map_or(Ok(TAKEN), |row| get(&row, 0))?;
    Ok((free < TAKEN).then(|| {
        format!(
            "warning: {} connections are free, and each noticast process uses up to {TAKEN}: raise max_connections",
            free.max(0)
        )
    }))
}
