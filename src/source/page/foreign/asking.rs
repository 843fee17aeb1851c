//! Boxes that ask the visitor for something, by what they hold and whatever they are called: some prose that ends in a
//! button, or fields to sign in with what is said around them.

use std::{collections::HashMap, ops::Range};

use super::held::{inside, is_box, is_chief_content, is_password, names_page};
use crate::source::{
    download,
    page::tree::{Id, PageTree},
    text::is_han,
};

/// So far above a button or field stands the box that asks.
const FAR: usize = 5;
/// A box that leads to more pages is a menu or a list.
const MOST_LINKS: usize = 8;
/// A box among others has at most this share of a page's prose; one that stands beside all others, or begins with a
/// heading, may say any amount.
const MOST_PROSE: f32 = 0.35;
/// So many boxes are looked at.
const MOST_BOXES: usize = 50;
/// So many boxes that are built alike are the page's content, and so many links that name pages are.
const SEVERAL: usize = 3;

/// The boxes of a page that ask for something.
pub(super) fn boxes(page: &PageTree) -> Vec<Id> {
    let controls: Vec<Id> = (0..page.elements.len() as Id)
        .filter(|id| is_control(page, *id) || closes(page, *id))
        .collect();
    if controls.is_empty() {
        return Vec::new();
    }
    let said = Said::of(page);
    let around = controls.iter().filter_map(|id| said.box_around(page, *id));
    let mut found: Vec<Id> = around.collect();
    found.sort_unstable();
    found.dedup();
    let mut alike: HashMap<u64, usize> = HashMap::new();
    let path = |id: Id| page.elements[id as usize].path;
    for id in &found {
        *alike.entry(path(*id)).or_default() += 1;
    }
    let root = root(page);
    found.retain(|id| alike[&path(*id)] < SEVERAL);
    found.truncate(MOST_BOXES);
    found.retain(|id| said.asks(page, *id, root));
    found
}

/// Sums over the pieces of text and the elements before each one.
struct Said {
    /// The length of sentences, in characters.
    prose: Vec<f32>,
    /// How many links name pages.
    pages: Vec<u32>,
    /// How many fields ask for a password.
    passwords: Vec<u32>,
    /// The pieces of text that the page's title repeats, or that stand in its chief heading.
    headlines: Vec<usize>,
}

