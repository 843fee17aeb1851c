//! Measures how many deadlines of invented notices are found, by language. The files are in `tests/fixtures/deadlines`.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};

use crate::bulletin::Moment;

/// A notice and its correct deadlines; if the first is empty, finding none is correct.
pub(super) struct Case<'a> {
    pub language: &'a str,
    pub right: Vec<&'a str>,
    pub accepted: Vec<&'a str>,
    pub published: NaiveDate,
    pub text: &'a str,
}

#[derive(Debug, Default)]
pub(super) struct Count {
    right: u32,
    wrong: u32,
    /// The number of deadlines that were not found, or found on another day.
    missed: u32,
    /// The number of correct days with the correct time of day, and of those for which a time is known.
    timed: (u32, u32),
}

impl Count {
    pub(super) fn add(&mut self, other: &Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
        self.timed = (self.timed.0 + other.timed.0, self.timed.1 + other.timed.1);
    }

    /// Counts the deadline found in a case, and returns whether it is correct.
    pub(super) fn judge(&mut self, case: &Case<'_>, found: Option<&str>) -> bool {
        if found.is_some_and(|found| case.accepted.contains(&found)) {
            return true;
        }
        let is_right = found.map_or(case.right.is_empty(), |found| case.right.contains(&found));
        if let (Some(found), Some(right)) = (found, case.right.first())
            && right.len() > 10
            && found[..10] == right[..10]
        {
            self.timed.0 += u32::from(is_right);
            self.timed.1 += 1;
        }
        let (is_found, is_wanted) = (found.is_some(), !case.right.is_empty());
        self.right += u32::from(is_found && is_right);
        self.wrong += u32::from(is_found && !is_right);
        self.missed += u32::from(is_wanted && !is_right);
        is_right
    }

    fn precision(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(&self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

impl std::fmt::Display for Count {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            timed: (timed, of), ..
        } = self;
        let (precision, recall) = (self.precision(), self.recall());
        write!(f, "{precision:.3} {recall:.3} (times {timed} of {of})")
    }
}

/// Parses `de 2026-04-15 ~2026-04-16 @2026-03-10 | Text`.
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

/// Returns the cases of a file.
pub(super) fn cases(file: &str) -> impl Iterator<Item = Case<'_>> {
    let lines = file.lines();
    lines
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(case)
}

/// Returns noon on the day of publication.
pub(super) fn noon(case: &Case<'_>) -> DateTime<Utc> {
    let noon = case.published.and_hms_opt(12, 0, 0).expect("noon");
    Utc.from_utc_datetime(&noon)
}

fn found(case: &Case<'_>) -> Option<String> {
    let zone = chrono_tz::Europe::Berlin;
    let published = Moment::Day(case.published);
    let text = case.text.replace("\\n", "\n");
    let found = super::find(&text, Some(&published), zone, noon(case))?;
    Some(found.moment.to_string().chars().take(16).collect())
}

/// Counts the cases of a file by language, and names those that are wrong.
fn measure(file: &str) -> (BTreeMap<&str, Count>, Vec<String>) {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    let mut faults = Vec::new();
    for case in cases(file) {
        let count = counts.entry(case.language).or_default();
        let found = found(&case);
        if !count.judge(&case, found.as_deref()) {
            let Case {
                language,
                right,
                text,
                ..
            } = &case;
            faults.push(format!(
                "{language}: {found:?} instead of {right:?}: {text}"
            ));
        }
    }
    (counts, faults)
}

macro_rules! files {
    ($($name:literal),*) => {
        [$(($name, include_str!(concat!("../../../../tests/fixtures/deadlines/", $name, ".txt")))),*]
    };
}

/// The files; the first line of each states when and by whom it was written.
pub(super) const FILES: [(&str, &str); 31] = files![
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "twenty_first",
    "twenty_second",
    "short",
    "another_author",
    "further_author",
    "third_author_zh",
    "third_author_others",
    "fourth_author_zh",
    "fourth_author_others",
    "fifth_author_zh",
    "fifth_author_others"
];

#[test]
fn deadlines_are_found_in_seventeen_languages() {
    let mut all: BTreeMap<&str, Count> = BTreeMap::new();
    for (name, file) in FILES {
        let (counts, faults) = measure(file);
        println!("{name}\n{}", faults.join("\n"));
        for (language, count) in &counts {
            println!("{language}: {count}");
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

/// Returns the least precision and recall.
fn least(language: &str) -> (f64, f64) {
    match language {
        "zh" | "zhtw" => (0.97, 0.92),
        _ => (0.95, 0.85),
    }
}
