//! A warning that strangers can cause, and that is written once a minute at most.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// Between two warnings of a name that is not ours.
const MINUTE: Duration = Duration::from_secs(60);

/// When a name that is not ours was reported last.
#[derive(Debug, Default)]
pub(in crate::web) struct WarningClock(Mutex<Option<Instant>>);

impl WarningClock {
    pub(super) fn is_due(&self) -> bool {
        let mut last = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_due = last.is_none_or(|at| at.elapsed() > MINUTE);
        if is_due {
            *last = Some(Instant::now());
        }
        is_due
    }
}
