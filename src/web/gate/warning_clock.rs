//! Limits a warning that strangers can cause to one a minute.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

/// The shortest time between two warnings of a foreign name.
const MINUTE: Duration = Duration::from_secs(60);

/// The time at which a foreign name was last reported.
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
