//! Counts how often the data in the memory of processes was changed: each transaction learns this as it begins, and
//! reads again what another process changed since.

use chrono::Utc;
use tokio_postgres::SimpleQueryMessage;

use super::{
    rows::unsigned,
    schema::Version,
    session::{Session, params},
};
use crate::{policy::facts::Counts, store::error::Result};

/// The beginning of a transaction. They run one after the other in all processes: the lock ends with the
/// transaction, or with its connection.
pub(super) const BEGIN: &str = "BEGIN; \
    SELECT pg_advisory_xact_lock(1853121635, hashtext(current_schema())); \
    SELECT txid_current(), (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
    chats, added, looks, outbox, leases, polls, (SELECT coalesce(max(number), 0) FROM changes), \
    next_bulletin, next_delivery, bulletins, next_audit, \
    (SELECT max(version) FROM noticast_schema), \
    (SELECT coalesce(works_with, version) FROM noticast_schema ORDER BY version DESC LIMIT 1), \
    added_channels FROM versions, counters";
/// The beginning of a snapshot, which only reads.
pub(super) const BEGIN_SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; \
    SELECT 0, (extract(epoch FROM clock_timestamp()) * 1000)::bigint, \
    chats, added, looks, outbox, leases, polls, (SELECT coalesce(max(number), 0) FROM changes), \
    next_bulletin, next_delivery, bulletins, next_audit, \
    (SELECT max(version) FROM noticast_schema), \
    (SELECT coalesce(works_with, version) FROM noticast_schema ORDER BY version DESC LIMIT 1), \
    added_channels FROM versions, counters";
/// The channel on which processes learn of each other's changes; each sends its name.
pub(super) const NOTICES: &str = "noticast";

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct DataVersions {
    pub(super) chats: i64,
    pub(super) added: i64,
    pub(super) added_channels: i64,
    pub(super) poll_states: i64,
    pub(super) outbox: i64,
    pub(super) leases: i64,
    pub(super) asked_polls: i64,
    /// The number of the newest change of the feed.
    pub(super) newest_change: i64,
}

/// The values that a transaction finds as it begins.
#[derive(Debug, Clone, Default)]
pub(super) struct Start {
    /// The number of the transaction in the database; 0 for a snapshot.
    pub(super) transaction: i64,
    /// The time by the clock of the database.
    pub(super) clock_ms: i64,
    /// The lead (ms) of this machine's clock over the database's.
    pub(super) clock_ahead_ms: i64,
    pub(super) versions: DataVersions,
    pub(super) schema: Version,
    /// The next numbers.
    pub(super) counts: Counts,
}

impl Start {
    /// Begins a transaction or a snapshot.
    ///
    /// # Errors
    /// Fails if the database is away or busy, or only reads.
    pub(super) fn of(session: &Session<'_>, sql: &str) -> Result<Self> {
        Ok(Self::said(&session.begin(sql)?))
    }

    fn said(answers: &[SimpleQueryMessage]) -> Self {
        let rows = answers.iter().filter_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let Some(row) = rows.last() else {
            return Self::default();
        };
        let number = |at| -> i64 {
            row.try_get(at)
                .ok()
                .flatten()
                .and_then(|text: &str| text.parse().ok())
                .unwrap_or_default()
        };
        Self {
            transaction: number(0),
            clock_ms: number(1),
            clock_ahead_ms: Utc::now().timestamp_millis().saturating_sub(number(1)),
            versions: DataVersions {
                chats: number(2),
                added: number(3),
                added_channels: number(15),
                poll_states: number(4),
                outbox: number(5),
                leases: number(6),
                asked_polls: number(7),
                newest_change: number(8),
            },
            schema: Version {
                number: number(13),
                works_with: number(14),
            },
            counts: Counts {
                next_bulletin: unsigned(number(9)),
                next_delivery: unsigned(number(10)),
                bulletins: unsigned(number(11)),
                next_audit: u32::try_from(number(12)).unwrap_or(u32::MAX),
            },
        }
    }
}

/// The kinds of data in the memory of processes that a transaction changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct DataChanges {
    pub(super) chats: bool,
    pub(super) added: bool,
    pub(super) added_channels: bool,
    pub(super) poll_states: bool,
    pub(super) outbox: bool,
    pub(super) leases: bool,
    pub(super) asked_polls: bool,
}

impl DataChanges {
    /// Counts what changed, and notifies other processes once it is committed.
    pub(super) fn write(self, session: &Session<'_>, name: &str) {
        if self != Self::default() {
            session.write(
                "UPDATE versions SET chats = chats + $1, added = added + $2, looks = looks + $3, \
                 outbox = outbox + $4, leases = leases + $5, polls = polls + $6, \
                 added_channels = added_channels + $7",
                params![
                    i64::from(self.chats),
                    i64::from(self.added),
                    i64::from(self.poll_states),
                    i64::from(self.outbox),
                    i64::from(self.leases),
                    i64::from(self.asked_polls),
                    i64::from(self.added_channels)
                ],
            );
        }
        session.write(
            "SELECT pg_notify($1, $2)",
            params![NOTICES.to_owned(), name.to_owned()],
        );
    }
}
