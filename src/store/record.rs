//! The lines of an export: one JSON object each, the first one a [`Header`].
//!
//! This shape outlives engines and schemas: names instead of numbers, times and states as the API shows them, and no
//! secrets except those of channels, if the export was requested with them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    bulletin::{
        AddedChannel, AddedSource, Bulletin, ChannelId, Chat, Delivery, Moment, Reason, ReasonKind,
        SourceId,
    },
    policy::{
        audit::{AuditEntry, AuditPlace, OldAuditEntry},
        facts::{History, PollState, time},
        notified::Versions,
        rereading::Recent,
        tokens::Token,
    },
};

/// The version of exports. It grows with every change that an older program would misread.
pub const VERSION: u32 = 3;
/// The version of an export without channels from the store, which older programs can read.
pub const WITHOUT_CHANNELS: u32 = 2;

#[derive(Debug, Serialize, Deserialize)]
pub struct Header {
    /// Always `export`.
    pub noticast: String,
    pub version: u32,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Record {
    /// The next numbers, so that none is used twice.
    Count {
        next_bulletin: u64,
        next_delivery: u64,
        update_offset: i32,
    },
    Moved {
        from: i64,
        to: i64,
    },
    Source(Box<SourceRecord>),
    Channel(ChannelRecord),
    /// The wishes of a chat that subscribed itself.
    Chat {
        id: ChannelId,
        #[serde(flatten)]
        chat: Chat,
    },
    Bulletin(Box<BulletinRecord>),
    /// A bulletin whose article is read again, and the state that this needs.
    Recent {
        bulletin: u64,
        #[serde(flatten)]
        row: Recent,
    },
    /// The bulletin that was seen under an address or guid.
    Seen {
        source: SourceId,
        key: String,
        bulletin: u64,
        had_guid: bool,
        /// True if different notices share the key; older exports lack the field.
        #[serde(default)]
        is_shared: bool,
    },
    /// A bulletin that was seen under a title on a day.
    Titled {
        source: SourceId,
        key: String,
        bulletin: u64,
        addresses: u8,
    },
    AddedSource(AddedSource),
    /// An added channel; its secrets are null unless the export was requested with them.
    AddedChannel(AddedChannel),
    /// A token with its hash: the token itself is not known.
    Token(Token),
    /// The note or text of the deliveries that begin with `first`.
    Note {
        first: u64,
        text: String,
    },
    Delivery(Box<DeliveryRecord>),
    Request {
        key: String,
        first: u64,
        count: u64,
        at: DateTime<Utc>,
    },
    Audit {
        at: DateTime<Utc>,
        counter: u32,
        #[serde(flatten)]
        entry: AuditLine,
    },
}

/// An entry of the audit log, also in the form of version 1.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AuditLine {
    Entry(AuditEntry),
    Old(OldAuditEntry),
}

impl From<AuditLine> for AuditEntry {
    fn from(line: AuditLine) -> Self {
        match line {
            AuditLine::Entry(entry) => entry,
            AuditLine::Old(old) => old.into(),
        }
    }
}

impl Record {
    #[must_use]
    pub fn of_audit(place: AuditPlace, entry: AuditEntry) -> Self {
        Self::Audit {
            at: time(place.at_ms),
            counter: place.counter,
            entry: AuditLine::Entry(entry),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub struct SourceRecord {
    pub id: SourceId,
    pub fingerprint: String,
    pub has_baseline: bool,
    pub oldest: Option<Moment>,
    pub newest: Option<Moment>,
    /// Exports name it `fragments_tell`.
    #[serde(rename = "fragments_tell")]
    pub fragments_distinguish: bool,
    /// The bulletins that the page showed last.
    pub page: Vec<u64>,
    /// Exports name it `look`.
    #[serde(rename = "look")]
    pub poll: PollState,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct ChannelRecord {
    pub id: ChannelId,
    pub blocked: Option<(Reason, DateTime<Utc>)>,
    pub error: Option<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked_kind: Option<ReasonKind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_kind: Option<ReasonKind>,
    pub sent: u64,
    pub failed: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct BulletinRecord {
    #[serde(flatten)]
    pub bulletin: Bulletin,
    pub titles: Vec<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text_as_published: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub history: Option<History>,
    #[serde(default, skip_serializing_if = "Versions::is_empty")]
    pub said: Versions,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct DeliveryRecord {
    #[serde(flatten)]
    pub delivery: Delivery,
    pub note_of: Option<u64>,
    pub doubts: u8,
    pub begun_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_kind: Option<ReasonKind>,
}

#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[must_use]
pub fn unhex(text: &str) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    if text.len() != 32 || !text.is_ascii() {
        return None;
    }
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[place * 2..place * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}
