//! Finds the bulletin of each row of a page: by guid, by address, by title and day.
//!
//! An address or guid that different rows share distinguishes none of them from the others, from then on: address,
//! title and day together do. Start with [`connect`].

use std::collections::{HashMap, HashSet};

use super::{
    identity::{Identity, Shares, are_one},
    remembered::{PageManner, Remembered, is_steady},
};
use crate::bulletin::{Notice, Retitled, SeenKey, plain_title};

/// The bulletin of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowLink {
    Known(u64),
    /// The bulletin found by title and day: under an address that the store has not seen yet.
    Moved(u64),
    /// The same bulletin as the row at that place.
    Again(usize),
    Unknown,
}

impl RowLink {
    pub(crate) fn bulletin(&self) -> Option<u64> {
        match self {
            Self::Known(bulletin) | Self::Moved(bulletin) => Some(*bulletin),
            Self::Again(_) | Self::Unknown => None,
        }
    }
}

/// The rows of a page with their bulletins and shared keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connected {
    pub(crate) links: Vec<RowLink>,
    pub(crate) shares: Vec<Shares>,
    /// True for rows of which the store knows the address or guid, even if for another notice.
    pub(crate) familiar: Vec<bool>,
}
/// Finds the bulletin of each row. `last_page` has those that the page showed before.
pub(crate) fn connect(
    notices: &[Notice],
    identities: &[Identity],
    remembered: &[Remembered],
    last_page: &HashSet<u64>,
) -> Connected {
    let mut guids: HashMap<SeenKey, HashSet<SeenKey>> = HashMap::new();
    for identity in identities {
        guids
            .entry(identity.place())
            .or_default()
            .extend(identity.guid);
    }
    let page = PageManner {
        is_lone: notices.len() == 1 && last_page.len() <= 1,
        is_steady: is_steady(remembered),
    };
    let mut connected = Connected::default();
    for (identity, memory) in identities.iter().zip(remembered) {
        let has_other_guids = guids
            .get(&identity.place())
            .is_some_and(|guids| guids.len() > 1);
        let (link, shares) = by_key(identity, memory, has_other_guids, page);
        connected.links.push(link);
        connected.shares.push(shares);
        let is_familiar = memory.address.is_some() || memory.guid.is_some();
        connected.familiar.push(is_familiar);
    }
    share_places(identities, &mut connected.shares);
    disown(notices, remembered, &mut connected);
    repeat_rows(identities, &mut connected);
    move_rows(notices, remembered, last_page, &mut connected.links);
    connected
}

/// Marks all rows at shared addresses: an address that one row shares is shared by the other rows there too.
fn share_places(identities: &[Identity], shares: &mut [Shares]) {
    let rows = identities.iter().zip(shares.iter());
    let shared: HashSet<SeenKey> = rows
        .filter(|(_, shares)| shares.address)
        .map(|(identity, _)| identity.place())
        .collect();
    for (identity, shares) in identities.iter().zip(shares) {
        shares.address |= shared.contains(&identity.place());
    }
}

/// Finds the bulletin of a row by its own keys, and which of them it shares.
fn by_key(
    identity: &Identity,
    memory: &Remembered,
    has_other_guids: bool,
    page: PageManner,
) -> (RowLink, Shares) {
    let mut shares = identity.shares;
    shares.guid |= memory.guid.is_some_and(|hit| hit.seen.is_shared);
    shares.address |= memory.address.is_some_and(|hit| hit.seen.is_shared);
    if let Some(hit) = memory.guid.filter(|_| !shares.guid) {
        let there = memory.address.filter(|_| !shares.address);
        let is_it = match there {
            Some(there) if there.seen.bulletin == hit.seen.bulletin => {
                identity.names_one && !hit.is_displaced || hit.is_it(identity, page)
            }
            // A feed may count its entries as guids: then the bulletin is the one at the row's own address.
            Some(there) if there.is_exact() => false,
            _ => hit.is_moved(),
        };
        if is_it {
            return (RowLink::Known(hit.seen.bulletin), shares);
        }
        shares.guid = true;
    }
    let own_guid = identity.guid.is_some() && !shares.guid;
    if let Some(hit) = memory.address.filter(|_| !shares.address) {
        // A guid counts for more than an address, which a whole feed may share; but feeds change guids too.
        let is_other = own_guid
            && match hit.seen.had_guid {
                true => has_other_guids || !hit.resembles(),
                // If one notice is on the page several times, some of its rows may have a guid.
                false => has_other_guids && !matches!(hit.title, Retitled::Same | Retitled::Grown),
            };
        if !is_other && hit.is_it(identity, page) {
            return (RowLink::Known(hit.seen.bulletin), shares);
        }
        shares.address = true;
    }
    let mut here = memory.titled.iter().filter(|titled| titled.is_here);
    let by_title = here
        .clone()
        .find(|titled| titled.was_here)
        .or_else(|| here.clone().find(|titled| titled.is_current))
        .or_else(|| here.next())
        .filter(|_| !own_guid);
    let link = by_title.map_or(RowLink::Unknown, |titled| RowLink::Known(titled.bulletin));
    (link, shares)
}

