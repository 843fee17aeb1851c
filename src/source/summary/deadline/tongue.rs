//! The words around a date that make it the last day to act, in languages that write them with letters.
//!
//! Each language is a table of [`Words`]; the rules of [`Tongue::asks`] are the same for all of them.

mod choice;
mod germanic;
mod other;
mod romance;
mod slavic;

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

pub(super) use self::choice::{is_of_neighbours, tongues};
use super::Worth;
use crate::source::date;

/// Matches nothing.
const NONE: &str = r"[^\s\S]";

/// The words of a language, as alternatives of a pattern.
struct Words {
    /// Common words that show the language, parted by spaces.
    marks: &'static str,
    /// Right before a last day: by, until.
    until: &'static str,
    /// Right after it: まで, kadar.
    after: &'static str,
    /// What a last day is called, some words before it: deadline, no later than.
    label: &'static str,
    /// Verbs right before the day on which what is done ends: closes.
    ends: &'static str,
    /// What readers are asked to do, by how the words begin.
    doing: &'static str,
    /// Between the two days of a range.
    to: &'static str,
    /// Right before the first day of a range.
    from: &'static str,
    /// Between these words and the day: articles, `day`.
    fill: &'static str,
    /// Says that a deadline is a new one.
    moved: &'static str,
    /// Says that the day that follows is no deadline: one that holds no longer, or the end of what is valid.
    former: &'static str,
    /// What is not for readers to do: closed, completed, in force.
    others: &'static str,
    /// Numbers of a date stand in the order of day and month.
    day_first: bool,
}

/// The patterns of a language.
pub(super) struct Tongue {
    cue: Regex,
    until: Regex,
    after: Regex,
    label: Regex,
    ends: Regex,
    doing: Regex,
    link: Regex,
    from: Regex,
    to: Regex,
    moved: Regex,
    moved_to: Regex,
    onto: Regex,
    former: Regex,
    others: Regex,
    /// Numbers of a date stand in the order of day and month.
    pub(super) day_first: bool,
}

/// A date within its sentence, `before` and `after` it, and what stands between it and the dates beside it.
pub(super) struct Place<'a> {
    pub before: &'a str,
    pub after: &'a str,
    pub since_last: Option<&'a str>,
    pub until_next: Option<&'a str>,
}

impl<'a> Place<'a> {
    pub(super) fn new(sentence: &'a str, dates: &[Range<usize>], at: usize) -> Self {
        let here = &dates[at];
        let between = |from: usize, to: usize| sentence.get(from..to);
        Self {
            before: &sentence[..here.start],
            after: &sentence[here.end..],
            since_last: at
                .checked_sub(1)
                .and_then(|last| between(dates[last].end, here.start)),
            until_next: dates
                .get(at + 1)
                .and_then(|next| between(here.end, next.start)),
        }
    }
}

impl Tongue {
    fn new(words: &Words) -> Self {
        let Words {
            until,
            after,
            label,
            ends,
            doing,
            to,
            from,
            fill,
            moved,
            former,
            others,
            ..
        } = words;
        let weekday = date::WEEKDAYS;
        let fill = format!(r"[\s,:(–—-]*(?:(?:{fill}|{weekday})[\s,.:(–—-]*){{0,5}}$");
        let pattern = |text: String| Regex::new(&format!("(?i){text}")).expect("a fixed pattern");
        let word = |text: &str| format!(r"(?:^|[^\p{{L}}])(?:{text})");
        Self {
            cue: pattern(format!(
                "{until}|{label}|{ends}|{after}|{moved}|{to}|[–—~～-]"
            )),
            until: pattern(format!("{}{fill}", word(until))),
            after: pattern(format!(r"^(?:\s?\([^)]{{0,12}}\))?\s?(?:{after})")),
            label: pattern(format!(r"(?:{})[^\d.;!?]{{0,70}}$", word(label))),
            ends: pattern(format!("{}{fill}", word(ends))),
            doing: pattern(word(doing)),
            link: pattern(format!(
                r"^[\s\p{{P}}--[(]]*(?:\([^)]{{1,16}}\)[\s,]*)?(?:(?:\p{{L}}{{1,3}}|года|року|roku)\.?[\s,]+)?(?:[\s\p{{P}}]*[–—~～-]|{}){fill}",
                word(to)
            )),
            from: pattern(format!("{}{fill}", word(from))),
            to: pattern(format!(r"\d\.?(?:\s?[–—~～-]|\s{to}){fill}")),
            moved: pattern(moved.to_string()),
            moved_to: pattern(format!(r"(?:{moved})[^\d.;!?,]{{0,16}}$")),
            onto: pattern(format!("{}{fill}", word(to))),
            former: pattern(format!(r"(?:{former})[^\d.;!?)]{{0,40}}$")),
            others: pattern(word(others)),
            day_first: words.day_first,
        }
    }

    /// Returns whether a sentence has a word that may make a day its last.
    pub(super) fn may_ask(&self, sentence: &str) -> bool {
        self.cue.is_match(sentence)
    }

    /// Returns what a date is worth as the last day to act; None where it is none.
    pub(super) fn asks(&self, sentence: &str, place: &Place<'_>) -> Option<Worth> {
        let Place {
            before,
            after,
            since_last,
            until_next,
        } = place;
        let begins = until_next.is_some_and(|between| self.link.is_match(between));
        if begins || self.former.is_match(before) {
            return None;
        }
        let is_range = since_last.is_some_and(|between| self.link.is_match(between));
        let is_until = self.until.is_match(before) || self.after.is_match(after);
        let is_end = is_range || is_until || self.to.is_match(before);
        if !is_end && self.from.is_match(before) {
            return None;
        }
        let is_called = self.label.is_match(before);
        let is_new = is_end || is_called || self.onto.is_match(before);
        let is_moved = self.moved_to.is_match(before) || is_new && self.moved.is_match(sentence);
        if is_moved {
            return Some(Worth::Moved);
        }
        let is_done = (is_end || self.ends.is_match(before)) && self.doing.is_match(sentence);
        let clause = &sentence[..sentence.len() - after.len()];
        let rest = after.split(". ").next().unwrap_or_default();
        let is_others = self.others.is_match(clause) || self.others.is_match(rest);
        (is_called || is_done && !is_others).then_some(Worth::Asked)
    }
}

/// A language whose patterns are made when they are first needed.
pub(super) struct Language {
    words: &'static Words,
    tongue: LazyLock<Tongue>,
}

/// The language of a table of words.
macro_rules! language {
    ($words:expr) => {
        Language {
            words: &$words,
            tongue: LazyLock::new(|| Tongue::new(&$words)),
        }
    };
}
use language;
