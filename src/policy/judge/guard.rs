//! Holds rows that only look like news: the archive of a site that moved, and far more rows than a source ever had.

use std::collections::{HashMap, HashSet};

use super::facts::Ruling;
use crate::bulletin::{BulletinState, Cause, Notice, bare_title, is_cut_title};

/// The number of rows in one poll below which none is suspicious.
const LEAST_MOVED: usize = 3;
/// The number of new rows in one poll that is never suspicious: those of a long weekend, or of a quiet year.
const LEAST_FLOOD: usize = 80;
/// The factor by which a flood exceeds the most that the source ever had at one poll.
const FLOOD: usize = 4;

/// The number of rows that are compared with all of an archive, word by word.
const MOST_COMPARED: usize = 200;
/// The length, in characters, from which a title that is a part of another one is no coincidence.
const LEAST_PART: usize = 8;

/// The titles of a source that its page does not show, each with how often it was seen.
#[derive(Debug, Default)]
pub(crate) struct KnownTitles(HashMap<String, usize>);

impl KnownTitles {
    pub(crate) fn add(&mut self, title: &str) {
        *self.0.entry(bare_title(title)).or_default() += 1;
    }

    /// Returns whether a title that `shown` of the unknown rows have is that of archived notices: a weekly menu that
    /// had it twice may well have it once more. A site that moves puts other marks around its titles, and may cut
    /// them.
    fn knows(&self, notice: &Notice, bare: &str, shown: usize, compares_closely: bool) -> bool {
        if let Some(&count) = self.0.get(bare) {
            return count <= shown;
        }
        let is_long = |title: &str| title.chars().count() >= LEAST_PART;
        let is_cut = is_cut_title(&notice.title);
        compares_closely
            && is_long(bare)
            && self.0.keys().any(|title| {
                title.starts_with(bare) && is_cut || is_long(title) && bare.contains(title.as_str())
            })
    }
}

/// Returns whether there are so many new rows that [`guard`] has to check them.
pub(crate) fn is_suspicious(rulings: &[Ruling]) -> bool {
    rulings.iter().filter(|ruling| is_unknown(ruling)).count() >= LEAST_MOVED
}

/// Holds rows whose titles are known under addresses that left the page, if they are most of the unknown ones, and
/// all news if it is far more than ever. `most_news` is the highest number of an earlier poll.
pub(crate) fn guard(
    rulings: &mut [Ruling],
    notices: &[Notice],
    archive: &KnownTitles,
    most_news: usize,
) {
    let unknown: Vec<(usize, String)> = (0..rulings.len())
        .filter(|&place| is_unknown(&rulings[place]))
        .map(|place| (place, bare_title(&notices[place].title)))
        .collect();
    let mut shown: HashMap<&str, usize> = HashMap::new();
    for (_, title) in &unknown {
        *shown.entry(title).or_default() += 1;
    }
    let compares_closely = unknown.len() <= MOST_COMPARED;
    let moved: Vec<&(usize, String)> = unknown
        .iter()
        .filter(|(place, title)| {
            archive.knows(
                &notices[*place],
                title,
                shown[title.as_str()],
                compares_closely,
            )
        })
        .collect();
    let titles: HashSet<&String> = moved.iter().map(|(_, title)| title).collect();
    if titles.len() >= LEAST_MOVED && moved.len() * 2 > unknown.len() {
        for (place, _) in moved {
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

/// Returns whether a row is unknown, and not old.
fn is_unknown(ruling: &Ruling) -> bool {
    matches!(ruling, Ruling::Unknown(_, Cause::New | Cause::Redesign))
}
