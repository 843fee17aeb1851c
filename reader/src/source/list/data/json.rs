//! Reads lists from data: the array of objects that resemble notices, anywhere in a JSON value.
//!
//! Names of fields differ from one system to the next: [`fields`](super::fields) recognizes them. Nested objects are
//! flattened: `title.rendered`, `attributes.title`.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value};
use url::Url;

use super::fields::{Fields, FlatRecord};
use crate::source::list::words;
use crate::{bulletin::Notice, source::reading::Context};

/// The number of rows of a data list that are read.
const MAX_ROWS: usize = 20_000;
/// The greatest depth of an array of notices.
const MAX_DEPTH: usize = 12;

/// An array of notices, with the evidence for it.
pub(in crate::source::list) struct Records {
    pub notices: Vec<Notice>,
    /// The number of rows past the most that are read.
    pub left_out: usize,
    pub dated: bool,
    pub score: f32,
}

/// Returns the best array of notices in a value. Arrays at the same place of several objects are one, such as those of
/// the months of a year; so are the values of an object whose names are ids.
pub(in crate::source::list) fn best(
    value: &Value,
    base: &Url,
    context: &Context<'_>,
) -> Option<Records> {
    let mut arrays: Vec<(u64, Vec<&Value>)> = Vec::new();
    let mut open = vec![(value, 0, 0)];
    let mut visited = 0;
    while let Some((value, path, depth)) = open.pop() {
        visited += 1;
        if depth > MAX_DEPTH || visited > 20_000 {
            continue;
        }
        let inner: Vec<(&Value, u64)> = match value {
            Value::Array(rows) => {
                add(&mut arrays, path, rows.iter().collect());
                let below = below(path, "[]");
                rows.iter().take(200).map(|row| (row, below)).collect()
            }
            Value::Object(fields) => {
                let all_objects = fields.len() > 1 && fields.values().all(Value::is_object);
                if all_objects {
                    add(&mut arrays, path, fields.values().collect());
                }
                let field = |(name, field): (&String, _)| (field, below(path, name));
                fields.iter().map(field).collect()
            }
            _ => continue,
        };
        let inner = inner.into_iter().rev();
        open.extend(inner.map(|(value, path)| (value, path, depth + 1)));
    }
    let records = arrays
        .iter()
        .filter_map(|(_, rows)| read(rows, base, context));
    // The first among equals is taken.
    records.fold(None, |best: Option<Records>, new| match best {
        Some(old) if old.score >= new.score => Some(old),
        _ => Some(new),
    })
}

/// Extends a path by one name, as a hash: names have any length.
fn below(path: u64, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (path, name).hash(&mut hasher);
    hasher.finish()
}

fn add<'a>(arrays: &mut Vec<(u64, Vec<&'a Value>)>, path: u64, rows: Vec<&'a Value>) {
    match arrays
        .iter_mut()
        .rev()
        .take(50)
        .find(|(other, _)| *other == path)
    {
        Some((_, known)) => known.extend(rows),
        None => arrays.push((path, rows)),
    }
}

/// Returns the longest markup or JSON that a value has within a string.
pub(in crate::source::list) fn inner_text(value: &Value) -> Option<&str> {
    let mut longest: Option<&str> = None;
    let mut open = vec![value];
    let mut visited = 0;
    while let Some(value) = open.pop() {
        visited += 1;
        match value {
            _ if visited > 2_000 => break,
            Value::Array(rows) => open.extend(rows),
            Value::Object(fields) => open.extend(fields.values()),
            Value::String(text) => {
                let is_markup = text.contains("<a ") || text.trim_start().starts_with(['[', '{']);
                if is_markup && longest.is_none_or(|longest| longest.len() < text.len()) {
                    longest = Some(text);
                }
            }
            _ => {}
        }
    }
    longest
}

fn read(rows: &[&Value], base: &Url, context: &Context<'_>) -> Option<Records> {
    let left_out = rows.len().saturating_sub(MAX_ROWS);
    let rows: Vec<FlatRecord<'_>> = rows
        .iter()
        .take(MAX_ROWS)
        .filter_map(|row| flat(row))
        .collect();
    let fields = Fields::of(&rows, context)?;
    let notices: Vec<Notice> = rows
        .iter()
        .filter_map(|row| fields.notice(row, base, context))
        .collect();
    if notices.is_empty() || notices.len() * 2 < rows.len() {
        return None;
    }
    let count = notices.len() as f32;
    let units = notices
        .iter()
        .map(|notice| words::units(&notice.title).min(30.0))
        .sum::<f32>()
        / count;
    let dated = notices
        .iter()
        .filter(|notice| notice.published.is_some())
        .count()
        * 2
        > notices.len();
    let score = count.powf(0.6) * units * if dated { 2.0 } else { 0.5 };
    (units >= 3.0).then_some(Records {
        notices,
        left_out,
        dated,
        score,
    })
}

/// Returns the fields of a row by name, or by place if it is an array.
fn flat(row: &Value) -> Option<FlatRecord<'_>> {
    match row {
        Value::Object(fields) => Some(flatten(fields)),
        Value::Array(cells) if (2..=40).contains(&cells.len()) => {
            let is_cell = |cell: &Value| !cell.is_object() && !cell.is_array();
            let cells = cells.iter().enumerate().filter(|(_, cell)| is_cell(cell));
            Some(cells.map(|(at, cell)| (at.to_string(), cell)).collect())
        }
        _ => None,
    }
}

/// Flattens `{"title": {"rendered": "…"}}` to `title.rendered`.
fn flatten(object: &Map<String, Value>) -> FlatRecord<'_> {
    let mut row = FlatRecord::new();
    let mut open: Vec<(String, &Map<String, Value>, usize)> = vec![(String::new(), object, 0)];
    while let Some((prefix, object, depth)) = open.pop() {
        for (name, value) in object.iter().take(120) {
            let name = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}.{name}")
            };
            match value {
                Value::Object(inner) if depth < 2 => open.push((name, inner, depth + 1)),
                Value::Object(_) | Value::Array(_) | Value::Null => {}
                _ => {
                    row.insert(name, value);
                }
            }
        }
    }
    row
}
