//! Promises 2 to 4, pure: which rows of a page are known, old, new or held.
//!
//! The store looks up what it remembers of each row ([`Remembered`]); [`connect`] says which
//! bulletin a row is, [`rule`] what becomes of one that is none. Nothing here reads or writes.

use std::collections::{HashMap, HashSet};

use super::{Ruling, rows::SeenValue};
use crate::bulletin::{
    BulletinId, BulletinState, Cause, Filter, Moment, Notice, SeenKey, Verdict, canonical_url,
    loose_fragment,
};

/// The keys that a row is remembered by.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Identity {
    pub(super) guid: Option<SeenKey>,
    /// With its fragment, where it has one.
    pub(super) address: SeenKey,
    /// Without a fragment that tells nothing; None where there is none, or where it tells.
    pub(super) bare: Option<SeenKey>,
    pub(super) titled: SeenKey,
}

impl Identity {
    /// What stands for the address on this page.
    fn place(&self) -> SeenKey {
        self.bare.unwrap_or(self.address)
    }
}

/// What the store remembers of a row's keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Remembered {
    pub(super) guid: Option<u64>,
    pub(super) address: Option<SeenValue>,
    /// The bulletin under that address has this title, or this day.
    pub(super) resembles: bool,
    /// Bulletins of this title and day, oldest first.
    pub(super) titled: Vec<u64>,
}

/// Which bulletin a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Known(u64),
    /// By title and day: under an address that the store has not seen yet.
    Moved(u64),
    /// The same as the row at that place.
    Again(usize),
    Unknown,
}

/// What is known of the source, and what it asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts<'a> {
    /// None: this is the first look. Else the oldest date that the baseline showed.
    pub(super) baseline: Option<Option<Moment>>,
    pub(super) newest: Option<Moment>,
    /// Any bulletin of this source is known.
    pub(super) has_bulletins: bool,
    pub(super) announce_first: usize,
    pub(super) filter: &'a Filter,
    /// Summaries may still come with the articles: that no word is included yet is no verdict.
    pub(super) articles_to_come: bool,
}

/// The keys of each row, and whether fragments tell rows of this source apart: once they did on
/// one page, they do on all later ones.
pub(super) fn identities(notices: &[Notice], fragments_tell: bool) -> (Vec<Identity>, bool) {
    let bare: Vec<String> = notices.iter().map(|row| canonical_url(&row.url)).collect();
    let mut fragments: HashMap<&str, HashSet<Option<&str>>> = HashMap::new();
    for (notice, bare) in notices.iter().zip(&bare) {
        fragments
            .entry(bare)
            .or_default()
            .insert(loose_fragment(&notice.url));
    }
    let tell = fragments_tell
        || fragments
            .values()
            .any(|all| all.iter().flatten().count() > 1);
    let identity = |(notice, bare): (&Notice, &String)| {
        let fragment = loose_fragment(&notice.url);
        let address = fragment.map(|fragment| SeenKey::address(&format!("{bare}#{fragment}")));
        let bare = SeenKey::address(bare);
        Identity {
            guid: notice
                .guid
                .as_deref()
                .filter(|guid| !guid.trim().is_empty())
                .map(SeenKey::guid),
            address: address.unwrap_or(bare),
            bare: address.and((!tell).then_some(bare)),
            titled: SeenKey::titled(&notice.title, notice.published.as_ref()),
        }
    };
    (notices.iter().zip(&bare).map(identity).collect(), tell)
}

/// Which bulletin each row is. `last_page`: those that the page showed before.
pub(super) fn connect(
    notices: &[Notice],
    identities: &[Identity],
    remembered: &[Remembered],
    last_page: &HashSet<u64>,
) -> Vec<Link> {
    let mut guids: HashMap<SeenKey, HashSet<SeenKey>> = HashMap::new();
    for identity in identities {
        guids
            .entry(identity.place())
            .or_default()
            .extend(identity.guid);
    }
    let mut links: Vec<Link> = identities
        .iter()
        .zip(remembered)
        .map(|(identity, memory)| by_address(identity, memory, &guids))
        .collect();
    repeat_rows(identities, &mut links);
    let mut taken: HashSet<u64> = links.iter().filter_map(Link::bulletin).collect();
    for (place, memory) in remembered.iter().enumerate() {
        if links[place] != Link::Unknown {
            continue;
        }
        // Without a date a title says little: weekly menus share theirs. It counts while the page
        // goes on showing it, under whatever address.
        let is_dated = notices[place].published.is_some();
        let moved = memory.titled.iter().copied().find(|bulletin| {
            !taken.contains(bulletin) && (is_dated || last_page.contains(bulletin))
        });
        if let Some(bulletin) = moved {
            taken.insert(bulletin);
            links[place] = Link::Moved(bulletin);
        }
    }
    links
}

impl Link {
    pub(super) fn bulletin(&self) -> Option<u64> {
        match self {
            Self::Known(bulletin) | Self::Moved(bulletin) => Some(*bulletin),
            Self::Again(_) | Self::Unknown => None,
        }
    }
}

fn by_address(
    identity: &Identity,
    memory: &Remembered,
    guids: &HashMap<SeenKey, HashSet<SeenKey>>,
) -> Link {
    if let Some(bulletin) = memory.guid {
        return Link::Known(bulletin);
    }
    let Some(seen) = memory.address else {
        return Link::Unknown;
    };
    // A guid counts for more than an address, which a whole feed may share; but feeds change guids too.
    let is_shared = guids
        .get(&identity.place())
        .is_some_and(|guids| guids.len() > 1);
    let is_other = identity.guid.is_some() && (is_shared || (seen.had_guid && !memory.resembles));
    if is_other {
        Link::Unknown
    } else {
        Link::Known(seen.bulletin)
    }
}

