//! Defines the facts about a source in addition to its settings: its rows, and its poll state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use super::failed_polls::FailedPolls;
use crate::bulletin::{Moment, PageFault, Trust, Validators};

/// The facts about one source, in addition to the rows that were seen there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SourceFacts {
    /// A hash of address, kind and selectors: a changed one starts a new baseline.
    pub fingerprint: [u8; 16],
    /// The baseline; `None` until the first successful poll.
    pub baseline: Option<Baseline>,
    /// The latest date of anything known, ignoring dates in the future.
    pub newest: Option<Moment>,
    /// True if fragments were seen to distinguish two rows of a page. Stores name it `fragments_tell`.
    #[serde(rename = "fragments_tell")]
    pub fragments_distinguish: bool,
    pub bulletins: u64,
    pub held: u64,
    /// The highest number of bulletins that one poll published.
    pub most_news: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// The earliest date of a row that was not pinned.
    pub oldest: Option<Moment>,
}

/// The bulletins that were seen under an address or guid of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    pub bulletin: u64,
    /// True if the row had a guid, so that its address is no proof without it.
    pub had_guid: bool,
    /// True if different notices were seen under it: it belongs to the latest one, and proves nothing alone.
    pub is_shared: bool,
}

/// The poll state of one source; it is kept across restarts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PollState {
    /// The end of the last poll, good or not.
    pub last_polled: Option<DateTime<Utc>>,
    /// The time at which a poll last found something new.
    pub last_changed: Option<DateTime<Utc>>,
    /// The time at which the next poll is due; memory only, set by the loop.
    #[serde(skip)]
    pub next_poll: Option<DateTime<Utc>>,
    /// The number of rows of this poll that are on the list's first page; `None` for all. Memory only.
    #[serde(skip)]
    pub first_page: Option<usize>,
    pub validators: Validators,
    /// The BLAKE3 hash of the last good body: an equal one is not parsed.
    pub body: Option<[u8; 16]>,
    /// A hash of the rows of the last successful poll: equal rows are not judged.
    pub rows: Option<[u8; 16]>,
    /// The number of failed polls since the last good one.
    pub failures: u32,
    /// The present error, from the first failed poll to the next good one.
    pub error: Option<String>,
    pub error_since: Option<DateTime<Utc>>,
    /// The report about the present fault to those who are notified of faults. Stores name it `told`.
    #[serde(rename = "told")]
    pub reported: Reported,
    /// The earliest time of the next poll (Retry-After, backoff).
    pub not_before: Option<DateTime<Utc>>,
    pub paused: bool,
    /// The target of a permanent redirect: the edit to make.
    pub moved_to: Option<String>,
    /// The feed that the page announces and that is read instead of it, once it was found to hold most of the page's
    /// rows.
    pub feed: Option<String>,
    /// The minutes between the last polls that found something new (at most 16), oldest first: a source's own
    /// history, by which a long silence is noticed.
    pub gaps_minutes: Vec<u32>,
    /// The worth of its validators. A state that an older version wrote ends before this or one of the next fields.
    #[serde(default, deserialize_with = "none_yet")]
    pub trust: Trust,
    /// The kind of the present error; also `None` if an older version wrote the error.
    #[serde(default, deserialize_with = "none_yet")]
    pub fault: Option<PageFault>,
    /// The polls that failed, by the days of the source's own clock.
    #[serde(default, deserialize_with = "none_yet")]
    pub failed_polls: FailedPolls,
    /// The numbers of the bulletins that the page pinned on top at the last poll, at most
    /// [`PollState::MOST_PINNED`].
    #[serde(default, deserialize_with = "none_yet")]
    pub pinned: Vec<u64>,
}

/// Reads a field, or its default where the text or record ends.
fn none_yet<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Deserialize<'de> + Default,
    D: Deserializer<'de>,
{
    Ok(T::deserialize(deserializer).unwrap_or_default())
}

impl PollState {
    /// The most pinned bulletins: more of them are no exceptions, but the way in which the page marks its rows.
    pub const MOST_PINNED: usize = 20;

    /// Returns this state after a poll that left `poll`. The pause and the reports belong to other tasks, which may
    /// have changed them during the poll, as does the time of the next one.
    #[must_use]
    pub fn after(&self, poll: Self) -> Self {
        Self {
            paused: self.paused,
            reported: self.reported,
            next_poll: self.next_poll,
            ..poll
        }
    }

    /// Returns whether both are the same except for the fields that are only in memory.
    #[must_use]
    pub fn is_same_on_disk(&self, other: &Self) -> bool {
        *self
            == Self {
                next_poll: self.next_poll,
                ..other.clone()
            }
    }
}

/// The state of the report about a source's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Reported {
    #[default]
    No,
    Fault,
    /// Admins were notified that the source has been silent for far longer than ever before.
    Silence,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_that_an_older_version_wrote_keeps_what_it_says() {
        let state = PollState {
            paused: true,
            gaps_minutes: vec![5],
            ..PollState::default()
        };
        let written = postcard::to_stdvec(&state).unwrap();
        let trust = postcard::to_stdvec(&state.trust).unwrap();
        let fault = postcard::to_stdvec(&state.fault).unwrap();
        let failed_polls = postcard::to_stdvec(&state.failed_polls).unwrap();
        let pinned = postcard::to_stdvec(&state.pinned).unwrap();
        let before_pinned = &written[..written.len() - pinned.len()];
        let before_polls = &before_pinned[..before_pinned.len() - failed_polls.len()];
        let before_fault = &before_polls[..before_polls.len() - fault.len()];
        let before_trust = &before_fault[..before_fault.len() - trust.len()];
        for older in [before_pinned, before_polls, before_fault, before_trust] {
            assert_eq!(postcard::from_bytes::<PollState>(older).unwrap(), state);
        }
    }
}