impl Said {
    fn of(page: &PageTree) -> Self {
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

    fn within(&self, page: &PageTree, id: Id) -> f32 {
        let Range { start, end } = page.runs_of(id);
        self.prose[end] - self.prose[start]
    }

    fn signs_in(&self, page: &PageTree, id: Id) -> bool {
        let end = page.elements[id as usize].end;
        self.passwords[end as usize] > self.passwords[id as usize]
    }

    /// Returns whether a box stands above the page's headline, or below what follows it: prose, or links that name pages.
    fn leaves_content(&self, page: &PageTree, id: Id) -> bool {
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
        self.prose[own.start] - self.prose[headline] > 0.0 || pages >= SEVERAL as u32
    }

    /// The nearest box around a control that says something. A form of fields alone asks for no more than a word to search
    /// for, unless it is one to sign in: then the box around it says what for.
    fn box_around(&self, page: &PageTree, control: Id) -> Option<Id> {
        let says = |id: &Id| self.within(page, *id) > 0.0 || is_headed(page, *id);
        let above = page.ancestors(control).take(FAR);
        let mut boxes = above.filter(|id| is_box(page.name(*id)));
        let first = boxes.find(|id| says(id) || page.name(*id) == "form")?;
        let found = match says(&first) {
            true => first,
            false if self.signs_in(page, first) => boxes.next().filter(says)?,
            false => return None,
        };
        // What holds nothing else is the same box.
        let runs = page.runs_of(found);
        let wrappers = page
            .ancestors(found)
            .take_while(|id| is_box(page.name(*id)) && page.runs_of(*id) == runs);
        Some(wrappers.last().unwrap_or(found))
    }

    fn asks(&self, page: &PageTree, id: Id, root: Id) -> bool {
        let signs_in = self.signs_in(page, id);
        let stands_apart = is_headed(page, id) || page.parent(id) == root && !signs_in;
        self.may_go(page, id, stands_apart)
            && (signs_in
                || ends_in_control(page, id) && !inside(page, id).any(|one| shows(page, one)))
            && !is_chief_content(page, id)
            && !tells_of_article(page, id)
    }

    /// Returns whether a box says little beside the rest of its page, or stands apart from it.
    fn may_go(&self, page: &PageTree, id: Id, stands_apart: bool) -> bool {
        let (own, all) = (self.within(page, id), self.prose[self.prose.len() - 1]);
        let has_control = || inside(page, id).any(|inner| is_control(page, inner));
        let links = inside(page, id).filter(|inner| page.name(*inner) == "a");
        (own <= all * MOST_PROSE || stands_apart && has_control() && self.leaves_content(page, id))
            && links.take(MOST_LINKS + 1).count() <= MOST_LINKS
    }
}

/// The length of a text in Chinese characters, of which letters are some two fifths.
fn length(text: &str) -> f32 {
    let letter = |c: char| if is_han(c) { 1.0 } else { 0.4 };
    text.chars().map(letter).sum()
}

/// The length of a piece of text that is a sentence.
fn sentences(text: &str) -> f32 {
    const SHORTEST: usize = 12;
    const MARKS: [char; 9] = ['.', '!', '?', ',', '。', '，', '！', '？', '、'];
    let length = text.chars().count();
    let counts = length >= SHORTEST && text.contains(MARKS);
    if counts { length as f32 } else { 0.0 }
}

/// Returns whether the first that a box says is a heading of a few words, as the text of an article never begins.
fn is_headed(page: &PageTree, id: Id) -> bool {
    const FEW_WORDS: f32 = 10.0;
    page.runs_of(id).next().is_some_and(|run| {
        let own = page.runs[run].element;
        let mut around = std::iter::once(own).chain(page.ancestors(own).take(2));
        let heading = around.find(|id| matches!(page.name(*id), "h2" | "h3" | "h4" | "h5" | "h6"));
        heading.is_some_and(|id| length(&page.text(page.runs_of(id))) < FEW_WORDS)
    })
}

/// Returns whether an element shows what a box of content has: a picture, a file for people to keep, the title of a page.
fn shows(page: &PageTree, id: Id) -> bool {
    const TITLE: f32 = 8.0;
    if page.name(id) == "img" {
        return true;
    }
    if page.name(id) != "a" {
        return false;
    }
    let text = page.text(page.runs_of(id));
    let hands_out = || page.attribute(id, "href").is_some_and(download::is_file);
    length(&text) >= TITLE || hands_out() || download::has_ending(text.trim())
}

/// Returns whether a piece of text stands in the page's chief heading, or is a part of its title.
fn is_headline(page: &PageTree, run: usize) -> bool {
    const SHORTEST: usize = 4;
    let own = page.runs[run].element;
    let mut around = std::iter::once(own).chain(page.ancestors(own).take(2));
    let text = page.run_text(run).trim();
    let is_long = || text.chars().take(SHORTEST).count() == SHORTEST;
    around.any(|id| page.name(id) == "h1") || is_long() && page.title.contains(text)
}

/// Returns whether the last that a box says is to be pressed.
fn ends_in_control(page: &PageTree, id: Id) -> bool {
    let is_pressed = |element: Id| {
        std::iter::once(element)
            .chain(page.ancestors(element))
            .take_while(|above| page.contains(id, *above))
            .any(|above| matches!(page.name(above), "button" | "a" | "label"))
    };
    let last_run = page.runs_of(id).next_back();
    let fields = inside(page, id).filter(|inner| is_control(page, *inner));
    let after_text = |field: Id| last_run.is_none_or(|run| page.runs[run].element < field);
    last_run.is_some_and(|run| is_pressed(page.runs[run].element))
        || fields.last().is_some_and(after_text)
}

/// Returns whether a box says a day in full, or a part of the page's title.
fn tells_of_article(page: &PageTree, id: Id) -> bool {
    page.runs_of(id)
        .any(|run| names_day(page.run_text(run)) || is_headline(page, run))
}

/// `2024-06-18`, `2024年6月`
fn names_day(text: &str) -> bool {
    text.as_bytes().windows(5).any(|five| {
        matches!(&five[..2], b"19" | b"20")
            && five[2..4].iter().all(u8::is_ascii_digit)
            // The first byte of 年.
            && matches!(five[4], b'-' | b'/' | b'.' | 0xe5)
    })
}

fn is_control(page: &PageTree, id: Id) -> bool {
    match page.name(id) {
        "button" => true,
        "input" => matches!(
            page.attribute(id, "type").unwrap_or("text"),
            "password" | "submit" | "button" | "text" | "email"
        ),
        _ => false,
    }
}

/// A link that leads nowhere closes its box.
fn closes(page: &PageTree, id: Id) -> bool {
    page.name(id) == "a" && page.attribute(id, "href") == Some("#")
}

/// The element whose boxes make up the page: the body, or what alone stands in it.
fn root(page: &PageTree) -> Id {
    let body = (0..page.elements.len() as Id).find(|id| page.name(*id) == "body");
    let mut root = body.unwrap_or_default();
    loop {
        let all = page.runs_of(root);
        let mut within = inside(page, root).skip(1);
        match within.find(|id| page.parent(*id) == root && page.runs_of(*id) == all) {
            Some(only) if is_box(page.name(only)) => root = only,
            _ => return root,
        }
    }
}