/// Marks rows that stand on the page already.
fn repeat_rows(identities: &[Identity], links: &mut [Link]) {
    let mut guids: HashMap<SeenKey, usize> = HashMap::new();
    let mut places: HashMap<SeenKey, usize> = HashMap::new();
    for (place, identity) in identities.iter().enumerate() {
        let by_guid = identity.guid.and_then(|guid| guids.get(&guid));
        let by_address = places
            .get(&identity.place())
            .filter(|&&first| identity.guid.is_none() || identities[first].guid.is_none());
        let first = by_guid.or(by_address).copied();
        if let (Some(first), Link::Unknown) = (first, links[place]) {
            links[place] = match links[first] {
                Link::Unknown => Link::Again(first),
                known => known,
            };
        }
        if let Some(guid) = identity.guid {
            guids.entry(guid).or_insert(place);
        }
        places.entry(identity.place()).or_insert(place);
    }
}

/// What becomes of each row, in page order. `summaries` stands beside `notices`.
pub(super) fn rule(
    notices: &[Notice],
    summaries: &[Option<&str>],
    links: &[Link],
    facts: &Facts<'_>,
) -> Vec<Ruling> {
    let verdicts: Vec<Option<Cause>> = notices
        .iter()
        .zip(summaries)
        .map(|(notice, summary)| refusal(notice, summary.unwrap_or_default(), facts))
        .collect();
    let announced = announced(notices, &verdicts, facts);
    let last_known = last_known(notices, links);
    let is_redesign = is_redesign(links, facts);
    let judge = |place: usize| {
        let notice = &notices[place];
        let quiet = |cause| Ruling::Unknown(BulletinState::Baseline, cause);
        match links[place] {
            Link::Known(bulletin) | Link::Moved(bulletin) => {
                return Ruling::Known(BulletinId(bulletin));
            }
            Link::Again(first) => return Ruling::Again(first),
            Link::Unknown => {}
        }
        if facts.baseline.is_none() && !announced.contains(&place) {
            return quiet(Cause::FirstLook);
        }
        if facts.baseline.is_none() {
            return Ruling::Unknown(BulletinState::Published, Cause::Announced);
        }
        if let Some(cause) = age(place, notice, last_known, facts) {
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

/// Why the source's own filter refuses it.
fn refusal(notice: &Notice, summary: &str, facts: &Facts<'_>) -> Option<Cause> {
    match facts.filter.verdict(&notice.title, summary) {
        Verdict::Excluded(word) => Some(Cause::Filtered(word)),
        Verdict::NoneIncluded if !facts.articles_to_come => {
            Some(Cause::Filtered("include".to_owned()))
        }
        Verdict::Wanted | Verdict::NoneIncluded => None,
    }
}

/// The places of those that a first look pushes.
fn announced(notices: &[Notice], verdicts: &[Option<Cause>], facts: &Facts<'_>) -> HashSet<usize> {
    if facts.baseline.is_some() || facts.announce_first == 0 {
        return HashSet::new();
    }
    let newest_first = oldest_first(notices).into_iter().rev();
    newest_first
        .filter(|&place| verdicts[place].is_none())
        .take(facts.announce_first)
        .collect()
}

/// The lowest known row that is not pinned: its place and date.
fn last_known(notices: &[Notice], links: &[Link]) -> Option<(usize, Option<Moment>)> {
    let place = (0..notices.len())
        .rfind(|&place| !notices[place].pinned && links[place].bulletin().is_some())?;
    Some((place, notices[place].published))
}

/// Why an unknown row is old, if it is.
fn age(
    place: usize,
    notice: &Notice,
    last_known: Option<(usize, Option<Moment>)>,
    facts: &Facts<'_>,
) -> Option<Cause> {
    let oldest = facts.baseline.flatten();
    if let (Some(date), Some(oldest)) = (notice.published, oldest)
        && date.is_before(&oldest)
    {
        return Some(Cause::OlderThanBaseline);
    }
    let (last, known_date) = last_known?;
    let is_after = match (known_date, notice.published) {
        (Some(known), Some(date)) => known.is_before(&date),
        _ => false,
    };
    (place > last && !is_after && !notice.pinned).then_some(Cause::BelowKnown)
}

/// Whether under a fifth of the page is known.
fn is_redesign(links: &[Link], facts: &Facts<'_>) -> bool {
    let rows = links
        .iter()
        .filter(|link| !matches!(link, Link::Again(_)))
        .count();
    let known = links
        .iter()
        .filter(|link| link.bulletin().is_some())
        .count();
    facts.has_bulletins && known * 5 < rows
}

/// Undated, or dated before the newest known one.
fn is_before(date: Option<Moment>, newest: Option<Moment>) -> bool {
    match (date, newest) {
        (Some(date), Some(newest)) => date.is_before(&newest),
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// The places of all rows in the order in which they are pushed: by date, where there is one,
/// else from the bottom of the page up.
pub(super) fn oldest_first(notices: &[Notice]) -> Vec<usize> {
    let mut order = Vec::with_capacity(notices.len());
    // A row without a date goes with the one below it; an undated pinned one may be of any age.
    let mut below = None;
    for (place, notice) in notices.iter().enumerate().rev() {
        below = notice.published.or(below);
        let is_of_any_age = notice.pinned && notice.published.is_none();
        let date = below.filter(|_| !is_of_any_age).map(|date| match date {
            Moment::Day(day) => (day, None),
            Moment::Time(time) => (time.date_naive(), Some(time.timestamp_millis())),
        });
        order.push((!is_of_any_age, date, place));
    }
    order.sort_by_key(|(is_of_its_place, date, _)| (*is_of_its_place, *date));
    order.into_iter().map(|(_, _, place)| place).collect()
}

#[cfg(test)]
mod tests;
