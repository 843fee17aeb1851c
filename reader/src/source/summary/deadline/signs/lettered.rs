//! Reads the signs around a date in a language with letters.

use super::place::{Place, Say};
use crate::source::summary::deadline::tongue::DatePlace;

/// Reports which words of the language's table are where, in pairs, and the words next to the date.
pub(super) fn say_signs(place: &Place<'_>, say: Say<'_>) {
    let dated = place.dated;
    let Some(tongue) = dated.tongue else {
        return;
    };
    let date = DatePlace::new(&dated.plain, &dated.dates, place.nth);
    let signs = tongue.signs(
        &dated.plain,
        &date,
        [&dated.last, &dated.next, place.whole.head],
    );
    for (group, words) in GROUPS {
        if !words.iter().any(|word| signs.contains(word)) {
            say(&["x no ", group]);
            for sign in &signs {
                say(&["x no ", group, "+", sign]);
            }
        }
    }
    for (at, sign) in signs.iter().enumerate() {
        say(&["x ", sign]);
        for other in &signs[at + 1..] {
            say(&["x ", sign, "+", other]);
        }
    }
    for (at, word) in stems(date.before.rsplit(is_between)).take(8).enumerate() {
        match at {
            0 => say(&["x-1 ", &word]),
            1 => say(&["x-2 ", &word]),
            _ => {}
        }
        say(&["xb ", &word]);
    }
    for (at, word) in stems(date.after.split(is_between)).take(6).enumerate() {
        if at == 0 {
            say(&["x+1 ", &word]);
        }
        say(&["xa ", &word]);
    }
}

/// Groups of signs; the absence of a whole group is a sign, too.
const GROUPS: [(&str, &[&str]); 3] = [
    (
        "end",
        &["range", "until", "after", "to", "label", "ends", "moved_to"],
    ),
    (
        "doing",
        &["doing_before", "doing_after", "last_doing", "next_doing"],
    ),
    (
        "beside",
        &[
            "beside_before",
            "beside_after",
            "others_before",
            "others_after",
        ],
    ),
];

fn is_between(c: char) -> bool {
    !c.is_alphanumeric()
}

/// Returns the beginnings of words, which endings do not change.
fn stems<'a>(words: impl Iterator<Item = &'a str>) -> impl Iterator<Item = String> {
    const LONGEST: usize = 6;
    let stem = |word: &str| {
        let letters = word.chars().flat_map(char::to_lowercase);
        letters.take(LONGEST).collect()
    };
    words.filter(|word| !word.is_empty()).map(stem)
}
