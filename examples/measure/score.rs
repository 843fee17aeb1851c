//! The corpus's metrics, its pages, and the table of figures with their floors. Read
//! [`text`], [`items`] and [`Report`].

use std::{
    collections::HashMap,
    fs,
    io::Read,
    path::Path,
    sync::LazyLock,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, anyhow};
use comfy_table::{CellAlignment, Table, presets};
use noticast::bulletin::{Moment, Notice};
use regex::Regex;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization;
use url::Url;

/// A labelled page, byte for byte.
pub struct Sample {
    pub id: String,
    pub label: Value,
    pub body: Vec<u8>,
}

/// Returns all pages of a folder in the order of its labels (`labels.json` or `gold.json`), unpacked.
pub fn samples(folder: &Path) -> Result<Vec<Sample>> {
    let labels = ["labels.json", "gold.json"]
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists())
        .ok_or_else(|| anyhow!("{}: no labels.json, no gold.json", folder.display()))?;
    let labels: serde_json::Map<String, Value> = serde_json::from_slice(&fs::read(&labels)?)
        .with_context(|| labels.display().to_string())?;
    let sample = |(id, label): (String, Value)| {
        let file = label["file"]
            .as_str()
            .map_or(format!("{id}.html.gz"), str::to_owned);
        let body = unpacked(&folder.join(file))?;
        Ok(Sample { id, label, body })
    };
    labels.into_iter().map(sample).collect()
}

fn unpacked(path: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    if path.extension().is_none_or(|extension| extension != "gz") {
        return Ok(bytes);
    }
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut body)?;
    Ok(body)
}

/// The precision and recall of one page; `None` if there was nothing to find or nothing found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    pub precision: Option<f64>,
    pub recall: Option<f64>,
}

impl Match {
    fn of(right: usize, found: usize, wanted: usize) -> Self {
        Self {
            precision: share(right, found),
            recall: share(right, wanted),
        }
    }

    /// Returns their harmonic mean; 1 if there was nothing to find and nothing was found.
    pub fn f1(self) -> f64 {
        match (self.precision, self.recall) {
            (None, None) => 1.0,
            (precision, recall) => f1(precision.unwrap_or(0.0), recall.unwrap_or(0.0)),
        }
    }
}

/// Compares counted shingles of four tokens; a Han character is a separate token (the metric of the scrapinghub article
/// benchmark).
pub fn text(wanted: &str, found: &str) -> Match {
    let (wanted, found) = (shingles(wanted), shingles(found));
    let right = wanted
        .iter()
        .map(|(shingle, count)| *found.get(shingle).unwrap_or(&0).min(count))
        .sum();
    Match::of(right, found.values().sum(), wanted.values().sum())
}

fn shingles(text: &str) -> HashMap<Vec<&str>, usize> {
    static TOKEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\p{Han}|[\w--\p{Han}]+").expect("a right pattern"));
    let tokens: Vec<&str> = TOKEN.find_iter(text).map(|found| found.as_str()).collect();
    let mut counts = HashMap::new();
    if tokens.is_empty() {
        return counts;
    }
    for shingle in tokens.windows(tokens.len().min(4)) {
        *counts.entry(shingle.to_vec()).or_default() += 1;
    }
    counts
}

/// The means of precision and recall over pages, and the F1 of the means.
#[derive(Debug, Default)]
pub struct Means {
    precision: Mean,
    recall: Mean,
}

impl Means {
    pub fn add(&mut self, page: Match) {
        self.precision.add_some(page.precision);
        self.recall.add_some(page.recall);
    }

    pub fn precision(&self) -> f64 {
        self.precision.value()
    }

    pub fn recall(&self) -> f64 {
        self.recall.value()
    }

    pub fn f1(&self) -> f64 {
        f1(self.precision(), self.recall())
    }

    pub fn pages(&self) -> usize {
        self.recall.count.max(self.precision.count)
    }
}

