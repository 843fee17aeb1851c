//! Implements promises 2 to 4, pure: which rows of a page are known, old, new or held.
//!
//! The store finds what it remembers of each row (`remembered`); `displace` finds the keys that are places in a
//! list, `identity` has the keys of a row, `connect` finds the bulletin of a row, `rule` judges an unknown row by
//! its place (`order`); `guard` holds rows that only look like news. This module neither reads nor writes.

mod amount;
mod connect;
mod counters;
mod displaced;
mod facts;
mod guard;
mod identity;
mod order;
mod remembered;

use std::collections::HashSet;

pub use self::facts::Ruling;
use self::order::Order;
pub(crate) use self::{
    connect::{Connected, RowLink, connect},
    counters::{Borne, counting, wording},
    displaced::displace,
    facts::Facts,
    guard::{KnownTitles, guard, is_suspicious},
    identity::{DayRelation, Identity, identities},
    order::last_known,
    remembered::{KeyHit, Remembered, Titled},
};
use crate::bulletin::{BulletinId, BulletinState, Cause, Moment, Notice, Verdict};

/// Returns the ruling on each row, in page order. `summaries` are parallel to `notices`.
pub(crate) fn rule(
    notices: &[Notice],
    summaries: &[Option<&str>],
    connected: &Connected,
    facts: &Facts<'_>,
) -> Vec<Ruling> {
    let links = &connected.links;
    let verdicts: Vec<Option<Cause>> = notices
        .iter()
        .zip(summaries)
        .map(|(notice, summary)| refusal(notice, summary.unwrap_or_default(), facts))
        .collect();
    let order = Order::of(notices, links, facts);
    let announced = announced(&order.oldest_first(notices), &verdicts, facts);
    let is_redesign = is_redesign(connected, facts);
    let judge = |place: usize| {
        let notice = &notices[place];
        let quiet = |cause| Ruling::Unknown(BulletinState::Baseline, cause);
        match links[place] {
            RowLink::Known(bulletin) | RowLink::Moved(bulletin) => {
                return Ruling::Known(BulletinId(bulletin));
            }
            RowLink::Again(first) => return Ruling::Again(first),
            RowLink::Unknown => {}
        }
        if facts.baseline.is_none() && !announced.contains(&place) {
            return quiet(Cause::FirstPoll);
        }
        if facts.baseline.is_none() {
            return Ruling::Unknown(BulletinState::Published, Cause::Announced);
        }
        if let Some(cause) = order.age(place, notice) {
            return quiet(cause);
        }
        if let Some(cause) = verdicts[place].clone() {
            return quiet(cause);
        }
        if is_redesign && is_before(notice.published, facts.newest) {
            return Ruling::Unknown(BulletinState::Held, Cause::Redesign);
        }
        Ruling::Unknown(BulletinState::Published, Cause::New)
    };
    (0..notices.len()).map(judge).collect()
}

/// Returns the pattern by which the source's own filter rejects a notice.
fn refusal(notice: &Notice, summary: &str, facts: &Facts<'_>) -> Option<Cause> {
    match facts.filter.verdict(&notice.title, summary) {
        Verdict::Excluded(word) => Some(Cause::Filtered(word)),
        Verdict::NoneIncluded if !facts.articles_to_come => {
            Some(Cause::Filtered("include".to_owned()))
        }
        Verdict::Wanted | Verdict::NoneIncluded => None,
    }
}

/// Returns the places of the rows that a first poll pushes.
fn announced(
    oldest_first: &[usize],
    verdicts: &[Option<Cause>],
    facts: &Facts<'_>,
) -> HashSet<usize> {
    if facts.baseline.is_some() || facts.announce_first == 0 {
        return HashSet::new();
    }
    let newest_first = oldest_first.iter().rev().copied();
    newest_first
        .filter(|&place| verdicts[place].is_none())
        .take(facts.announce_first)
        .collect()
}

/// Returns the places of all rows in the order in which they are pushed.
pub(crate) fn oldest_first(
    notices: &[Notice],
    connected: &Connected,
    facts: &Facts<'_>,
) -> Vec<usize> {
    Order::of(notices, &connected.links, facts).oldest_first(notices)
}

/// Returns whether under a fifth of the page is known.
fn is_redesign(connected: &Connected, facts: &Facts<'_>) -> bool {
    let rows = || connected.links.iter().zip(&connected.familiar);
    let count = rows()
        .filter(|(link, _)| !matches!(link, RowLink::Again(_)))
        .count();
    let known = rows()
        .filter(|(link, is_familiar)| link.bulletin().is_some() || **is_familiar)
        .count();
    facts.has_bulletins && known * 5 < count
}

/// Returns whether a row is undated, or dated before the newest known one.
fn is_before(date: Option<Moment>, newest: Option<Moment>) -> bool {
    match (date, newest) {
        (Some(date), Some(newest)) => date.is_before(&newest),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests;
