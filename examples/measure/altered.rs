//! Measures how much of the correct readings stay correct when a page is altered the way that other sites are built.
//!
//! There are two kinds of alteration. [`injected`]: a box that is not part of the content (a consent dialog, a login
//! form, …) is put into the page, and nothing may change. [`rebuilt`]: the page is built in another manner (other class
//! names, no headings, dates of another form, …), and the page's label must still be met. The first is a promise; the
//! second shows how far the rules carry beyond the sites that they were made with.

mod column;
mod injected;
mod rebuilt;

use std::path::Path;

use anyhow::Result;
use noticast::{
    bulletin::ReadAs,
    source::{Reading, charset},
};
use serde_json::Value;

use crate::{
    reading,
    score::{self, Report, Sample},
};

const FOLDERS: [&str; 7] = [
    "lists",
    "synthetic/lists",
    "fresh/lists",
    "articles/zh",
    "articles/en",
    "synthetic/articles",
    "fresh/articles",
];

/// Alters every page of the corpus. Each page gets one of `every` boxes, so that each box still meets many pages.
pub fn measure(corpus: &Path, only: Option<&str>, every: usize, report: &mut Report) -> Result<()> {
    let mut pages = Vec::new();
    for folder in FOLDERS {
        pages.extend(score::samples(&corpus.join(folder))?.iter().map(Page::new));
    }
    // Lists in data have nothing to be altered.
    pages.retain(|page| !page.html.trim_start().starts_with(['{', '[']));
    let wants = |part: &str| only.is_none_or(|only| only == part || only == "altered");
    if wants("injected") {
        injected::measure(&pages, every, report);
    }
    if wants("rebuilt") {
        rebuilt::measure(&pages, every, report);
    }
    Ok(())
}

/// A labelled page as text.
pub struct Page {
    id: String,
    label: Value,
    html: String,
}

impl Page {
    fn new(sample: &Sample) -> Self {
        Self {
            id: sample.id.clone(),
            label: sample.label.clone(),
            html: charset::decode(&sample.body, None, None).text,
        }
    }

    fn is_list(&self) -> bool {
        self.label["bulletins"].is_array()
    }
}

/// The kind that a page is read as, and its content.
#[derive(Debug, Default, PartialEq)]
struct Found {
    kind: String,
    /// The address, title and day of each row.
    rows: Vec<[String; 3]>,
    title: Option<String>,
    day: Option<String>,
    text: String,
}

impl Found {
    fn on(html: &str, label: &Value, read_as: ReadAs) -> Self {
        match reading::text(html, label, read_as) {
            Ok(Reading::List(list)) => Self {
                kind: "a list".to_owned(),
                rows: list
                    .notices
                    .into_iter()
                    .map(|row| {
                        let day = row.published.map(|day| day.day().to_string());
                        [row.url, row.title, day.unwrap_or_default()]
                    })
                    .collect(),
                ..Self::default()
            },
            Ok(Reading::Article(article)) => Self {
                kind: "an article".to_owned(),
                title: article.title,
                day: article.published.map(|day| day.day().to_string()),
                text: article.text,
                ..Self::default()
            },
            Ok(Reading::Feed(_)) => Self {
                kind: "a feed".to_owned(),
                ..Self::default()
            },
            Err(error) => Self {
                kind: error,
                ..Self::default()
            },
        }
    }

    /// Describes the difference to `other` in a line.
    fn difference(&self, other: &Self) -> Option<String> {
        if self == other {
            return None;
        }
        if self.kind != other.kind {
            return Some(format!("{} instead of {}", other.kind, self.kind));
        }
        let rows = self.rows.iter().find(|row| !other.rows.contains(row));
        let more = other.rows.iter().find(|row| !self.rows.contains(row));
        if let Some(row) = rows.or(more) {
            let count = format!("{} rows instead of {}", other.rows.len(), self.rows.len());
            let more = more.map(|row| format!(", more: {row:?}"));
            return Some(format!(
                "{count}, such as {row:?}{}",
                more.unwrap_or_default()
            ));
        }
        if self.title != other.title {
            return Some(format!(
                "title {:?} instead of {:?}",
                other.title, self.title
            ));
        }
        if self.day != other.day {
            return Some(format!("day {:?} instead of {:?}", other.day, self.day));
        }
        let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
        let (own, theirs) = (lines(&self.text), lines(&other.text));
        let lost = own.iter().find(|line| !theirs.contains(line));
        let new = theirs.iter().find(|line| !own.contains(line));
        Some(format!("text: lost {lost:?}, new {new:?}"))
    }
}
