//! Keys that are places in a list: `/p/0`, a guid that counts rows. What stands at one is now this notice, now that.
//!
//! Where the title of a bulletin stands on another row, the row that has its key is not it; neither is one
//! that bears the title of a bulletin which lost its own place. Read [`displace`].

use std::collections::{HashMap, HashSet};

use super::remembered::Remembered;
use crate::bulletin::Retitled;

/// Marks what is remembered under the keys of rows that are not theirs any more. `last_page`: the bulletins
/// that the page showed before.
pub(crate) fn displace(remembered: &mut [Remembered], last_page: &HashSet<u64>) {
    let kept: HashSet<u64> = remembered.iter().filter_map(kept).collect();
    let mut bearers: HashMap<u64, HashSet<usize>> = HashMap::new();
    for (place, memory) in remembered.iter().enumerate() {
        for bulletin in borne(memory) {
            bearers.entry(bulletin).or_default().insert(place);
        }
    }
    for (place, memory) in remembered.iter_mut().enumerate() {
        let is_borne_elsewhere = |bulletin: u64| {
            let rows = bearers.get(&bulletin);
            rows.is_some_and(|rows| rows.iter().any(|row| *row != place))
        };
        let lost: Vec<u64> = borne(memory)
            .filter(|bulletin| last_page.contains(bulletin) && !kept.contains(bulletin))
            .collect();
        for hit in memory.guid.iter_mut().chain(&mut memory.address) {
            let bulletin = hit.seen.bulletin;
            let bears_another = lost.iter().any(|lost| *lost != bulletin);
            hit.is_displaced =
                hit.title != Retitled::Same && (bears_another || is_borne_elsewhere(bulletin));
        }
    }
}

/// The bulletin whose title still stands where its keys lead.
fn kept(memory: &Remembered) -> Option<u64> {
    let hits = memory.guid.iter().chain(&memory.address);
    let mut kept = hits.filter(|hit| !hit.seen.is_shared && hit.title == Retitled::Same);
    kept.next().map(|hit| hit.seen.bulletin)
}

/// The bulletins whose present title and day a row has, where it keeps none of its own.
fn borne(memory: &Remembered) -> impl Iterator<Item = u64> {
    let own = kept(memory);
    let titled = memory
        .titled
        .iter()
        .filter(move |titled| titled.is_current && own.is_none_or(|own| own == titled.bulletin));
    titled.map(|titled| titled.bulletin)
}
