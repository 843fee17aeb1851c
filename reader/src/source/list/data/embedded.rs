//! Reads lists that a page builds with scripts, if the data is in the page: record sets of the jpage kind
//! (`<record><![CDATA[<li>…</li>]]></record>`) and JSON or object literals in scripts.

use serde_json::Value;
use url::Url;

use super::json::{self, Records};
use crate::source::{page::PageTree, reading::Context};

/// The number of arrays in scripts that are tried; each try ends at its first error.
const MAX_TRIES: usize = 60;
/// The longest array literal that is read.
const MAX_LITERAL: usize = 4 << 20;

/// Returns the rows of a record set, joined as markup.
pub(in crate::source::list) fn record_set(text: &str) -> Option<String> {
    let mut rows = String::from("<div>");
    let mut rest = text;
    let mut count = 0;
    while let Some(at) = rest.find("<record>") {
        rest = &rest[at + "<record>".len()..];
        let end = rest.find("</record>")?;
        let record = rest[..end].trim();
        let record = record
            .strip_prefix("<![CDATA[")
            .and_then(|record| record.strip_suffix("]]>"))
            .unwrap_or(record);
        rows.push_str(record);
        rows.push('\n');
        rest = &rest[end..];
        count += 1;
    }
    rows.push_str("</div>");
    (count > 0).then_some(rows)
}

/// Returns the address at which a record set states that it continues.
pub(in crate::source::list) fn next_group(text: &str) -> Option<&str> {
    let group = text
        .split_once("<nextgroup>")?
        .1
        .split_once("</nextgroup>")?
        .0;
    let href = group.split_once("href=")?.1.trim_start();
    let quote = href.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    href[1..].split_once(quote).map(|(href, _)| href)
}

/// Returns the best array of notices in a page's scripts.
pub(in crate::source::list) fn in_scripts(
    page: &PageTree,
    base: &Url,
    context: &Context<'_>,
) -> Option<Records> {
    let mut found: Option<Records> = None;
    let mut tries = 0;
    for (element, script) in &page.scripts {
        // Linked data describes the page: breadcrumbs, the author, the site.
        if page
            .attribute(*element, "type")
            .is_some_and(|kind| kind.contains("ld+json"))
        {
            continue;
        }
        for value in values(script, &mut tries) {
            let records = json::best(&value, base, context);
            if records
                .as_ref()
                .is_some_and(|new| found.as_ref().is_none_or(|old| new.score > old.score))
            {
                found = records;
            }
        }
    }
    found
}

/// Returns the JSON values in a script: the whole of it, or arrays of objects.
fn values(script: &str, tries: &mut usize) -> Vec<Value> {
    let trimmed = script.trim();
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(trimmed)
    {
        return vec![value];
    }
    let mut values = Vec::from_iter(pushed(script));
    let mut from = 0;
    while let Some(at) = script[from..].find('[').map(|at| at + from) {
        from = at + 1;
        if !script[from..].trim_start().starts_with('{') {
            continue;
        }
        *tries += 1;
        if *tries > MAX_TRIES {
            break;
        }
        let Some(end) = matching_end(&script[at..]) else {
            continue;
        };
        if let Some(value) = literal(&script[at..at + end]) {
            values.push(value);
            from = at + end;
        }
    }
    values
}

/// Returns the objects that a script adds to an array one by one: `list.push({…})`, `list[0] = {…}`.
fn pushed(script: &str) -> Option<Value> {
    let mut rows = Vec::new();
    let mut from = 0;
    while let Some(at) = script[from..].find('{').map(|at| at + from) {
        from = at + 1;
        let before = script[..at].trim_end();
        let is_added = before.ends_with("push(")
            || before
                .strip_suffix('=')
                .is_some_and(|before| before.trim_end().ends_with(']'));
        if !is_added {
            continue;
        }
        let Some(end) = matching_end(&script[at..]) else {
            break;
        };
        rows.extend(literal(&script[at..at + end]));
        from = at + end;
    }
    (rows.len() > 1).then_some(Value::Array(rows))
}

fn literal(text: &str) -> Option<Value> {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&strict(text)))
        .ok()
}

/// Returns the place where the bracket that opens the text closes.
fn matching_end(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices().take(MAX_LITERAL) {
        match (quote, c) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Converts an object literal to JSON: names and strings in double quotes, no comma before a bracket.
fn strict(literal: &str) -> String {
    let mut json = String::with_capacity(literal.len() + 64);
    let mut chars = literal.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' | '`' => {
                json.push('"');
                while let Some(inner) = chars.next().filter(|inner| *inner != c) {
                    match inner {
                        '\\' => match chars.next() {
                            Some('\'') => json.push('\''),
                            Some(other) => json.extend(['\\', other]),
                            None => {}
                        },
                        '"' => json.push_str("\\\""),
                        '\n' | '\r' | '\t' => json.push(' '),
                        _ => json.push(inner),
                    }
                }
                json.push('"');
            }
            _ if c.is_alphabetic() || matches!(c, '_' | '$') => {
                let mut word = String::from(c);
                while let Some(next) =
                    chars.next_if(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
                {
                    word.push(next);
                }
                match word.as_str() {
                    "true" | "false" | "null" => json.push_str(&word),
                    "undefined" => json.push_str("null"),
                    _ => {
                        json.push('"');
                        json.push_str(&word);
                        json.push('"');
                    }
                }
            }
            ']' | '}' => {
                if json.trim_end().ends_with(',') {
                    json.truncate(json.trim_end().len() - 1);
                }
                json.push(c);
            }
            _ => json.push(c),
        }
    }
    json
}
