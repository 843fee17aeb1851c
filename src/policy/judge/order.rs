//! Finds out where news appears on a page: at its top, or at the end of a list that grows there.

use std::collections::HashSet;

use super::{connect::RowLink, facts::Facts};
use crate::bulletin::{Cause, Moment, Notice};

/// The number of steps from one known row to the next of which one may go against the order of a list.
const ASTRAY: usize = 8;

/// The order of a page's rows, as its known ones show it.
pub(crate) struct Order {
    oldest: Option<Moment>,
    /// The highest and the lowest known row that is not pinned: its place and date.
    known: Option<[(usize, Option<Moment>); 2]>,
    /// True if the dates ascend from top to bottom; below, if they descend.
    ascends: bool,
    descends: bool,
    /// True if it grew at its end, as far as can be known without dates.
    grows: bool,
    /// True if, among rows without dates or of one day, the lower one is the later one.
    runs_down: bool,
    first_page: usize,
}

impl Order {
    pub(crate) fn of(notices: &[Notice], links: &[RowLink], facts: &Facts<'_>) -> Self {
        let listed = || (0..notices.len()).filter(|&place| !notices[place].pinned);
        let known: Vec<(usize, Option<Moment>)> = listed()
            .filter(|&place| links[place].bulletin().is_some())
            .map(|place| (place, notices[place].published))
            .collect();
        let (up, down) = steps(known.iter().filter_map(|(_, date)| *date));
        let (all_up, all_down) = steps(listed().filter_map(|place| notices[place].published));
        let ascends = up > 0 && down * ASTRAY <= up && all_down <= all_up;
        let descends = down > 0 && up * ASTRAY <= down;
        let ends = known.first().zip(known.last()).map(|(a, b)| [*a, *b]);
        let is_unknown = |place: usize| links[place] == RowLink::Unknown;
        let has_news_above = ends.is_some_and(|[(first, _), _]| {
            listed().any(|place| place < first && is_unknown(place))
        });
        let grows = grows(links, has_news_above, facts);
        let runs_down = match known.is_empty() {
            true => all_up > 0 && all_down == 0,
            false => ascends || grows && !descends && !has_news_above,
        };
        Self {
            oldest: facts.baseline.flatten(),
            ascends,
            descends,
            grows,
            runs_down,
            known: ends,
            first_page: facts.first_page,
        }
    }

    /// Returns the places of all rows in the order in which they are pushed: by date, if there is one, else from the
    /// bottom of the page up, or down if it grows at its end.
    pub(crate) fn oldest_first(&self, notices: &[Notice]) -> Vec<usize> {
        let mut order = Vec::with_capacity(notices.len());
        let mut places: Vec<usize> = (0..notices.len()).collect();
        if !self.runs_down {
            places.reverse();
        }
        // A row without a date follows the older one; an undated pinned row may be of any age.
        let mut older = None;
        for place in places {
            let notice = &notices[place];
            older = notice.published.or(older);
            let is_of_any_age = notice.pinned && notice.published.is_none();
            let date = older.filter(|_| !is_of_any_age).map(|date| match date {
                Moment::Day(day) => (day, None),
                Moment::Time(time) => (time.date_naive(), Some(time.timestamp_millis())),
            });
            order.push((!is_of_any_age, date, place));
        }
        order.sort_by_key(|(is_of_its_place, date, _)| (*is_of_its_place, *date));
        order.into_iter().map(|(_, _, place)| place).collect()
    }

    /// Returns the reason for which an unknown row is old, if it is.
    pub(crate) fn age(&self, place: usize, notice: &Notice) -> Option<Cause> {
        if let (Some(date), Some(oldest)) = (notice.published, self.oldest)
            && date.is_before(&oldest)
        {
            return Some(Cause::OlderThanBaseline);
        }
        let [(first, first_date), (last, last_date)] = self.known?;
        let is_before = |known: Option<Moment>| match (notice.published, known) {
            (Some(date), Some(known)) => date.is_before(&known),
            _ => false,
        };
        let is_after = match (last_date, notice.published) {
            (Some(known), Some(date)) => known.is_before(&date),
            _ => false,
        };
        let is_old = match self.ascends {
            true => place < first && is_before(first_date),
            false => place > last && !is_after && !self.is_appended(place, is_before(last_date)),
        };
        (is_old && !notice.pinned).then_some(Cause::BelowKnown)
    }

    /// Returns whether a row below all known ones was appended, on a list that grows at its end.
    fn is_appended(&self, place: usize, is_before_last: bool) -> bool {
        // A row of a further page was there before that page was read.
        self.grows && !self.descends && !is_before_last && place < self.first_page
    }
}

/// Returns whether a list without dates grew at its end: none of its rows has left, or the last addition was there,
/// or it is longer than it was. The rows of a list that drops its oldest resemble those of a list whose newest was
/// removed.
fn grows(links: &[RowLink], has_news_above: bool, facts: &Facts<'_>) -> bool {
    let Some(before) = facts.last_page.filter(|before| !before.is_empty()) else {
        return false;
    };
    let shown: HashSet<u64> = links.iter().filter_map(RowLink::bulletin).collect();
    let is_repeat = |link: &&RowLink| matches!(link, RowLink::Again(_));
    let rows = links.len() - links.iter().filter(is_repeat).count();
    let is_longer = rows > before.len() && before.intersection(&shown).count() * 2 >= before.len();
    before.is_subset(&shown) || !has_news_above && (facts.ends_with_news || is_longer)
}

/// Returns the bulletin of the last known row that is not pinned, if it is the latest of all known ones of the page.
pub(crate) fn last_known(notices: &[Notice], links: &[RowLink]) -> Option<u64> {
    let rows = notices.iter().zip(links).filter(|(row, _)| !row.pinned);
    let known: Vec<u64> = rows.filter_map(|(_, link)| link.bulletin()).collect();
    let (last, above) = known.split_last()?;
    let is_latest = !above.is_empty() && above.iter().all(|bulletin| bulletin < last);
    is_latest.then_some(*last)
}

/// Counts, from row to row down the page, the steps to a later and to an earlier date.
fn steps(dates: impl Iterator<Item = Moment>) -> (usize, usize) {
    let (mut up, mut down) = (0, 0);
    let mut above: Option<Moment> = None;
    for date in dates {
        if let Some(above) = above {
            up += usize::from(above.is_before(&date));
            down += usize::from(date.is_before(&above));
        }
        above = Some(date);
    }
    (up, down)
}