/// A mean over added values, such as the share of right dates (`add(right)`).
#[derive(Debug, Default)]
pub struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    pub fn add(&mut self, value: impl Into<f64>) {
        self.sum += value.into();
        self.count += 1;
    }

    pub fn add_some(&mut self, value: Option<impl Into<f64>>) {
        if let Some(value) = value {
            self.add(value);
        }
    }

    pub fn value(&self) -> f64 {
        self.sum / real(self.count.max(1))
    }

    pub fn count(&self) -> usize {
        self.count
    }
}

/// Returns whether titles are equal after NFKC, without white space and punctuation; a truncated wanted title (… or
/// ...) matches by prefix.
pub fn title(wanted: &str, found: &str) -> bool {
    // A pin is not part of a title.
    let wanted = wanted.strip_prefix("置顶：").unwrap_or(wanted);
    let cut = wanted.ends_with('…') || wanted.ends_with("...");
    let (wanted, found) = (title_form(wanted), title_form(found));
    wanted == found || (cut && found.starts_with(&wanted))
}

fn title_form(title: &str) -> String {
    title.nfkc().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns whether `found` is on the wanted day (`2022-11-20`).
pub fn day(wanted: &str, found: Option<&Moment>) -> bool {
    found.is_some_and(|found| found.day().to_string() == wanted)
}

/// Returns an address without scheme and fragment, with percent-encoding undone.
pub fn address(url: &str) -> String {
    let Ok(mut url) = Url::parse(url) else {
        return url.to_owned();
    };
    url.set_fragment(None);
    let bare = url.as_str().split_once(':').map_or("", |(_, rest)| rest);
    let mut bytes = Vec::with_capacity(bare.len());
    let mut rest = bare;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The items of a list page against its label.
#[derive(Debug, Default)]
pub struct Items {
    pub right: usize,
    pub missed: Vec<String>,
    pub false_found: Vec<String>,
    /// The titles of the right ones: (right, wrong titles as `wanted ≠ found`).
    pub titles: (usize, Vec<String>),
    /// The dates of the right ones whose label has a date.
    pub dates: (usize, Vec<String>),
    pub in_order: bool,
}

impl Items {
    /// Returns whether the items are the whole list, nothing else, in its order.
    pub fn exact(&self) -> bool {
        self.missed.is_empty() && self.false_found.is_empty() && self.in_order
    }

    pub fn matched(&self) -> Match {
        Match::of(
            self.right,
            self.right + self.false_found.len(),
            self.right + self.missed.len(),
        )
    }
}

/// Scores the notices of a page by its label's `bulletins` and `optional`.
pub fn items(label: &Value, found: &[Notice]) -> Items {
    let mut items = Items::default();
    let wanted: Vec<(String, &Value)> = array(&label["bulletins"])
        .map(|item| (address(item["url"].as_str().unwrap_or_default()), item))
        .collect();
    let optional: Vec<String> = array(&label["optional"])
        .filter_map(Value::as_str)
        .map(address)
        .collect();
    let mut met = vec![false; wanted.len()];
    let mut places = Vec::new();
    for notice in found {
        let at = address(&notice.url);
        let place = (0..wanted.len()).find(|i| !met[*i] && wanted[*i].0 == at);
        match place {
            Some(place) => {
                met[place] = true;
                places.push(place);
                items.compare(wanted[place].1, notice);
            }
            None if optional.contains(&at) => {}
            None => items
                .false_found
                .push(format!("{} {}", notice.url, notice.title)),
        }
    }
    items.in_order = places.is_sorted();
    items.missed = (0..wanted.len())
        .filter(|i| !met[*i])
        .map(|i| format!("{} {}", wanted[i].1["url"], wanted[i].1["title"]))
        .collect();
    items
}

impl Items {
    fn compare(&mut self, wanted: &Value, found: &Notice) {
        self.right += 1;
        let wanted_title = wanted["title"].as_str().unwrap_or_default();
        if title(wanted_title, &found.title) {
            self.titles.0 += 1;
        } else {
            self.titles
                .1
                .push(format!("{wanted_title} ≠ {}", found.title));
        }
        let Some(wanted_day) = wanted["published"].as_str() else {
            return;
        };
        if day(wanted_day, found.published.as_ref()) {
            self.dates.0 += 1;
        } else {
            self.dates.1.push(format!(
                "{wanted_day} ≠ {} ({wanted_title})",
                found
                    .published
                    .map_or("none".to_owned(), |day| day.to_string())
            ));
        }
    }
}

/// The figures of all parts, each with the floor reached before.
#[derive(Debug, Default)]
pub struct Report {
    figures: Vec<Figure>,
    worst: Vec<Worst>,
}

#[derive(Debug)]
struct Figure {
    part: String,
    name: String,
    value: f64,
    count: usize,
    floor: f64,
}

#[derive(Debug)]
struct Worst {
    part: String,
    page: String,
    score: f64,
    note: String,
}

impl Report {
    /// Adds a share (0 to 1) over `count` pages or items; `floor` is the share reached before.
    pub fn share(&mut self, part: &str, name: &str, value: f64, count: usize, floor: f64) {
        self.figures.push(Figure {
            part: part.to_owned(),
            name: name.to_owned(),
            value,
            count,
            floor,
        });
    }

    /// Adds the number of pages per second; it has no floor, as machines differ.
    pub fn speed(&mut self, part: &str, pages: usize, took: Duration) {
        let value = real(pages) / took.as_secs_f64().max(1e-9);
        self.share(part, "pages a second", value, pages, 0.0);
    }

    /// Adds a page that was not wholly right.
    pub fn worst(&mut self, part: &str, page: &str, score: f64, note: impl Into<String>) {
        self.worst.push(Worst {
            part: part.to_owned(),
            page: page.to_owned(),
            score,
            note: note.into(),
        });
    }

    /// Returns the figures below their floors.
    pub fn fallen(&self) -> Vec<String> {
        let fell = |figure: &&Figure| figure.value < figure.floor - 1e-6;
        self.figures
            .iter()
            .filter(fell)
            .map(|f| {
                format!(
                    "{}: {} is {:.4}, the floor is {}",
                    f.part, f.name, f.value, f.floor
                )
            })
            .collect()
    }

    /// Prints the table, and the `limit` worst pages of each part.
    pub fn print(&mut self, limit: usize) {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_header(["part", "figure", "value", "of", "floor"]);
        for figure in &self.figures {
            let digits = if figure.value > 2.0 { 0 } else { 4 };
            let floor = if figure.floor > 0.0 {
                figure.floor.to_string()
            } else {
                String::new()
            };
            table.add_row([
                figure.part.clone(),
                figure.name.clone(),
                format!("{:.digits$}", figure.value),
                figure.count.to_string(),
                floor,
            ]);
        }
        for column in 2..5 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        println!("{table}");
        self.print_worst(limit);
    }

    fn print_worst(&mut self, limit: usize) {
        self.worst
            .sort_by(|a, b| a.part.cmp(&b.part).then(a.score.total_cmp(&b.score)));
        for pages in self.worst.chunk_by(|a, b| a.part == b.part) {
            println!(
                "\n{}: {} pages are not wholly right",
                pages[0].part,
                pages.len()
            );
            for page in pages.iter().take(limit) {
                println!("  {:.3} {}: {}", page.score, page.page, page.note);
            }
        }
    }
}

/// Runs `work` and returns how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// Returns the elements of a JSON array; none for anything else.
pub fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns `part` as a share of `whole`, if that is not zero.
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| real(part) / real(whole))
}

fn f1(precision: f64, recall: f64) -> f64 {
    if precision + recall == 0.0 {
        return 0.0;
    }
    2.0 * precision * recall / (precision + recall)
}

#[expect(clippy::cast_precision_loss, reason = "counts of a corpus are small")]
fn real(count: usize) -> f64 {
    count as f64
}
