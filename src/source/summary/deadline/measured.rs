//! How many deadlines of invented notices are found, by language. The files stand in `tests/fixtures/deadlines`.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeZone, Utc};

use crate::bulletin::Moment;

/// A notice and the deadlines that are right; none at all is right where the first is empty.
struct Case<'a> {
    language: &'a str,
    right: Vec<&'a str>,
    accepted: Vec<&'a str>,
    published: NaiveDate,
    text: &'a str,
}

#[derive(Debug, Default)]
struct Count {
    right: u32,
    wrong: u32,
    missed: u32,
    /// Right in the day, with or without the right time of day.
    timed: (u32, u32),
}

impl Count {
    fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
        self.timed = (self.timed.0 + other.timed.0, self.timed.1 + other.timed.1);
    }

    fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

/// `de 2026-04-15 ~2026-04-16 @2026-03-10 | Text`
fn case(line: &str) -> Case<'_> {
    let (label, text) = line.split_once(" | ").expect("a label and a text");
    let mut words = label.split(' ');
    let language = words.next().expect("a language");
    let words: Vec<&str> = words.collect();
    let after = |mark: char| words.iter().filter_map(move |word| word.strip_prefix(mark));
    Case {
        language,
        right: words
            .iter()
            .copied()
            .filter(|word| word.starts_with('2'))
            .collect(),
        accepted: after('~').collect(),
        published: after('@')
            .next()
            .unwrap_or("2026-03-10")
            .parse()
            .expect("a day"),
        text,
    }
}

fn found(case: &Case<'_>) -> Option<String> {
    let zone = chrono_tz::Europe::Berlin;
    let noon = case.published.and_hms_opt(12, 0, 0).expect("noon");
    let now = Utc.from_utc_datetime(&noon);
    let published = Moment::Day(case.published);
    let text = case.text.replace("\\n", "\n");
    let found = super::find(&text, Some(&published), zone, now)?;
    Some(found.moment.to_string().chars().take(16).collect())
}

/// Counts the cases of a file by language, and names those that are not right.
fn measure(file: &str) -> (BTreeMap<&str, Count>, Vec<String>) {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut faults = Vec::new();
    let lines = file
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    for case in lines.map(case) {
        let count = counts.entry(case.language).or_default();
        let found = found(&case);
        let given = found.as_deref();
        if given.is_some_and(|given| case.accepted.contains(&given)) {
            continue;
        }
        let is_right = given.map_or(case.right.is_empty(), |given| case.right.contains(&given));
        if let (Some(given), Some(right)) = (given, case.right.first())
            && right.len() > 10
            && given[..10] == right[..10]
        {
            count.timed.0 += u32::from(is_right);
            count.timed.1 += 1;
        }
        match given {
            Some(_) if is_right => count.right += 1,
            Some(_) => count.wrong += 1,
            None => count.missed += u32::from(!case.right.is_empty()),
        }
        if !is_right {
            let Case {
                language,
                right,
                text,
                ..
            } = &case;
            faults.push(format!(
                "{language}: {given:?} instead of {right:?}: {text}"
            ));
        }
    }
    (counts, faults)
}

/// Most files were written when the rules had been mended for those before them; the first line of each says it.
const FILES: [(&str, &str); 17] = [
    (
        "first",
        include_str!("../../../../tests/fixtures/deadlines/first.txt"),
    ),
    (
        "second",
        include_str!("../../../../tests/fixtures/deadlines/second.txt"),
    ),
    (
        "third",
        include_str!("../../../../tests/fixtures/deadlines/third.txt"),
    ),
    (
        "fourth",
        include_str!("../../../../tests/fixtures/deadlines/fourth.txt"),
    ),
    (
        "fifth",
        include_str!("../../../../tests/fixtures/deadlines/fifth.txt"),
    ),
    (
        "sixth",
        include_str!("../../../../tests/fixtures/deadlines/sixth.txt"),
    ),
    (
        "seventh",
        include_str!("../../../../tests/fixtures/deadlines/seventh.txt"),
    ),
    (
        "eighth",
        include_str!("../../../../tests/fixtures/deadlines/eighth.txt"),
    ),
    (
        "ninth",
        include_str!("../../../../tests/fixtures/deadlines/ninth.txt"),
    ),
    (
        "tenth",
        include_str!("../../../../tests/fixtures/deadlines/tenth.txt"),
    ),
    (
        "eleventh",
        include_str!("../../../../tests/fixtures/deadlines/eleventh.txt"),
    ),
    (
        "twelfth",
        include_str!("../../../../tests/fixtures/deadlines/twelfth.txt"),
    ),
    (
        "thirteenth",
        include_str!("../../../../tests/fixtures/deadlines/thirteenth.txt"),
    ),
    (
        "fourteenth",
        include_str!("../../../../tests/fixtures/deadlines/fourteenth.txt"),
    ),
    (
        "fifteenth",
        include_str!("../../../../tests/fixtures/deadlines/fifteenth.txt"),
    ),
    (
        "sixteenth",
        include_str!("../../../../tests/fixtures/deadlines/sixteenth.txt"),
    ),
    (
        "seventeenth",
        include_str!("../../../../tests/fixtures/deadlines/seventeenth.txt"),
    ),
];

#[test]
fn deadlines_are_found_in_seventeen_languages() {
    let mut all: BTreeMap<&str, Count> = BTreeMap::new();
    for (name, file) in FILES {
        let (counts, faults) = measure(file);
        println!("{name}\n{}", faults.join("\n"));
        for (language, count) in &counts {
            println!("{language}: {:.3} {:.3}", count.precision(), count.recall());
            all.entry(language).or_default().add(count);
        }
    }
    assert_eq!(all.len(), 18);
    for (language, count) in &all {
        let (precision, recall) = least(language);
        let reached = count.precision() >= precision && count.recall() >= recall;
        let timed = f64::from(count.timed.0) >= 0.95 * f64::from(count.timed.1);
        assert!(reached && timed, "{language}: {count:?}");
    }
}

/// The least precision and recall.
fn least(language: &str) -> (f64, f64) {
    match language {
        "zh" | "zhtw" => (0.97, 0.92),
        _ => (0.95, 0.85),
    }
}
