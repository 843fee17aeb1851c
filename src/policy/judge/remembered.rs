//! Defines the store's memory of a row: the bulletins that its keys lead to, and whether the row still is one of
//! them.

use super::identity::{DayRelation, Identity, Shares};
use crate::{bulletin::Retitled, policy::facts::Seen};

/// The store's memory under a key, and the relation of its bulletin to the row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct KeyHit {
    pub(crate) seen: Seen,
    pub(crate) title: Retitled,
    pub(crate) when: DayRelation,
    /// True if its bulletin is on another row: see [`super::displace`].
    pub(crate) is_displaced: bool,
}

impl KeyHit {
    /// Returns a hit whose bulletin had the row's title and day.
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

    /// Returns whether the row is this bulletin, possibly corrected, and not another one in its place.
    pub(super) fn is_it(&self, identity: &Identity, page: PageManner) -> bool {
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

    /// Returns whether the row, under another address, is this bulletin and not another one that got its guid.
    pub(super) fn is_moved(&self) -> bool {
        let is_of_day = matches!(self.when, DayRelation::Same | DayRelation::SameDay);
        match self.title {
            _ if self.is_displaced => false,
            Retitled::Same | Retitled::Grown => true,
            Retitled::Other => is_of_day,
            Retitled::Next | Retitled::Unlike => false,
        }
    }

    /// Returns whether the bulletin has the row's title, or its day.
    pub(super) fn resembles(&self) -> bool {
        self.title == Retitled::Same
            || matches!(self.when, DayRelation::Same | DayRelation::SameDay)
    }
}

/// The way in which a page shows its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageManner {
    /// True if it shows one notice at a time.
    pub(super) is_lone: bool,
    /// True if most rows are where they were.
    pub(super) is_steady: bool,
}

/// A bulletin of the row's title and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Titled {
    pub(crate) bulletin: u64,
    /// True if it is under the row's address, where that is considered: see [`Remembered::is_known_by_title`].
    pub(crate) is_here: bool,
    /// True if it was this row when the row was last seen under this address.
    pub(crate) was_here: bool,
    /// True if it has this title now.
    pub(crate) is_current: bool,
}

/// The store's memory of a row's keys.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Remembered {
    pub(crate) guid: Option<KeyHit>,
    pub(crate) address: Option<KeyHit>,
    /// The bulletins of the row's title and day, oldest first.
    pub(crate) titled: Vec<Titled>,
}

impl Remembered {
    /// Returns whether address, title and day together identify the row.
    pub(crate) fn is_known_by_title(&self, identity: &Identity) -> bool {
        let is_shared = |hit: &Option<KeyHit>| hit.is_some_and(|hit| hit.seen.is_shared);
        identity.shares.address
            || identity.shares.guid
            || is_shared(&self.address)
            || is_shared(&self.guid)
    }

    /// Returns the bulletin that the row's own keys lead to.
    pub(crate) fn own(&self) -> Option<KeyHit> {
        let hit = self.guid.or(self.address);
        hit.filter(|hit| !hit.seen.is_shared && !hit.is_displaced)
    }

    /// Records that the row has the title of a bulletin, except for its counters.
    pub(crate) fn is_titled_as(&mut self, bulletin: u64) {
        let hits = self.guid.iter_mut().chain(&mut self.address);
        for hit in hits.filter(|hit| hit.seen.bulletin == bulletin) {
            hit.title = Retitled::Same;
        }
    }

    /// Returns whether the store considers a shared key to be only the row's.
    pub(crate) fn is_unaware_of(&self, shares: Shares) -> bool {
        let is_noted = |hit: &Option<KeyHit>| hit.is_some_and(|hit| hit.seen.is_shared);
        (shares.address && !is_noted(&self.address)) || (shares.guid && !is_noted(&self.guid))
    }
}

/// Returns whether most rows that are known by their keys have their former titles.
pub(super) fn is_steady(remembered: &[Remembered]) -> bool {
    let own = || remembered.iter().filter_map(Remembered::own);
    let is_kept = |hit: &KeyHit| hit.title == Retitled::Same;
    own().filter(is_kept).count() * 2 >= own().count()
}
