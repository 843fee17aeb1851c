//! Learns the pattern in which a list writes its titles from all of its rows.

use std::collections::HashSet;

use crate::source::{
    list::{
        candidates::group::Item,
        survey::{PageSurvey, dates::DateInRow},
    },
    text,
};

/// The pattern in which a list writes its titles, learnt from all of its rows.
pub(super) struct Habits {
    /// True if dates inside the links are the rows' dates, not words of the titles.
    pub(super) dated_titles: bool,
    /// The part of a link with a whole card that is the title.
    pub(super) title_part: Option<u64>,
    /// The words that attributes put around the titles of several rows alike: `Permalink to …`, `… - Town News`.
    pub(super) furniture: Furniture,
}

/// Words before and after titles that do not belong to them.
#[derive(Default)]
pub(super) struct Furniture {
    heads: Vec<String>,
    tails: Vec<String>,
}

impl Furniture {
    pub(super) fn off<'a>(&self, title: &'a str) -> &'a str {
        let title = title.trim();
        let head = self.heads.iter().find_map(|head| title.strip_prefix(head));
        let title = head.unwrap_or(title);
        let tail = self.tails.iter().find_map(|tail| title.strip_suffix(tail));
        tail.unwrap_or(title).trim()
    }
}

impl Habits {
    pub(super) fn of(
        survey: &PageSurvey<'_>,
        items: &[Item],
        dates: &[(&str, Option<DateInRow>)],
    ) -> Self {
        let link = |item: &Item| survey.links[item.link].element;
        let inside = items.iter().zip(dates).filter(|(item, (_, date))| {
            let runs = survey.page.runs_of(link(item));
            date.as_ref()
                .is_some_and(|date| runs.contains(&date.runs.start))
        });
        Self {
            dated_titles: inside.count() * 10 >= items.len() * 6,
            title_part: survey.title_part(items),
            furniture: survey.furniture(items),
        }
    }
}

/// The number of rows that are compared for what their attributes have in common.
const SAMPLE: usize = 12;

/// The number of rows from which a shared pattern is a habit.
const SEVERAL: usize = 3;

impl PageSurvey<'_> {
    /// Returns the words that the attributes of several rows have around the visible titles, or around all of them if
    /// none is visible.
    fn furniture(&self, items: &[Item]) -> Furniture {
        let (mut heads, mut tails) = (Vec::new(), Vec::new());
        let mut unshown: Vec<String> = Vec::new();
        for item in items.iter().take(SAMPLE) {
            let link = self.headline_link(item);
            let shown = text::one_line(&self.page.text(self.page.runs_of(link)));
            let others = self.other_titles(item, link);
            if shown.is_empty() {
                unshown.extend(others.into_iter().find(|other| !other.is_empty()));
                continue;
            }
            let mut own: HashSet<(bool, String)> = HashSet::new();
            for other in others {
                let other = text::one_line(&other);
                let Some(at) = other.find(&shown) else {
                    continue;
                };
                own.insert((true, other[..at].to_owned()));
                own.insert((false, other[at + shown.len()..].to_owned()));
            }
            for (is_head, words) in own
                .into_iter()
                .filter(|(_, words)| !words.trim().is_empty())
            {
                if is_head { &mut heads } else { &mut tails }.push(words);
            }
        }
        let mut furniture = Furniture {
            heads: repeated(heads),
            tails: repeated(tails),
        };
        if unshown.len() >= SEVERAL {
            furniture.heads.extend(common_head(&unshown));
            furniture.tails.extend(common_tail(&unshown));
        }
        furniture
    }
}

/// Returns the entries that are in the list several times, each once.
fn repeated(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    let several = words
        .chunk_by(|a, b| a == b)
        .filter(|same| same.len() >= SEVERAL);
    several.map(|same| same[0].clone()).collect()
}

/// Returns the words with which all titles begin, up to a space or mark.
fn common_head(titles: &[String]) -> Option<String> {
    let first = titles.first()?;
    let shared = titles.iter().fold(first.len(), |shared, title| {
        let pairs = first.char_indices().zip(title.chars());
        let differs = pairs.into_iter().find(|((_, a), b)| a != b);
        shared.min(differs.map_or(first.len().min(title.len()), |((at, _), _)| at))
    });
    let end = first[..shared].rfind(|c: char| !c.is_alphanumeric())?;
    let end = end + first[end..].chars().next().map_or(0, char::len_utf8);
    let is_rest = titles.iter().all(|title| title.len() > end);
    (is_rest && end >= 6).then(|| first[..end].to_owned())
}

/// Returns the words with which all titles end, from a space or mark on.
fn common_tail(titles: &[String]) -> Option<String> {
    let turned = |text: &String| text.chars().rev().collect::<String>();
    let turned_titles: Vec<String> = titles.iter().map(turned).collect();
    common_head(&turned_titles).map(|tail| turned(&tail))
}
