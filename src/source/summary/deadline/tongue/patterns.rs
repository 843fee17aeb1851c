//! The rules that all languages with letters share, in the words of each.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::words::TongueWords;
use crate::source::{date, summary::deadline::worth::Worth};

/// The patterns of a language.
pub(in crate::source::summary::deadline) struct Tongue {
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
    pub(in crate::source::summary::deadline) day_first: bool,
}

/// A date within its sentence, `before` and `after` it, and what stands between it and the dates beside it.
pub(in crate::source::summary::deadline) struct DatePlace<'a> {
    pub before: &'a str,
    pub after: &'a str,
    pub since_last: Option<&'a str>,
    pub until_next: Option<&'a str>,
}

impl<'a> DatePlace<'a> {
    pub(in crate::source::summary::deadline) fn new(
        sentence: &'a str,
        dates: &[Range<usize>],
        at: usize,
    ) -> Self {
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
    pub(super) fn new(words: &TongueWords) -> Self {
        let TongueWords {
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
            to: pattern(format!(
                r"\d(?:\.|er|st|nd|rd|th|[ºª])?(?:\s?[–—~～-]|\s{to}){fill}"
            )),
            moved: pattern(moved.to_string()),
            moved_to: pattern(format!(r"(?:{moved})[^\d.;!?,]{{0,16}}$")),
            onto: pattern(format!("{}{fill}", word(to))),
            former: pattern(format!(r"(?:{former})[^\d.;!?)]{{0,40}}$")),
            others: pattern(word(others)),
            day_first: words.day_first,
        }
    }

    /// Returns whether a sentence has a word that may make a day its last.
    pub(in crate::source::summary::deadline) fn may_ask(&self, sentence: &str) -> bool {
        self.cue.is_match(sentence)
    }

    /// Returns what a date is worth as the last day to act; None where it is none.
    pub(in crate::source::summary::deadline) fn asks(
        &self,
        sentence: &str,
        place: &DatePlace<'_>,
    ) -> Option<Worth> {
        let DatePlace {
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
pub(super) struct LazyTongue {
    pub(super) words: &'static TongueWords,
    pub(super) tongue: LazyLock<Tongue>,
}

/// The language of a table of words.
macro_rules! language {
    ($words:expr) => {
        LazyTongue {
            words: &$words,
            tongue: LazyLock::new(|| Tongue::new(&$words)),
        }
    };
}
pub(super) use language;
