//! Counts how many of the drawn articles are read exactly.

use url::Url;

use crate::{
    bulletin::{ReadAs, Select},
    source::{self, Context, Reading, drawn},
};

/// Returns the faults in the reading of a drawn article.
fn fault(seed: u64) -> Option<String> {
    let drawn = drawn::article(seed);
    let base = Url::parse(drawn.base).expect("an address");
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: "2024-06-15T04:00:00Z".parse().expect("a time"),
        select: &select,
        simplify: false,
    };
    let auto = source::read(&drawn.html, None, ReadAs::Auto, &context);
    let Ok(Reading::Article(article)) = auto else {
        return Some(format!("{seed}: no article: {auto:?}"));
    };
    let bare = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    // Whether a line that names a file belongs to the text is a matter of taste.
    let lines = |lines: Vec<&str>| -> Vec<String> {
        let names_file = |line: &&str| {
            [".docx", ".xlsx", ".pdf"]
                .iter()
                .any(|end| line.ends_with(end))
        };
        lines
            .into_iter()
            .filter(|line| !names_file(line))
            .map(bare)
            .collect()
    };
    let files: Vec<(String, String)> = article
        .attachments
        .iter()
        .map(|file| (file.url.clone(), file.name.clone()))
        .collect();
    let named = [&article.author, &article.publisher];
    let checks = [
        (
            "title",
            article.title.as_deref().map(bare) == Some(bare(&drawn.title)),
        ),
        (
            "date",
            article.published.map(|moment| moment.day()) == Some(drawn.day),
        ),
        (
            "source",
            drawn.source.is_none() || named.contains(&&drawn.source),
        ),
        (
            "text",
            lines(article.text.lines().collect())
                == lines(drawn.lines.iter().map(String::as_str).collect()),
        ),
        ("files", files == drawn.files),
    ];
    let wrong: Vec<&str> = checks
        .iter()
        .filter(|(_, right)| !right)
        .map(|(what, _)| *what)
        .collect();
    (!wrong.is_empty()).then(|| format!("{seed}: {}: {article:?}", wrong.join(", ")))
}

/// Checks title, date, source, text and all files, and that the pages are distinguished from lists.
#[test]
fn articles_of_many_systems_read_exactly() {
    const ARTICLES: u64 = 300;
    let faults: Vec<String> = (0..ARTICLES).filter_map(fault).collect();
    assert!(
        faults.len() as u64 * 50 <= ARTICLES,
        "{} of {ARTICLES} wrong:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
