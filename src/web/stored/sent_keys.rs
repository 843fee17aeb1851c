//! Reads the keys of a source as a client sent them.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::{
    bulletin::{FieldFault, IdError, InputFault, SourceId, SourceKeys},
    config::{Config, SourceBlock},
    web::problem::Problem,
};

/// Returns the id that was sent, and the other keys.
pub(super) fn named<Id: FromStr<Err = IdError>>(
    mut keys: SourceKeys,
) -> Result<(Option<Id>, SourceKeys), Problem> {
    let id = match keys.remove("id") {
        None | Some(Value::Null) => None,
        Some(Value::String(id)) => {
            let id = id.parse();
            Some(id.map_err(|error: IdError| Problem::of_key("id", error.to_string()))?)
        }
        Some(_) => {
            return Err(Problem::of_key(
                "id",
                "this is not a string; expected an id such as `group-news`",
            ));
        }
    };
    Ok((id, keys))
}

/// Returns the keys of a source; a null counts as absent.
pub(super) fn of_source(mut keys: SourceKeys) -> Result<(Option<SourceId>, SourceKeys), Problem> {
    keys.retain(|_, value| !value.is_null());
    named(keys)
}

/// Replaces `"every": "5m"` with `"schedule": "every 5m"`, as on the command line.
pub(super) fn with_schedule(mut keys: SourceKeys) -> Result<SourceKeys, Problem> {
    match keys.remove("every") {
        None | Some(Value::Null) => {}
        Some(_) if keys.contains_key("schedule") => {
            return Err(Problem::of_key(
                "every",
                "`schedule` is also set; expected only one of `schedule` and `every`",
            ));
        }
        Some(Value::String(every)) => {
            keys.insert("schedule".to_owned(), json!(format!("every {every}")));
        }
        Some(_) => {
            return Err(Problem::of_key(
                "every",
                "this is not a string; expected an interval such as `10m`",
            ));
        }
    }
    Ok(keys)
}

pub(super) fn free_id(config: &Config, keys: &SourceKeys) -> Result<SourceId, Problem> {
    let text = |key: &str| keys.get(key).and_then(Value::as_str).unwrap_or_default();
    let typed = text("url").trim();
    let unreadable = |_| {
        let kind = match typed.is_empty() {
            true => InputFault::Empty,
            false => InputFault::NoAddress,
        };
        let what = "an id is derived from the address; expected an address or an `id`";
        Problem::of_keys(vec![FieldFault::new("url", kind, what)])
    };
    let url = typed.parse().map_err(unreadable)?;
    let taken = config.sources.iter().map(|source| &source.id);
    Ok(SourceBlock::new(url, text("name"), taken).id)
}

/// Merges by RFC 7396: nulls are removed, objects are merged, everything else is replaced.
pub(super) fn merge(old: &mut Value, changes: Value) {
    match (old, changes) {
        (Value::Object(old), Value::Object(changes)) => {
            for (key, change) in changes {
                match change {
                    Value::Null => drop(old.shift_remove(&key)),
                    change => merge(old.entry(key).or_insert(Value::Null), change),
                }
            }
        }
        (old, mut changes) => {
            if let Value::Object(entries) = &mut changes {
                entries.retain(|_, value| !value.is_null());
            }
            *old = changes;
        }
    }
}
