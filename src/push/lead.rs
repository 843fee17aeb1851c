//! Computes how long before its slot a delivery is begun: as long as recent begins took, so that no request waits for
//! the store.

use std::{collections::VecDeque, time::Duration};

/// The shortest lead; a store on this machine takes less.
const LEAST: Duration = Duration::from_millis(40);
/// The longest lead: deliveries that are begun and not sent at a crash are in doubt, and this bounds them in time.
const MOST: Duration = Duration::from_millis(500);
/// The number of recent begins that are considered.
const CONSIDERED: usize = 16;

#[derive(Debug, Default)]
pub(super) struct Lead(VecDeque<Duration>);

impl Lead {
    /// Records that a delivery took this time to begin.
    pub(super) fn took(&mut self, span: Duration) {
        self.0.push_back(span);
        if self.0.len() > CONSIDERED {
            self.0.pop_front();
        }
    }

    /// Returns the longest of the recent times, plus a quarter.
    pub(super) fn span(&self) -> Duration {
        let longest = self.0.iter().max().copied().unwrap_or_default();
        longest.mul_f64(1.25).clamp(LEAST, MOST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_are_begun_as_early_as_the_store_is_slow_within_bounds() {
        let ms = Duration::from_millis;
        let mut lead = Lead::default();
        assert_eq!(lead.span(), LEAST);
        lead.took(ms(100));
        lead.took(ms(8));
        assert_eq!(lead.span(), ms(125));
        lead.took(ms(9000));
        assert_eq!(lead.span(), MOST);
        (0..CONSIDERED).for_each(|_| lead.took(ms(8)));
        assert_eq!(lead.span(), LEAST);
    }
}
