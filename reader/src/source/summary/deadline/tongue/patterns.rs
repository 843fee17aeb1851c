//! The rules that all languages with letters share, in the words of each.

use std::{ops::Range, sync::LazyLock};

use regex::Regex;

use super::words::TongueWords;
use crate::{bulletin::Moment, source::date};

/// The patterns of a language.
pub(in crate::source::summary::deadline) struct Tongue {
    until: Regex,
    after: Regex,
    label: Regex,
    ends: Regex,
    doing: Regex,
    asking: Regex,
    past: Regex,
    closing: Regex,
    link: Regex,
    from: Regex,
    to: Regex,
    moved: Regex,
    moved_to: Regex,
    onto: Regex,
    former: Regex,
    others: Regex,
    beside: Regex,
    /// True if the numbers of a date are in the order of day and month.
    pub(in crate::source::summary::deadline) day_first: bool,
}

/// The number of bytes before a date up to which they are only a label.
const SHORT: usize = 48;

/// A date within its sentence, the text `before` and `after` it, and the text between it and the neighbouring dates.
pub(in crate::source::summary::deadline) struct DatePlace<'a> {
    pub before: &'a str,
    pub after: &'a str,
    pub since_last: Option<&'a str>,
    pub until_next: Option<&'a str>,
}

impl<'a> DatePlace<'a> {
    pub(in crate::source::summary::deadline) fn new(
        sentence: &'a str,
        dates: &[(Range<usize>, Moment)],
        at: usize,
    ) -> Self {
        let here = &dates[at].0;
        let between = |from: usize, to: usize| sentence.get(from..to);
        Self {
            before: &sentence[..here.start],
            after: &sentence[here.end..],
            since_last: at
                .checked_sub(1)
                .and_then(|last| between(dates[last].0.end, here.start)),
            until_next: dates
                .get(at + 1)
                .and_then(|next| between(here.end, next.0.start)),
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
            asking,
            past,
            to,
            from,
            fill,
            moved,
            former,
            others,
            beside,
            ..
        } = words;
        let weekday = date::WEEKDAYS;
        let fill = format!(r"[\s,:(–—-]*(?:(?:{fill}|{weekday})[\s,.:(–—-]*){{0,5}}$");
        let pattern = |text: String| Regex::new(&format!("(?i){text}")).expect("a fixed pattern");
        let word = |text: &str| format!(r"(?:^|[^\p{{L}}])(?:{text})");
        Self {
            until: pattern(format!("{}{fill}", word(until))),
            after: pattern(format!(r"^(?:\s?\([^)]{{0,12}}\))?\s?(?:{after})")),
            label: pattern(format!(r"(?:{})[^\d.;!?]{{0,70}}$", word(label))),
            ends: pattern(format!("{}{fill}", word(ends))),
            doing: pattern(word(doing)),
            asking: pattern(word(asking)),
            past: pattern(word(past)),
            closing: pattern(format!(
                r"^[\s\p{{P}}]*(?:\p{{L}}{{1,5}}\s){{0,2}}(?:{ends}|{label})"
            )),
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
            beside: pattern(word(beside)),
            day_first: words.day_first,
        }
    }

    /// Returns whether the name of a last day is at the end of `before`.
    pub(super) fn names_end(&self, before: &str) -> bool {
        self.label.is_match(before)
    }

