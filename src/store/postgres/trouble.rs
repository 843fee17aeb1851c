//! Translates errors of the database into words that say what to do, and decides whether they pass.

use tokio_postgres::{Error, error::SqlState};

use crate::store::error::{Failure, Refusal, StoreError, refused};

/// Converts an error: depending on it, work waits, the caller gets an error, or the program ends.
pub(super) fn of(error: &Error) -> StoreError {
    match error.code() {
        None => Refusal::Away(unreachable(error)).into(),
        Some(code) => by_code(code, &text(error)),
    }
}

/// Returns whether a commit that failed with this error surely wrote nothing.
pub(super) fn is_surely_undone(error: &Error) -> bool {
    let class = error.code().map(|code| &code.code()[..2]);
    class.is_some_and(|class| ["22", "23", "25", "40", "42", "53"].contains(&class))
}

/// Returns the refusal for a database that has not answered for long.
pub(super) fn silent() -> StoreError {
    Refusal::Away(
        "the database has not answered for 30 s; check that it is running and that no firewall drops the connection; work resumes automatically"
            .to_owned(),
    )
    .into()
}

fn by_code(code: &SqlState, said: &str) -> StoreError {
    let passing = |what: &str, remedy: &str| {
        Refusal::Away(format!("the database {what}: {said}; {remedy}")).into()
    };
    match code.code() {
        "28P01" | "28000" => passing(
            "rejects this user",
            "correct the user and password in `url` of [store], or pg_hba.conf on the server",
        ),
        "3D000" => passing(
            "does not exist",
            "create it with `createdb -E UTF8 -T template0 NAME`",
        ),
        "42501" => passing(
            "does not give this user the rights that it needs",
            "make the user the owner of a database of its own",
        ),
        "25006" => passing(
            "is read-only",
            "write target_session_attrs=read-write and all hosts into [store] url, or set \
             default_transaction_read_only = off there",
        ),
        "53300" => passing(
            "has no connection left",
            "raise max_connections or the limit of this user there, or close some of them; each noticast process uses ten",
        ),
        "53100" => passing("has no room left on its disk", "free some space there"),
        "08P01" => passing(
            "was reached through something that does not support all of its protocol",
            "connect to PostgreSQL itself, not to pgbouncer",
        ),
        "26000" | "42P05" => pooled(),
        // One such error is "could not write init file", with which a server whose disk is full rejects a
        // connection.
        "XX000" => passing(
            "reported an internal error",
            "check its log, and whether its disk is full; work resumes automatically once it can write again",
        ),
        "55P03" => passing(
            "is busy",
            "another process has been writing for 15 s: pg_stat_activity there says which one; an older noticast works \
             on a database alone, and must be stopped",
        ),
        "57014" => passing("cancelled a statement", "raise statement_timeout there"),
        code if is_passing(code) => {
            passing("is away", "work resumes automatically once it is back")
        }
        code if code.starts_with("23") || code.starts_with("22") => refused(format!(
            "the database rejected what was to be written: {said}"
        )),
        _ => Failure::Database(format!(
            "the database answered what noticast does not expect: {said}; nothing that was \
             acknowledged is lost"
        ))
        .into(),
    }
}

/// Returns whether an error passes: connections, resources, conflicts and interventions.
fn is_passing(code: &str) -> bool {
    ["08", "25", "40", "53", "55", "57", "58"]
        .iter()
        .any(|class| code.starts_with(class))
}

/// Returns the failure for a pooler: each transaction may meet another session, so locks and notifications would be
/// lost.
pub(super) fn pooled() -> StoreError {
    Failure::Database(
        "[store] url leads to pgbouncer in transaction mode, which hands one session to many; \
         connect to PostgreSQL itself, or set pool_mode = session for this database"
            .to_owned(),
    )
    .into()
}

fn unreachable(error: &Error) -> String {
    if text(error).ends_with("password missing") {
        return "the database requires a password, and [store] url has none: write postgres://USER:PASSWORD@HOST/DB there"
            .to_owned();
    }
    format!(
        "the database cannot be reached: {}; check that it is running and that [store] url is correct; work resumes automatically",
        text(error)
    )
}

/// Returns the message of the database, with its detail, or the reason why there is none. It contains no address and
/// no password.
fn text(error: &Error) -> String {
    if let Some(said) = error.as_db_error() {
        let detail = said.detail().map(|detail| format!(" ({detail})"));
        return format!("{}{}", said.message(), detail.unwrap_or_default());
    }
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |it| it.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    causes.join(": ")
}
