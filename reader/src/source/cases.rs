//! Measures how many of the shared cases are read right, if the shared folder exists.

use std::{collections::HashSet, io::Read, path::PathBuf};

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use url::Url;

use super::{
    charset, read,
    reading::{Context, Reading},
    summary,
};
use crate::bulletin::{Moment, ReadAs, Select};

/// Returns the path of a file in the folder that the whole project shares.
pub(super) fn shared(path: &str) -> PathBuf {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [root.join("../../shared"), root.join("../../../shared")];
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

/// Returns a moment as the cases write it: `2026-03-20` or `2026-03-20T17:00`.
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

const CONSENT: [&str; 4] = [
    "We use cookies and similar technologies to remember your choices, to measure how our pages are used and to improve the service that we offer to you.",
    "By choosing to accept, you agree that information may be stored on your device and passed to the partners named in our statement, and you may withdraw your consent at any time.",
    "Some of these technologies are needed for the site to work, others help us to understand which pages are read, how long people stay, and what they look for.",
    "You find more about the data that we hold, the reasons why we hold them, and the time after which they are deleted, in the statement at the foot of each page.",
];
const NOTICE: [&str; 4] = [
    "本网站使用必要的技术记录您的选择，统计页面的访问情况，以便改进我们提供的服务，继续浏览即表示您同意我们的做法。",
    "您可以随时在浏览器的设置中关闭相关功能，关闭后部分栏目可能无法正常显示，由此带来的不便，敬请谅解。",
    "本站所载内容仅供参考，未经书面授权，任何单位和个人不得转载、摘编或者以其他方式使用，违者将依法追究责任。",
    "如对本站内容有疑问，请在工作日与我们联系，我们将在核实有关情况之后，尽快给予答复和处理，感谢您的支持。",
];
/// Boxes outside a page's content.
const BOXES: [(&str, &str); 19] = [
    (
        "<div class=\"cookie-notice\" role=\"dialog\" hidden>",
        "</div>",
    ),
    ("<footer>", "</footer>"),
    ("<div class=\"footer\"><div class=\"wrap\">", "</div></div>"),
    ("<div style=\"display: none\">", "</div>"),
    ("<div aria-hidden=\"true\">", "</div>"),
    ("<div role=\"dialog\"><div>", "</div></div>"),
    ("<dialog>", "</dialog>"),
    (
        "<div id=\"onetrust-consent-sdk\"><div class=\"x1\">",
        "</div></div>",
    ),
    ("<div class=\"cookieBanner\">", "</div>"),
    (
        "<div class=\"modal fade\"><div class=\"modal-body\">",
        "</div></div>",
    ),
    ("<div id=\"popup\">", "</div>"),
    ("<section class=\"gdpr\">", "</section>"),
    ("<div class=\"copyright\">", "</div>"),
    ("<div class=\"d-none\">", "</div>"),
    ("<aside>", "</aside>"),
    ("<div hidden><div><div>", "</div></div></div>"),
    // Boxes at the edge of the body, without any mark.
    ("", ""),
    ("<div>", "</div>"),
    ("<div class=\"w1\"><div class=\"w2\">", "</div></div>"),
];

/// Returns the list pages of the corpus with their addresses.
fn list_pages() -> Vec<(String, Url, String)> {
    let mut pages = Vec::new();
    for folder in ["lists", "synthetic/lists", "fresh/lists"] {
        let folder = shared("corpus").join(folder);
        let Ok(labels) = std::fs::read_to_string(folder.join("labels.json")) else {
            continue;
        };
        let labels: Value = serde_json::from_str(&labels).expect("labels");
        for (id, label) in labels.as_object().expect("an object") {
            let base = label["base"].as_str().or_else(|| label["url"].as_str());
            let base = base.unwrap_or("https://www.example.org/news/");
            let named = label["file"].as_str().map(|file| folder.join(file));
            let packed = || folder.join(format!("{id}.html.gz"));
            let plain = || folder.join(format!("{id}.html"));
            let places = named.into_iter().chain([packed(), plain()]);
            let Some(file) = places.into_iter().find(|file| file.is_file()) else {
                continue;
            };
            let mut bytes = std::fs::read(&file).expect("a page");
            if bytes.starts_with(&[0x1f, 0x8b]) {
                let mut whole = Vec::new();
                let mut packed = flate2::read::GzDecoder::new(bytes.as_slice());
                packed.read_to_end(&mut whole).expect("a packed page");
                bytes = whole;
            }
            let text = charset::decode(&bytes, None, None).text;
            pages.push((id.clone(), Url::parse(base).expect("an address"), text));
        }
    }
    pages
}

/// Returns the addresses of a page's rows, if it is read as a list.
fn rows(html: &str, base: &Url, kind: ReadAs) -> Option<HashSet<String>> {
    let context = Context {
        base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2026-03-10T04:00:00Z".parse().expect("a time"),
        select: &Select::default(),
        simplify: false,
    };
    match read(html, None, kind, &context) {
        Ok(Reading::List(list)) => Some(list.notices.into_iter().map(|row| row.url).collect()),
        _ => None,
    }
}

/// Returns a page with prose put into a box at the start or the end of its body.
fn with_prose(html: &str, variant: usize) -> String {
    let (open, close) = BOXES[variant / 4 % BOXES.len()];
    let words = if variant.is_multiple_of(2) {
        CONSENT
    } else {
        NOTICE
    };
    let prose: String = words.iter().map(|text| format!("<p>{text}</p>")).collect();
    let piece = format!("{open}{prose}{close}");
    let lower = html.to_ascii_lowercase();
    let head = lower
        .find("<body")
        .and_then(|at| Some(at + lower[at..].find('>')? + 1));
    let at = match variant / 2 % 2 {
        0 => lower.rfind("</body").unwrap_or(html.len()),
        _ => head.unwrap_or(0),
    };
    format!("{}{piece}{}", &html[..at], &html[at..])
}

/// Checks that hidden text, dialogs and footers decide nothing: as many pages are lists with them as without.
#[test]
#[ignore = "needs ../shared/corpus"]
fn lists_stay_lists_whatever_stands_outside_their_content() {
    let variants = BOXES.len() * 4;
    let (mut pages, mut tried, mut faults) = (0, 0, Vec::new());
    let pages_of_html = list_pages()
        .into_iter()
        .filter(|(.., html)| html.contains("<a"));
    for (at, (id, base, html)) in pages_of_html.enumerate() {
        let (base, html) = (&base, html.as_str());
        let Some(plain) = rows(html, base, ReadAs::Auto) else {
            continue;
        };
        pages += 1;
        // Each box meets many pages, and each page many boxes.
        for variant in (0..variants).filter(|variant| (variant + at) % 3 == 0) {
            tried += 1;
            let page = with_prose(html, variant);
            if rows(&page, base, ReadAs::Auto).as_ref() != Some(&plain) {
                faults.push(format!("{id}: variant {variant}"));
            }
            if variant % 12 == 0 && rows(&page, base, ReadAs::List).as_ref() != Some(&plain) {
                faults.push(format!("{id}: variant {variant}, asked for as a list"));
            }
        }
    }
    println!(
        "lists: {pages} pages, {tried} with prose outside, {} wrong",
        faults.len()
    );
    assert!(pages >= 20 && faults.is_empty(), "{}", faults.join("\n"));
}
