//! Reads the signs around a date in Chinese: the kinds of words in its clause and next to it, their combinations with
//! the text right before and after the date, and the characters there.

use std::ops::Range;

use super::{
    beside::{ahead, back, before, behind},
    masked::{DATE, Masked},
    place::{Place, Say},
};

/// A part of the text around a date.
struct Part<'a> {
    name: &'static str,
    masked: &'a Masked,
    range: Range<usize>,
}

impl<'a> Part<'a> {
    fn new(name: &'static str, masked: &'a Masked, range: Range<usize>) -> Self {
        Self {
            name,
            masked,
            range,
        }
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.masked.kinds(&self.range)
    }
}

/// The kinds whose absence is a sign, too.
const SIGNIFICANT: [&str; 11] = [
    "ask",
    "act",
    "event",
    "valid",
    "late",
    "plan",
    "done",
    "cut",
    "moved",
    "result",
    "condition",
];

pub(super) fn say_signs(place: &Place<'_>, say: Say<'_>) {
    let text = place.around.sentence.text.as_str();
    let start = place.around.sentence.dates[place.nth];
    let end = start + DATE.len_utf8();
    let sentence = &place.around.sentence;
    let a = match behind(&text[end..]) {
        "other" => sentence.kind_behind(end).unwrap_or("other"),
        sign => sign,
    };
    let b = match before(&text[..start]) {
        "other" => sentence.kind_before(start).unwrap_or("other"),
        sign => sign,
    };
    say(&["a ", a]);
    say(&["b ", b]);
    say(&["ab ", a, " ", b]);
    let clause = back(text, start, 30).max(
        text[..start]
            .rfind('，')
            .map_or(0, |at| at + '，'.len_utf8()),
    );
    let rest = ahead(text, end, 24).min(text[end..].find('，').map_or(text.len(), |at| end + at));
    say_kinds(place, (clause, start), (end, rest), (a, b), say);
    let head = &place.whole.masked_head;
    for kind in head.kinds(&(0..head.text.len())) {
        say(&["tl ", kind]);
        say(&["tl ", kind, " a ", a]);
    }
    for count in [2, 4] {
        let end = head.text.len();
        say(&["te ", &head.text[back(&head.text, end, count)..]]);
    }
    say_characters(text, (clause, start), (end, rest), say);
}

fn say_kinds(
    place: &Place<'_>,
    (clause, start): (usize, usize),
    (end, rest): (usize, usize),
    (a, b): (&str, &str),
    say: Say<'_>,
) {
    let around = place.around;
    let (sentence, text) = (&around.sentence, around.sentence.text.as_str());
    let next = sentence.dates.get(place.nth + 1).copied();
    let since = match place.nth.checked_sub(1) {
        Some(last) => sentence.dates[last]..start,
        None => 0..0,
    };
    let (last, heading) = (&around.last, &around.heading);
    let before = Part::new("cb", sentence, clause..start).kinds();
    let after = Part::new("ca", sentence, end..rest.min(next.unwrap_or(rest))).kinds();
    let own = [
        ("cb", before.clone()),
        ("ca", after.clone()),
        (
            "fb",
            Part::new("fb", sentence, back(text, clause, 40)..clause).kinds(),
        ),
        (
            "fa",
            Part::new("fa", sentence, rest..ahead(text, rest, 40)).kinds(),
        ),
        ("sd", sentence.kinds(&since)),
        (
            "hd",
            Part::new("hd", heading, 0..heading.text.len()).kinds(),
        ),
    ];
    for (name, kinds) in &own {
        for kind in kinds {
            say(&[name, " ", kind]);
            say(&[name, " ", kind, " a ", a]);
            say(&[name, " ", kind, " b ", b]);
        }
    }
    for part in [
        Part::new(
            "ls",
            last,
            back(&last.text, last.text.len(), 40)..last.text.len(),
        ),
        Part::new("nx", &around.next, 0..ahead(&around.next.text, 0, 30)),
    ] {
        for kind in part.kinds() {
            say(&[part.name, " ", kind]);
        }
    }
    for kind in SIGNIFICANT {
        if before.contains(&kind) || after.contains(&kind) {
            say(&["near ", kind, " ", a, " ", b]);
        } else {
            say(&["not ", kind, " a ", a]);
            say(&["not ", kind, " b ", b]);
        }
    }
    for one in &before {
        for other in &after {
            say(&["cc ", one, " ", other]);
        }
    }
}

fn say_characters(
    text: &str,
    (clause, start): (usize, usize),
    (end, rest): (usize, usize),
    say: Say<'_>,
) {
    for count in 1..=4 {
        let (from, to) = (back(text, start, count), ahead(text, end, count));
        if from < start {
            say(&["<", &text[from..start]]);
        }
        if to > end {
            say(&[">", &text[end..to]]);
        }
    }
    say_grams("gb ", &text[back(text, start, 14).max(clause)..start], say);
    say_grams("ga ", &text[end..ahead(text, end, 12).min(rest)], say);
}

/// Reports all pairs and triples of characters.
fn say_grams(name: &str, text: &str, say: Say<'_>) {
    let places = text.char_indices().map(|(at, _)| at);
    let places: Vec<usize> = places.chain([text.len()]).collect();
    for length in [2, 3] {
        for gram in places.windows(length + 1) {
            say(&[name, &text[gram[0]..gram[length]]]);
        }
    }
}
