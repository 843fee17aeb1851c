//! Polls that people ask of a process which does not poll the source itself: whoever does is asked, and answers.

use serde::{Deserialize, Serialize};

use crate::bulletin::BulletinId;

/// The outcome of a poll that another process asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PollAnswer {
    /// Published, oldest first.
    pub new: Vec<BulletinId>,
    /// Oldest first.
    pub held: Vec<BulletinId>,
    /// The reason why it failed.
    pub error: Option<String>,
}
