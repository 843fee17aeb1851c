//! Judges a source's validators (promise 7).
//!
//! Some servers answer 304 for ever: their ETag or Last-Modified does not change with the page, and they compare it
//! with nothing else. Validators are therefore used, but not believed until the page was seen to change together with
//! them; and once a day every source is requested without conditions.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::notice::Validators;

/// The age of the last whole answer from which another one is requested: less than a day, so that a source with a long
/// interval is polled in time as well.
const WHOLE_AFTER: TimeDelta = TimeDelta::hours(20);

/// The experience with a source's validators.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Trust {
    /// The time when a request without conditions was last answered with a body.
    pub whole_at: Option<DateTime<Utc>>,
    /// The time when the validators in use were first received.
    pub since: Option<DateTime<Utc>>,
    /// True if they changed when the page did.
    pub is_proven: bool,
    /// Validators that stayed the same although the page changed: they are not used again.
    pub refuted: Validators,
}

/// A page that was received with a body.
#[derive(Debug, Clone, Copy)]
pub struct Came<'a> {
    pub validators: &'a Validators,
    /// True if it differs from the page before; `None` if there was none.
    pub is_changed: Option<bool>,
    /// True if it was requested without conditions.
    pub is_whole: bool,
    pub at: DateTime<Utc>,
}

impl Trust {
    /// Returns the validators for the conditions of the next request for the page.
    #[must_use]
    pub fn conditions(&self, known: &Validators, now: DateTime<Utc>) -> Validators {
        let is_recent = |at: DateTime<Utc>| (now - at).abs() < WHOLE_AFTER;
        match self.whole_at {
            Some(at) if is_recent(at) => known.clone(),
            _ => Validators::default(),
        }
    }

    /// Returns whether a 304 is to be checked at once by a request without conditions: the same validators were
    /// received again, and they were never seen to change with the page. The waits between such checks double.
    #[must_use]
    pub fn doubts(&self, known: &Validators, answered: &Validators, now: DateTime<Utc>) -> bool {
        if self.is_proven || answered.differs_from(known) {
            return false;
        }
        match (self.since, self.whole_at) {
            (Some(since), Some(whole)) => now - whole >= whole - since,
            _ => true,
        }
    }

    /// Processes a page and returns the validators to use from now on.
    pub fn take(&mut self, known: &Validators, came: Came<'_>) -> Validators {
        if came.is_whole {
            self.whole_at = Some(came.at);
        }
        if came.is_changed == Some(true) {
            self.refuted = came.validators.shared_with(known).or(&self.refuted);
        }
        let usable = came.validators.without(&self.refuted);
        if usable != *known {
            let is_any = usable != Validators::default();
            self.is_proven = is_any && came.is_changed == Some(true);
            self.since = Some(came.at);
        }
        usable
    }

    /// Returns the validators for the conditions of a request for an article of the source: a day alone, such as
    /// Last-Modified, counts only if it proved right.
    #[must_use]
    pub fn article_conditions(&self, known: Validators) -> Validators {
        let is_refuted = self.refuted != Validators::default();
        match is_refuted || (known.etag.is_none() && !self.is_proven) {
            true => Validators::default(),
            false => known,
        }
    }
}

impl Validators {
    /// Returns these validators, with those that are missing taken from `others` (RFC 9111, section 4.3.4).
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        Self {
            etag: self.etag.or_else(|| others.etag.clone()),
            last_modified: self.last_modified.or_else(|| others.last_modified.clone()),
        }
    }

    /// Returns whether one of them is known with another value.
    fn differs_from(&self, known: &Self) -> bool {
        let differs = |a: &Option<String>, b: &Option<String>| a.is_some() && a != b;
        differs(&self.etag, &known.etag) || differs(&self.last_modified, &known.last_modified)
    }

    fn shared_with(&self, others: &Self) -> Self {
        self.each(others, |own, other| own == other)
    }

    fn without(&self, others: &Self) -> Self {
        self.each(others, |own, other| own != other)
    }

    fn each(&self, others: &Self, keep: impl Fn(&Option<String>, &Option<String>) -> bool) -> Self {
        let kept = |own: &Option<String>, other| own.clone().filter(|_| keep(own, other));
        Self {
            etag: kept(&self.etag, &others.etag),
            last_modified: kept(&self.last_modified, &others.last_modified),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validators(etag: &str, last_modified: &str) -> Validators {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Validators {
            etag: text(etag),
            last_modified: text(last_modified),
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    fn came(validators: &Validators, is_changed: Option<bool>, second: i64) -> Came<'_> {
        Came {
            validators,
            is_changed,
            is_whole: true,
            at: at(second),
        }
    }

    #[test]
    fn a_page_that_changes_while_its_validator_stays_is_asked_without_it_from_then_on() {
        for frozen in [validators("", "Mon"), validators("\"1\"", "")] {
            let mut trust = Trust::default();
            let known = trust.take(&Validators::default(), came(&frozen, None, 0));
            assert_eq!(trust.conditions(&known, at(60)), frozen);
            assert!(trust.doubts(&known, &frozen, at(60)));
            let known = trust.take(&known, came(&frozen, Some(true), 60));
            assert_eq!(known, Validators::default());
            let known = trust.take(&known, came(&frozen, Some(false), 120));
            assert_eq!(known, Validators::default());
            let moved = validators("\"2\"", "Tue");
            assert_eq!(trust.take(&known, came(&moved, Some(true), 180)), moved);
        }
    }

    #[test]
    fn one_that_changes_with_its_page_is_believed_for_a_day() {
        let (first, second) = (validators("\"1\"", "Mon"), validators("\"2\"", "Mon"));
        let mut trust = Trust::default();
        let known = trust.take(&Validators::default(), came(&first, None, 0));
        let known = trust.take(&known, came(&second, Some(true), 60));
        assert_eq!(known, validators("\"2\"", ""), "its day stayed the same");
        assert!(!trust.doubts(&known, &second, at(600)));
        assert_eq!(trust.conditions(&known, at(3600)), known);
        let next_day = at(24 * 60 * 60);
        assert_eq!(trust.conditions(&known, next_day), Validators::default());
    }

    #[test]
    fn the_waits_between_checks_of_an_unproven_one_double() {
        let honest = validators("", "Mon");
        let mut trust = Trust::default();
        let mut known = trust.take(&Validators::default(), came(&honest, None, 0));
        let mut checked = Vec::new();
        for poll in 1..=100 {
            if trust.doubts(&known, &honest, at(poll * 60)) {
                checked.push(poll);
                known = trust.take(&known, came(&honest, Some(false), poll * 60));
            }
        }
        assert_eq!(checked, [1, 2, 4, 8, 16, 32, 64]);
    }

    #[test]
    fn a_304_with_another_validator_is_believed_and_its_validator_kept() {
        let mut trust = Trust::default();
        let first = validators("\"1\"", "Mon");
        let known = trust.take(&Validators::default(), came(&first, None, 0));
        let newer = validators("\"2\"", "");
        assert!(!trust.doubts(&known, &newer, at(60)));
        assert_eq!(newer.or(&known), validators("\"2\"", "Mon"));
    }
}
