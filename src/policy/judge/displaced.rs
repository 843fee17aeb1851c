//! Detects keys that are places in a list: `/p/0`, a guid that counts rows. They belong to changing notices.
//!
//! If the title of a bulletin is on another row, the row that has its key is not that bulletin; neither is a row
//! that has the title of a bulletin which lost its own place. Start with [`displace`].

use std::collections::{HashMap, HashSet};

use super::remembered::Remembered;
use crate::bulletin::Retitled;

/// Marks remembered bulletins under keys that no longer belong to the rows. `last_page` has the bulletins that the
/// page showed before.
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

/// Returns the bulletin whose title is still where its keys lead.
fn kept(memory: &Remembered) -> Option<u64> {
    let hits = memory.guid.iter().chain(&memory.address);
    let mut kept = hits.filter(|hit| !hit.seen.is_shared && hit.title == Retitled::Same);
    kept.next().map(|hit| hit.seen.bulletin)
}

/// Returns the bulletins whose present title and day a row has; if the row still is one of its own, only that one.
fn borne(memory: &Remembered) -> impl Iterator<Item = u64> {
    let own = kept(memory);
    let titled = memory
        .titled
        .iter()
        .filter(move |titled| titled.is_current && own.is_none_or(|own| own == titled.bulletin));
    titled.map(|titled| titled.bulletin)
}
