//! Finds the day by which people must act.
//!
//! [`find`] takes the dates of a text (`dates`), reads the signs around each (`signs`), and weighs them by weights that
//! were learnt from labelled texts (`weights`, `training`). The date with the greatest weight is the deadline, if its
//! weight is above zero.

mod dates;
mod lines;
mod plain;
mod signs;
mod time;
mod tongue;
mod weights;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use self::dates::{Days, dated};
use self::signs::{Around, Place, Whole};
use crate::bulletin::Moment;

/// The day by which people must act, and the sentence that states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByWhen {
    pub moment: Moment,
    pub sentence: String,
}

/// A date that may be the last day to act.
struct Candidate {
    weight: i32,
    by_when: ByWhen,
}

/// Returns the date by which a text requires action. A missing year follows from `published`.
pub(super) fn find(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<ByWhen> {
    let mut candidates = Vec::new();
    each_place(text, published, zone, now, |place| {
        let weight = weights::weigh(place);
        if weight > 0 {
            let by_when = by_when(place);
            candidates.push(Candidate { weight, by_when });
        }
    });
    chosen(candidates)
}

/// Returns the dates of a text that were weighed, the heaviest first, each with the signs that weigh most.
pub(super) fn explain(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Vec<String> {
    const SIGNS: usize = 6;
    let mut said = Vec::new();
    each_place(text, published, zone, now, |place| {
        let ByWhen { moment, sentence } = by_when(place);
        let signs = weights::reasons(place).into_iter().take(SIGNS);
        let signs: Vec<String> = signs
            .map(|(weight, sign)| format!("{sign} {weight:+}"))
            .collect();
        let weight = weights::weigh(place);
        said.push((
            weight,
            format!(
                "{weight:+}: {moment} in `{sentence}` by {}",
                signs.join(", ")
            ),
        ));
    });
    said.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    said.into_iter().map(|(_, line)| line).collect()
}

/// Visits each date of a text from the day of publication on.
fn each_place(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
    mut visit: impl FnMut(&Place<'_>),
) {
    let from = published.map_or_else(|| now.with_timezone(&zone).date_naive(), Moment::day);
    let sentences = dated(text, &Days { from, zone, now });
    let days = || {
        let dates = sentences.iter().flat_map(|sentence| &sentence.dates);
        dates.map(|(_, moment)| moment.day())
    };
    let count = days().count();
    let whole = &Whole::new(text, days().filter(|day| *day >= from).collect());
    let mut at = 0;
    for dated in &sentences {
        let first = at;
        at += dated.dates.len();
        if dated.dates.iter().all(|(_, moment)| moment.day() < from) {
            continue;
        }
        let around = &Around::new(dated);
        for (nth, (_, moment)) in dated.dates.iter().enumerate() {
            if moment.day() >= from {
                visit(&Place {
                    whole,
                    dated,
                    around,
                    nth,
                    of: (first + nth, count),
                    published: from,
                });
            }
        }
    }
}

fn by_when(place: &Place<'_>) -> ByWhen {
    ByWhen {
        moment: place.dated.dates[place.nth].1,
        sentence: place.dated.sentence.clone(),
    }
}

/// Returns the heaviest candidate, the first of several equal ones, with the time of day from another candidate on the
/// same day.
fn chosen(candidates: Vec<Candidate>) -> Option<ByWhen> {
    let most = candidates.iter().map(|candidate| candidate.weight).max()?;
    let heaviest = candidates
        .iter()
        .position(|candidate| candidate.weight == most)?;
    let known = candidates[heaviest].by_when.moment;
    let exact = candidates
        .iter()
        .position(|candidate| is_more_exact(&candidate.by_when.moment, &known));
    let chosen = exact.unwrap_or(heaviest);
    candidates
        .into_iter()
        .nth(chosen)
        .map(|candidate| candidate.by_when)
}

/// Returns whether a moment is the time on a day that was known without one.
fn is_more_exact(moment: &Moment, known: &Moment) -> bool {
    let is_day = |moment: &Moment| matches!(moment, Moment::Day(_));
    moment.day() == known.day() && is_day(known) && !is_day(moment)
}

#[cfg(test)]
mod measured;
#[cfg(test)]
mod training;