/// Resolves different rows that lead to one bulletin: it is the row that has its title, else the first.
fn disown(notices: &[Notice], remembered: &[Remembered], connected: &mut Connected) {
    let bears = |place: usize, bulletin: u64| {
        let mut titled = remembered[place].titled.iter();
        titled.any(|titled| titled.bulletin == bulletin && titled.is_current)
    };
    let mut owners: HashMap<u64, usize> = HashMap::new();
    for (place, link) in connected.links.iter().enumerate() {
        if let RowLink::Known(bulletin) = *link {
            let owner = owners.entry(bulletin).or_insert(place);
            if !bears(*owner, bulletin) && bears(place, bulletin) {
                *owner = place;
            }
        }
    }
    for (place, link) in connected.links.iter_mut().enumerate() {
        let Some(&owner) = link.bulletin().and_then(|bulletin| owners.get(&bulletin)) else {
            continue;
        };
        let [first, row] = [&notices[owner], &notices[place]];
        let (first_title, title) = (plain_title(&first.title), plain_title(&row.title));
        if owner != place && !are_one((first, &first_title), (row, &title)) {
            *link = RowLink::Unknown;
        }
    }
}

/// Marks rows that are on the page already.
fn repeat_rows(identities: &[Identity], connected: &mut Connected) {
    let Connected { links, shares, .. } = connected;
    let mut guids: HashMap<SeenKey, usize> = HashMap::new();
    let mut places: HashMap<(SeenKey, Option<SeenKey>), usize> = HashMap::new();
    for (place, identity) in identities.iter().enumerate() {
        let guid = identity.guid.filter(|_| !shares[place].guid);
        // Rows that share the address are the same only if title and day are equal too.
        let titled = shares[place].address.then_some(identity.titled);
        let by_guid = guid.and_then(|guid| guids.get(&guid));
        let by_address = places
            .get(&(identity.place(), titled))
            .filter(|&&first| guid.is_none() || identities[first].guid.is_none());
        let first = by_guid.or(by_address).copied();
        if let (Some(first), RowLink::Unknown) = (first, links[place]) {
            links[place] = match links[first] {
                RowLink::Unknown => RowLink::Again(first),
                known => known,
            };
        }
        if let Some(guid) = guid {
            guids.entry(guid).or_insert(place);
        }
        places.entry((identity.place(), titled)).or_insert(place);
    }
}

/// Finds the rows that have another address than before, each bulletin once.
fn move_rows(
    notices: &[Notice],
    remembered: &[Remembered],
    last_page: &HashSet<u64>,
    links: &mut [RowLink],
) {
    let mut taken: HashSet<u64> = links.iter().filter_map(RowLink::bulletin).collect();
    for (place, memory) in remembered.iter().enumerate() {
        if links[place] != RowLink::Unknown {
            continue;
        }
        // A title without a date proves little: weekly menus share theirs. It counts while the page continues to
        // show it, under any address.
        let is_dated = notices[place].published.is_some();
        let bulletins = memory.titled.iter().map(|titled| titled.bulletin);
        let moved = bulletins
            .filter(|bulletin| !taken.contains(bulletin))
            .find(|bulletin| is_dated || last_page.contains(bulletin));
        if let Some(bulletin) = moved {
            taken.insert(bulletin);
            links[place] = RowLink::Moved(bulletin);
        }
    }
}
