//! Compiled regular expressions, and their cost.
//!
//! They run in the engine that takes little memory and no more time than the text times the pattern. The faster engines
//! cache hundreds of kilobytes for each pattern.

use regex_automata::{
    Input,
    meta::{Config, Regex},
    util::syntax,
};
use regex_syntax::{
    ParserBuilder,
    hir::{Hir, HirKind},
};

use super::{super::fold, possible};

/// The number of places in a pattern, such as letters and classes, each counted as often as it is repeated.
const MAX_PLACES: usize = 1000;
/// The number of bytes of a title or summary that are read (the longest summary has 180 Chinese characters). All places
/// may be open at each byte, so the time of the worst pattern grows with the product: for the largest one it is some 30
/// ms. The compiled size of a pattern does not show it: `\w` is large, and one place.
const MAX_TEXT: usize = 1 << 10;
/// The most bytes of a compiled pattern.
const MAX_PATTERN: usize = 1 << 20;
/// The most bytes of a pattern as it is written.
const MAX_WRITTEN: usize = 4000;

/// The cost of patterns: bytes while they are stored, and time for each byte of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    bytes: usize,
    places: usize,
}

impl Cost {
    /// The cost of one list of the config.
    pub(super) const OF_A_LIST: Self = Self::new(1 << 20, 2 * MAX_PLACES);
    /// The cost of a chat that subscribed itself: anyone may have many chats.
    pub const OF_A_CHAT: Self = Self::new(256 << 10, 300);
    /// The cost of all those chats together. The worst such patterns take some 0.5 s for each bulletin, in addition to
    /// the store.
    pub const OF_ALL_CHATS: Self = Self::new(16 << 20, 20_000);

    const fn new(bytes: usize, places: usize) -> Self {
        Self { bytes, places }
    }

    /// Returns whether the cost is no more than `most`.
    #[must_use]
    pub fn fits(self, most: Self) -> bool {
        self.bytes <= most.bytes && self.places <= most.places
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_add(other.bytes),
            places: self.places.saturating_add(other.places),
        }
    }

    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            bytes: self.bytes.saturating_sub(other.bytes),
            places: self.places.saturating_sub(other.places),
        }
    }
}

/// The reason why a pattern cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    TooLarge(&'static str),
    Wrong(String),
}

#[derive(Debug)]
pub(super) struct Compiled {
    regex: Regex,
    pub(super) cost: Cost,
}

impl Compiled {
    /// Compiles a pattern that costs no more than `room`.
    pub(super) fn new(regex: &str, room: Cost) -> Result<Self, Unusable> {
        if regex.len() > MAX_WRITTEN {
            return Err(Unusable::TooLarge("it is too long"));
        }
        let regex = fold_regex(regex);
        let mut parser = ParserBuilder::new().case_insensitive(true).build();
        let parsed = parser.parse(&regex);
        let parsed = parsed.map_err(|error| Unusable::Wrong(last_line(&error.to_string())))?;
        let places = places(&parsed);
        if places > room.places.min(MAX_PLACES) {
            return Err(Unusable::TooLarge(
                "it is too large; fewer letters or repetitions are expected",
            ));
        }
        if !possible::can_match(&parsed) {
            let why = "it can never match: titles are compared in lower case, half width and simplified characters";
            return Err(Unusable::Wrong(why.to_owned()));
        }
        let regex = built(&parsed, room.bytes.min(MAX_PATTERN))?;
        let cost = Cost::new(regex.memory_usage(), places);
        if !cost.fits(room) {
            return Err(TOO_MANY_BYTES);
        }
        Ok(Self { regex, cost })
    }

    /// Returns whether the pattern matches a text. The cache is not kept: it is as large as the pattern itself.
    pub(super) fn is_in(&self, text: &str) -> bool {
        let text = &text[..text.floor_char_boundary(MAX_TEXT)];
        let input = Input::new(text).earliest(true);
        let mut notes = self.regex.create_cache();
        self.regex.search_half_with(&mut notes, &input).is_some()
    }
}

const TOO_MANY_BYTES: Unusable =
    Unusable::TooLarge("it is too large (`[a-z]` is far smaller than `\\w`)");

fn built(pattern: &Hir, bytes: usize) -> Result<Regex, Unusable> {
    let small = Config::new()
        .hybrid(false)
        .dfa(false)
        .onepass(false)
        .backtrack(false)
        .nfa_size_limit(Some(bytes));
    let mut builder = Regex::builder();
    let built = builder.configure(small).syntax(syntax::Config::new());
    built
        .build_from_hir(pattern)
        .map_err(|error| match error.size_limit() {
            Some(_) => TOO_MANY_BYTES,
            None => Unusable::Wrong(last_line(&error.to_string())),
        })
}

/// Returns the last line of a message; the lines above it draw the pattern.
fn last_line(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

/// Returns the number of places of a pattern that may be open at once. The parser bounds its depth.
fn places(pattern: &Hir) -> usize {
    match pattern.kind() {
        HirKind::Empty | HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(text) => String::from_utf8_lossy(&text.0).chars().count(),
        HirKind::Capture(group) => places(&group.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(places).fold(0, usize::saturating_add)
        }
        HirKind::Repetition(times) => {
            let most = times.max.unwrap_or(times.min.saturating_add(1)).max(1);
            places(&times.sub).saturating_mul(most as usize)
        }
    }
}

/// Folds only characters that are not ASCII: the rest may be syntax (`\S` is not `\s`), and the engine ignores case.
fn fold_regex(regex: &str) -> String {
    regex
        .chars()
        .map(|c| match c.is_ascii() {
            true => c.to_string(),
            false => regex::escape(&fold(c.encode_utf8(&mut [0; 4]))),
        })
        .collect()
}
