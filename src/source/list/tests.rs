//! Pages of many shapes, each with what is to be found on it in comments at its head:
//! `<!-- base: … -->`, `<!-- expect: address | title | date or - | pinned -->`, `<!-- not: … -->`.

use std::{fs, path::Path};

use chrono::{DateTime, Utc};
use url::Url;

use super::*;
use crate::bulletin::{Notice, Select};

/// The head of a fixture and its text.
struct Fixture {
    name: String,
    base: Url,
    expected: Vec<String>,
    not: Option<String>,
    text: String,
}

fn fixtures(folder: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(folder);
    let mut fixtures: Vec<Fixture> = fs::read_dir(folder)
        .expect("the folder of fixtures")
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a page");
            let notes = |key: &str| -> Vec<String> {
                text.lines()
                    .filter_map(|line| {
                        line.strip_prefix("<!-- ")?
                            .strip_suffix(" -->")?
                            .strip_prefix(key)
                    })
                    .map(str::to_owned)
                    .collect()
            };
            Fixture {
                name: path
                    .file_stem()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                base: Url::parse(&notes("base: ")[0]).expect("an address"),
                expected: notes("expect: "),
                not: notes("not: ").pop(),
                text,
            }
        })
        .collect();
    fixtures.sort_by(|a, b| a.name.cmp(&b.name));
    fixtures
}

pub(super) fn now() -> DateTime<Utc> {
    "2024-06-15T04:00:00Z".parse().expect("a time")
}

fn read_at(html: &str, base: &Url, select: &Select) -> Result<List, ReadError> {
    let context = Context {
        base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: now(),
        select,
        simplify: false,
    };
    read(html, &context)
}

fn as_expected(notice: &Notice) -> String {
    let day = notice
        .published
        .map_or("-".to_owned(), |moment| moment.day().to_string());
    let pinned = if notice.pinned { " | pinned" } else { "" };
    format!("{} | {} | {day}{pinned}", notice.url, notice.title)
}

/// The first difference, for a reader of the test's output.
fn difference(fixture: &Fixture, list: &List) -> Option<String> {
    let found: Vec<String> = list.notices.iter().map(as_expected).collect();
    if found == fixture.expected {
        return None;
    }
    let at = (0..found.len().max(fixture.expected.len()))
        .find(|at| found.get(*at) != fixture.expected.get(*at))?;
    Some(format!(
        "{}: {} of {} rows, row {at}:\n    wanted {:?}\n    found  {:?}",
        fixture.name,
        found.len(),
        fixture.expected.len(),
        fixture.expected.get(at),
        found.get(at)
    ))
}

#[test]
fn lists_of_many_shapes_are_read_whole() {
    let wrong: Vec<String> = fixtures("lists")
        .iter()
        .filter_map(
            |fixture| match read_at(&fixture.text, &fixture.base, &Select::default()) {
                Ok(list) => difference(fixture, &list),
                Err(error) => Some(format!("{}: {error}", fixture.name)),
            },
        )
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn other_pages_are_said_to_be_what_they_are() {
    let wrong: Vec<String> = fixtures("not_lists")
        .iter()
        .filter_map(|fixture| {
            let what = fixture.not.as_deref().unwrap_or("-");
            match read_at(&fixture.text, &fixture.base, &Select::default()) {
                Ok(list) => Some(format!(
                    "{}: read as {} rows, such as {}",
                    fixture.name,
                    list.notices.len(),
                    as_expected(&list.notices[0])
                )),
                Err(ReadError::NotAList(said)) if what == "-" || said.contains(what) => None,
                Err(error) => Some(format!("{}: wanted {what}, found {error}", fixture.name)),
            }
        })
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_proposed_selector_finds_the_same_list_again() {
    let mut proposed = 0;
    for fixture in fixtures("lists") {
        let list = read_at(&fixture.text, &fixture.base, &Select::default()).expect("a list");
        let Some(select) = list.select else { continue };
        proposed += 1;
        let again = read_at(&fixture.text, &fixture.base, &select)
            .unwrap_or_else(|error| panic!("{}: {select:?}: {error}", fixture.name));
        assert_eq!(again.notices, list.notices, "{}: {select:?}", fixture.name);
    }
    assert!(proposed >= 25, "only {proposed} proposals");
}

#[test]
fn a_selector_overrides_its_part_alone() {
    let html = "<title>x</title><ul>".to_owned()
        + &(1..=5)
            .map(|n| {
                format!(
                    "<li><b class=k>Kind {n} of notice</b><a href='/a/{n}1.html'>A title of some length {n}</a>\
                     <i>2024-05-0{n}</i><u class=late>2024-06-0{n}</u><a class=alt href='/b/{n}2.html'>b</a></li>"
                )
            })
            .collect::<String>()
        + "</ul><p class=other><a href='/x/1'>Something else altogether</a></p>";
    let base = Url::parse("https://example.org/").expect("an address");
    let first = |select: &Select| {
        let list = read_at(&html, &base, select).expect("a list");
        assert_eq!(
            list.notices.len(),
            if select.item.is_some() { 1 } else { 5 }
        );
        as_expected(&list.notices[0])
    };
    let plain = Select::default();
    let some = |css: &str| Some(css.to_owned());
    let expected = "https://example.org/a/11.html | A title of some length 1 | 2024-05-01";
    assert_eq!(first(&plain), expected);
    assert_eq!(
        first(&Select {
            date: some(".late"),
            ..plain.clone()
        }),
        expected.replace("2024-05", "2024-06")
    );
    assert_eq!(
        first(&Select {
            title: some("b.k"),
            ..plain.clone()
        }),
        expected.replace("A title of some length 1", "Kind 1 of notice")
    );
    assert_eq!(
        first(&Select {
            link: some("a.alt"),
            ..plain.clone()
        }),
        expected.replace("/a/11", "/b/12")
    );
    assert_eq!(
        first(&Select {
            item: some(".other"),
            ..plain.clone()
        }),
        "https://example.org/x/1 | Something else altogether | -"
    );
    let wrong = Select {
        item: some("li[["),
        ..plain
    };
    let error = read_at(&html, &base, &wrong).expect_err("no selector");
    assert!(error.to_string().contains("li[["), "{error}");
}
