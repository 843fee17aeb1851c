//! What is to be known of a database before it is used.

use super::{rows::get, schema, session::Session, writer};
use crate::store::error::{Failure, Result};

/// Gives a line for each thing that was looked at.
///
/// # Errors
/// The database cannot be used as it is.
pub(super) fn lines(session: &Session<'_>, may_reach_a_standby: bool) -> Result<Vec<String>> {
    writer::fitness(session)?;
    let mut lines = vec![facts(session)?];
    if let Some(warning) = standby(session)? {
        lines.push(warning);
    }
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
/// It only reads, its schema is newer, or the user may not make tables that are missing.
fn facts(session: &Session<'_>) -> Result<String> {
    let version = schema::check(session)?;
    let asked = "SELECT current_setting('server_version'), current_setting('transaction_read_only') = 'on', \
                 coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)";
    let Some(row) = session.row(asked, &[])? else {
        return Ok(String::new());
    };
    let (server, only_reads, may_create): (String, bool, bool) =
        (get(&row, 0)?, get(&row, 1)?, get(&row, 2)?);
    if only_reads {
        return Err(Failure::Database(
            "it only reads; write target_session_attrs=read-write and all hosts into [store] url"
                .to_owned(),
        )
        .into());
    }
    if !may_create {
        return Err(Failure::Database(
            "the user may not make tables there; make it the owner of a database of its own"
                .to_owned(),
        )
        .into());
    }
    Ok(match version {
        0 => format!("PostgreSQL {server}, UTF8; the tables are made at the first start"),
        version => format!("PostgreSQL {server}, UTF8, schema {version}"),
    })
}

/// A warning where a failover may lose what was acknowledged.
fn standby(session: &Session<'_>) -> Result<Option<String>> {
    let asked = "SELECT current_setting('synchronous_standby_names') = '' \
                 OR current_setting('synchronous_commit') IN ('off', 'local')";
    let row = session.row(asked, &[])?;
    let has_none = row.map_or(Ok(false), |row| get(&row, 0))?;
    Ok(has_none.then(|| {
        "warning: no synchronous standby: after a failover the last moments may be missing, and what was sent in \
         them may be sent again"
            .to_owned()
    }))
}
