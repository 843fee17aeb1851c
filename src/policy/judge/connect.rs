//! Which bulletin each row of a page is: by guid, by address, by title and day.
//!
//! An address or guid that different rows share tells none of them from the others, from then on: address,
//! title and day together do. Read [`connect`].

use std::collections::{HashMap, HashSet};

use crate::bulletin::{
    Moment, Notice, Retitled, SeenKey, canonical_url, is_cut_title, loose_fragment, plain_title,
};
use crate::policy::facts::Seen;

/// The keys that a row is remembered by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Identity {
    pub(crate) guid: Option<SeenKey>,
    /// With its fragment, where it has one.
    pub(crate) address: SeenKey,
    /// Without a fragment that tells nothing; None where there is none, or where it tells.
    pub(crate) bare: Option<SeenKey>,
    pub(crate) titled: SeenKey,
    /// Address or guid has a number or date in it: what bears it is one notice, whatever it is called.
    /// `/status` shows one after the other.
    pub(crate) names_one: bool,
    /// Which of them another row of the page has too, though it is another notice.
    pub(crate) shares: Shares,
}

/// Which keys of a row are not its own alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Shares {
    pub(crate) address: bool,
    pub(crate) guid: bool,
}

impl Identity {
    /// Returns what stands for the address on this page.
    fn place(&self) -> SeenKey {
        self.bare.unwrap_or(self.address)
    }

    /// The row at an address that tells it from no other: a bulletin that left it may come back.
    pub(crate) fn here(&self) -> SeenKey {
        SeenKey::titled_at(self.place(), self.titled)
    }
}

/// The relation of a row's day to that of a bulletin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DayRelation {
    /// As exactly as both say.
    Same,
    /// At another hour.
    SameDay,
    OtherDay,
    /// One of them says none.
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

/// The store's memory under a key, and the relation of its bulletin to the row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct KeyHit {
    pub(crate) seen: Seen,
    pub(crate) title: Retitled,
    pub(crate) when: DayRelation,
    /// Its bulletin stands on another row: see [`super::displace`].
    pub(crate) is_displaced: bool,
}

impl KeyHit {
    /// Its bulletin had the row's title and day.
    pub(crate) fn exact(seen: Seen) -> Self {
        Self {
            seen,
            title: Retitled::Same,
            when: DayRelation::Same,
            is_displaced: false,
        }
    }

    pub(crate) fn is_exact(&self) -> bool {
        self.title == Retitled::Same && self.when == DayRelation::Same
    }

    /// Returns whether the row is this bulletin, perhaps corrected, and not another one in its place.
    fn is_it(&self, identity: &Identity, page: PageManner) -> bool {
        if self.is_displaced {
            return false;
        }
        let is_lone = page.is_lone;
        let title = match self.title {
            Retitled::Unlike if identity.names_one => Retitled::Other,
            title => title,
        };
        match (title, self.when) {
            (Retitled::Same | Retitled::Grown, _) => true,
            (Retitled::Unlike, _) => false,
            (Retitled::Next, DayRelation::Same) => !is_lone,
            (Retitled::Next, DayRelation::Unknown) => {
                identity.names_one && !is_lone && page.is_steady
            }
            (_, DayRelation::Same) => true,
            (Retitled::Next, _) | (_, DayRelation::OtherDay) => false,
            (Retitled::Other, DayRelation::SameDay) => identity.names_one || !is_lone,
            (Retitled::Other, DayRelation::Unknown) => !is_lone,
        }
    }

    /// Returns whether the row, under another address, is this bulletin and no other one that got its guid.
    fn is_moved(&self) -> bool {
        let is_of_day = matches!(self.when, DayRelation::Same | DayRelation::SameDay);
        match self.title {
            _ if self.is_displaced => false,
            Retitled::Same | Retitled::Grown => true,
            Retitled::Other => is_of_day,
            Retitled::Next | Retitled::Unlike => false,
        }
    }

    /// The bulletin has the row's title, or its day.
    fn resembles(&self) -> bool {
        self.title == Retitled::Same
            || matches!(self.when, DayRelation::Same | DayRelation::SameDay)
    }
}

/// The way in which a page shows its rows.
#[derive(Debug, Clone, Copy)]
struct PageManner {
    /// One notice at a time.
    is_lone: bool,
    /// Most of them where they were.
    is_steady: bool,
}

/// A bulletin of the row's title and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Titled {
    pub(crate) bulletin: u64,
    /// Under the row's address, where that is looked at: see [`Remembered::is_told_by_title`].
    pub(crate) is_here: bool,
    /// It was this row when the row was last seen under this address.
    pub(crate) was_here: bool,
    /// It bears this title now.
    pub(crate) is_current: bool,
}

