//! Checks pages of many shapes, each with its expected result in comments at its head: `<!-- base: … -->`,
//! `<!-- expect: address | title | date or - | pinned -->`, `<!-- not: … -->`.

mod beside;
mod copy;
mod data;
mod habits;
mod survey;
mod templates;

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

fn read_at(html: &str, base: &Url, select: &Select) -> Result<NoticeList, ReadError> {
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

/// Returns the first difference, for a reader of the test's output.
fn difference(fixture: &Fixture, list: &NoticeList) -> Option<String> {
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
                Err(ReadError::NotAList(said))
                    if what == "-" || said.to_string().contains(what) =>
                {
                    None
                }
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
fn a_day_that_is_called_a_last_one_is_not_the_day_of_publication() {
    let days = |row: fn(u32) -> String| {
        let rows: String = (1..=6)
            .map(|n| {
                format!(
                    "<li><a href=/n/{n}.html>关于第{n}次检修安排的通知</a>{}</li>",
                    row(n)
                )
            })
            .collect();
        let html = format!("<title>通知公告</title><h2>通知公告</h2><ul>{rows}</ul>");
        let base = Url::parse("https://example.org/").expect("an address");
        let list = read_at(&html, &base, &Select::default()).expect("a list");
        list.notices[0].published.map(|it| it.day().to_string())
    };
    let rows: [fn(u32) -> String; 3] = [
        |n| format!("<span class=deadline>2024-06-2{n}</span><span>2024-05-0{n}</span>"),
        |n| format!("<i>截止时间</i><b>2024-06-2{n}</b><i>发布</i><b>2024-05-0{n}</b>"),
        |n| format!("<i>报名截止日期：</i><b>2024-06-2{n}</b><span>2024-05-0{n}</span>"),
    ];
    for row in rows {
        assert_eq!(days(row).as_deref(), Some("2024-05-01"), "{}", row(1));
    }
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

/// Checks that a hostile page is read soon; the result matters little.
fn is_read_soon(what: &str, html: &str) {
    let start = std::time::Instant::now();
    let base = Url::parse("https://example.org/list/").expect("an address");
    let _ = read_at(html, &base, &Select::default());
    let took = start.elapsed();
    // The limit is generous: this may be an unoptimised build on a busy machine.
    assert!(took.as_secs() < 30, "{what}: {took:?}");
}

#[test]
fn hostile_pages_are_read_in_bounded_time() {
    let row = "<li><a href=/a/1234.html>Some title that is long enough</a>2024-05-01</li>";
    let many = |piece: &str, count: usize| piece.repeat(count);
    for (what, html) in [
        ("nested", many("<div>", 30_000)),
        (
            "nested rows",
            many("<ul><li><a href=/a/12>title of a row", 5_000),
        ),
        ("unclosed formatting", many("<font a=1><b><i><p>x", 10_000)),
        (
            "unclosed anchors",
            many("<a href=/x/1111>some words here", 10_000),
        ),
        ("closing tags", many("</div></li></table>", 20_000)),
        (
            "open table then closing tags",
            "<table>".repeat(300) + &many("</span></p>", 10_000),
        ),
        (
            "attributes",
            format!(
                "<div {}>",
                (0..50_000).map(|n| format!("a{n}=1 ")).collect::<String>()
            ),
        ),
        (
            "one attribute",
            format!("<a href='/{}'>x</a>", many("a", 1 << 20)),
        ),
        ("many links", many(row, 8_000)),
        (
            "distinct paths",
            (0..3_000)
                .map(|n| format!("<x{n}><a href=/p/{n}00>words of a title {n}</a></x{n}>"))
                .collect(),
        ),
        ("records", many("<record><![CDATA[<li>", 10_000)),
        (
            "brackets",
            format!("<script>{}</script>", many("[{\"a\":[", 10_000)),
        ),
        (
            "arrays",
            format!("<script>{}</script>", many("[{a:'", 10_000)),
        ),
        (
            "calls",
            format!(
                "<script>{}</script>{}",
                many("function f(a){", 10_000),
                many("<a onclick=\"f(1)\">a title of words</a>", 2_000)
            ),
        ),
        ("dates", many("<p>2024-05-01 ", 10_000)),
        (
            "spaces",
            format!(
                "<p>1{}x</p><a href=/a/12>{}",
                many(" ", 200_000),
                many("1 ", 50_000)
            ),
        ),
        ("entities", many("&amp;&#x4e2d;&notit;", 10_000)),
        ("cut", row.repeat(20)[..1_411].to_owned()),
    ] {
        is_read_soon(what, &html);
    }
}

#[test]
fn a_text_too_long_for_a_list_is_refused() {
    let base = Url::parse("https://example.org/").expect("an address");
    let huge = "<p>x".repeat(16 << 20);
    assert!(matches!(
        read_at(&huge, &base, &Select::default()),
        Err(ReadError::TooLarge(_))
    ));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,400}") {
        let base = Url::parse("https://example.org/a/b.html").expect("an address");
        let _ = read_at(&text, &base, &Select::default());
        let context = Context {
            base: &base,
            time_zone: chrono_tz::Asia::Shanghai,
            now: now(),
            select: &Select::default(),
            simplify: false,
        };
        let _ = read_json(&text, &context);
    }

    #[test]
    fn no_markup_makes_the_reader_panic(pieces in proptest::collection::vec(proptest::sample::select(vec![
        "<ul>", "<li>", "</li>", "</ul>", "<a href=/a/123.html>", "</a>", "<table>", "<tr>", "<td>", "</td>", "</table>",
        "<div class=list>", "</div>", "<p>", "<dl><dt>", "<dd>", "2024-05-01", "05-01", "20", "2024-05", "一个足够长的标题文字", "A title of words",
        "<script>var a=[{title:'x',url:'/a'}]</script>", "<record><![CDATA[", "]]></record>", "<base href=/x/>", "<b>", "</b>", "<br>",
        "<a onclick=\"open('/x/'+1)\">", "<h2>", "</h2>", "置顶", "…", "<img alt=x>", "\u{0}", "<!--", "-->", "&#x;", "<time datetime=2024-01-01>",
    ]), 0..120)) {
        let base = Url::parse("https://example.org/a/b.html").expect("an address");
        let _ = read_at(&pieces.concat(), &base, &Select::default());
    }
}
