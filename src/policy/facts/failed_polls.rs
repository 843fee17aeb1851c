//! Counts the failed polls of a source on each of its last days.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The counts of the last days, without those on which none failed. They are part of the poll state, so that a poll
/// costs no separate row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FailedPolls(Vec<(NaiveDate, u32)>);

impl FailedPolls {
    /// The number of days that are kept, including the present one.
    pub const DAYS: u64 = 30;

    /// Counts a failed poll on `today`. Days too long ago are forgotten, as are later ones, of a clock that was
    /// wrong.
    pub fn count(&mut self, today: NaiveDate) {
        let kept = 0..i64::try_from(Self::DAYS).unwrap_or(i64::MAX);
        self.0
            .retain(|(day, _)| kept.contains(&(today - *day).num_days()));
        match self.0.iter_mut().find(|(day, _)| *day == today) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => self.0.push((today, 1)),
        }
    }

    #[must_use]
    pub fn on(&self, day: NaiveDate) -> u32 {
        let found = self.0.iter().find(|(it, _)| *it == day);
        found.map_or(0, |(_, count)| *count)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;

    #[test]
    fn thirty_days_are_kept_however_long_a_source_fails() {
        let first: NaiveDate = "2026-01-01".parse().unwrap();
        let day = |n: u64| first + Days::new(n);
        let mut polls = FailedPolls::default();
        for n in (0..100).flat_map(|n| [n, n]) {
            polls.count(day(n));
        }
        assert_eq!(polls.0.len(), 30);
        assert_eq!((polls.on(day(69)), polls.on(day(70))), (0, 2));
        polls.count(day(50));
        assert_eq!(polls.0, [(day(50), 1)]);
    }
}
