//! Measures the text of boxes, and their place relative to a page's headline.

use std::ops::Range;

use super::held::{is_password, names_page};
use crate::source::{
    page::tree::{Id, PageTree},
    text::is_han,
};

/// The number of links that name pages from which they are the page's content.
const SEVERAL: u32 = 3;
/// The share of a page's prose that a box among others has at most.
const MOST_PROSE: f32 = 0.35;

/// Running sums over the pieces of text and the elements before each one.
pub(super) struct Said {
    /// The length of sentences.
    prose: Vec<f32>,
    /// The number of links that name pages.
    pages: Vec<u32>,
    /// The number of fields that ask for a password.
    passwords: Vec<u32>,
    /// The pieces of text that the page's title repeats, or that are in its chief heading.
    headlines: Vec<usize>,
}

impl Said {
    pub(super) fn of(page: &PageTree) -> Self {
        let (mut prose, mut pages, mut passwords) = (vec![0.0], vec![0], vec![0]);
        let (mut length, mut named, mut asked) = (0.0, 0, 0);
        for run in 0..page.runs.len() {
            length += sentences(page.run_text(run));
            prose.push(length);
        }
        for id in 0..page.elements.len() as Id {
            named += u32::from(names_page(page, id));
            pages.push(named);
            asked += u32::from(is_password(page, id));
            passwords.push(asked);
        }
        let headlines = (0..page.runs.len()).filter(|run| is_headline(page, *run));
        Self {
            prose,
            pages,
            passwords,
            headlines: headlines.collect(),
        }
    }

    pub(super) fn within(&self, page: &PageTree, id: Id) -> f32 {
        let Range { start, end } = page.runs_of(id);
        self.prose[end] - self.prose[start]
    }

    pub(super) fn signs_in(&self, page: &PageTree, id: Id) -> bool {
        let end = page.elements[id as usize].end;
        self.passwords[end as usize] > self.passwords[id as usize]
    }

    /// Returns whether a box is above the page's headline, or below the content after it: prose, or links that name
    /// pages; or between the headline and a text that is longer than the box's.
    pub(super) fn leaves_content(&self, page: &PageTree, id: Id) -> bool {
        let own = page.runs_of(id);
        let mut headlines = self.headlines.iter().copied();
        let Some(headline) = headlines.find(|run| !own.contains(run)) else {
            return false;
        };
        if own.start < headline {
            return true;
        }
        let from = page.runs[headline].element as usize;
        let pages = self.pages[id as usize] - self.pages[from.min(id as usize)];
        let after = self.prose[self.prose.len() - 1] - self.prose[own.end];
        self.prose[own.start] - self.prose[headline] > 0.0
            || pages >= SEVERAL
            || after > self.within(page, id)
    }

    /// Returns whether a text of some sentences follows a box, below the page's headline.
    pub(super) fn is_followed(&self, page: &PageTree, id: Id) -> bool {
        const LEAST: f32 = 40.0;
        let own = page.runs_of(id);
        let is_below = self.headlines.iter().any(|run| *run < own.start);
        is_below && self.prose[self.prose.len() - 1] - self.prose[own.end] > LEAST
    }

    /// Returns whether there are links that name pages outside of a box, as many as rows of a list.
    pub(super) fn leaves_rows(&self, page: &PageTree, id: Id) -> bool {
        let end = page.elements[id as usize].end;
        let own = self.pages[end as usize] - self.pages[id as usize];
        self.pages[self.pages.len() - 1] - own >= SEVERAL
    }

    /// Returns whether a box has little text compared to the rest of its page.
    pub(super) fn says_little(&self, page: &PageTree, id: Id) -> bool {
        self.within(page, id) <= self.prose[self.prose.len() - 1] * MOST_PROSE
    }
}

/// Returns the length of a text in Chinese characters; letters count some two fifths.
pub(super) fn length(text: &str) -> f32 {
    let letter = |c: char| if is_han(c) { 1.0 } else { 0.4 };
    text.chars().map(letter).sum()
}

/// Returns the length of a piece of text that is a sentence, else 0.
fn sentences(text: &str) -> f32 {
    const SHORTEST: usize = 12;
    const MARKS: [char; 9] = ['.', '!', '?', ',', '。', '，', '！', '？', '、'];
    let counts = text.contains(MARKS) && text.chars().nth(SHORTEST - 1).is_some();
    if counts { length(text) } else { 0.0 }
}

/// Returns whether a piece of text is in the page's chief heading, or is a part of its title.
pub(super) fn is_headline(page: &PageTree, run: usize) -> bool {
    const SHORTEST: usize = 4;
    const LONGEST_TITLE: usize = 2_000;
    let own = page.runs[run].element;
    let mut around = std::iter::once(own).chain(page.ancestors(own).take(2));
    let text = page.run_text(run).trim();
    let is_long = || text.chars().nth(SHORTEST - 1).is_some();
    // Each piece of a page is searched for in its title, so a very long title is not used.
    let repeats = || page.title.len() <= LONGEST_TITLE && page.title.contains(text);
    around.any(|id| page.name(id) == "h1") || is_long() && repeats()
}
