//! Measures how well articles are read.

use std::{path::Path, time::Instant};

use anyhow::Result;
use chrono::{TimeZone, Utc};
use noticast::{
    bulletin::{Article, Select},
    source::{Context, article, charset},
};
use serde_json::Value;
use url::Url;

use crate::groups::Groups;
use crate::score::{self, Mean, Means, Report, Sample};

/// The figures that each part reached, below which it must not fall.
struct Floors {
    text: f64,
    /// The same on the pages labelled with another language than Chinese. trafilatura 2.3.1 reaches 0.932 on those of
    /// the fresh half.
    others: f64,
    right: f64,
    complete: f64,
    title: f64,
    date: f64,
    publisher: f64,
    attachments: f64,
}

const PARTS: [(&str, &str, Floors); 4] = [
    (
        "articles/zh",
        "articles, Chinese",
        Floors {
            text: 0.996,
            others: 0.00,
            right: 1.00,
            complete: 1.00,
            title: 1.00,
            date: 1.00,
            publisher: 1.00,
            attachments: 0.99,
        },
    ),
    (
        "articles/en",
        "articles, English",
        Floors {
            text: 0.988,
            others: 0.00,
            right: 0.95,
            complete: 0.00,
            title: 0.00,
            date: 0.00,
            publisher: 0.00,
            attachments: 0.00,
        },
    ),
    (
        "synthetic/articles",
        "articles, invented",
        Floors {
            text: 1.000,
            others: 0.00,
            right: 1.00,
            complete: 1.00,
            title: 1.00,
            date: 1.00,
            publisher: 1.00,
            attachments: 1.00,
        },
    ),
    (
        "fresh/articles",
        "articles, fresh",
        Floors {
            text: 0.99,
            others: 0.97,
            right: 1.00,
            complete: 1.00,
            title: 1.00,
            date: 1.00,
            publisher: 1.00,
            attachments: 1.00,
        },
    ),
];
/// The share of the label's text from which a text is right.
const RIGHT_TEXT: f64 = 0.9;

pub fn measure(corpus: &Path, report: &mut Report) -> Result<()> {
    for (folder, part, floors) in &PARTS {
        measure_part(&corpus.join(folder), part, floors, report)?;
    }
    Ok(())
}

struct Figures {
    text: Means,
    others: Means,
    right: Groups,
    complete: Groups,
    title: Mean,
    date: Mean,
    publisher: Mean,
    attachments: Means,
}

fn measure_part(folder: &Path, part: &str, floors: &Floors, report: &mut Report) -> Result<()> {
    let mut figures = Figures::new();
    let mut took = std::time::Duration::ZERO;
    let samples = score::samples(folder)?;
    for sample in &samples {
        let started = Instant::now();
        let article = read(sample)?;
        took += started.elapsed();
        figures.add(part, sample, &article, report);
    }
    let Figures {
        text,
        others,
        right,
        complete,
        title,
        date,
        publisher,
        attachments,
    } = figures;
    let pages = text.pages();
    report.share(part, "text, precision", text.precision(), pages, 0.0);
    report.share(part, "text, recall", text.recall(), pages, 0.0);
    report.share(part, "text, F1", text.f1(), pages, floors.text);
    if others.pages() > 0 {
        let (value, floor) = (others.f1(), floors.others);
        report.share(
            part,
            "text, F1, other languages",
            value,
            others.pages(),
            floor,
        );
    }
    right.print(part, floors.right, report);
    complete.print(part, floors.complete, report);
    for (name, mean, floor) in [
        ("title", title, floors.title),
        ("date", date, floors.date),
        ("publisher or author", publisher, floors.publisher),
    ] {
        if mean.count() > 0 {
            report.share(part, name, mean.value(), mean.count(), floor);
        }
    }
    if attachments.pages() > 0 {
        report.share(
            part,
            "attachments, F1",
            attachments.f1(),
            attachments.pages(),
            floors.attachments,
        );
    }
    report.speed(part, samples.len(), took);
    Ok(())
}

/// Reads the page as `preview` does; one that cannot be read is an empty article.
fn read(sample: &Sample) -> Result<Article> {
    let address = sample.label["url"]
        .as_str()
        .unwrap_or("http://example.org/");
    let base = Url::parse(address).or_else(|_| Url::parse(&format!("http://{address}")))?;
    let select = Select::default();
    let context = Context {
        base: &base,
        time_zone: chrono_tz::Asia::Shanghai,
        now: Utc
            .with_ymd_and_hms(2026, 1, 1, 0, 0, 0)
            .single()
            .unwrap_or_default(),
        select: &select,
        simplify: false,
    };
    let text = charset::decode(&sample.body, None, None).text;
    Ok(article::read(&text, &context).unwrap_or_default())
}

