//! What looks like news and is none: the archive of a site that moved, and far more than a source ever had.

use std::collections::{HashMap, HashSet};

use super::super::Ruling;
use crate::bulletin::{BulletinState, Cause, Notice, plain_title};

/// Rows of one look below which none is suspicious.
const LEAST_MOVED: usize = 3;
/// News of one look that no source is asked about: a long weekend's, or that of a quiet year.
const LEAST_FLOOD: usize = 80;
/// A flood is so many times more than the source ever had at one look.
const FLOOD: usize = 4;

/// Whether so much is new that [`guard`] has to look at it.
pub(in crate::store) fn is_suspicious(rulings: &[Ruling]) -> bool {
    rulings.iter().filter(|ruling| is_unknown(ruling)).count() >= LEAST_MOVED
}

/// Holds rows whose titles are known under addresses that left the page, where that is most of what is
/// unknown, and all news where it is far more than ever. `archived`: plain titles of what the page does
/// not show, each with how often it was seen; `most_news`: of an earlier look.
pub(in crate::store) fn guard(
    rulings: &mut [Ruling],
    notices: &[Notice],
    archived: &HashMap<String, usize>,
    most_news: usize,
) {
    let unknown: Vec<usize> = (0..rulings.len())
        .filter(|&place| is_unknown(&rulings[place]))
        .collect();
    // What bore one title twice, such as a weekly menu, may well bear it once more.
    let is_archived = |title: &String| archived.get(title) == Some(&1);
    let moved: Vec<(usize, String)> = unknown
        .iter()
        .map(|&place| (place, plain_title(&notices[place].title)))
        .filter(|(_, title)| is_archived(title))
        .collect();
    let titles: HashSet<&String> = moved.iter().map(|(_, title)| title).collect();
    if titles.len() >= LEAST_MOVED && moved.len() * 2 > unknown.len() {
        for (place, _) in &moved {
            rulings[*place] = Ruling::Unknown(BulletinState::Held, Cause::Migrated);
        }
    }
    let news: Vec<usize> = (0..rulings.len())
        .filter(|&place| matches!(rulings[place], Ruling::Unknown(_, Cause::New)))
        .collect();
    if news.len() > LEAST_FLOOD.max(most_news.saturating_mul(FLOOD)) {
        for place in news {
            rulings[place] = Ruling::Unknown(BulletinState::Held, Cause::Flood);
        }
    }
}

/// Whether a row is unknown, and not old.
fn is_unknown(ruling: &Ruling) -> bool {
    matches!(ruling, Ruling::Unknown(_, Cause::New | Cause::Redesign))
}
