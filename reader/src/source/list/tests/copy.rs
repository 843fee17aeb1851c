//! Checks that a text that is pointed at in a copy of a page finds its list.

use super::*;
use crate::source::list::copy;

fn of<'a>(base: &'a Url, select: &'a Select) -> Context<'a> {
    Context {
        base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2024-06-15T04:00:00Z".parse().expect("a time"),
        select,
        simplify: false,
    }
}

fn titles(html: &str, context: &Context<'_>) -> Vec<String> {
    let list = read(html, context).map(|list| list.notices);
    let rows = list.unwrap_or_default().into_iter();
    rows.map(|row| row.title).collect()
}

/// Returns the fault if the first title of a page's list is pointed at; `None` also if it is not a separate text.
fn fault(fixture: &Fixture) -> Option<String> {
    let none = Select::default();
    let wanted = titles(&fixture.text, &of(&fixture.base, &none));
    let copied = copy(&fixture.text, &of(&fixture.base, &none)).expect("a page");
    let mut texts = copied.lines.iter().flat_map(|line| &line.texts);
    let pointed = texts.find(|text| Some(&text.text) == wanted.first())?;
    let Some(picks) = &pointed.picks else {
        return Some(format!("{}: no list has {}", fixture.name, pointed.text));
    };
    let found = titles(&fixture.text, &of(&fixture.base, picks));
    (!wanted.iter().all(|title| found.contains(title))).then(|| {
        format!(
            "{}: {picks:?}: {found:?} instead of {wanted:?}",
            fixture.name
        )
    })
}

#[test]
fn a_title_that_is_pointed_at_finds_its_list() {
    let pages = fixtures("lists");
    let faults: Vec<String> = pages.iter().filter_map(fault).collect();
    assert!(
        faults.len() * 9 <= pages.len(),
        "{} of {}:\n{}",
        faults.len(),
        pages.len(),
        faults.join("\n")
    );
}

#[test]
fn a_page_that_was_made_to_take_long_is_cut() {
    let base = Url::parse("https://www.example.com/").expect("an address");
    let none = Select::default();
    let deep = "<div><a href=/1>a</a>".repeat(100_000);
    let wide: String = (0..50_000)
        .map(|n| format!("<p class=c{n}><a href=/{n}/1>第{n}号</a><b>2024-01-02</b></p>"))
        .collect();
    for html in [deep, wide] {
        let begun = std::time::Instant::now();
        let copied = copy(&html, &of(&base, &none)).expect("a page");
        let texts: usize = copied.lines.iter().map(|line| line.texts.len()).sum();
        assert!(copied.is_cut && texts <= 2000, "{texts}");
        let took = begun.elapsed();
        assert!(took < std::time::Duration::from_secs(60), "{took:?}");
    }
}
