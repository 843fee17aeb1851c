//! Defines the shapes that only admins see: tokens, workers, the audit log.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::stamp::Stamp;
use crate::ops::{self, Actor, ActorRecord, AuditRow, Scope, WorkerStatus, time};

/// A token of a program, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    pub id: String,
    pub name: String,
    pub scope: Scope,
    /// The beginning of the token, which may be shown.
    pub prefix: String,
    pub created_at: Stamp,
    #[schema(required)]
    pub last_used_at: Option<Stamp>,
    #[schema(required)]
    pub expires_at: Option<Stamp>,
}

impl Token {
    #[must_use]
    pub fn new(token: &ops::Token, zone: Tz) -> Self {
        let stamp = |time: DateTime<Utc>| Stamp::new(time, zone);
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            scope: token.scope,
            prefix: token.prefix(),
            created_at: stamp(token.created_at()),
            last_used_at: token.last_used_at().map(stamp),
            expires_at: token.ends_at().map(stamp),
        }
    }
}

/// A process that uses the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Worker {
    pub id: String,
    pub host: String,
    pub since: Stamp,
    /// The number of sources that it polls.
    pub sources: usize,
    /// The number of bots and robots that it sends with.
    pub senders: usize,
    pub version: String,
}

impl Worker {
    #[must_use]
    pub fn new(worker: WorkerStatus, zone: Tz) -> Self {
        let WorkerStatus { facts, .. } = worker;
        Self {
            id: facts.id,
            host: facts.host,
            since: Stamp::new(time(facts.since_ms), zone),
            sources: worker.sources,
            senders: worker.senders,
            version: facts.version,
        }
    }
}

/// One entry of the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Audit {
    pub at: Stamp,
    #[schema(value_type = ActorRecord)]
    pub actor: Actor,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

impl Audit {
    #[must_use]
    pub fn new(row: AuditRow, zone: Tz) -> Self {
        Self {
            at: Stamp::new(time(row.place.at_ms), zone),
            actor: row.entry.actor,
            action: row.entry.action,
            subject: row.entry.subject,
            detail: row.entry.detail,
        }
    }
}