    /// Returns the signs from the table around a date, in a fixed order; `last` and `next` are the neighbouring
    /// sentences, `head` is the title of the text.
    pub(in crate::source::summary::deadline) fn signs(
        &self,
        sentence: &str,
        place: &DatePlace<'_>,
        [last, next, head]: [&str; 3],
    ) -> Vec<&'static str> {
        let DatePlace {
            before,
            after,
            since_last,
            until_next,
        } = place;
        let clause = &sentence[..sentence.len() - after.len()];
        let rest = after.split(". ").next().unwrap_or_default();
        let near = clause_of(sentence, before.len(), clause.len());
        let label = label_of(before).unwrap_or_default();
        let is_range =
            |between: &Option<&str>| between.is_some_and(|between| self.link.is_match(between));
        let signs = [
            ("begins", is_range(until_next)),
            ("range", is_range(since_last)),
            ("former", self.former.is_match(before)),
            ("until", self.until.is_match(before)),
            ("after", self.after.is_match(after)),
            ("to", self.to.is_match(before)),
            ("from", self.from.is_match(before)),
            ("label", self.label.is_match(before)),
            ("colon", before.trim_end().ends_with([':', '：', '–', '|'])),
            ("short", before.len() < SHORT),
            ("onto", self.onto.is_match(before)),
            ("moved_to", self.moved_to.is_match(before)),
            ("moved", self.moved.is_match(sentence)),
            ("ends", self.ends.is_match(before)),
            ("doing_before", self.doing.is_match(before)),
            ("doing_after", self.doing.is_match(rest)),
            ("others_before", self.others.is_match(clause)),
            ("others_after", self.others.is_match(rest)),
            ("beside_before", self.beside.is_match(clause)),
            ("beside_after", self.beside.is_match(rest)),
            (
                "beside_since",
                since_last.is_some_and(|since| self.beside.is_match(since)),
            ),
            (
                "doing_since",
                since_last.is_some_and(|since| self.doing.is_match(since)),
            ),
            ("next_doing", self.doing.is_match(next)),
            ("last_doing", self.doing.is_match(last)),
            ("last_others", self.others.is_match(last)),
            ("last_moved", self.moved.is_match(last)),
            ("asking_before", self.asking.is_match(before)),
            ("asking_after", self.asking.is_match(rest)),
            ("last_asking", self.asking.is_match(last)),
            ("next_asking", self.asking.is_match(next)),
            ("past", self.past.is_match(near)),
            ("closing", self.closing.is_match(after)),
        ];
        let found = signs.into_iter().filter(|(_, is_there)| *is_there);
        let mut found: Vec<&'static str> = found.map(|(name, _)| name).collect();
        found.extend(self.kinds(
            head,
            ["head_doing", "head_asking", "head_others", "head_beside"],
        ));
        found.extend(self.kinds(
            near,
            ["near_doing", "near_asking", "near_others", "near_beside"],
        ));
        found.extend(self.kinds(
            label,
            [
                "label_doing",
                "label_asking",
                "label_others",
                "label_beside",
            ],
        ));
        found
    }

    /// Returns the kinds of words in a part of a text, by their names there.
    fn kinds(&self, part: &str, names: [&'static str; 4]) -> Vec<&'static str> {
        let patterns = [&self.doing, &self.asking, &self.others, &self.beside];
        let kinds = patterns.into_iter().zip(names);
        let found = kinds.filter(|(pattern, _)| pattern.is_match(part));
        found.map(|(_, name)| name).collect()
    }
}

/// Returns the clause of a date, from the mark before it to the one after it.
fn clause_of(sentence: &str, start: usize, end: usize) -> &str {
    let is_mark = |c: char| ",;:،؛、!?(".contains(c);
    let before = sentence[..start].trim_end_matches(|c: char| !c.is_alphanumeric());
    let from = before.rfind(is_mark).map_or(0, |at| at + 1);
    let rest = &sentence[end..];
    let skipped = rest.len()
        - rest
            .trim_start_matches(|c: char| !c.is_alphanumeric())
            .len();
    let to = rest[skipped..]
        .find(is_mark)
        .map_or(sentence.len(), |at| end + skipped + at);
    sentence.get(from..to).unwrap_or_default()
}

/// Returns the label before a date, up to its colon: `Scadenza:`, `Prijímání žádostí –`.
fn label_of(before: &str) -> Option<&str> {
    const NEAR: usize = 24;
    let at = before.rfind([':', '：', '–', '—', '|'])?;
    let name = &before[..at];
    (before.len() - at <= NEAR).then(|| name.rsplit(['.', ';', '•', '\n']).next().unwrap_or(name))
}

/// A language whose patterns are compiled when they are first needed.
pub(super) struct LazyTongue {
    pub(super) words: &'static TongueWords,
    pub(super) tongue: LazyLock<Tongue>,
}

/// Creates the language of a table of words.
macro_rules! language {
    ($words:expr) => {
        LazyTongue {
            words: &$words,
            tongue: LazyLock::new(|| Tongue::new(&$words)),
        }
    };
}
pub(super) use language;
