//! The language of a sentence, as its letters and common words show it.

use std::{collections::HashMap, sync::LazyLock};

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

/// Returns whether a sentence is Japanese or Korean, also where it has Chinese characters alone.
pub(in super::super) fn is_of_neighbours(sentence: &str) -> bool {
    // `中午前` is Chinese.
    static JAPANESE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new("[ぁ-ヺ가-힣応締〆売図団県歳込]|令和|(?:^|[^中上下])午[前後]|[(（][月火水木金土日][)）]")
            .expect("a fixed pattern")
    });
    JAPANESE.is_match(sentence)
}

/// Returns the languages that a sentence may be of, no Chinese among them: one in most cases, none where it has no letters,
/// several of those with Latin letters where no word decides.
pub(in super::super) fn tongues(sentence: &str) -> Vec<&'static Tongue> {
    let any = |range: std::ops::RangeInclusive<char>| sentence.contains(|c| range.contains(&c));
    let one = |language: &'static LazyTongue| vec![&*language.tongue];
    if any('가'..='힣') {
        one(&KOREAN)
    } else if is_of_neighbours(sentence) {
        one(&JAPANESE)
    } else if any('\u{621}'..='\u{64a}') {
        one(&ARABIC)
    } else if any('а'..='я') {
        let is_ukrainian = sentence.contains(['і', 'ї', 'є', 'ґ', 'І', 'Ї', 'Є']);
        one(if is_ukrainian { &UKRAINIAN } else { &RUSSIAN })
    } else {
        of_latin(sentence)
    }
}

/// How many words fewer a language may have than the first, since short sentences have words of neighbours by chance.
const NEARLY: u32 = 1;

/// The languages with the most words of a sentence.
fn of_latin(sentence: &str) -> Vec<&'static Tongue> {
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
    let lower = sentence.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphabetic());
    for at in words.filter_map(|word| MARKS.get(word)).flatten() {
        counts[*at] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    let best = LATIN
        .iter()
        .zip(counts)
        .filter(|(_, count)| count + NEARLY >= most);
    best.map(|(language, _)| &*language.tongue).collect()
}
