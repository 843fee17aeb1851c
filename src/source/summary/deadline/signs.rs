//! The signs around a date that speak for or against it as the last day to act.
//!
//! Each has a name, by which it is weighed: `ca act` is a word for an act in the clause after a Chinese date, `x until` a word
//! like `bis` before one in letters.

mod beside;
mod chinese;
mod masked;
mod words;

use chrono::NaiveDate;

use self::masked::Masked;
use super::{dates::DatedSentence, tongue::DatePlace};
use crate::bulletin::Moment;

/// Takes the parts of a sign's name.
pub(super) type Say<'a> = &'a mut dyn FnMut(&[&str]);

/// A sentence and what stands around it.
pub(super) struct Around {
    sentence: Masked,
    heading: Masked,
    last: Masked,
    next: Masked,
}

impl Around {
    pub(super) fn new(dated: &DatedSentence) -> Self {
        let masked = |text: &str| Masked::new(text, &[]);
        Self {
            sentence: Masked::new(&dated.plain, dated.dates.iter().map(|(range, _)| range)),
            heading: masked(&dated.heading),
            last: masked(&dated.last),
            next: masked(&dated.next),
        }
    }
}

/// A date of a sentence.
pub(super) struct Place<'a> {
    pub dated: &'a DatedSentence,
    pub around: &'a Around,
    /// Which date of its sentence it is.
    pub nth: usize,
    /// Which date of the text it is, and how many there are.
    pub of: (usize, usize),
    pub published: NaiveDate,
}

pub(super) fn say_signs(place: &Place<'_>, say: Say<'_>) {
    let moment = &place.dated.dates[place.nth].1;
    let is_chinese = place.dated.tongue.is_none();
    let name = if is_chinese { "zg " } else { "xg " };
    say(&[name, "any"]);
    say(&[name, "ahead ", ahead(moment, place.published)]);
    if matches!(moment, Moment::Time(_)) {
        say(&[name, "timed"]);
    }
    match place.of {
        (_, 1) => say(&[name, "only"]),
        (0, _) => say(&[name, "first"]),
        (at, count) if at + 1 == count => say(&[name, "last"]),
        _ => {}
    }
    match is_chinese {
        true => chinese::say_signs(place, say),
        false => say_lettered(place, say),
    }
}

/// How many days it is from the publication to a date, at most.
fn ahead(moment: &Moment, published: NaiveDate) -> &'static str {
    match (moment.day() - published).num_days() {
        ..=0 => "0",
        1..=3 => "3",
        4..=10 => "10",
        11..=30 => "30",
        31..=60 => "60",
        61..=120 => "120",
        121..=300 => "300",
        _ => "more",
    }
}

/// The signs in a language with letters: which words of its table stand where, two by two, and the words beside the date.
fn say_lettered(place: &Place<'_>, say: Say<'_>) {
    let dated = place.dated;
    let Some(tongue) = dated.tongue else {
        return;
    };
    let date = DatePlace::new(&dated.plain, &dated.dates, place.nth);
    let signs = tongue.signs(&dated.plain, &date, (&dated.last, &dated.next));
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

/// Signs of which none says something, too.
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

/// The beginnings of words, which endings leave alike.
fn stems<'a>(words: impl Iterator<Item = &'a str>) -> impl Iterator<Item = String> {
    const LONGEST: usize = 6;
    let stem = |word: &str| {
        let letters = word.chars().flat_map(char::to_lowercase);
        letters.take(LONGEST).collect()
    };
    words.filter(|word| !word.is_empty()).map(stem)
}
