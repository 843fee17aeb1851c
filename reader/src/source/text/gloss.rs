//! Removes inline pinyin that a mirror put after characters: 動(dòng), 集團(jí tuán).
//!
//! A bracket is a gloss only if it is a reading of the characters before it. With tone marks that is enough; without,
//! it may be a name (北京(beijing)), so other glosses must be near.

use super::han::is_han;
use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;

/// The number of plain one-character glosses in a text from which the next one is a gloss too.
const COMPANY: usize = 3;
/// The longest gloss; keeps the search for the opening bracket short.
const LONGEST: usize = 60;
/// The number of characters that one gloss may cover.
const CHARACTERS: usize = 8;

/// Returns whether glosses without tone marks occur so often in `text` that they are glosses.
pub(crate) fn is_glossed(text: &str) -> bool {
    brackets(text)
        .filter(|bracket| bracket.is_reading() && (bracket.toned || bracket.syllables() == 1))
        .nth(COMPANY - 1)
        .is_some()
}

/// Returns `text` without its glosses; `glossed` is [`is_glossed`] of the whole text that it is part of.
pub(crate) fn drop_glosses(text: &str, glossed: bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    for bracket in brackets(text) {
        if bracket.is_gloss(glossed) {
            kept.push_str(&text[at..bracket.start]);
            at = bracket.end;
        }
    }
    kept.push_str(&text[at..]);
    kept
}

/// Latin letters in brackets right after a Chinese character.
struct Bracket<'a> {
    /// The text up to the bracket.
    before: &'a str,
    /// The letters in lower case, without tones, ü as v, without apostrophes.
    plain: String,
    toned: bool,
    /// True if the opening bracket was lost to a wrong charset, and the character with it: `?dān)`.
    damaged: bool,
    start: usize,
    end: usize,
}

impl Bracket<'_> {
    fn is_gloss(&self, glossed: bool) -> bool {
        if self.damaged {
            return glossed && self.toned;
        }
        if !self.is_reading() {
            // The data do not have every reading of every character.
            return glossed && self.toned && self.syllables() == 1 && self.plain.len() <= 6;
        }
        // Several syllables without spaces and tones are the spelling of names.
        self.toned || glossed && (self.syllables() > 1 || self.spans_one())
    }

    fn syllables(&self) -> usize {
        self.plain.split(' ').count()
    }

    fn spans_one(&self) -> bool {
        reads(self.before, &self.plain, 1)
    }

    /// Returns whether the letters are a reading of the characters before them.
    fn is_reading(&self) -> bool {
        let letters: String = self.plain.split(' ').collect();
        reads(self.before, &letters, CHARACTERS)
    }
}

/// Returns whether `letters` are the reading of the last characters of `before`, at most `most` of them.
fn reads(before: &str, letters: &str, most: usize) -> bool {
    // The lengths of the letters left after each way of reading the characters so far.
    let mut left = vec![letters.len()];
    for c in before.chars().rev().take(most) {
        let Some(readings) = c.to_pinyin_multi() else {
            return false;
        };
        let mut shorter: Vec<usize> = Vec::new();
        for reading in readings {
            let reading = plain(reading.plain());
            let ends = left
                .iter()
                .filter(|end| letters[..**end].ends_with(&reading));
            shorter.extend(ends.map(|end| end - reading.len()));
        }
        if shorter.contains(&0) {
            return true;
        }
        shorter.sort_unstable();
        shorter.dedup();
        left = shorter;
    }
    false
}

fn brackets(text: &str) -> impl Iterator<Item = Bracket<'_>> {
    let closings = text.match_indices([')', '）']);
    closings.filter_map(|(at, closing)| bracket(text, at, closing.len()))
}

/// Returns the bracket that closes at `at`, if it holds only Latin letters.
fn bracket(text: &str, at: usize, closing: usize) -> Option<Bracket<'_>> {
    let mut start = at;
    let mut opening = None;
    for (place, c) in text[..at].char_indices().rev().take(LONGEST) {
        start = place;
        if !is_letter(c) {
            opening = Some(c);
            break;
        }
    }
    let opening = opening?;
    let inner = text[start + opening.len_utf8()..at].trim();
    let before = &text[..start];
    let damaged = matches!(opening, '?' | '\u{fffd}' | '？');
    let after_han = before.chars().next_back().is_some_and(is_han);
    (!inner.is_empty() && (damaged || matches!(opening, '(' | '（') && after_han)).then_some(())?;
    let plain = plain(inner);
    let toned = inner
        .nfd()
        .any(|c| matches!(c, '\u{300}'..='\u{304}' | '\u{30c}'));
    (!plain.is_empty() && plain.bytes().all(|b| b.is_ascii_lowercase() || b == b' '))
        .then_some(())?;
    Some(Bracket {
        before,
        plain,
        toned,
        damaged,
        start: if damaged {
            start + opening.len_utf8()
        } else {
            start
        },
        end: at + closing,
    })
}

fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, ' ' | '\'' | '’' | '\u{c0}'..='\u{17f}' | '\u{1cd}'..='\u{1dc}'
            | '\u{1f8}' | '\u{1f9}' | '\u{251}' | '\u{261}' | '\u{300}'..='\u{30f}' | '\u{1e3e}' | '\u{1e3f}')
}

/// Returns pinyin in one plain spelling: no tones, ü as v, script letters as the usual ones.
fn plain(pinyin: &str) -> String {
    let mut plain = String::with_capacity(pinyin.len());
    for c in pinyin.nfd() {
        match c {
            '\'' | '’' => {}
            '\u{251}' => plain.push('a'),
            '\u{261}' => plain.push('g'),
            '\u{308}' if plain.ends_with('u') => {
                plain.pop();
                plain.push('v');
            }
            '\u{300}'..='\u{30f}' => {}
            // A name begins with a capital; it is not a reading, so it stays one here.
            c => plain.push(c),
        }
    }
    plain
}
