//! The cases that everybody shares, where they lie: how many of them are read right.

use std::path::PathBuf;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use url::Url;

use super::{Context, Reading, read, summary};
use crate::bulletin::{Moment, ReadAs, Select};

/// A file of the folder that is shared by all who work on the project.
fn shared(path: &str) -> PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [root.join("../shared"), root.join("../../shared")];
    let folder = places.into_iter().find(|folder| folder.exists());
    folder.expect("the shared folder").join(path)
}

fn lines(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(shared(path)).expect("a file of cases");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

fn accepted(case: &Value, key: &str) -> Vec<String> {
    let values = case[key].as_array().expect("an array");
    values
        .iter()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// A moment as the cases write it: `2026-03-20` or `2026-03-20T17:00`.
fn written(moment: &Moment) -> String {
    moment.to_string().chars().take(16).collect()
}

fn noon(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    let local = day.and_hms_opt(12, 0, 0).expect("noon");
    zone.from_local_datetime(&local)
        .single()
        .expect("noon")
        .to_utc()
}

#[test]
#[ignore = "needs ../shared/cases"]
fn deadlines_of_the_cases_are_read() {
    let (mut right, mut wrong, mut missed) = (0, Vec::new(), Vec::new());
    for case in lines("cases/texts/deadlines.jsonl") {
        let text = |key: &str| case[key].as_str().expect("a text");
        let day: NaiveDate = text("published").parse().expect("a day");
        let zone: Tz = text("tz").parse().expect("a zone");
        let published = Moment::Day(day);
        let found = summary::deadline(text("text"), Some(&published), zone, noon(day, zone));
        let found = found.as_ref().map(written);
        let wanted = accepted(&case, "right");
        let said = format!(
            "{} {:?} found {found:?}, right {wanted:?}",
            text("id"),
            text("text")
        );
        match &found {
            None if wanted.is_empty() => right += 1,
            Some(found) if wanted.contains(found) => right += 1,
            Some(found) if accepted(&case, "also").contains(found) => {}
            Some(_) => wrong.push(said),
            None => missed.push(said),
        }
    }
    println!(
        "deadlines: {right} right, {} wrong, {} missed",
        wrong.len(),
        missed.len()
    );
    for said in wrong.iter().map(|said| format!("wrong: {said}")) {
        println!("{said}");
    }
    for said in missed.iter().map(|said| format!("missed: {said}")) {
        println!("{said}");
    }
    assert!(wrong.is_empty() && missed.len() <= 2);
}

#[test]
#[ignore = "needs ../shared/cases"]
fn titles_of_the_cases_are_pushed_as_their_authors_wrote_them() {
    let base = Url::parse("https://www.example.org/tzgg/").expect("an address");
    let mut faults = Vec::new();
    for case in lines("cases/texts/titles.jsonl") {
        let context = Context {
            base: &base,
            time_zone: chrono_tz::Asia::Shanghai,
            now: "2026-03-10T04:00:00Z".parse().expect("a time"),
            select: &Select::default(),
            simplify: false,
        };
        let html = case["html"].as_str().expect("a page");
        let found = match read(html, None, ReadAs::Auto, &context) {
            Ok(Reading::List(list)) => {
                let row = list.notices.iter().find(|row| row.url.ends_with("/x.html"));
                row.map(|row| row.title.clone())
            }
            Ok(Reading::Article(article)) => article.title,
            other => Some(format!("{other:?}")),
        };
        let wanted = accepted(&case, "right");
        if !found.as_ref().is_some_and(|found| wanted.contains(found)) {
            faults.push(format!("{}: found {found:?}, right {wanted:?}", case["id"]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
