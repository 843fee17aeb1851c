//! Finds the dates of a text in order, whatever their forms.

use std::{cmp::Reverse, ops::Range};

use super::fold::FoldedText;
use super::forms::{DateForm, FORMS, Needs};
use super::read::FormMatch;
use super::{clock::Clock, read::DatePart};
use crate::bulletin::Moment;

/// The dates of a text, in order and without overlap.
pub(super) struct Scan<'a> {
    text: &'a str,
    clock: &'a Clock,
    at: usize,
    /// The next hit of each form, found from `at` or later; `None` once there are no more.
    next: Vec<(&'static DateForm, Option<Hit>)>,
}

#[derive(Clone)]
struct Hit {
    range: Range<usize>,
    moment: Moment,
}

impl<'a> Scan<'a> {
    pub(super) fn new(folded: &'a FoldedText<'_>, clock: &'a Clock) -> Self {
        let text = folded.text.as_ref();
        let mut next = Vec::new();
        for form in forms_for(text) {
            let found = hit(form, text, 0, clock);
            // A hit that is the whole text leaves no room for another.
            let is_all = found
                .as_ref()
                .is_some_and(|hit| hit.range == (0..text.len()));
            next.push((form, found));
            if is_all {
                break;
            }
        }
        Self {
            text,
            clock,
            at: 0,
            next,
        }
    }
}

impl Iterator for Scan<'_> {
    type Item = (Range<usize>, Moment);

    fn next(&mut self) -> Option<Self::Item> {
        for (form, next) in &mut self.next {
            if next.as_ref().is_some_and(|hit| hit.range.start < self.at) {
                *next = hit(form, self.text, self.at, self.clock);
            }
        }
        let hits = self.next.iter().filter_map(|(_, hit)| hit.as_ref());
        let first = hits.min_by_key(|hit| (hit.range.start, Reverse(hit.range.end)))?;
        self.at = first.range.end;
        Some((first.range.clone(), first.moment))
    }
}

/// Returns the forms that a text can hold at all, by its characters.
fn forms_for(text: &str) -> impl Iterator<Item = &'static DateForm> {
    let digits = text.bytes().any(|b| b.is_ascii_digit());
    let letters = digits && text.bytes().any(|b| b.is_ascii_alphabetic());
    let names = digits && text.contains(|c| ('\u{c0}'..'\u{700}').contains(&c));
    let month = text.contains('月');
    let near = text.contains(['前', '今', '昨', '刚', '剛']) || {
        letters && text.contains("ago") || text.len() < 40 && text.is_ascii() && !text.is_empty()
    };
    let numbers = digits && holds_numbers(text);
    FORMS.iter().filter(move |form| match form.needs {
        Needs::Digits => numbers,
        Needs::Month => month,
        Needs::Letters => letters,
        Needs::Names => names,
        Needs::Near => near,
    })
}

/// Returns whether a text has two short numbers with only marks between them, or a long one: most numbers are amounts,
/// phones and ordinals.
fn holds_numbers(text: &str) -> bool {
    // The length of the previous number, and the number of characters since it.
    let (mut before, mut between) = (0, 0);
    let mut length = 0;
    for c in text.chars().chain(std::iter::once(' ')) {
        if c.is_ascii_digit() {
            length += 1;
            continue;
        }
        if length >= 8 || (1..=4).contains(&length) && (1..=4).contains(&before) {
            return true;
        }
        if length > 0 {
            (before, between, length) = (length, 0, 0);
        }
        between += 1;
        if between > 6 || !(c.is_whitespace() || "-/._·年月日号號".contains(c)) {
            before = 0;
        }
    }
    false
}

/// Returns the first match of a form from `at` on that is a date, with the time after it.
fn hit(form: &DateForm, text: &str, at: usize, clock: &Clock) -> Option<Hit> {
    let mut at = at;
    while let Some(groups) = form.pattern.captures_at(text, at) {
        let all = groups.get(0)?;
        let (start, end) = (all.start(), all.end());
        let found = FormMatch {
            groups,
            before: &text[..start],
            after: &text[end..],
        };
        match (form.read)(&found, clock) {
            Some(DatePart::Day(day)) => {
                let (taken, moment) = clock.moment(day, &text[end..]);
                let range = start..end + taken;
                return Some(Hit { range, moment });
            }
            Some(DatePart::Whole(moment)) => {
                let range = start..end;
                return Some(Hit { range, moment });
            }
            None => at = start + text[start..].chars().next().map_or(1, char::len_utf8),
        }
    }
    None
}
