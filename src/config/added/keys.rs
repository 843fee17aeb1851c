//! Converts keys in JSON to lines of TOML, so that the rules of the config read them.

use serde_json::{Map, Value};

use crate::bulletin::{Filter, InputFault};

/// Returns a line of TOML for each key except those of `left_out`, each with its key. A missing key is reported at the
/// first line, which belongs to `first`.
pub(super) fn lines(
    (first, id): (&str, &str),
    keys: &Map<String, Value>,
    left_out: &[&str],
) -> Vec<(String, String)> {
    let mut lines = vec![
        (first.to_owned(), String::new()),
        ("id".to_owned(), format!("id = \"{id}\"")),
    ];
    for (key, value) in keys {
        match value {
            Value::Null => {}
            _ if key == "id" || left_out.contains(&key.as_str()) => {}
            Value::Object(inner) if key == "select" => {
                lines.extend(inner.iter().filter(|(_, value)| !value.is_null()).map(
                    |(part, value)| {
                        let line = format!("select.{} = {}", text(part), toml(value));
                        (format!("select.{part}"), line)
                    },
                ));
            }
            value => lines.push((key.clone(), format!("{} = {}", text(key), toml(value)))),
        }
    }
    lines
}

fn toml(value: &Value) -> String {
    match value {
        Value::String(value) => text(value),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(toml).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| format!("{} = {}", text(key), toml(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        // TOML has no null; within a list it is a mistake that is to be reported.
        Value::Null => "{}".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Converts a JSON string to TOML, which differs in only one character.
fn text(text: &str) -> String {
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

/// Returns the mistake in the words of a filter.
pub(super) fn wrong_pattern(value: Option<&Value>) -> InputFault {
    let patterns = value.and_then(Value::as_array).into_iter().flatten();
    let patterns = patterns.filter_map(Value::as_str).map(str::to_owned);
    let patterns: Vec<String> = patterns.collect();
    match Filter::new(&patterns, &[]) {
        Err(error) => InputFault::NoPattern(error.pattern),
        Ok(_) => InputFault::Unusable,
    }
}
