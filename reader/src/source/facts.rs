//! Checks summaries of the shared corpus, if it exists: they hold the words of the page in its order, and the facts
//! that people need.

use std::{io::Read, path::Path};

use serde_json::Value;
use url::Url;

use super::{
    cases::shared,
    charset, read,
    reading::{Context, Reading},
    summary,
};
use crate::bulletin::{Article, ReadAs, Select};

const FOLDERS: [&str; 4] = [
    "articles/zh",
    "articles/en",
    "synthetic/articles",
    "fresh/articles",
];

fn labels(folder: &Path) -> Value {
    let files = ["labels.json", "gold.json"].map(|name| folder.join(name));
    let file = files.iter().find(|file| file.is_file()).expect("labels");
    serde_json::from_slice(&std::fs::read(file).expect("labels")).expect("JSON")
}

fn page(folder: &Path, id: &str, label: &Value) -> Option<String> {
    let named = label["file"].as_str().map(|file| folder.join(file));
    let places = [
        folder.join(format!("{id}.html.gz")),
        folder.join(format!("{id}.html")),
    ];
    let file = named
        .into_iter()
        .chain(places)
        .find(|file| file.is_file())?;
    let mut bytes = std::fs::read(file).expect("a page");
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut whole = Vec::new();
        let mut packed = flate2::read::GzDecoder::new(bytes.as_slice());
        packed.read_to_end(&mut whole).expect("a packed page");
        bytes = whole;
    }
    Some(charset::decode(&bytes, None, None).text)
}

/// Reads an article of the corpus; `None` if it is not an article.
fn article(folder: &Path, id: &str, label: &Value) -> Option<Article> {
    let html = page(folder, id, label)?;
    let address = label["url"]
        .as_str()
        .unwrap_or("https://www.example.org/news/1.html");
    let base = Url::parse(address)
        .or_else(|_| Url::parse(&format!("https://{address}")))
        .ok()?;
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2026-03-10T04:00:00Z".parse().expect("a time"),
        select: &Select::default(),
        simplify: false,
    };
    match read(&html, None, ReadAs::Article, &context) {
        Ok(Reading::Article(article)) => Some(article),
        _ => None,
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns whether a summary consists of at most `most` pieces of a text, in its order.
fn is_in_order(summary: &str, text: &str, most: usize) -> bool {
    let (mut rest, mut at) = (summary, 0);
    for _ in 0..most {
        if rest.is_empty() {
            return true;
        }
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8());
        let longest = ends.rev().find(|end| text[at..].contains(&rest[..*end]));
        let Some(end) = longest else {
            return false;
        };
        at += text[at..].find(&rest[..end]).expect("a piece") + end;
        rest = &rest[end..];
    }
    rest.is_empty()
}

#[test]
#[ignore = "needs ../shared/corpus"]
fn summaries_are_in_the_words_and_the_order_of_the_page() {
    let (mut pages, mut faults) = (0, Vec::new());
    for folder in FOLDERS {
        let folder = shared("corpus").join(folder);
        for (id, label) in labels(&folder).as_object().expect("an object") {
            let Some(article) = article(&folder, id, label) else {
                continue;
            };
            // The page's own description is left out because it may be in other words.
            let asking = summary::by_when(&article.text, None, chrono_tz::UTC, Default::default());
            let asking = asking.as_ref().map(|found| found.sentence.as_str());
            let title = article.title.as_deref().unwrap_or_default();
            let Some(summary) = summary::summarise(title, None, &article.text, asking) else {
                continue;
            };
            pages += 1;
            if !is_in_order(&letters(&summary), &letters(&article.text), 12) {
                faults.push(format!("{id}: {summary}"));
            }
        }
    }
    println!("summaries: {pages} pages, {} in other words", faults.len());
    assert!(pages > 120 && faults.is_empty(), "{}", faults.join("\n"));
}

/// The facts and deadlines that the summaries of a file's pages leave out, with the number of facts and deadlines.
#[derive(Default)]
struct Coverage {
    facts: usize,
    missed: Vec<String>,
    deadlines: usize,
    unsaid: Vec<String>,
}

fn coverage(file: &str) -> Coverage {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
    let mut coverage = Coverage::default();
    for line in file.lines().filter(|line| !line.starts_with('#')) {
        let (path, wanted) = line.split_once(" | ").expect("a page and its facts");
        let (folder, id) = path.rsplit_once('/').expect("a folder");
        let folder = shared("corpus").join(folder);
        let article = article(&folder, id, &labels(&folder)[id]).expect("an article");
        let summary = squeezed(article.summary.as_deref().unwrap_or_default());
        for fact in wanted.split(" / ") {
            coverage.facts += 1;
            if !fact
                .split('=')
                .any(|words| summary.contains(&squeezed(words)))
            {
                coverage.missed.push(format!("{path}: {fact}"));
            }
        }
        if let Some(deadline) = article.deadline {
            coverage.deadlines += 1;
            let day = deadline.day().format("%-d").to_string();
            if !summary.contains(&day) && !summary.contains('底') {
                coverage.unsaid.push(format!("{path}: {deadline}"));
            }
        }
    }
    coverage
}

#[test]
#[ignore = "needs ../shared/corpus"]
fn summaries_say_who_what_when_and_where() {
    let files = [
        (include_str!("../../tests/fixtures/facts.txt"), 0.95),
        (
            include_str!("../../tests/fixtures/facts_of_sixty.txt"),
            0.78,
        ),
    ];
    for (file, least) in files {
        let coverage = coverage(file);
        let Coverage { facts, missed, .. } = &coverage;
        println!(
            "facts: {facts}, missed {}\n{}",
            missed.len(),
            missed.join("\n")
        );
        let Coverage {
            deadlines, unsaid, ..
        } = &coverage;
        println!("deadlines: {deadlines}, unsaid {}", unsaid.join(", "));
        let said = (facts - missed.len()) as f64 / *facts as f64;
        assert!(said >= least, "{said}: {}", missed.join("\n"));
        assert!(unsaid.len() * 20 <= *deadlines, "{}", unsaid.join("\n"));
    }
}
