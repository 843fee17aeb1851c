//! Chooses the sentences of a notice that make its summary: the first ones, and those that state the deadline, the time
//! and the place.
//!
//! Start with [`choose`]. The chosen sentences stay in the order of the page.

use super::occasion::names_occasion;
use super::sentence::{Sentence, key};
use super::{
    edge::trimmed,
    width::{LIMIT, width},
};

/// The room for the first sentences in addition to those that must be shown.
const LEAD: usize = LIMIT / 3;
/// The number of lines with times and places above which they are a programme, not a notice.
const MOST_LINES: usize = 4;

/// Returns the sentences to show. `asking` is the one that gave the deadline.
pub(super) fn choose<'a>(sentences: &'a [Sentence], asking: Option<&str>) -> Vec<&'a Sentence> {
    let wanted = wanted(sentences, asking);
    let mut room = LIMIT.saturating_sub(wanted.iter().map(|at| cost(&sentences[*at])).sum());
    let mut chosen = wanted;
    for (at, sentence) in sentences.iter().enumerate() {
        if chosen.contains(&at) {
            continue;
        }
        let taken: usize = chosen.iter().map(|other| cost(&sentences[*other])).sum();
        // A sentence that is too long is cut if there would be hardly anything without it.
        let is_cut = cost(sentence) > room;
        if is_cut && (taken >= LIMIT / 4 || room < LEAD) && chosen.iter().any(|other| *other < at) {
            break;
        }
        room = room.saturating_sub(cost(sentence));
        chosen.push(at);
        if is_cut {
            break;
        }
    }
    chosen.sort_unstable();
    chosen.into_iter().map(|at| &sentences[at]).collect()
}

fn cost(sentence: &Sentence) -> usize {
    width(&sentence.text) + 1
}

/// Returns the places of the sentences that must be shown, as far as they leave room for a first sentence.
fn wanted(sentences: &[Sentence], asking: Option<&str>) -> Vec<usize> {
    let mut room = LIMIT - LEAD;
    let mut found = Vec::new();
    let asks = |sentence: &Sentence| asking.is_some_and(|asking| is_of(&sentence.text, asking));
    let asked = sentences.iter().position(asks);
    let says_when =
        |text: &str| names_occasion(text) && text.contains(|c: char| c.is_ascii_digit());
    let lines = sentences
        .iter()
        .enumerate()
        .filter(|(_, sentence)| says_when(&sentence.text));
    let lines = lines.map(|(at, _)| at).take(MOST_LINES);
    for at in asked.into_iter().chain(lines) {
        let cost = cost(&sentences[at]);
        if cost <= room && !found.contains(&at) {
            room -= cost;
            found.push(at);
        }
    }
    found
}

/// Returns whether a sentence is, or holds, the one that gave the deadline, which may have its label in front.
fn is_of(sentence: &str, asking: &str) -> bool {
    const SHORTEST: usize = 8;
    let (sentence, asking) = (key(sentence), key(trimmed(asking)));
    sentence.contains(&asking) || sentence.len() >= SHORTEST && asking.ends_with(&sentence)
}
