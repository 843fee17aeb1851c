//! Defines the entities of the store, in the words of the field: rules read them and transactions write them.

mod archive;
mod failed_polls;
mod numbers;
mod outbox;
mod requests;
mod source;

use serde::{Deserialize, Serialize};

pub use self::{
    archive::{Archived, History, newest_ms},
    failed_polls::FailedPolls,
    numbers::{first_number, time, title_hash},
    outbox::{OutboxEntry, Readers},
    requests::{Report, Request, RequestKey, Run},
    source::{Baseline, PollState, Reported, Seen, SourceFacts},
};
use crate::bulletin::Reason;

/// The facts about one channel, in addition to its settings.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ChannelFacts {
    /// The reason for its pause, and its beginning (ms).
    pub blocked: Option<(Reason, i64)>,
    /// The error of its last attempt, until one succeeds.
    pub error: Option<Reason>,
    pub sent: u64,
    pub failed: u64,
}

/// The next numbers, and how many bulletins there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    pub next_bulletin: u64,
    pub next_delivery: u64,
    pub bulletins: u64,
    pub next_audit: u32,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            next_bulletin: 1,
            next_delivery: 1,
            bulletins: 0,
            next_audit: 0,
        }
    }
}