/// The store's memory of a row's keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Remembered {
    pub(crate) guid: Option<KeyHit>,
    pub(crate) address: Option<KeyHit>,
    /// Oldest first.
    pub(crate) titled: Vec<Titled>,
}

impl Remembered {
    /// Returns whether address, title and day together tell the row.
    pub(crate) fn is_told_by_title(&self, identity: &Identity) -> bool {
        let is_shared = |hit: &Option<KeyHit>| hit.is_some_and(|hit| hit.seen.is_shared);
        identity.shares.address
            || identity.shares.guid
            || is_shared(&self.address)
            || is_shared(&self.guid)
    }

    /// The bulletin that the row's own keys lead to.
    pub(crate) fn own(&self) -> Option<KeyHit> {
        let hit = self.guid.or(self.address);
        hit.filter(|hit| !hit.seen.is_shared && !hit.is_displaced)
    }

    /// The row bears the title of a bulletin, but for what counts there.
    pub(crate) fn is_titled_as(&mut self, bulletin: u64) {
        let hits = self.guid.iter_mut().chain(&mut self.address);
        for hit in hits.filter(|hit| hit.seen.bulletin == bulletin) {
            hit.title = Retitled::Same;
        }
    }

    /// Returns whether the store takes a key for the row's own that is shared.
    pub(crate) fn is_unaware_of(&self, shares: Shares) -> bool {
        let is_noted = |hit: &Option<KeyHit>| hit.is_some_and(|hit| hit.seen.is_shared);
        (shares.address && !is_noted(&self.address)) || (shares.guid && !is_noted(&self.guid))
    }
}

/// Which bulletin a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowLink {
    Known(u64),
    /// By title and day: under an address that the store has not seen yet.
    Moved(u64),
    /// The same as the row at that place.
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

/// The rows of a page with what is known of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Connected {
    pub(crate) links: Vec<RowLink>,
    pub(crate) shares: Vec<Shares>,
    /// Rows of which the store knows the address or guid, if for another notice.
    pub(crate) familiar: Vec<bool>,
}

/// The keys of each row, and whether fragments tell rows of this source apart: once they did on
/// one page, they do on all later ones.
pub(crate) fn identities(notices: &[Notice], fragments_tell: bool) -> (Vec<Identity>, bool) {
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
            bare: address.and((!tell).then_some(bare)),
            titled: SeenKey::titled(&notice.title, notice.published.as_ref()),
            names_one,
            shares: Shares::default(),
        }
    };
    let mut identities: Vec<Identity> = notices.iter().zip(&bare).map(identity).collect();
    share(notices, &mut identities);
    (identities, tell)
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

/// Returns whether two rows under one key are one notice that stands on the page twice, once cut or undated
/// perhaps. Each comes with its plain title.
fn are_one((a, a_title): (&Notice, &str), (b, b_title): (&Notice, &str)) -> bool {
    let is_of_other_day =
        DayRelation::new(a.published.as_ref(), b.published.as_ref()) == DayRelation::OtherDay;
    let begins = |cut: &Notice, part: &str, whole: &str| {
        is_cut_title(&cut.title) && !part.is_empty() && whole.starts_with(part)
    };
    let is_titled =
        a_title == b_title || begins(a, a_title, b_title) || begins(b, b_title, a_title);
    is_titled && !is_of_other_day
}

/// Returns which bulletin each row is. `last_page`: those that the page showed before.
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

/// An address that one row does not have alone is no other row's alone either.
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

/// Returns which bulletin a row is by its own keys, and which of them it shares.
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
            // A feed may count its entries as guids: that is the bulletin at the row's own address.
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
                // Of one notice that stands there several times, some rows may bear a guid.
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

/// Where different rows lead to one bulletin, it is the one that bears its title, else the first.
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

/// Marks rows that stand on the page already.
fn repeat_rows(identities: &[Identity], connected: &mut Connected) {
    let Connected { links, shares, .. } = connected;
    let mut guids: HashMap<SeenKey, usize> = HashMap::new();
    let mut places: HashMap<(SeenKey, Option<SeenKey>), usize> = HashMap::new();
    for (place, identity) in identities.iter().enumerate() {
        let guid = identity.guid.filter(|_| !shares[place].guid);
        // Where rows share the address, they are one by title and day besides.
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

/// Finds the rows that stand under another address than before, each bulletin once.
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
        // Without a date a title says little: weekly menus share theirs. It counts while the page
        // goes on showing it, under whatever address.
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

/// Returns whether most rows that are known by their keys have the titles that they had.
fn is_steady(remembered: &[Remembered]) -> bool {
    let own = || remembered.iter().filter_map(Remembered::own);
    let is_kept = |hit: &KeyHit| hit.title == Retitled::Same;
    own().filter(is_kept).count() * 2 >= own().count()
}
