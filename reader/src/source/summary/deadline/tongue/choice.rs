//! Determines the language of a text and its sentences by their letters and common words.

use std::{cell::OnceCell, collections::HashMap, ops::RangeInclusive, sync::LazyLock};

use regex::Regex;

use super::{
    germanic, other,
    patterns::{LazyTongue, Tongue, language},
    romance, slavic,
};

static LATIN: [LazyTongue; 11] = [
    language!(germanic::ENGLISH),
    language!(germanic::GERMAN),
    language!(germanic::DUTCH),
    language!(romance::FRENCH),
    language!(romance::SPANISH),
    language!(romance::ITALIAN),
    language!(romance::PORTUGUESE),
    language!(slavic::POLISH),
    language!(slavic::CZECH),
    language!(other::TURKISH),
    language!(other::VIETNAMESE),
];
static RUSSIAN: LazyTongue = language!(slavic::RUSSIAN);
static UKRAINIAN: LazyTongue = language!(slavic::UKRAINIAN);
static ARABIC: LazyTongue = language!(other::ARABIC);
static JAPANESE: LazyTongue = language!(other::JAPANESE);
static KOREAN: LazyTongue = language!(other::KOREAN);

/// The languages of a text: the one of most of it, and those of its sentences.
pub(in super::super) struct Speech<'a> {
    head: &'a str,
    home: Home,
    latin: OnceCell<Option<&'static Tongue>>,
}

/// Characters and words that Chinese does not use in this way: `応募締切`, `3月20日（水）`; `中午前` is Chinese.
static JAPANESE_MARKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("[応締〆売図団県歳込]|令和|(?:^|[^中上下])午[前後]|[(（][月火水木金土][)）]")
        .expect("a fixed pattern")
});

/// The language of the text, used if only Chinese characters leave that of a sentence open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Chinese,
    Japanese,
    Korean,
    Lettered,
}

const HAN: RangeInclusive<char> = '一'..='鿿';
const KANA: RangeInclusive<char> = 'ぁ'..='ヺ';
const HANGUL: RangeInclusive<char> = '가'..='힣';
const ARABIC_LETTERS: RangeInclusive<char> = '\u{621}'..='\u{64a}';
const CYRILLIC: RangeInclusive<char> = 'а'..='я';

impl<'a> Speech<'a> {
    pub(in super::super) fn new(text: &'a str) -> Self {
        // A short text of a label and a day may hold no letter that only its language has.
        const SHORT: usize = 200;
        // This much shows the language.
        const HEAD: usize = 4_000;
        let head = &text[..text.floor_char_boundary(HEAD)];
        let count =
            |letters: &RangeInclusive<char>| head.chars().filter(|c| letters.contains(c)).count();
        let (han, kana, hangul) = (count(&HAN), count(&KANA), count(&HANGUL));
        // A Chinese text may hold a Japanese name.
        let home = if hangul > han {
            Home::Korean
        } else if kana * 5 > han
            || (kana * 10 >= han || head.len() < SHORT) && JAPANESE_MARKS.is_match(head)
        {
            Home::Japanese
        } else if han > 0 {
            Home::Chinese
        } else {
            Home::Lettered
        };
        Self {
            head,
            home,
            latin: OnceCell::new(),
        }
    }

    /// Returns the language of a sentence; `None` if it is Chinese.
    pub(in super::super) fn tongue(&self, sentence: &str) -> Option<&'static Tongue> {
        let has = |letters: &RangeInclusive<char>| sentence.contains(|c| letters.contains(&c));
        let is_open = has(&HAN) || !sentence.contains(char::is_alphabetic);
        if has(&HANGUL) || is_open && self.home == Home::Korean {
            Some(&*KOREAN.tongue)
        } else if self.home == Home::Japanese && (is_open || has(&KANA)) {
            Some(&*JAPANESE.tongue)
        } else if has(&HAN) || is_open && self.home == Home::Chinese {
            None
        } else if has(&ARABIC_LETTERS) {
            Some(&*ARABIC.tongue)
        } else if has(&CYRILLIC) {
            let is_ukrainian = self.head.contains(['і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є']);
            Some(if is_ukrainian {
                &*UKRAINIAN.tongue
            } else {
                &*RUSSIAN.tongue
            })
        } else {
            let latin = *self.latin.get_or_init(|| of_latin(self.head));
            Some(latin.unwrap_or_else(|| by_label(sentence)))
        }
    }
}

/// Returns the language that has the most words of a text, or of several equal ones the one that has its label; `None`
/// if none has any.
fn of_latin(text: &str) -> Option<&'static Tongue> {
    static MARKS: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
        let mut marks: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, language) in LATIN.iter().enumerate() {
            for mark in language.words.marks.split_whitespace() {
                marks.entry(mark).or_default().push(at);
            }
        }
        marks
    });
    let mut counts = [0u32; LATIN.len()];
    let lower = text.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic());
    for at in words.filter_map(|word| MARKS.get(word)).flatten() {
        counts[*at] += 1;
    }
    let most = *counts.iter().max().filter(|most| **most > 0)?;
    let mut best = LATIN.iter().zip(counts).filter(|(_, count)| *count == most);
    let first = best.next()?.0;
    // In `Date limite : 20 mars`, `Scadenza: 20 marzo` two languages have a word of it, one has the label.
    let label = text.split(|c: char| c.is_ascii_digit()).next();
    let names_end = |language: &LazyTongue| language.tongue.names_end(label.unwrap_or_default());
    let named = match best.next() {
        Some(_) if !names_end(first) => LATIN
            .iter()
            .zip(counts)
            .find(|(language, count)| *count == most && names_end(language)),
        _ => None,
    };
    Some(&named.map_or(first, |(language, _)| language).tongue)
}

/// Returns the language that has a label such as `Bewerbungsfrist:`, or else English.
fn by_label(sentence: &str) -> &'static Tongue {
    let is_digit = |c: char| c.is_ascii_digit();
    let label = sentence.split(is_digit).next().unwrap_or_default();
    let found = LATIN
        .iter()
        .find(|language| language.tongue.names_end(label));
    &found.unwrap_or(&LATIN[0]).tongue
}
