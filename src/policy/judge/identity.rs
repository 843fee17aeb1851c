//! Derives the keys that a row is remembered by, and which of them are unique on its page.

use std::collections::{HashMap, HashSet};

use crate::bulletin::{
    Moment, Notice, SeenKey, canonical_url, is_cut_title, loose_fragment, plain_title,
};

/// The keys that a row is remembered by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    pub(crate) guid: Option<SeenKey>,
    /// The address with its fragment, if it has one.
    pub(crate) address: SeenKey,
    /// The address without a fragment that distinguishes nothing; `None` if there is no fragment, or if it
    /// distinguishes.
    pub(crate) bare: Option<SeenKey>,
    pub(crate) titled: SeenKey,
    /// True if the address or guid has a number or date in it: its row is one notice, whatever its title. `/status`
    /// shows one after the other.
    pub(crate) names_one: bool,
    /// The keys that another row of the page has too, though it is another notice.
    pub(crate) shares: Shares,
}

/// The keys of a row that others share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shares {
    pub(crate) address: bool,
    pub(crate) guid: bool,
}

impl Identity {
    /// Returns the key of the address on this page.
    pub(super) fn place(&self) -> SeenKey {
        self.bare.unwrap_or(self.address)
    }

    /// Returns the key of a row at an address that it shares with other rows; a bulletin that left the address may
    /// return to it.
    pub(crate) fn here(&self) -> SeenKey {
        SeenKey::titled_at(self.place(), self.titled)
    }
}

/// The relation of a row's day to that of a bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayRelation {
    /// The same time, as exactly as both state it.
    Same,
    /// The same day at another hour.
    SameDay,
    OtherDay,
    /// One of them has no date.
    Unknown,
}

impl DayRelation {
    pub(crate) fn new(before: Option<&Moment>, now: Option<&Moment>) -> Self {
        match (before, now) {
            (Some(before), Some(now)) if before.day() != now.day() => Self::OtherDay,
            (Some(Moment::Time(before)), Some(Moment::Time(now))) if before != now => Self::SameDay,
            (Some(_), Some(_)) => Self::Same,
            _ => Self::Unknown,
        }
    }
}

/// Returns the keys of each row, and whether fragments distinguish rows of this source: once they did on one page,
/// they do on all later ones.
pub(crate) fn identities(notices: &[Notice], fragments_distinguish: bool) -> (Vec<Identity>, bool) {
    let bare: Vec<String> = notices.iter().map(|row| canonical_url(&row.url)).collect();
    let mut fragments: HashMap<&str, HashSet<Option<&str>>> = HashMap::new();
    for (notice, bare) in notices.iter().zip(&bare) {
        fragments
            .entry(bare)
            .or_default()
            .insert(loose_fragment(&notice.url));
    }
    let distinguish = fragments_distinguish
        || fragments
            .values()
            .any(|all| all.iter().flatten().count() > 1);
    let identity = |(notice, bare): (&Notice, &String)| {
        let fragment = loose_fragment(&notice.url);
        let address = fragment.map(|fragment| SeenKey::address(&format!("{bare}#{fragment}")));
        let path = bare.trim_start_matches('/').split_once('/');
        let names_one =
            path.is_some_and(|(_, path)| path.bytes().any(|byte| byte.is_ascii_digit()));
        let bare = SeenKey::address(bare);
        Identity {
            guid: notice
                .guid
                .as_deref()
                .filter(|guid| !guid.trim().is_empty())
                .map(SeenKey::guid),
            address: address.unwrap_or(bare),
            bare: address.and((!distinguish).then_some(bare)),
            titled: SeenKey::titled(&notice.title, notice.published.as_ref()),
            names_one,
            shares: Shares::default(),
        }
    };
    let mut identities: Vec<Identity> = notices.iter().zip(&bare).map(identity).collect();
    share(notices, &mut identities);
    (identities, distinguish)
}

/// Marks the keys that rows of the page share though they are different notices.
fn share(notices: &[Notice], identities: &mut [Identity]) {
    let titles: Vec<String> = notices.iter().map(|row| plain_title(&row.title)).collect();
    let mut firsts: HashMap<SeenKey, usize> = HashMap::new();
    let mut shared: HashSet<SeenKey> = HashSet::new();
    for (place, identity) in identities.iter().enumerate() {
        for key in identity.guid.into_iter().chain([identity.place()]) {
            let first = *firsts.entry(key).or_insert(place);
            if !are_one(
                (&notices[first], &titles[first]),
                (&notices[place], &titles[place]),
            ) {
                shared.insert(key);
            }
        }
    }
    for identity in identities {
        identity.shares = Shares {
            address: shared.contains(&identity.place()),
            guid: identity.guid.is_some_and(|guid| shared.contains(&guid)),
        };
    }
}

/// Returns whether two rows under one key are one notice that is on the page twice, once possibly cut or undated.
/// Each is given with its plain title.
pub(super) fn are_one((a, a_title): (&Notice, &str), (b, b_title): (&Notice, &str)) -> bool {
    let is_of_other_day =
        DayRelation::new(a.published.as_ref(), b.published.as_ref()) == DayRelation::OtherDay;
    let begins = |cut: &Notice, part: &str, whole: &str| {
        is_cut_title(&cut.title) && !part.is_empty() && whole.starts_with(part)
    };
    let is_titled =
        a_title == b_title || begins(a, a_title, b_title) || begins(b, b_title, a_title);
    is_titled && !is_of_other_day
}