impl Figures {
    fn new() -> Self {
        Self {
            text: Means::default(),
            others: Means::default(),
            right: Groups::new("text right"),
            complete: Groups::new("title, date and text right"),
            title: Mean::default(),
            date: Mean::default(),
            publisher: Mean::default(),
            attachments: Means::default(),
        }
    }

    fn add(&mut self, part: &str, sample: &Sample, article: &Article, report: &mut Report) {
        let label = &sample.label;
        let wanted = label["body"]
            .as_str()
            .or_else(|| label["articleBody"].as_str());
        let mut right = true;
        if label["body_scored"].as_bool() != Some(false)
            && let Some(wanted) = wanted
        {
            let mut found = score::text(wanted, &article.text);
            if let Some(other) = label["body_alt"].as_str() {
                let other = score::text(other, &article.text);
                if other.f1() > found.f1() {
                    found = other;
                }
            }
            self.text.add(found);
            right = found.f1() >= RIGHT_TEXT;
            if label["lang"]
                .as_str()
                .is_some_and(|language| language != "zh")
            {
                self.others.add(found);
            }
            self.right.add(sample, right);
            if found.f1() < 0.99 {
                let shown = |share: Option<f64>| share.unwrap_or_default();
                let (precision, recall) = (shown(found.precision), shown(found.recall));
                let note = format!("text: precision {precision:.3}, recall {recall:.3}");
                report.worst(part, &sample.id, found.f1(), note);
            }
        }
        if let Some(fields) = self.add_fields(part, sample, article, report) {
            self.complete.add(sample, right && fields);
        }
    }

    /// Judges title and date, if the label has them, and returns whether they are right.
    fn add_fields(
        &mut self,
        part: &str,
        sample: &Sample,
        article: &Article,
        report: &mut Report,
    ) -> Option<bool> {
        let label = &sample.label;
        let mut judge = |mean: &mut Mean, right: bool, what: &str, wanted: &str, found: &str| {
            mean.add(right);
            if !right {
                let note = format!("{what}: {wanted} ≠ {found}");
                report.worst(part, &sample.id, 0.0, note);
            }
        };
        let title = label["title"].as_str()?;
        let found = article.title.as_deref().unwrap_or_default();
        let right_title = score::title(title, found);
        judge(&mut self.title, right_title, "title", title, found);
        let day = label["published"].as_str();
        let found = article.published;
        let right_day = match day {
            Some(day) => score::day(day, found.as_ref()),
            None => found.is_none(),
        };
        let shown = found.map(|day| day.to_string()).unwrap_or_default();
        judge(
            &mut self.date,
            right_day,
            "date",
            day.unwrap_or("none"),
            &shown,
        );
        let accepted: Vec<&str> = strings(&label["source_any"]).collect();
        if !accepted.is_empty() {
            let found = format!(
                "{} / {}",
                article.publisher.as_deref().unwrap_or_default(),
                article.author.as_deref().unwrap_or_default()
            );
            let right = accepted.iter().any(|name| found.contains(name));
            judge(
                &mut self.publisher,
                right,
                "publisher",
                &accepted.join("|"),
                &found,
            );
        }
        let (wanted, right) = attachments(&label["attachments"], article);
        if !wanted.is_empty() || !article.attachments.is_empty() {
            let found = article.attachments.len();
            self.attachments.add(score::Match {
                precision: share(right, found),
                recall: share(right, wanted.len()),
            });
            if right != wanted.len() || right != found {
                let note = format!("attachments: {wanted:?} ≠ {:?}", article.attachments);
                report.worst(part, &sample.id, 0.0, note);
            }
        }
        Some(right_title && right_day)
    }
}

fn share(right: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| right as f64 / of as f64)
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

/// Returns the wanted attachments, and how many of them were found with their names. If a saved page has a script for
/// an address, the address within it is right.
fn attachments(wanted: &Value, article: &Article) -> (Vec<(String, String)>, usize) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let wanted: Vec<(String, String)> = wanted
        .as_array()
        .into_iter()
        .flatten()
        .map(|file| (text(&file["url"]), text(&file["name"])))
        .collect();
    let right = wanted
        .iter()
        .filter(|(url, name)| {
            article.attachments.iter().any(|found| {
                let same = score::address(url) == score::address(&found.url)
                    || url.starts_with("javascript:") && url.contains(&found.url);
                same && score::title(name, &found.name)
            })
        })
        .count();
    (wanted, right)
}
