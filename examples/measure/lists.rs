//! Measures how well lists are read, and whether pages that are not lists are rejected.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result};
use noticast::{
    bulletin::Select,
    source::{Context, NoticeList, ReadError, charset, list},
};
use url::Url;

use crate::groups::Groups;
use crate::score::{self, Items, Match, Mean, Means, Report, Sample};

const PART: &str = "lists";
const SETS: [(&str, &[&str]); 2] = [
    (PART, &["lists", "synthetic/lists"]),
    ("lists fresh", &["fresh/lists"]),
];

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    for (part, folders) in SETS {
        measure_set(part, folders, corpus, report)?;
    }
    others(corpus, report)
}

fn measure_set(part: &str, folders: &[&str], corpus: &Path, report: &mut Report) -> Result<()> {
    let mut totals = Totals::new();
    for folder in folders {
        for page in score::samples(&corpus.join(folder))? {
            let (read, time) = read(&page)?;
            totals.took += time;
            let found = read.as_ref().map_or(&[][..], |list| &list.notices);
            let items = score::items(&page.label, found);
            let note = match &read {
                Ok(_) => note(&items),
                Err(error) => error.to_string(),
            };
            totals.add(part, &page, &items, note, report);
        }
    }
    totals.print(part, report);
    Ok(())
}

struct Totals {
    exact: Groups,
    complete: Groups,
    exact_titles: Mean,
    dates: Mean,
    matched: Means,
    took: Duration,
}

impl Totals {
    fn new() -> Self {
        Self {
            exact: Groups::new("exact pages"),
            complete: Groups::new("exact with all titles and dates"),
            exact_titles: Mean::default(),
            dates: Mean::default(),
            matched: Means::default(),
            took: Duration::ZERO,
        }
    }

    fn add(&mut self, part: &str, page: &Sample, items: &Items, note: String, report: &mut Report) {
        let matched: Match = items.matched();
        let complete = items.exact() && items.titles.1.is_empty() && items.dates.1.is_empty();
        self.exact.add(page, items.exact());
        self.complete.add(page, complete);
        self.matched.add(matched);
        for (counts, mean) in [
            (&items.titles, &mut self.exact_titles),
            (&items.dates, &mut self.dates),
        ] {
            for right in 0..counts.0 + counts.1.len() {
                mean.add(u8::from(right < counts.0));
            }
        }
        if !complete {
            report.worst(part, &page.id, matched.f1(), note);
        }
    }

    fn print(&self, part: &str, report: &mut Report) {
        let pages = self.matched.pages();
        self.exact.print(part, 1.0, report);
        self.complete.print(part, 1.0, report);
        for (name, value, count) in [
            ("precision", self.matched.precision(), pages),
            ("recall", self.matched.recall(), pages),
            (
                "titles",
                self.exact_titles.value(),
                self.exact_titles.count(),
            ),
            ("dates", self.dates.value(), self.dates.count()),
        ] {
            report.share(part, name, value, count, 1.0);
        }
        report.speed(part, pages, self.took);
    }
}

/// Describes the faults of a page in a line.
fn note(items: &Items) -> String {
    let first = |what: &str, all: &[String]| {
        all.first()
            .map(|first| format!("{} {what}, such as {first}; ", all.len()))
            .unwrap_or_default()
    };
    [
        first("missed", &items.missed),
        first("false", &items.false_found),
        first("wrong titles", &items.titles.1),
        first("wrong dates", &items.dates.1),
        if items.in_order {
            String::new()
        } else {
            "out of order".to_owned()
        },
    ]
    .concat()
}

/// Checks that articles are not read as lists.
fn others(corpus: &Path, report: &mut Report) -> Result<()> {
    let mut left_alone = Mean::default();
    for folder in [
        "articles/en",
        "articles/zh",
        "synthetic/articles",
        "fresh/articles",
    ] {
        for page in score::samples(&corpus.join(folder))? {
            let (read, _) = read(&page)?;
            left_alone.add(u8::from(read.is_err()));
            if let Ok(list) = read {
                let Some(first) = list.notices.first() else {
                    continue;
                };
                let note = format!(
                    "an article read as a list of {}, {:.2} sure, {:?}: {} {}",
                    list.notices.len(),
                    list.confidence,
                    list.title,
                    first.title,
                    first.url
                );
                report.worst(PART, &page.id, 0.0, note);
            }
        }
    }
    report.share(
        PART,
        "articles left alone",
        left_alone.value(),
        left_alone.count(),
        1.0,
    );
    Ok(())
}

fn read(page: &Sample) -> Result<(Result<NoticeList, ReadError>, Duration)> {
    let text = charset::decode(&page.body, None, None).text;
    let address = &page.label["base"];
    let address = address.as_str().or(page.label["url"].as_str());
    let base = Url::parse(address.unwrap_or("http://example.org/")).context("an address")?;
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: chrono::Utc::now(),
        select: &select,
        simplify: false,
    };
    let is_json = text.trim_start().starts_with(['{', '[']);
    let read = || match is_json {
        true => list::read_json(&text, &context),
        false => list::read(&text, &context),
    };
    Ok(score::timed(read))
}
