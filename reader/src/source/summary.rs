//! Summarises a notice in its own sentences, and finds its deadline.
//!
//! [`summarise`] takes whole sentences in the order and words of the page; [`deadline`] reads the date by which readers
//! must act, which cards show on its own line.

mod choice;
mod deadline;
mod edge;
mod occasion;
mod sentence;
mod width;

use std::{borrow::Cow, collections::HashSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use self::choice::choose;
pub use self::deadline::ByWhen;
use self::sentence::{Sentence, key, sentences};
use self::width::{LIMIT, WHOLE, char_width, width};
use super::text::{is_han, whole_until};
use crate::bulletin::Moment;

/// Returns a summary of `text` (paragraphs separated by `\n`): at most 120 Chinese or 360 other characters, half as
/// many more if a sentence would be cut otherwise. `description` is the page's or feed's own; it is used if it is a
/// real one. `asking` is the sentence that states the deadline.
#[must_use]
pub fn summarise(
    title: &str,
    description: Option<&str>,
    text: &str,
    asking: Option<&str>,
) -> Option<String> {
    let sentences = sentences(title, text);
    let from_text = fill(choose(&sentences, asking).into_iter());
    let given = description
        .filter(|given| is_real(title, given, text))
        .and_then(|given| fill(sentence::sentences(title, given).iter()))
        .filter(|given| !is_lifted(given, text))
        .filter(|given| asking.is_none_or(|asking| key(given).contains(&key(asking))))
        .filter(|given| {
            let own = from_text.as_deref().unwrap_or_default();
            !says_half(title, given, own) && !names_half(given, own)
        });
    given.or(from_text)
}

/// Returns the deadline and its sentence, if the text has one.
#[must_use]
pub fn by_when(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<ByWhen> {
    deadline::find(text, published, zone, now)
}

/// Returns the day by which people must act, if the text states one.
#[must_use]
pub fn deadline(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Option<Moment> {
    by_when(text, published, zone, now).map(|found| found.moment)
}

/// Returns the days of a text that were weighed as its deadline, the heaviest first, each with the signs that weigh
/// most: for `preview -v`.
pub(super) fn explain_deadline(
    text: &str,
    published: Option<&Moment>,
    zone: Tz,
    now: DateTime<Utc>,
) -> Vec<String> {
    deadline::explain(text, published, zone, now)
}

/// Joins the sentences: if they are longer than [`WHOLE`], the longest is cut until they fit into [`LIMIT`].
fn fill<'a>(sentences: impl Iterator<Item = &'a Sentence>) -> Option<String> {
    let mut texts: Vec<Cow<'_, str>> = sentences
        .map(|sentence| Cow::from(sentence.text.as_str()))
        .collect();
    let whole = joined(&texts);
    if width(&whole) <= WHOLE {
        return Some(whole).filter(|whole| !whole.is_empty());
    }
    let longest = texts.iter_mut().max_by_key(|text| width(text))?;
    let room = width(longest).saturating_sub(width(&whole) - LIMIT);
    *longest = cut(longest, room).into();
    while width(&joined(&texts)) > LIMIT {
        texts.pop();
    }
    Some(joined(&texts)).filter(|whole| !whole.is_empty())
}

fn joined(texts: &[Cow<'_, str>]) -> String {
    texts.iter().fold(String::new(), |mut whole, text| {
        if needs_space(&whole, text) {
            whole.push(' ');
        }
        whole + text
    })
}

/// Returns whether a space is needed: Chinese sentences follow each other without one; lines without a mark at their
/// end, such as `地点：报告厅`, are separated.
fn needs_space(before: &str, after: &str) -> bool {
    let wide = |c: char| "。！？；：，”）》】…".contains(c);
    !after.is_empty() && before.chars().next_back().is_some_and(|c| !wide(c))
}

/// Returns the beginning of a sentence up to a mark, with … after it, at most `room` wide.
fn cut(sentence: &str, room: usize) -> String {
    let mut taken = 0;
    let mut end = 0;
    let mut mark = None;
    for (at, c) in sentence.char_indices() {
        taken += char_width(c);
        if taken + char_width('…') > room {
            break;
        }
        end = at + c.len_utf8();
        if "，；：、,;:".contains(c) && !splits_number(sentence, at, c) {
            mark = Some(at);
        }
    }
    let end = match mark {
        Some(mark) if mark * 5 > end * 3 => mark,
        // Without a mark it is cut between words, so that no number or address is split.
        _ => word_end(sentence, whole_until(sentence, end)),
    };
    format!("{}…", sentence[..end].trim_end())
}

fn splits_number(text: &str, at: usize, mark: char) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    digit(text[..at].chars().next_back()) && digit(text[at + mark.len_utf8()..].chars().next())
}

/// Returns the last place up to `end` that does not split a Latin word or a number.
fn word_end(text: &str, end: usize) -> usize {
    let inner = |c: char| c.is_ascii_alphanumeric() || ".-_/@:%".contains(c);
    if !text[end..].starts_with(inner) {
        return end;
    }
    let kept = text[..end].trim_end_matches(inner);
    if kept.is_empty() { end } else { kept.len() }
}

/// Returns whether a description describes this article: it has content, in the text's own words.
fn is_real(title: &str, description: &str, text: &str) -> bool {
    let description = description.trim();
    let own = pairs(description);
    if width(description) < 60 || own.is_empty() {
        return false;
    }
    // Many are the beginning of the text cut anywhere; whole sentences of the text are better.
    let cut = description.ends_with(['…', '.']) && description.ends_with("...")
        || !description.ends_with(['。', '！', '？', '.', '!', '?', '”', '"', '；', '）', ')']);
    if cut {
        return false;
    }
    let known = pairs(&format!("{title}\n{text}"));
    let shared = own.iter().filter(|pair| known.contains(*pair)).count();
    let of_title = pairs(title);
    let repeated = own.iter().filter(|pair| of_title.contains(*pair)).count();
    shared * 2 >= own.len() && repeated * 2 < own.len()
}

/// Returns whether a description was taken from the middle of the text, which begins with the subject of the notice.
fn is_lifted(description: &str, text: &str) -> bool {
    let place = key(text).find(&key(description));
    description.starts_with('…') || place.is_some_and(|place| place > LIMIT)
}

/// Returns whether a description has at most half as many words of the title as the first sentences of the text: it is
/// about another subject, or does not name it.
fn says_half(title: &str, description: &str, own: &str) -> bool {
    let title = words(title);
    let shared = |text: &str| words(text).intersection(&title).count();
    let (given, own) = (shared(description), shared(own));
    own > 1 && given * 2 <= own
}

/// Returns whether a description has at most half as many names and numbers as the first sentences of the text: it
/// praises or requests, where they state who, when and how much.
fn names_half(description: &str, own: &str) -> bool {
    const LEAST: usize = 4;
    let (given, own) = (names(description).len(), names(own).len());
    own >= LEAST && given * 2 <= own
}

/// Returns the words with a digit, and those with a capital that do not begin a sentence.
fn names(text: &str) -> HashSet<&str> {
    let is_name = |(at, word): &(usize, &str)| {
        word.contains(|c: char| c.is_ascii_digit())
            || *at > 0 && word.starts_with(char::is_uppercase)
    };
    let of_sentence = |sentence| {
        let words = str::split(sentence, |c: char| !c.is_alphanumeric());
        let words = words.filter(|word| !word.is_empty() && !word.contains(is_han));
        words.enumerate().filter(is_name).map(|(_, word)| word)
    };
    sentence::parts(text)
        .into_iter()
        .flat_map(of_sentence)
        .collect()
}

/// Returns the stems of the words of a text; pairs of characters in scripts without spaces between words.
fn words(text: &str) -> HashSet<String> {
    const SHORTEST: usize = 4;
    const STEM: usize = 6;
    let mut found = HashSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
        if word.contains(is_han) {
            found.extend(
                letters
                    .windows(2)
                    .map(|pair| pair.iter().collect::<String>()),
            );
        } else if letters.len() >= SHORTEST {
            found.insert(letters.iter().take(STEM).collect());
        }
    }
    found
}

/// Returns pairs of letters, for comparison.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    letters.windows(2).map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests;
