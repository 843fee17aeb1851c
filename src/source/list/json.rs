//! Lists as data: the array of objects that look like notices, anywhere in a JSON value.
//!
//! Names of fields differ from one system to the next: [`fields`](super::fields) tells them. Nested objects are flattened: `title.rendered`, `attributes.title`.

use serde_json::{Map, Value};
use url::Url;

use super::{
    fields::{Fields, Row},
    words,
};
use crate::{bulletin::Notice, source::Context};

/// Rows of a data list that are read.
const MAX_ROWS: usize = 2_000;
/// How deep an array of notices may be.
const MAX_DEPTH: usize = 12;

/// An array of notices, with what speaks for it.
pub(super) struct Records {
    pub notices: Vec<Notice>,
    pub dated: bool,
    pub score: f32,
}

/// The best array of notices in a value.
pub(super) fn best(value: &Value, base: &Url, context: &Context<'_>) -> Option<Records> {
    let mut found: Option<Records> = None;
    let mut open = vec![(value, 0)];
    let mut looked = 0;
    while let Some((value, depth)) = open.pop() {
        looked += 1;
        if depth > MAX_DEPTH || looked > 20_000 {
            continue;
        }
        match value {
            Value::Array(rows) => {
                let records = read(rows, base, context);
                if records
                    .as_ref()
                    .is_some_and(|new| found.as_ref().is_none_or(|old| new.score > old.score))
                {
                    found = records;
                }
                open.extend(rows.iter().rev().take(200).map(|row| (row, depth + 1)));
            }
            Value::Object(fields) => {
                open.extend(fields.values().map(|field| (field, depth + 1)));
            }
            _ => {}
        }
    }
    found
}

fn read(rows: &[Value], base: &Url, context: &Context<'_>) -> Option<Records> {
    let rows: Vec<Row<'_>> = rows
        .iter()
        .take(MAX_ROWS)
        .filter_map(Value::as_object)
        .map(flatten)
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
        dated,
        score,
    })
}

/// `{"title": {"rendered": "…"}}` as `title.rendered`.
fn flatten(object: &Map<String, Value>) -> Row<'_> {
    let mut row = Row::new();
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
